"""Patterns: what does this unit respond to? Real patches first, then the pattern made for it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component
from numpy.typing import NDArray

from app.explorer import Explorer
from app.figures.pictures.thumbnail import image_thumbnail, thumbnail
from app.frame.components import number, select, table
from app.frame.glossary import term
from app.frame.image_chooser import image_steps
from app.frame.links import EXPLORE, PATTERNS, link
from app.frame.page import Page, Panel, Reply
from app.frame.search import steps
from app.frame.wording import interval, number_text, percent, shape_text
from app.pages.patterns import words
from app.pages.patterns.state import FIELDS, PatternsSelection
from app.pages.patterns.view import PatternsView, look, patches_of, wall_of

_WALL, _WALL_NOTE, _UNIT, _SCORES = (
    "patterns-wall",
    "patterns-wall-note",
    "patterns-unit",
    "patterns-scores",
)


def _draw_wall(view: PatternsView) -> dict[str, Any]:
    windows = wall_of(view)
    layers = [
        {"value": info.name, "label": f"{info.name} · {shape_text(info)}"}
        for info in view.explorer.network(view.selection.model).layers
    ]
    if windows is None:
        return {"wall": None, "note": words.missing(view), "layer": layers}
    columns = _columns(len(windows))
    links = [
        html.A(
            html.Span(str(unit)),
            className="wall-unit",
            title=f"Unit {unit}",
            **{"data-set-key": "unit", "data-set-value": str(unit), "aria-label": f"Unit {unit}"},
        )
        for unit in range(len(windows))
    ]
    style = {"--columns": columns, "--picture": f"url({_tiled(windows, columns)})"}
    what = "strongest patch of a real image" if view.selection.show == "patch" else "pattern"
    return {
        "wall": html.Div(links, className="wall", style=style),
        "note": f"Every unit of {view.layer.name} with the {what}. Click one.",
        "layer": layers,
    }


def _columns(n_units: int) -> int:
    return next(n for n in (16, 10, 8, 5, 4, 3, 2, 1) if n_units % n == 0 or n_units > 40)


def _tiled(windows: NDArray[np.float32], columns: int) -> str:
    """All windows in one picture, a dark line between them."""
    n, height, width, channels = windows.shape
    rows = -(-n // columns)
    wall = np.zeros((rows * (height + 1), columns * (width + 1), channels), np.float32)
    for place, window in enumerate(windows):
        top, left = place // columns * (height + 1), place % columns * (width + 1)
        wall[top : top + height, left : left + width] = window
    return image_thumbnail(wall)


def _wall_frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            html.Div(
                [
                    html.H2("All units of the layer"),
                    select(
                        "show",
                        "On the wall",
                        [("patch", "real patches"), ("pattern", "made patterns")],
                    ),
                ],
                className="panel-head",
            ),
            html.P(id=_WALL_NOTE, className="note"),
            html.Div(id=_WALL),
        ],
        className="panel",
        **{"aria-label": "All units of the layer"},
    )


def _draw_unit(view: PatternsView) -> dict[str, Any]:
    found = view.unit_found
    if found is None:
        return {"unit": html.P(words.missing(view), className="statement")}
    return {
        "unit": [
            html.H2(words.name_of(view)),
            html.H3("What excites it most: nine real patches"),
            html.Div(_patches(view), className="patches"),
            html.P(words.response_text(view), className="note"),
            html.H3([term("OIP", "The pattern made for it")]),
            html.Div(_made(view), className="patches"),
            html.P(words.pattern_text(view), className="note"),
        ]
    }


def _patches(view: PatternsView) -> list[Component]:
    labels = view.explorer.dataset("train").labels if "train" in view.explorer.set_names else None
    cards = []
    for patch, window in zip(view.unit_found.patches, patches_of(view), strict=False):
        label = view.class_name(int(labels[patch.image]))
        address = link(
            view.explorer,
            EXPLORE,
            model=view.selection.model,
            set="train",
            image=patch.image,
            layer=view.layer.name,
            unit=view.unit,
        )
        picture = html.Img(
            src=image_thumbnail(window), alt=f"Patch of a {label}", className="patch"
        )
        told = f"{label} · {number_text(patch.activation, '.2f')}"
        cards.append(
            html.A(
                [picture, html.Span(told, className="faint figures")],
                href=address,
                title=f"Train image {patch.image} in Explore",
                className="patch-card",
            )
        )
    return cards or [html.P("The training images are not here.", className="faint")]


def _made(view: PatternsView) -> list[Component]:
    found = view.unit_found
    steps = [*found.strip, found.pattern[0]]
    answers = [*found.strip_response.tolist(), float(found.pattern_response[0])]
    way = [
        _captioned(window, f"{number_text(answer, '.1f')}")
        for window, answer in zip(steps, answers, strict=True)
    ]
    others = [
        _captioned(window, f"{number_text(float(answer), '.1f')}")
        for window, answer in zip(found.pattern[1:], found.pattern_response[1:], strict=True)
    ]
    return [
        html.Div([html.Span("on its way", className="faint"), html.Div(way, className="row")]),
        html.Div([html.Span("other starts", className="faint"), html.Div(others, className="row")]),
    ]


def _captioned(window: NDArray[np.uint8], told: str) -> Component:
    picture = image_thumbnail(window.astype(np.float32) / np.float32(255))
    return html.Figure(
        [html.Img(src=picture, alt="", className="patch"), html.Figcaption(told, className="faint")]
    )


def _draw_scores(view: PatternsView) -> dict[str, Any]:
    found = view.unit_found
    if found is None:
        return {"scores": None}
    firing = view.found.firing(view.layer.name, view.unit)
    classes = [
        (
            view.class_name(number),
            html.Span(percent(share, 0), className="bar", style={"--share": f"{share:.3f}"}),
            interval(low, high, 0),
        )
        for number, (share, low, high) in enumerate(firing)
        if share == share
    ]
    place = found.place.astype(np.float32) * (found.place_scale / 127)
    where = thumbnail(place, (0.0, float(place.max()) or 1.0))
    return {
        "scores": [
            html.H3("How often it fires, by class"),
            table(classes, ("class", "fires in", "95 % interval")),
            html.H3("Where in its map, on average"),
            html.Img(src=where, alt="Mean activation of each cell", className="place"),
            html.H3("Can you predict it?"),
            html.P(
                "Of an image that excites it and one that does not, which is more like the "
                "references? How often that is right:",
                className="note",
            ),
            table(words.score_rows(view), ("references", "right choices", "rank correlation")),
            html.H3("The same detector in other trainings"),
            _relatives(view),
            html.P(words.silent_starts_text(view), className="faint note"),
        ]
    }


def _relatives(view: PatternsView) -> Component:
    if not view.relatives:
        return html.P("Its relatives in other models are not known.", className="faint note")
    items = []
    for one in view.relatives:
        name = f"{one.model}, unit {one.unit}"
        address = link(
            view.explorer, PATTERNS, model=one.model, layer=view.layer.name, unit=one.unit
        )
        shown = html.A(name, href=address) if one.model in view.explorer.model_names else name
        items.append(html.Li([shown, f": {words.relative_text(one.correlation)}"]))
    return html.Ul(items, className="note")


WALL = Panel(
    name="patterns-wall",
    depends_on=("model", "layer", "show"),
    layout=_wall_frame,
    draw=_draw_wall,
    outputs={"wall": (_WALL, "children")},
    texts={"note": _WALL_NOTE},
    options=("layer",),
)
UNIT = Panel(
    name="patterns-unit",
    depends_on=("model", "layer", "unit", "set", "image", "own"),
    layout=lambda explorer: html.Section(id=_UNIT, className="panel", **{"aria-label": "One unit"}),
    draw=_draw_unit,
    outputs={"unit": (_UNIT, "children")},
)
SCORES = Panel(
    name="patterns-scores",
    depends_on=("model", "layer", "unit"),
    layout=lambda explorer: html.Section(
        id=_SCORES, className="panel", **{"aria-label": "How it answers"}
    ),
    draw=_draw_scores,
    outputs={"scores": (_SCORES, "children")},
)


def _arrange(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    models = [(name, name) for name in explorer.model_names]
    choices: Sequence[Component] = [
        select("model", "Model", models),
        select("layer", "Layer", []),
        number("unit", "Unit", 0, None),
        image_steps(),
    ]
    return html.Div(
        [
            html.Div(choices, className="choices"),
            html.Div(
                [placed[panel.name] for panel in (WALL, UNIT, SCORES)], className="patterns-body"
            ),
        ],
        className="patterns",
    )


def _reply(view: PatternsView) -> Reply:
    return Reply(sentence=words.sentence(view), steps=steps(view, None))


PAGE = Page(
    path=PATTERNS,
    title="Patterns",
    question="What does this unit respond to?",
    words=(
        "unit",
        "map",
        "node",
        "layer",
        "cell",
        "activation",
        "receptive field",
        "dead",
        "OIP",
        "rank correlation",
        "95 % interval",
    ),
    keys=(
        ("← →", "previous, next image"),
        ("↑ ↓", "previous, next layer"),
        ("r", "random image"),
        ("w", "next misclassified image"),
    ),
    help="Click a unit on the wall. A patch opens its image in Explore.",
    fields=FIELDS,
    selection=PatternsSelection,
    look=look,
    panels=(WALL, UNIT, SCORES),
    arrange=_arrange,
    reply=_reply,
)
