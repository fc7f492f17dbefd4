"""Small stateless parts that pages share."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from app.frame.query import Problem

_GRAPH_CONFIG = {
    "displayModeBar": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": "reset",
}
EMPTY_FIGURE = {
    "data": [],
    "layout": {
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
    },
}


def control(key: str) -> dict[str, str]:
    """Id of a control whose value is the part of the address with that key."""
    return {"type": "control", "key": key}


def labelled(
    label: str | Sequence[Component],
    part: Component,
    *,
    class_name: str = "field",
    title: str | None = None,
    hide_label: bool = False,
) -> Component:
    """Put a label on a control; it is wrapped, since ids of controls are no plain text.

    Parameters
    ----------
    title
        Longer explanation, shown on pointing.
    hide_label
        Keep the label for screen readers alone.
    """
    name = html.Span(label, className="visually-hidden" if hide_label else "field-label")
    return html.Label([name, part], className=class_name, title=title)


def select(
    key: str,
    label: str,
    options: Sequence[tuple[str, str]],
    value: str | None = None,
    *,
    title: str | None = None,
    disabled: bool = False,
) -> Component:
    """Drop-down list with a label, of (value, text), that sets a key of the address."""
    choices = [{"value": option, "label": text} for option, text in options]
    return labelled(
        label,
        dbc.Select(id=control(key), value=value, disabled=disabled, options=choices),
        title=title,
    )


def number(
    key: str,
    label: str,
    low: float | None,
    high: float | None,
    value: float | None = None,
    *,
    step: float = 1,
    placeholder: str = "",
    title: str | None = None,
) -> Component:
    """Number field with a label; it answers on Enter and on leaving."""
    field = dbc.Input(
        id=control(key),
        type="number",
        min=low,
        max=high,
        step=step,
        value=value,
        debounce=True,
        placeholder=placeholder,
    )
    return labelled(label, field, class_name="field field-number", title=title)


def switch(key: str, label: str, *, title: str | None = None) -> Component:
    """On-off switch with a label."""
    return html.Div(
        dbc.Switch(id=control(key), label=label, value=False), className="field", title=title
    )


def graph(
    graph_id: str,
    label: str,
    *,
    class_name: str = "",
    figure: dict[str, Any] | None = None,
    summary: str | None = None,
) -> Component:
    """Place for a figure, with its summary for screen readers.

    Parameters
    ----------
    graph_id
        The summary's id is `summary_id(graph_id)`.
    label
        What the picture is, in a few words.
    figure
        An empty one by default, until a panel draws another.
    summary
        The label by default.
    """
    return html.Figure(
        [
            dcc.Graph(
                id=graph_id, config=_GRAPH_CONFIG, className="graph", figure=figure or EMPTY_FIGURE
            ),
            html.Figcaption(summary or label, id=summary_id(graph_id), className="visually-hidden"),
        ],
        className=f"figure {class_name}".strip(),
        role="group",
        **{"aria-label": label},
    )


def summary_id(graph_id: str) -> str:
    """Id of the text that tells a figure to a screen reader."""
    return f"{graph_id}-summary"


def picture_button(graph_id: str, file_name: str, text: str = "PNG") -> Component:
    """Button that saves a figure as PNG; the file's name is without its ending."""
    return html.Button(
        text,
        className="button small",
        title=f"Save this picture: {file_name}",
        **{"data-save": graph_id, "data-name": file_name},
    )


def notices(problems: Sequence[Problem], remedy: str | None = None) -> list[Component]:
    """What a link asked for and could not have, with a link to what is shown instead.

    The browser takes the address over that the page answers with, so that only another one, the
    `remedy`, needs a link.
    """
    if not problems:
        return []
    sentences = [html.Span(f"{problem.text} ") for problem in problems]
    link = [] if remedy is None else [html.A("Use the corrected link", href=remedy)]
    return [html.P([*sentences, *link], className="notice")]


def still_reading(waits: str) -> Component:
    """Place that says how far the reading is as long as something waits for it."""
    return html.Span(className="faint still-reading", role="status", **{"data-reading": waits})


def table(rows: Sequence[Sequence[Any]], head: Sequence[Any]) -> Component:
    """Table with a header row; cells are text or components."""
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(cell, scope="col") for cell in head])),
            html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows]),
        ],
        className="table",
    )
