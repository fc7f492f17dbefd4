"""One unit: what excites it among real images, the pattern made for it, its filter."""

from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component
from numpy.typing import NDArray

from app.figures.pictures.thumbnail import image_thumbnail, thumbnail
from app.frame.links import EXPLORE, link
from app.frame.page import Panel
from app.frame.words.glossary import term
from app.frame.words.wording import number_text
from app.pages.patterns import words
from app.pages.patterns.view import PatternsView, filter_of, patches_of
from cnn_core.patterns.results import UnitPatterns

UNIT_AREA = "patterns-unit"


def draw_unit(view: PatternsView) -> dict[str, Any]:
    """Draw all that is to be seen of the unit, as far as it is known."""
    found = view.unit_found
    name = html.H2(words.name_of(view))
    if found is None:
        return {"unit": [name, html.P(words.missing(view), className="statement")]}
    return {
        "unit": [
            name,
            html.H3(
                "What comes nearest to exciting it: nine real patches"
                if found.is_dead
                else "What excites it most: nine real patches"
            ),
            html.Div(_patches(view, found), className="patches nine"),
            html.P(
                "Under each: label of its image and activation. A click opens it in Explore.",
                className="faint note",
            ),
            html.H3([term("OIP", "The pattern made for it")]),
            *_made(found),
            html.P(words.pattern_text(view, found), className="note"),
            *_filter(view),
        ]
    }


def _patches(view: PatternsView, found: UnitPatterns) -> list[Component]:
    cards = []
    for patch, window in zip(found.patches, patches_of(view), strict=False):
        label = view.class_name(int(view.explorer.dataset("train").labels[patch.image]))
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
        answer = patch.response if found.is_dead else patch.activation
        told = f"{label} · {number_text(answer, '.3g')}"
        cards.append(
            html.A(
                [picture, html.Span(told, className="faint figures")],
                href=address,
                title=f"Train image {patch.image} in Explore",
                className="patch-card",
            )
        )
    return cards or [html.P("The training images are not here.", className="faint")]


def _made(found: UnitPatterns) -> list[Component]:
    if found.pattern is None or found.pattern_response is None:
        return []
    starts = list(zip(found.pattern, found.pattern_response.tolist(), strict=True))
    rows = [("the best from three kinds of starts, with its answer", starts)]
    if found.strip is not None and found.strip_response is not None:
        way = list(zip(found.strip, found.strip_response.tolist(), strict=True))
        rows.append(("the first of them on its way, from noise", [*way, starts[0]]))
    return [
        html.Div(
            [
                html.Span(title, className="faint note"),
                html.Div([captioned(*one) for one in pictures], className=f"row made-{place}"),
            ]
        )
        for place, (title, pictures) in enumerate(rows)
    ]


def captioned(window: NDArray[np.uint8], answer: float) -> Component:
    """A made picture with what the unit answers to it."""
    picture = image_thumbnail(window.astype(np.float32) / np.float32(255))
    told = number_text(answer, ".3g")
    return html.Figure(
        [
            html.Img(src=picture, alt=f"Pattern, answer {told}", className="patch"),
            html.Figcaption(told, className="faint figures"),
        ]
    )


def _filter(view: PatternsView) -> list[Component]:
    """The filter of a unit that reads pixels."""
    kernel = filter_of(view)
    if kernel is None:
        return []
    reach = float(np.abs(kernel).max()) or 1.0
    return [
        html.H3("Its filter"),
        html.Div(
            [
                html.Img(
                    src=thumbnail(one, (-reach, reach), colour_map="diverging"),
                    alt="Weights of the filter",
                    className="patch",
                )
                for one in np.moveaxis(kernel, 2, 0)
            ],
            className="patches",
        ),
        html.P(
            f"Weights on the pixels, from {number_text(-reach)} (blue) to {reach:.3g} (red).",
            className="faint note",
        ),
    ]


UNIT = Panel(
    name="patterns-unit",
    depends_on=("model", "layer", "unit"),
    layout=lambda explorer: html.Section(
        id=UNIT_AREA, className="panel", **{"aria-label": "One unit"}
    ),
    draw=draw_unit,
    outputs={"unit": (UNIT_AREA, "children")},
)
