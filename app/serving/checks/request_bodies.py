"""Is a request body one that the page itself could send? Checked before a callback sees it.

A callback names its components by text, or by a dictionary with wildcards: ``MATCH`` stands for
one value, the same in the whole request; ``ALL`` and ``ALLSMALLER`` for any number of components,
which are then sent as a list.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Never

DEEPEST = 32
MOST_COMPONENTS = 1_000
MOST_PARTS = 20_000
"""Commas and brackets of a body, so most values in it: a page sends a few hundred.

They are counted before anything is parsed, which takes a hundred times as long as to count.
"""
LARGEST_INTEGER = 2**53
_LISTED = (["ALL"], ["ALLSMALLER"])
_MATCHED = ["MATCH"]


class BodyError(Exception):
    """A body that no page sends.

    Attributes
    ----------
    status
        400 for what is no request of this kind, 404 for an unknown callback, 413 for one that is
        too large, 422 for one that does not fit its callback.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def parse_json(raw: bytes) -> Any:
    """Read JSON as a browser writes it.

    Raises
    ------
    BodyError
        Not JSON in UTF-8, more than `MOST_PARTS`, nested deeper than `DEEPEST`, a number that is not finite or an integer
        beyond ±2^53, half a surrogate pair.
    """
    if sum(map(raw.count, (b",", b"[", b"{"))) > MOST_PARTS:
        raise BodyError(413, f"the body has more than {MOST_PARTS:,} parts")
    try:
        content = json.loads(
            raw.decode(), parse_constant=_refuse, parse_int=_integer, parse_float=_finite
        )
        _require_plain(content)
    except RecursionError:
        raise BodyError(400, f"the body is nested deeper than {DEEPEST} levels") from None
    except ValueError:
        raise BodyError(400, "the body is not JSON of plain finite values in UTF-8") from None
    return content


def _refuse(constant: str) -> Never:
    raise ValueError(constant)


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > LARGEST_INTEGER:
        raise ValueError("not an integer that a browser can hold")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("not finite")
    return value


def _require_plain(content: object) -> None:
    """Walk level by level, so that depth costs no recursion."""
    level = [content]
    for _ in range(DEEPEST):
        deeper: list[Any] = []
        for part in level:
            if isinstance(part, str):
                part.encode()  # UnicodeEncodeError, a ValueError, for half a surrogate pair
            elif isinstance(part, dict):
                deeper += part.keys()
                deeper += part.values()
            elif isinstance(part, list):
                deeper += part
        if not deeper:
            return
        level = deeper
    raise RecursionError


@dataclass(frozen=True)
class Dependency:
    """One declared output, input or state: whose property it is.

    Attributes
    ----------
    component : str or dict
        The id; in a dictionary a wildcard is a list of one text.
    is_optional
        Whether the component may be absent from the page.
    """

    component: str | dict[str, Any]
    prop: str
    is_optional: bool = False

    @classmethod
    def declared(cls, described: Mapping[str, Any]) -> "Dependency":
        """Read one as Dash keeps it: ``{"id": text, "property": text}``."""
        text = described["id"]
        return cls(
            json.loads(text) if text.startswith("{") else text,
            described["property"].partition("@")[0],
            bool(described.get("allow_optional")),
        )

    @property
    def is_listed(self) -> bool:
        """Whether any number of components can stand for it."""
        return isinstance(self.component, dict) and any(
            value in _LISTED for value in self.component.values()
        )

    def covers(
        self, component: object, prop: object, matched: dict[str, Any] | None = None
    ) -> bool:
        """Whether a component's property can stand for this.

        Parameters
        ----------
        component
            From a request: anything.
        matched
            What ``MATCH`` stands for so far; filled here.
        """
        if prop != self.prop:
            return False
        if component == self.component and (self.is_optional or isinstance(component, str)):
            return True
        if not isinstance(component, dict) or not isinstance(self.component, dict):
            return False
        if component.keys() != self.component.keys():
            return False
        matched = {} if matched is None else matched
        return all(
            _value_fits(key, wanted, component[key], matched)
            for key, wanted in self.component.items()
        )

    def require(self, sent: object, matched: dict[str, Any]) -> None:
        """Make sure that what was sent stands for this.

        Raises
        ------
        BodyError
            422.
        """
        entries = sent if self.is_listed else [sent]
        if not isinstance(entries, list) or len(entries) > MOST_COMPONENTS:
            raise _misfit(f"a list of at most {MOST_COMPONENTS:,} components")
        for entry in entries:
            if not isinstance(entry, dict) or not self.covers(
                entry.get("id"), _plain_property(entry.get("property")), matched
            ):
                raise _misfit("the components and properties that the callback declares")


