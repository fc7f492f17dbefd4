"""The way from the drawing to a test image, and where on it the answer changes."""

from typing import Any

import dash_bootstrap_components as dbc
import numpy as np
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.charts.amounts import Line, amounts_figure
from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.components import EMPTY_FIGURE, control, graph, labelled, number, select, summary_id
from app.frame.links import DECIDE, DRAW, link_to
from app.frame.page import Panel
from app.frame.subject import Subject
from app.frame.words.wording import number_text, percent, probability_text
from app.pages.draw.state import MAPS, PIXELS, mixed_layer
from app.pages.draw.view import DrawView
from cnn_core.drawing.morphing import Flip, Morph, mixed_pixels, morph
from cnn_core.drawing.own_images import light_of
from cnn_core.drawing.packed import pack
from cnn_core.network.activations import softmax

_FIGURE, _NOTE, _LINK, _PLACE = "draw-way", "draw-way-note", "draw-way-link", "draw-way-place"


def _draw(view: DrawView) -> dict[str, Any]:
    if view.activations is None:
        told = "Draw something, and it is turned step by step into a test image here."
        return {"figure": EMPTY_FIGURE, "note": told, "place": [], "link": [], "summary": told}
    last = Subject(view.selection.set, view.selection.to)
    found = _found(view, last)
    note = _note(view, found, last)
    return {
        "figure": _figure(view, found),
        "note": note,
        "place": _place(view, found, last),
        "link": [] if found.flip is None else _doors(view, found.flip),
        "summary": note,
    }


def _found(view: DrawView, last: Subject) -> Morph:
    """The way, kept while the reader looks at one place of it after another."""
    selection, explorer = view.selection, view.explorer
    layer = (mixed_layer(explorer, selection.model) or "") if selection.by == MAPS else ""
    return explorer.kept.get_or_make(
        ("way", selection.model, selection.subject, last, layer),
        lambda: morph(
            explorer.network(selection.model),
            explorer.image(selection.subject),
            explorer.image(last),
            layer=layer,
        ),
        lambda made: made.logits.nbytes,
    )


def _figure(view: DrawView, found: Morph) -> dict[str, Any]:
    p, q = view.class_name(found.target), view.class_name(found.rival)
    margin = found.margin.tolist()
    best = found.logits.argmax(axis=1)
    hovers = [
        f"{percent(place)} of the way: {view.class_name(int(answer))}, margin "
        f"{number_text(value, '.2f')}"
        for place, answer, value in zip(found.way, best, margin, strict=True)
    ]
    return amounts_figure(
        (100 * found.way).tolist(),
        [Line("margin", margin, hovers)],
        ("per cent of the way", f"margin of {p} over {q}"),
        is_share=False,
        marked=100 * found.flip.after if found.flip else None,
    )


def _note(view: DrawView, found: Morph, last: Subject) -> str:
    what = f"in the maps of {found.layer}" if found.layer else "pixel by pixel"
    start = f"Your drawing is mixed with {last.name}, {what}."
    if found.flip is None:
        return f"{start} It stays {view.class_name(view.prediction)} on the whole way."
    name = view.class_name(found.flip.new)
    return f"{start} After {percent(found.flip.after, 1)} of the way it becomes {name}."


def _place(view: DrawView, found: Morph, last: Subject) -> list[Component]:
    """The mixture at one place, where it is an image, and what the network says of it."""
    place = view.selection.at
    logits = found.logits[place].astype(np.float64)
    answer = int(logits.argmax())
    share = probability_text(float(softmax(logits)[answer]))
    margin = number_text(float(found.margin[place]), ".2f")
    told = f"At {place} %: {view.class_name(answer)}, probability {share}; margin {margin}."
    if found.layer:
        return [html.Span(f"{told} Mixed maps belong to no image.")]
    value_range = view.explorer.network(view.selection.model).value_range
    ends = (view.explorer.image(one) for one in (view.selection.subject, last))
    first, end = (light_of(np.asarray(image), value_range) for image in ends)
    mixed = mixed_pixels(first, end, np.array([place / 100]))[0]
    picture = image_thumbnail((mixed / 255).astype(np.float32))
    take = html.A("Take this image", href=_address(view, DRAW, mixed, to=last.image))
    return [html.Img(src=picture, alt="the mixture"), html.Span([f"{told} ", take])]


def _address(view: DrawView, path: str, pixels: Any, **values: Any) -> str:
    selection = view.selection
    subject = Subject(selection.set, selection.image or 0, pack(pixels))
    return link_to(view.explorer, path, selection.model, subject, **values)


def _doors(view: DrawView, flip: Flip) -> list[Component]:
    """Ways on with the image at which the answer changes; mixed maps have none."""
    if flip.pixels is None:
        return []
    decide = _address(view, DECIDE, flip.pixels, p=flip.old, q=flip.new)
    return [
        html.A(
            "Take the image at which it changes",
            href=_address(view, DRAW, flip.pixels, to=view.selection.to),
        ),
        html.Span(" · ", className="faint"),
        html.A("Decide on it", href=decide),
    ]


def _frame(explorer: Explorer) -> Component:
    slider = dbc.Input(
        id=control("at"), type="range", min=0, max=100, step=1, value=50, className="slider"
    )
    ways = [(PIXELS, "the pixels"), (MAPS, "the maps of the last convolution")]
    has_maps = any(mixed_layer(explorer, name) for name in explorer.model_names)
    return html.Section(
        [
            html.H2("On the way to a test image"),
            html.Div(
                [
                    number("to", "To image", 0, None),
                    select("by", "What is mixed", ways if has_maps else ways[:1]),
                ],
                className="button-row",
            ),
            graph(_FIGURE, "The margin on the way to a test image", class_name="amount-figure"),
            labelled("Place on the way", slider, class_name="field"),
            html.Div(id=_PLACE, className="way-place note"),
            html.P(id=_NOTE, className="faint note"),
            html.P(id=_LINK),
        ],
        className="panel",
        **{"aria-label": "Way to a test image"},
    )


WAY = Panel(
    name="draw-way",
    depends_on=("model", "own", "set", "to", "by", "at"),
    layout=_frame,
    draw=_draw,
    outputs={"figure": (_FIGURE, "figure")},
    texts={"note": _NOTE, "summary": summary_id(_FIGURE)},
    markup={"place": _PLACE, "link": _LINK},
    is_slow=True,
)
