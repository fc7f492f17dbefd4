"""Whatever is changed in a model's configuration, it is planned or refused in one line."""

import copy
import json
import random

import pytest

from cnn_core.errors import ModelError
from cnn_core.network.declared.origin import Origin
from cnn_core.network.declared.plan import plan_of
from tests.core import networks

VALUES = (
    "get_file", "/etc/passwd", "http://127.0.0.1/x", "load_data", "__lambda__", "\x00\x1b[2J", "x" * 999,
    10**30, -1, 0, 1e308, True, None, [], {}, [[[[1]]]],
    {"class_name": "Lambda", "config": {"function": "relu"}},
    {"module": "builtins", "class_name": "function", "config": "open"},
    {"class_name": "__numpy__", "config": {"value": ["a"]}},
    {"module": "keras.utils", "class_name": "get_file", "config": {"origin": "http://127.0.0.1/"}},
)  # fmt: skip
CLASSES = (
    "Lambda", "TextVectorization", "StringLookup", "TFSMLayer", "RNN", "Bidirectional", "Functional",
    "InputLayer", "Wrapper", "get_file", "Reshape", "Dropout",
)  # fmt: skip
NEVER = ("get_file", "load_data", "passwd", "http", "__lambda__", "builtins")


def places(part):
    """Every place in nested dictionaries and lists, as what holds it and its key."""
    keys = part if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ()
    for key in keys:
        yield part, key
        yield from places(part[key])


def changed(config, generator):
    config = copy.deepcopy(config)
    for _ in range(generator.choice((1, 1, 2, 4))):
        found = list(places(config))
        holder, key = generator.choice(found)
        named = [part for part, key in found if key == "class_name"]
        act = generator.random()
        if act < 0.25 and named:
            generator.choice(named)["class_name"] = generator.choice(CLASSES)
        elif act < 0.35:
            del holder[key]
        elif act < 0.45 and isinstance(holder, list):
            holder[key : key + 1] = [holder[key]] * 3
        else:
            holder[key] = copy.deepcopy(generator.choice(VALUES))
    return config


def told(plan):
    """All that a plan would have Keras make, names of its own choosing left out."""
    for layer in plan.layers:
        yield layer.class_name
        yield json.dumps({key: value for key, value in layer.config.items() if key != "name"})
        if layer.inner is not None:
            yield from told(layer.inner)


@pytest.mark.parametrize("builder", [networks.article_like, networks.residual_plus])
def test_a_changed_configuration_is_planned_or_refused(builder):
    model = networks.seeded(builder)
    saved = json.loads(model.to_json())
    origin, generator = Origin("model.keras", networks.keras.__version__), random.Random(7)
    n_planned = n_refused = 0
    for _ in range(300):
        try:
            plan = plan_of(changed(saved, generator), origin)
        except ModelError as error:
            assert str(error).isprintable() and len(str(error)) < 600
            n_refused += 1
        else:
            n_planned += 1
            assert not any(name in text for text in told(plan) for name in NEVER)
    assert min(n_planned, n_refused) > 30
