"""The ablation race of one image, and over all images of its target."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.charts.decision.race import ORDERS, no_figure, race_figure
from app.frame.browsing.answer import ONE
from app.frame.components import graph, select, summary_id, switch
from app.frame.page import Panel, Part
from app.frame.words.wording import unit_word
from app.pages.decide.slow import results_words as words
from app.pages.decide.slow.results import curve, race_of
from app.pages.decide.spatial.cells import layer_choices
from app.pages.decide.view import DecideView
from cnn_core.network.layers import LayerInfo

RACE, NOTE, CURVE, CURVE_NOTE, CURVE_BOX = (
    "decide-race",
    "decide-race-note",
    "decide-curve",
    "decide-curve-note",
    "decide-curve-box",
)


def _layer(view: DecideView) -> LayerInfo:
    return view.explorer.network(view.selection.model).layer(view.selection.race)


def _draw_race(view: DecideView) -> dict[str, Any]:
    layer, run = _layer(view), race_of(view)
    p, q = view.class_name(run.target), view.class_name(run.rival)
    note = words.race_note(view, run, layer)
    return {
        "figure": race_figure(
            run.removed,
            words.race_curves(run),
            words.race_hovers(run, layer),
            measure=f"Δ({p}, {q})",
            unit_word=unit_word(layer, 2),
            band=run.random_band,
            flips=words.race_flips(view, run, layer),
        ),
        "note": note,
        "summary": note,
    }


def _race_frame(explorer: Explorer) -> Component:
    return html.Div(
        [
            html.P(id=NOTE, className="statement", role="status"),
            graph(RACE, "Margin against the number of units removed", class_name="race-figure"),
            html.Div(_orders(), className="legend"),
        ]
    )


def _orders() -> list[Component]:
    return [
        html.Span(
            [
                html.Span(
                    className=f"line {dash}",
                    style={"borderColor": colour},
                    **{"aria-hidden": "true"},
                ),
                name,
            ],
            className="legend-item",
        )
        for name, colour, dash in ORDERS.values()
    ]


def draw_curve(view: DecideView, number: int = 0) -> Part:
    """Draw the race over all images of the target, up to a part of them."""
    if not view.selection.curve:
        told = "Switch on “Over all images of the target” to run the race over every one of them."
        return _no_curve(told)
    part = curve(view, number)
    if part is None:
        return _no_curve(f"The {view.selection.set} set has no image of this class.")
    layer = _layer(view)
    note = words.curve_note(view, part.race, part.n_images, layer)
    figure = race_figure(
        part.race.removed,
        words.curve_curves(part.race),
        words.curve_hovers(part.race, layer),
        as_share=True,
        measure=f"still predicted {view.class_name(part.race.target)}",
        unit_word=unit_word(layer, 2),
    )
    drawn = {"figure": figure, "note": note, "is_hidden": False, "summary": note}
    return Part(drawn, part.next_part)


def _no_curve(told: str) -> Part:
    return Part({"figure": no_figure(), "note": told, "is_hidden": True, "summary": told}, None)


def _curve_frame(explorer: Explorer) -> Component:
    picture = graph(CURVE, "Accuracy against the number of units removed", class_name="race-figure")
    return html.Div(
        [
            html.P(id=CURVE_NOTE, className="curve-note", role="status"),
            html.Div(picture, id=CURVE_BOX, hidden=True),
        ]
    )


def race_head(explorer: Explorer) -> Component:
    """Title and choices of the race."""
    choices = [
        select("race", "Units of", layer_choices(explorer)),
        switch("curve", "Over all images of the target"),
    ]
    return html.Div(
        [
            html.H2("Ablation race: units removed one after another"),
            html.Div(choices, className="button-row on-line"),
        ],
        className="panel-head",
    )


RACE_PANEL = Panel(
    name="decide-race",
    depends_on=(*ONE, "p", "q", "race", "baseline"),
    layout=_race_frame,
    draw=_draw_race,
    outputs={"figure": (RACE, "figure")},
    texts={"note": NOTE, "summary": summary_id(RACE)},
    is_slow=True,
)
CURVE_PANEL = Panel(
    name="decide-curve",
    depends_on=("model", "set", "p", "q", "race", "baseline", "curve"),
    layout=_curve_frame,
    draw=draw_curve,
    outputs={"figure": (CURVE, "figure"), "is_hidden": (CURVE_BOX, "hidden")},
    texts={"note": CURVE_NOTE, "summary": summary_id(CURVE)},
    is_empty=lambda selection: not selection.curve,
    is_slow=True,
    in_parts=True,
)
