"""The side of the Explore page: the image, its label and prediction, the softmax bars."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.charts.answer import answer_figure
from app.figures.pictures.image import image_figure
from app.frame.components import control, graph, labelled, summary_id
from app.frame.page import Panel
from app.frame.search import search_text
from app.frame.wording import answer_title
from app.pages.explore import words
from app.pages.explore.view import ExploreView

IMAGE, BARS, FOUND = "explore-image", "explore-answer", "explore-found"
BARS_TITLE = f"{BARS}-title"
_VERDICT = {part: f"explore-verdict-{part}" for part in ("label", "prediction", "right", "wrong")}
_ONE = ("model", "set", "image", "own")


def _draw_image(view: ExploreView) -> dict[str, Any]:
    selection = view.selection
    sight = view.explorer.sight(selection.model, selection.layer)
    name = selection.subject.file_stem.replace("_", " ")
    return {
        "image": image_figure(view.explorer.shown(view.image), name=name, unread=sight.unread),
        "summary": words.image_summary(view),
        "note": words.unread_text(sight),
    }


def _image_frame(explorer: Explorer) -> Component:
    return html.Div(
        [
            graph(IMAGE, "The image", class_name="image-figure"),
            html.Div(
                [
                    html.Span(["label ", html.B(id=_VERDICT["label"])]),
                    html.Span(["prediction ", html.B(id=_VERDICT["prediction"])]),
                    html.Span(id=_VERDICT["right"], className="tag right"),
                    html.Span(id=_VERDICT["wrong"], className="tag wrong"),
                ],
                id="explore-verdict",
                className="verdict",
            ),
            html.P(id="explore-image-note", className="faint note"),
        ],
        className="panel-part",
    )


def _draw_bars(view: ExploreView) -> dict[str, Any]:
    return {
        "bars": answer_figure(
            view.explorer.class_names,
            view.probabilities,
            view.logits,
            scale=view.selection.scale,
            label=view.label,
            prediction=view.prediction,
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
    name="explore-image",
    depends_on=(*_ONE, "layer"),
    layout=_image_frame,
    draw=_draw_image,
    outputs={"image": (IMAGE, "figure")},
    texts={"summary": summary_id(IMAGE), "note": "explore-image-note"},
)
VERDICT = Panel(name="explore-verdict", depends_on=_ONE, draw=words.verdict, texts=_VERDICT)
ANSWER = Panel(
    name="explore-answer",
    depends_on=(*_ONE, "scale"),
    layout=_bars_frame,
    draw=_draw_bars,
    outputs={"bars": (BARS, "figure")},
    texts={"title": BARS_TITLE, "summary": summary_id(BARS)},
)
PLACE_IN_SEARCH = Panel(
    name="explore-found",
    depends_on=("model", "set", "image", "find"),
    draw=lambda view: {"found": search_text(view.found, view.selection.image)},
    texts={"found": FOUND},
)
