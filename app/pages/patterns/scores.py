"""How the unit answers over many images, how far it can be predicted, and its relatives."""

from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from app.figures.pictures.thumbnail import thumbnail
from app.frame.components import table
from app.frame.links import PATTERNS, link
from app.frame.page import Panel
from app.frame.words.wording import interval, number_text, percent
from app.pages.patterns import words
from app.pages.patterns.view import PatternsView, firing_of
from cnn_core.patterns.results import UnitPatterns

SCORES_AREA = "patterns-scores"


def draw_scores(view: PatternsView) -> dict[str, Any]:
    """Draw what was measured of the unit, as far as it is known."""
    found = view.unit_found
    if found is None:
        return {"scores": None}
    parts = [
        _histogram(view, found),
        _firing(view, found),
        _place(found),
        _predicted(found),
        _relatives(view),
    ]
    return {"scores": [one for part in parts for one in part]}


def _histogram(view: PatternsView, found: UnitPatterns) -> list[Component]:
    if found.counts is None or not found.bin_width or found.first_edge is None:
        return []
    counts = found.counts
    here = int((view.response - found.first_edge) // found.bin_width)
    here = min(max(here, 0), len(counts) - 1)
    zero = round(-found.first_edge / found.bin_width)
    bars = [
        html.Span(
            className="here" if place == here else "silent" if place < zero else "",
            style={"--share": f"{(count / max(int(counts.max()), 1)) ** 0.5:.3f}"},
            title=f"{count:,} images from {found.first_edge + place * found.bin_width:.2f}",
        )
        for place, count in enumerate(counts.tolist())
    ]
    last = found.first_edge + len(counts) * found.bin_width
    ends = f"{number_text(found.first_edge, '.2g')} … {number_text(last, '.3g')}"
    told = words.response_text(view)
    return [
        html.H3("Its answer to all test images"),
        html.Div(bars, className="histogram", role="img", **{"aria-label": told}),
        html.P(f"{ends}; grey: below 0, it does not fire.", className="faint note"),
        html.P(told, className="note"),
    ]


def _firing(view: PatternsView, found: UnitPatterns) -> list[Component]:
    firing = firing_of(view)
    if firing is None:
        return []
    if found.is_dead:
        told = words.fires_in(view)
        return [html.P(f"A dead unit: {told}, so that nothing can be predicted.", className="note")]
    rows = [
        (
            view.class_name(number),
            html.Span(percent(share, 0), className="bar", style={"--share": f"{share:.3f}"}),
            interval(low, high, 0),
        )
        for number, (share, low, high) in enumerate(firing)
        if share == share
    ]
    return [
        html.H3("How often it fires, by class"),
        table(rows, ("class", "fires in", "95 % interval")),
    ]


def _place(found: UnitPatterns) -> list[Component]:
    if found.is_dead or found.place is None or found.place_scale is None or found.place.size == 1:
        return []
    place = found.place.astype(np.float32) * np.float32(found.place_scale / 127)
    picture = thumbnail(place, (0.0, float(place.max()) or 1.0))
    return [
        html.H3("Where in the picture, on average"),
        html.Img(src=picture, alt="Mean activation of each cell", className="place"),
    ]


def _predicted(found: UnitPatterns) -> list[Component]:
    rows = words.score_rows(found)
    if found.is_dead or not rows:
        return []
    return [
        html.H3("Can you predict it?"),
        html.P(
            "Two images, one excites it and one does not: is the one that looks more like the "
            "references the right one? A coin is right in 50 %.",
            className="note",
        ),
        table(rows, ("references", "right choices", "rank correlation")),
        html.P(
            html.Button(
                "Try it yourself: quiz",
                className="button small",
                **{"data-set-key": "quiz", "data-set-value": "q"},
            )
        ),
    ]


def _relatives(view: PatternsView) -> list[Component]:
    if not view.relatives:
        return []
    items = []
    for one in view.relatives:
        name = f"{one.model}, unit {one.unit}"
        address = link(
            view.explorer, PATTERNS, model=one.model, layer=view.layer.name, unit=one.unit
        )
        shown = html.A(name, href=address) if one.model in view.explorer.model_names else name
        items.append(html.Li([shown, f": {words.relative_text(one)}"]))
    return [
        html.H3("The same detector in other trainings"),
        html.Ul(items, className="note"),
        html.P(words.relatives_note(view.relatives), className="faint note"),
    ]


SCORES = Panel(
    name="patterns-scores",
    depends_on=("model", "layer", "unit", "set", "image", "own"),
    layout=lambda explorer: html.Section(
        id=SCORES_AREA, className="panel", **{"aria-label": "How it answers"}
    ),
    draw=draw_scores,
    outputs={"scores": (SCORES_AREA, "children")},
)
