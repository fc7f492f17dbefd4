"""Parts of a page as plain HTML.

Dash looks at each of its components at every change of the page, so that a table of a thousand of them
slows down all that is drawn beside it; parts that no callback reads or writes need not be any.
"""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from dash.development.base_component import Component

_NAMES = {"className": "class", "htmlFor": "for"}
_VOID = {"br", "hr", "img", "input", "wbr"}


def markup(part: Any) -> str:
    """Write components of `dash.html`, texts, numbers and lists of them as HTML.

    Raises
    ------
    TypeError
        When a component is of another kind: only Dash can draw that.
    """
    if part is None:
        return ""
    if isinstance(part, (list, tuple)):
        return "".join(map(markup, part))
    return _element(part) if isinstance(part, Component) else escape(str(part))


def _element(component: Component) -> str:
    told = component.to_plotly_json()
    if told["namespace"] != "dash_html_components":
        raise TypeError(f"{told['type']} is not a part of dash.html")
    tag = told["type"].lower()
    start = f"<{tag}{_attributes(told['props'])}>"
    return start if tag in _VOID else f"{start}{markup(told['props'].get('children'))}</{tag}>"


def _attributes(props: Mapping[str, Any]) -> str:
    return "".join(
        _attribute(name, value) for name, value in sorted(props.items()) if name != "children"
    )


def _attribute(name: str, value: Any) -> str:
    name = _NAMES.get(name, name.lower())
    if isinstance(value, bool) and not name.startswith(("aria-", "data-")):
        return f" {name}" if value else ""
    if value is None:
        return ""
    if isinstance(value, bool):
        value = str(value).lower()
    text = _style(value) if name == "style" else str(value)
    return f' {name}="{escape(text)}"'


def _style(rules: Mapping[str, Any]) -> str:
    return ";".join(f"{_hyphened(name)}:{value}" for name, value in rules.items())


def _hyphened(name: str) -> str:
    """Name of a rule as style sheets write it; a variable's stays as it is."""
    return (
        name if name.startswith("--") else re.sub("[A-Z]", lambda big: f"-{big[0].lower()}", name)
    )
