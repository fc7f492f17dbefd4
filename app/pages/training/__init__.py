"""Training: one image over the training, from random weights to the finished network."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.charts.answer import answer_figure
from app.figures.charts.course import LINES, course_figure
from app.figures.pictures.grid import grid_figure, receptive_link
from app.figures.pictures.image import image_figure
from app.frame.browsing.image_chooser import image_search, image_steps
from app.frame.browsing.search import search_text, steps
from app.frame.components import (
    EMPTY_FIGURE,
    control,
    graph,
    labelled,
    picture_button,
    select,
    summary_id,
    switch,
)
from app.frame.links import TRAINING
from app.frame.page import Page, Panel, Reply
from app.frame.words.wording import shape_text
from app.pages.training import words
from app.pages.training.state import FIELDS, TrainingSelection
from app.pages.training.view import TrainingView, look

_IMAGE, _BARS, _GRID, _CURVES, _FOUND = (
    "training-image",
    "training-answer",
    "training-grid",
    "training-curves",
    "training-found",
)
_ONE = ("model", "set", "image", "own")


def _draw_slider(view: TrainingView) -> dict[str, Any]:
    last = 0 if view.course is None else len(view.course.moments) - 1
    return {
        "last": last,
        "name": "" if view.course is None else words.moment_name(view, view.place),
        "layer": [
            {"value": info.name, "label": f"{info.name} · {shape_text(info)}"}
            for info in view.explorer.network(view.selection.model).layers
        ],
    }


def _slider_frame(explorer: Explorer) -> Component:
    slider = dbc.Input(
        id=control("step"), type="range", min=0, max=0, step=1, value=0, className="slider wide"
    )
    return html.Section(
        [
            html.Button(
                "▶ Play", id="training-play", className="button", **{"aria-pressed": "false"}
            ),
            labelled("Training", slider, class_name="field course-slider"),
            html.B(id="training-moment", className="figures", role="status"),
            switch("free", "own colour range", title="A colour range for each snapshot"),
        ],
        className="panel course-bar",
        **{"aria-label": "Snapshot"},
    )


def _draw_answer(view: TrainingView) -> dict[str, Any]:
    if view.course is None:
        return {"bars": EMPTY_FIGURE, "summary": view.fault, "said": view.fault}
    told = words.answer_text(view)
    return {
        "bars": answer_figure(
            view.explorer.class_names,
            view.probabilities,
            view.logits,
            label=view.label,
            prediction=int(view.logits.argmax()),
        ),
        "summary": told,
        "said": told,
    }


def _answer_frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            graph(_IMAGE, "The image", class_name="image-figure"),
            html.P(id="training-said", className="note"),
            graph(_BARS, "The network's answer at this snapshot", class_name="answer-figure"),
        ],
        className="panel side",
        **{"aria-label": "Image and answer"},
    )


def _draw_title(view: TrainingView) -> dict[str, Any]:
    return {"title": [view.layer.name, html.Span(f" {shape_text(view.layer)}", className="faint")]}


def _draw_grid(view: TrainingView) -> dict[str, Any]:
    if view.course is None:
        return {"grid": EMPTY_FIGURE, "summary": view.fault, "note": ""}
    sight = view.explorer.sight(view.selection.model, view.layer.name)
    note = words.grid_text(view)
    return {
        "grid": grid_figure(
            view.mosaic,
            view.values,
            view.values,
            view.range,
            name=view.layer.name,
            range_title="activation",
            fields=receptive_link(sight.summary, sight.boxes, view.layer.is_spatial),
        ),
        "summary": note,
        "note": note,
    }


def _grid_frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            html.Div(
                [html.H2(id="training-grid-title"), picture_button(_GRID, "training", "PNG")],
                className="panel-head",
            ),
            graph(_GRID, "Activation grid at this snapshot", class_name="grid-figure"),
            html.P(id="training-grid-note", className="faint note"),
        ],
        className="panel main-panel",
        **{"aria-label": "Activation grid"},
    )


def _draw_cursor(view: TrainingView) -> dict[str, Any]:
    note = words.curves_text(view) if view.course else ""
    n = 1 if view.course is None else len(view.course.moments)
    return {"cursor": {"--along": str((view.place + 0.5) / n)}, "summary": note, "note": note}


def _draw_curves(view: TrainingView) -> dict[str, Any]:
    readings = (
        [words.task_reading(view, place) for place in range(len(view.course.moments))]
        if view.course
        else []
    )
    if not readings or None in readings:
        return {"curves": EMPTY_FIGURE, "is_hidden": True}
    names = [words.short_name(view, place) for place in range(len(readings))]
    shares = {key: [getattr(one, key) for one in readings] for key in LINES}
    shares = {key: values for key, values in shares.items() if values[0] is not None}
    figure = course_figure(
        names,
        {key: [one.value for one in values] for key, values in shares.items()},
        {
            key: [
                words.hover(LINES[key][0], words.moment_name(view, place), one)
                for place, one in enumerate(values)
            ]
            for key, values in shares.items()
        },
    )
    return {"curves": figure, "is_hidden": False}


def _curves_frame(explorer: Explorer) -> Component:
    legend = [
        html.Span(
            [
                html.Span(
                    className=f"line {'solid' if dash == 'solid' else 'dash'}",
                    style={"borderColor": colour},
                    **{"aria-hidden": "true"},
                ),
                name,
            ],
            className="legend-item",
        )
        for name, colour, dash, _ in LINES.values()
    ]
    return html.Section(
        [
            html.H2("Who tells the two classes apart, and when?"),
            html.Div(legend, className="legend"),
            html.Div(
                [
                    graph(_CURVES, "Shares right over the training", class_name="course-figure"),
                    html.Div(id="training-cursor", className="course-cursor"),
                ],
                id="training-curves-box",
                className="course-curves",
            ),
            html.P(id="training-curves-note", className="faint note"),
        ],
        className="panel below",
        **{"aria-label": "Curves"},
    )


SLIDER = Panel(
    name="training-slider",
    depends_on=("model", "step"),
    layout=_slider_frame,
    draw=_draw_slider,
    outputs={"last": (control("step"), "max")},
    texts={"name": "training-moment"},
    options=("layer",),
)
# What the slider does not move is not drawn again with every snapshot.
IMAGE = Panel(
    name="training-image",
    depends_on=("set", "image", "own"),
    draw=lambda view: {"image": image_figure(view.explorer.image(view.selection.subject))},
    outputs={"image": (_IMAGE, "figure")},
)
ANSWER = Panel(
    name="training-answer",
    depends_on=(*_ONE, "step"),
    layout=_answer_frame,
    draw=_draw_answer,
    outputs={"bars": (_BARS, "figure")},
    texts={"summary": summary_id(_BARS), "said": "training-said"},
)
TITLE = Panel(
    name="training-title",
    depends_on=("model", "layer"),
    draw=_draw_title,
    outputs={"title": ("training-grid-title", "children")},
)
GRID = Panel(
    name="training-grid",
    depends_on=(*_ONE, "layer", "step", "free", "p", "q"),
    layout=_grid_frame,
    draw=_draw_grid,
    outputs={"grid": (_GRID, "figure")},
    texts={"summary": summary_id(_GRID), "note": "training-grid-note"},
)
CURVES = Panel(
    name="training-curves",
    depends_on=("model", "p", "q"),
    layout=_curves_frame,
    draw=_draw_curves,
    outputs={"curves": (_CURVES, "figure"), "is_hidden": ("training-curves-box", "hidden")},
)
CURSOR = Panel(
    name="training-cursor",
    depends_on=("model", "p", "q", "step"),
    draw=_draw_cursor,
    outputs={"cursor": ("training-cursor", "style")},
    texts={"summary": summary_id(_CURVES), "note": "training-curves-note"},
)
PLACE_IN_SEARCH = Panel(
    name="training-found",
    depends_on=("model", "set", "image", "find"),
    draw=lambda view: {"found": search_text(view.found, view.selection.image)},
    texts={"found": _FOUND},
)


def _arrange(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    models = [(name, name) for name in explorer.model_names]
    sets = [(name, f"{name} ({len(explorer.dataset(name)):,})") for name in explorer.set_names]
    choices = [
        select("model", "Model", models),
        select("set", "Images", sets),
        image_steps(),
        image_search(explorer, _FOUND),
        select("layer", "Layer", []),
    ]
    return html.Div(
        [
            html.Div(choices, className="choices"),
            placed[SLIDER.name],
            html.Div(
                [placed[ANSWER.name], placed[GRID.name]], className="explore-body course-body"
            ),
            placed[CURVES.name],
        ],
        className="training",
    )


def _reply(view: TrainingView) -> Reply:
    remedy = None
    if view.problems:
        remedy = TRAINING + PAGE.write(replace(view.selection, find=""), view.explorer)
    return Reply(sentence=words.sentence(view), steps=steps(view, view.found), remedy=remedy)


PAGE = Page(
    path=TRAINING,
    title="Training",
    question="What does training change?",
    words=(
        "snapshot",
        "untrained twin",
        "epoch",
        "layer",
        "node",
        "cell",
        "best cell",
        "linear probe",
        "circle reader",
        "silent",
        "softmax",
        "95 % interval",
    ),
    keys=(
        ("← →", "previous, next image; on the slider: previous, next snapshot"),
        ("↑ ↓", "previous, next layer"),
        ("c", "a cell by keys: arrows move, Enter chooses, Esc leaves"),
        ("r", "random image"),
        ("w", "next misclassified image"),
        ("/", "search the images"),
    ),
    help="Move the slider, or press Play, from random weights to the finished network. Point "
    "at a cell or at a curve to read its numbers.",
    fields=FIELDS,
    selection=TrainingSelection,
    look=look,
    panels=(SLIDER, IMAGE, ANSWER, TITLE, GRID, CURVES, CURSOR, PLACE_IN_SEARCH),
    arrange=_arrange,
    reply=_reply,
)
