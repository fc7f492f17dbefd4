"""Bodies of callback requests: as the page sends them, and as nobody should."""

import json
import os

from hypothesis import strategies as st

from app.serving.checks.request_bodies import CallbackRule

_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(), st.text(max_size=20)
)
ANYTHING = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
FITTING_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abxy"), inner),
    max_leaves=8,
)
"""Values that the guard lets through to a callback, whatever the callback makes of them."""


def examples(whole):
    """How many are made up at random: `whole` in `make test-thorough`, else a tenth."""
    return whole if os.environ.get("THOROUGH") else whole // 10


def fitting_body(callback_map, name, value=None, n_listed=2):
    """Make the body that a page would send.

    Parameters
    ----------
    callback_map : dict
    name : str
        Key of the callback.
    value : object
        For every input and state; a callable is called for each.
    n_listed : int
        Components that stand for one with ``ALL``.

    Returns
    -------
    dict
    """
    rule = CallbackRule.declared(callback_map[name])
    give = value if callable(value) else lambda: value

    def entries(dependency, with_value):
        def entry(number):
            sent = {"id": _component(dependency.component, number), "property": dependency.prop}
            return sent | ({"value": give()} if with_value else {})

        if dependency.is_listed:
            return [entry(number) for number in range(n_listed)]
        return entry(0)

    outputs = [entries(one, False) for one in rule.outputs]
    inputs = [entries(one, True) for one in rule.inputs]
    body = {"output": name, "inputs": inputs, "changedPropIds": []}
    first = inputs[0][0] if isinstance(inputs[0], list) and inputs[0] else inputs[0]
    if first:
        body["changedPropIds"] = [f"{_text(first['id'])}.{first['property']}"]
    if rule.outputs:
        body["outputs"] = outputs if rule.has_many_outputs else outputs[0]
    if rule.states:
        body["state"] = [entries(one, True) for one in rule.states]
    return body


def _component(declared, number):
    if isinstance(declared, str):
        return declared
    return {key: number if isinstance(value, list) else value for key, value in declared.items()}


def _text(component):
    if isinstance(component, str):
        return component
    return json.dumps(component, sort_keys=True, separators=(",", ":"))


def fitting_bodies(callback_map, values=FITTING_VALUES):
    """Bodies that fit their callback, with any value in them."""

    @st.composite
    def draw_body(draw):
        name = draw(st.sampled_from(served(callback_map)))
        return fitting_body(callback_map, name, lambda: draw(values), draw(st.integers(0, 3)))

    return draw_body()


def damaged_bodies(callback_map):
    """Bodies of which one part was replaced, removed or added anywhere."""

    @st.composite
    def draw_body(draw):
        body = draw(fitting_bodies(callback_map))
        place = body
        for _ in range(draw(st.integers(0, 4))):
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            inner = [key for key in keys if isinstance(place[key], dict | list)]
            if not inner:
                break
            place = place[draw(st.sampled_from(inner))]
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        action = draw(st.sampled_from(["replace", "remove", "add"]))
        if action == "add" or not keys:
            if isinstance(place, dict):
                place[draw(st.text(max_size=10))] = draw(ANYTHING)
            else:
                place.append(draw(ANYTHING))
        elif action == "remove":
            del place[draw(st.sampled_from(keys))]
        else:
            place[draw(st.sampled_from(keys))] = draw(ANYTHING)
        return body

    return draw_body()


def served(callback_map):
    """Names of the callbacks that run on the server."""
    return sorted(name for name, callback in callback_map.items() if "callback" in callback)
