"""The side of the Decide page: the image, its label and prediction, the softmax bars."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.charts.silenced_answer import silenced_answer_figure
from app.figures.pictures.image import image_figure
from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.components import control, graph, labelled, summary_id
from app.frame.page import Panel
from app.frame.search import search_text
from app.frame.wording import answer_title
from app.pages.decide import words
from app.pages.decide.view import DecideView

IMAGE, BARS, VERDICT, DIGIT, FOUND = (
    "decide-image",
    "decide-answer",
    "decide-verdict",
    "decide-digit",
    "decide-found",
)
BARS_TITLE = f"{BARS}-title"
ONE = ("model", "set", "image", "own")
"""Keys that name the image and the network."""


def _draw_image(view: DecideView) -> dict[str, Any]:
    told, shown = words.image_summary(view), view.explorer.shown(view.image)
    name = view.selection.subject.file_stem.replace("_", " ")
    return {
        "image": image_figure(shown, name=name),
        "digit": html.Img(src=image_thumbnail(shown), className="big-digit", alt=told),
        "summary": told,
    }


def _draw_verdict(view: DecideView) -> dict[str, Any]:
    label, prediction, agreement = words.verdict(view)
    tag = html.Span(agreement, className=f"tag {agreement}") if agreement else None
    return {
        "verdict": [
            html.Span([html.Span("label ", className="faint"), html.B(label)]),
            html.Span([html.Span("prediction ", className="faint"), html.B(prediction)]),
            tag,
        ]
    }


def _draw_bars(view: DecideView) -> dict[str, Any]:
    return {
        "bars": silenced_answer_figure(
            view.explorer.class_names,
            view.answer,
            view.after,
            view.p,
            view.q,
            scale=view.selection.scale,
            label=view.label,
        ),
        "title": answer_title(view.explorer.network(view.selection.model)),
        "summary": words.answer_summary(view),
    }


def _bars_frame(explorer: Explorer) -> Component:
    scales = ("linear", "probability"), ("log", "log probability"), ("logits", "logits")
    scale = dbc.Select(
        id=control("scale"), options=[{"value": value, "label": text} for value, text in scales]
    )
    return html.Div(
        [
            html.Div(
                [
                    html.H2("Softmax", id=BARS_TITLE),
                    labelled("Scale", scale, class_name="field inline", hide_label=True),
                ],
                className="panel-head",
            ),
            graph(BARS, "The network's answer", class_name="answer-figure"),
        ],
        className="panel-part",
    )


IMAGE_PANEL = Panel(
    name="decide-image",
    depends_on=("set", "image", "own"),
    layout=lambda explorer: graph(IMAGE, "The image", class_name="image-figure"),
    draw=_draw_image,
    outputs={"image": (IMAGE, "figure"), "digit": (DIGIT, "children")},
    texts={"summary": summary_id(IMAGE)},
)
VERDICT_PANEL = Panel(
    name="decide-verdict",
    depends_on=ONE,
    layout=lambda explorer: html.Div(id=VERDICT, className="verdict"),
    draw=_draw_verdict,
    outputs={"verdict": (VERDICT, "children")},
)
ANSWER = Panel(
    name="decide-answer",
    depends_on=(*ONE, "p", "q", "off", "baseline", "scale"),
    layout=_bars_frame,
    draw=_draw_bars,
    outputs={"bars": (BARS, "figure")},
    texts={"title": BARS_TITLE, "summary": summary_id(BARS)},
)
PLACE_IN_SEARCH = Panel(
    name="decide-found",
    depends_on=("model", "set", "image", "find"),
    draw=lambda view: {"found": search_text(view.found, view.selection.image)},
    texts={"found": FOUND},
)
