"""Draw: a digit of one's own, honestly prepared; the answer follows the pen."""

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask import Flask

from app.explorer import Explorer
from app.figures.charts.answer import answer_figure
from app.figures.pictures.grid import grid_figure, receptive_link
from app.frame.browsing.image_chooser import image_steps
from app.frame.components import EMPTY_FIGURE, graph, select, summary_id
from app.frame.defaults import columns_for
from app.frame.links import DRAW
from app.frame.page import Page, Panel, Reply, Steps
from app.frame.words.wording import probability_text, shape_text
from app.pages.draw.changes import CHANGES
from app.pages.draw.cleaning import ADDRESS, register_cleaning
from app.pages.draw.familiar import FAMILIAR
from app.pages.draw.files import register_files
from app.pages.draw.pad import PAD
from app.pages.draw.shifts import SHIFTS
from app.pages.draw.state import FIELDS, DrawSelection
from app.pages.draw.view import DrawView, look
from app.pages.draw.way import WAY
from cnn_core.space.display import colour_range
from cnn_core.space.mosaic import Mosaic

_BARS, _GRID, _SAID = "draw-answer", "draw-grid", "draw-said"
_EMPTY = "The pad is empty: draw a digit, drop a picture here, or start from a test image."


def _said(view: DrawView) -> str:
    if view.activations is None:
        return _EMPTY
    share = probability_text(float(view.probabilities[view.prediction]))
    return f"The network says {view.class_name(view.prediction)}, probability {share}."


def _said_frame(explorer: Explorer) -> Component:
    return html.Section(
        html.P(id=_SAID, className="draw-said", role="status"),
        className="panel",
        **{"aria-label": "Answer in words"},
    )


def _draw_answer(view: DrawView) -> dict[str, Any]:
    if view.activations is None:
        return {"bars": EMPTY_FIGURE, "summary": _EMPTY}
    bars = answer_figure(
        view.explorer.class_names, view.probabilities, view.logits, prediction=view.prediction
    )
    return {"bars": bars, "summary": _said(view)}


def _answer_frame(explorer: Explorer) -> Component:
    return html.Section(
        graph(_BARS, "The network's answer to your drawing", class_name="answer-figure"),
        className="panel",
        **{"aria-label": "Answer"},
    )


def _draw_grid(view: DrawView) -> dict[str, Any]:
    layer = view.layer
    title = [layer.name, html.Span(f" {shape_text(layer)}", className="faint")]
    layers = [
        {"value": info.name, "label": f"{info.name} · {shape_text(info)}"}
        for info in view.explorer.network(view.selection.model).layers
    ]
    if view.activations is None:
        return {"grid": EMPTY_FIGURE, "title": title, "summary": _EMPTY, "layer": layers}
    values = view.activations[layer.name][0]
    sight = view.explorer.sight(view.selection.model, layer.name)
    figure = grid_figure(
        Mosaic.of(layer.shape, columns_for(layer)),
        values,
        values,
        colour_range(values),
        name=layer.name,
        range_title="activation",
        fields=receptive_link(sight.summary, sight.boxes, layer.is_spatial),
    )
    summary = f"Activations of {layer.name} for your drawing."
    return {"grid": figure, "title": title, "summary": summary, "layer": layers}


def _grid_frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            html.H2(id="draw-grid-title"),
            graph(_GRID, "Activation grid of your drawing", class_name="grid-figure"),
        ],
        className="panel",
        **{"aria-label": "Activation grid"},
    )


SAID = Panel(
    name="draw-said-panel",
    depends_on=("model", "own"),
    layout=_said_frame,
    draw=lambda view: {"said": _said(view)},
    texts={"said": _SAID},
)
ANSWER = Panel(
    name="draw-answer",
    depends_on=("model", "own"),
    layout=_answer_frame,
    draw=_draw_answer,
    outputs={"bars": (_BARS, "figure")},
    texts={"summary": summary_id(_BARS)},
)
GRID = Panel(
    name="draw-grid",
    depends_on=("model", "own", "layer"),
    layout=_grid_frame,
    draw=_draw_grid,
    outputs={"grid": (_GRID, "figure"), "title": ("draw-grid-title", "children")},
    texts={"summary": summary_id(_GRID)},
    options=("layer",),
)


_COLUMNS = ((PAD, CHANGES), (SAID, FAMILIAR, ANSWER, WAY), (GRID, SHIFTS))


def _arrange(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    models = [(name, name) for name in explorer.model_names]
    choices = [select("model", "Model", models), select("layer", "Layer", []), image_steps()]
    return html.Div(
        [
            html.Div(choices, className="choices"),
            html.Div(
                [html.Div([placed[panel.name] for panel in column]) for column in _COLUMNS],
                className="draw-body",
            ),
        ],
        className="draw",
    )


def _reply(view: DrawView) -> Reply:
    names = [info.name for info in view.explorer.network(view.selection.model).layers]
    place = names.index(view.selection.layer)
    sentence = _EMPTY
    if view.activations is not None:
        share = probability_text(float(view.probabilities[view.prediction]))
        sentence = (
            f"The network takes your drawing for {view.class_name(view.prediction)}, probability "
            f"{share}. It opens on every page above."
        )
    return Reply(
        sentence=sentence,
        steps=Steps(
            below=names[(place + 1) % len(names)],
            above=names[place - 1],
            count=len(view.explorer.dataset(view.selection.set)),
        ),
    )


def _register(server: Flask, explorer: Explorer) -> None:
    register_cleaning(server, explorer)
    register_files(server, explorer)


PAGE = Page(
    path=DRAW,
    title="Draw",
    question="What does the network make of your own digit?",
    words=("softmax", "probability", "prediction", "layer", "map", "node", "activation"),
    keys=(
        ("↑ ↓", "previous, next layer; on the pad: move its dot"),
        ("← →", "previous, next test image; on the pad: move its dot"),
        ("space", "on the pad: draw a dot"),
        ("Shift and arrows", "on the pad: draw a line"),
    ),
    help="Draw on the black square. The three pictures show how your drawing becomes what the network "
    "sees, and what each step is good for.",
    fields=FIELDS,
    selection=DrawSelection,
    look=look,
    panels=(PAD, SAID, ANSWER, GRID, FAMILIAR, CHANGES, SHIFTS, WAY),
    arrange=_arrange,
    reply=_reply,
    register_downloads=_register,
    picture_paths=(ADDRESS, f"{ADDRESS}/each-way"),
)