def _value_fits(key: str, wanted: object, value: object, matched: dict[str, Any]) -> bool:
    if not isinstance(value, str | int | float):
        return False
    if wanted in _LISTED:
        return True
    if wanted == _MATCHED:
        return _same(matched.setdefault(key, value), value)
    return _same(wanted, value)


def _same(one: object, other: object) -> bool:
    # True equals 1 in Python, but not in a component's id.
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _plain_property(prop: object) -> str | None:
    """Drop the mark that tells several callbacks with the same output apart."""
    return prop.partition("@")[0] if isinstance(prop, str) else None


def _misfit(accepted: str) -> BodyError:
    return BodyError(422, f"the body does not fit its callback; accepted: {accepted}")


@dataclass(frozen=True)
class CallbackRule:
    """What the body of one callback's request holds."""

    outputs: tuple[Dependency, ...]
    has_many_outputs: bool
    inputs: tuple[Dependency, ...]
    states: tuple[Dependency, ...]

    @classmethod
    def declared(cls, callback: Mapping[str, Any]) -> "CallbackRule":
        """Read an entry of ``dash.Dash.callback_map``."""
        output = callback["output"]
        has_many_outputs = isinstance(output, list | tuple)
        outputs = output if has_many_outputs else [output]
        return cls(
            tuple(Dependency.declared(one.to_dict()) for one in outputs),
            has_many_outputs,
            tuple(map(Dependency.declared, callback["inputs"])),
            tuple(map(Dependency.declared, callback["state"])),
        )

    def check(self, body: Mapping[str, Any]) -> None:
        """Make sure that a body fits.

        Raises
        ------
        BodyError
            422.
        """
        matched: dict[str, Any] = {}
        if self.outputs or not self.has_many_outputs:
            sent = body.get("outputs")
            _require_all(self.outputs, sent if self.has_many_outputs else [sent], matched)
        elif body.get("outputs"):
            raise _misfit("no outputs")
        _require_all(self.inputs, body.get("inputs", []), matched)
        _require_all(self.states, body.get("state", []), matched)
        changed = body.get("changedPropIds", [])
        if not isinstance(changed, list) or len(changed) > MOST_COMPONENTS:
            raise _misfit(f"a list of at most {MOST_COMPONENTS:,} changed properties")
        if not all(self._may_change(name) for name in changed):
            raise _misfit("changed properties of the inputs that the callback declares")

    def _may_change(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        component, _, prop = name.rpartition(".")
        if component.startswith("{"):
            try:
                component = json.loads(component)
            except (ValueError, RecursionError):
                return False
        return any(one.covers(component, prop) for one in self.inputs)


def _require_all(declared: Sequence[Dependency], sent: object, matched: dict[str, Any]) -> None:
    if not isinstance(sent, list) or len(sent) != len(declared):
        raise _misfit("as many outputs, inputs and states as the callback declares")
    for dependency, entry in zip(declared, sent, strict=True):
        dependency.require(entry, matched)


class BodyChecker:
    """The rules of all callbacks of an app.

    Parameters
    ----------
    callback_map
        Of a `dash.Dash` with all its callbacks. Those that run in the browser are no part of it.
    """

    def __init__(self, callback_map: Mapping[str, Any]) -> None:
        self.rules = {
            name: CallbackRule.declared(callback)
            for name, callback in callback_map.items()
            if "callback" in callback
        }

    def check(self, raw: bytes) -> None:
        """Make sure that a body is one that the page could send.

        Raises
        ------
        BodyError
        """
        body = parse_json(raw)
        if not isinstance(body, dict) or not isinstance(body.get("output"), str):
            raise BodyError(400, 'the body is no object with the text "output"')
        rule = self.rules.get(body["output"])
        if rule is None:
            raise BodyError(404, "there is no callback with this output")
        rule.check(body)
