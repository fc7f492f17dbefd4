"""The side of a page about one image: its softmax bars, and its place in a search."""

from collections.abc import Callable, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.browsing.search import search_text
from app.frame.components import control, graph, labelled, summary_id
from app.frame.page import Panel
from app.frame.subject import Subject
from app.frame.words.wording import answer_title

ONE = ("model", "set", "image", "own")
"""Keys that name the image and the network."""
_SCALES = ("linear", "probability"), ("log", "log probability"), ("logits", "logits")


def answer_panel(
    page: str,
    depends_on: Sequence[str],
    draw: Callable[[Any], dict[str, Any]],
    summary: Callable[[Any], str],
) -> Panel:
    """The bars of the network's answer.

    Parameters
    ----------
    page
        Name of the page; the graph's id is ``PAGE-answer``.
    draw, summary
        Take the page's view: the figure, and what tells it to someone who does not see it.
    """
    bars = f"{page}-answer"
    title = f"{bars}-title"
    return Panel(
        name=bars,
        depends_on=(*ONE, *depends_on, "scale"),
        layout=lambda explorer: _bars_frame(bars, title),
        draw=lambda view: {
            "bars": draw(view),
            "title": answer_title(view.explorer.network(view.selection.model)),
            "summary": summary(view),
        },
        outputs={"bars": (bars, "figure")},
        texts={"title": title, "summary": summary_id(bars)},
    )


def _bars_frame(bars: str, title: str) -> Component:
    scale = dbc.Select(
        id=control("scale"), options=[{"value": value, "label": text} for value, text in _SCALES]
    )
    return html.Div(
        [
            html.Div(
                [
                    html.H2("Softmax", id=title),
                    labelled("Scale", scale, class_name="field inline", hide_label=True),
                ],
                className="panel-head",
            ),
            graph(bars, "The network's answer", class_name="answer-figure"),
        ],
        className="panel-part",
    )


def place_in_search(page: str) -> Panel:
    """Where the image stands among those that a search found; its text's id is ``PAGE-found``."""
    found = f"{page}-found"
    return Panel(
        name=found,
        depends_on=("model", "set", "image", "find"),
        draw=lambda view: {"found": search_text(view.found, view.selection.image)},
        texts={"found": found},
    )


def image_summary(explorer: Explorer, subject: Subject) -> str:
    """Tell an image to someone who does not see it."""
    label = explorer.label(subject)
    if label is None:
        return "Your own image; nobody has labelled it."
    name = explorer.class_name(label)
    return f"Image {subject.image} of the {subject.set} set, labelled {name}."
