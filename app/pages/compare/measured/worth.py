"""What the circles are worth: beside chance, on the whole set, cell by cell, among random threes."""

from dataclasses import replace
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component
from numpy.typing import NDArray

from app.explorer import Explorer
from app.figures import theme
from app.figures.charts.worth import accuracies_figure, chance_figure, intervals_figure
from app.frame.components import graph, picture_button
from app.frame.links import COMPARE, fragment
from app.frame.page import Panel, Part
from app.frame.parts import up_to
from app.pages.compare import words
from app.pages.compare.boards import GROUP_KEYS, HAND_KEYS
from app.pages.compare.measured.measures import TRIPLES
from app.pages.compare.measured.table import MOST_ROWS, CircleTable, table_parts
from app.pages.compare.measured.warnings import warnings_of
from app.pages.compare.state import write
from app.pages.compare.view import CompareView

WARNINGS, SENTENCE, DEEPER = "compare-warnings", "compare-sentence", "compare-deeper"
CHANCE, CHANCE_NOTE = "compare-chance", "compare-chance-note"
READERS, READERS_NOTE = "compare-readers", "compare-readers-note"
TABLE, TABLE_NOTE = "compare-table", "compare-table-note"
TRIPLES_FIGURE, TRIPLES_NOTE = "compare-triples", "compare-triples-note"
_AT_ONCE = 25
_CIRCLES = (*GROUP_KEYS, "layer", "t", *HAND_KEYS)


def _draw_worth(view: CompareView) -> dict[str, Any]:
    worth = view.measures.worth(view.selection)
    reader, network = worth.worth.reader, worth.network
    by_chance = worth.chance.across.unique if worth.chance else np.empty(0, np.int64)
    sentence = words.sentence(view, worth)
    warnings = warnings_of(view, worth.circles, reader)
    bars = (("circles", reader.overall, theme.ACCENT), ("network", network, theme.FAINT_INK))
    return {
        "warnings": [html.P(text, className="notice") for text in warnings if text != sentence],
        "sentence": sentence,
        "deeper": _deeper(view),
        "chance": chance_figure(by_chance, worth.n_unique),
        "chance_note": words.chance_note(worth),
        "readers": intervals_figure(
            [(name, share.value, share.low, share.high, ink) for name, share, ink in bars]
        ),
        "readers_note": words.readers_note(view, worth),
    }


def _deeper(view: CompareView) -> list[Any]:
    """The same images on the nodes of the last hidden layer: there circles do what they cannot here."""
    selection = view.selection
    hidden = view.explorer.network(selection.model).last_hidden
    if hidden is None or not view.layer.is_spatial or selection.by_hand:
        return []
    there = replace(selection, layer=hidden.name, zoom="", cell=None)
    told = words.deeper_text(view, view.measures.worth(there), hidden.name)
    door = html.A("See them", href=COMPARE + write(there, view.explorer) + fragment(selection.own))
    return [f"{told} ", door] if told else []


def _worth_frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            html.H2("What is it worth?"),
            html.P(
                [html.Span("Measuring the circles …", id=SENTENCE), " ", html.Span(id=DEEPER)],
                className="sentence",
                role="status",
            ),
            html.Div(id=WARNINGS, role="status", className="compare-warnings"),
            html.H3("Unique cells, beside chance"),
            graph(CHANCE, "Unique cells of random splits", class_name="small-chart"),
            html.P(id=CHANCE_NOTE, className="faint note"),
            html.H3("Right on the images not in A or B"),
            graph(
                READERS,
                "Accuracy of the circle reader and of the network",
                class_name="readers-chart",
            ),
            html.P(id=READERS_NOTE, className="faint note"),
            html.Div(
                [
                    picture_button(CHANCE, "chance", "Chance PNG"),
                    picture_button(READERS, "readers", "Readers PNG"),
                ],
                className="button-row",
            ),
        ],
        className="panel-part",
    )


def _threes_frame(explorer: Explorer) -> Component:
    start = html.Button(
        f"Try {TRIPLES} random threes",
        className="button",
        id="compare-try",
        **{"data-set-key": "triples", "data-set-value": "0"},
    )
    progress = html.Progress(
        id="compare-progress",
        max=str(TRIPLES),
        value="0",
        hidden=True,
        **{"aria-label": "Random threes judged"},
    )
    chart = graph(TRIPLES_FIGURE, "Accuracies of random circle readers", class_name="small-chart")
    return html.Div(
        [
            html.H3("Would other threes do as well?"),
            html.Div(
                [start, progress, picture_button(TRIPLES_FIGURE, "random_threes", "Threes PNG")],
                className="button-row",
            ),
            html.Div(chart, id="compare-triples-box", hidden=True),
            html.P(id=TRIPLES_NOTE, className="faint note", role="status"),
        ]
    )


def _draw_table(view: CompareView) -> dict[str, Any]:
    selection, measures = view.selection, view.measures
    worth, facts = measures.worth(selection), measures.facts_of_others(selection)
    return {
        "table": table_parts(view, CircleTable.of(worth, facts)),
        "note": words.table_note(view, worth, facts, MOST_ROWS),
    }


def _table_frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            html.H2("The circled cells"),
            html.P(id=TABLE_NOTE, className="faint note"),
            html.Div(
                "Measuring …",
                id=TABLE,
                className="table-box",
                tabIndex="0",
                role="region",
                **{"aria-label": "Table, to be scrolled"},
            ),
        ],
        className="panel",
        **{"aria-label": "The circled cells"},
    )


def draw_threes(view: CompareView, number: int = 0) -> Part:
    """Judge the circle readers of random threes, up to a part of them."""
    selection = view.selection
    nothing = {
        "figure": accuracies_figure(np.empty(0), ()),
        "is_hidden": True,
        "is_done": True,
        "progress": "0",
        "note": "",
    }
    if selection.triples is None:
        return Part(nothing, None)
    judged, next_part = _judged(view, number)
    if next_part is None and not len(judged):
        told = (
            "No random threes can be drawn and judged here: a class has too few images, or both "
            "classes are the same."
        )
        return Part({**nothing, "note": told}, None)
    reader = view.measures.worth(selection).worth.reader
    has_reader = reader.overall.n > 0 and (reader.share_a.any() or reader.share_b.any())
    own = reader.overall.value if has_reader else float("nan")
    share = float((judged <= own).mean()) if has_reader else float("nan")
    n_judged = TRIPLES if next_part is None else next_part * _AT_ONCE
    drawn = {
        "figure": accuracies_figure(judged, [(own, "these groups", theme.ACCENT)]),
        "is_hidden": False,
        "is_done": next_part is None,
        "progress": str(n_judged),
        "note": words.triples_sentence(
            selection, judged.mean(), judged.min(), judged.max(), share, own
        )
        if next_part is None
        else f"{n_judged} of {TRIPLES} random threes judged …",
    }
    return Part(drawn, next_part)


def _judged(view: CompareView, number: int) -> tuple[NDArray[np.float64], int | None]:
    """Accuracies of the random threes up to a part."""
    selection, measures = view.selection, view.measures

    def add(before: NDArray[np.float64] | None, rows: slice, _: int) -> NDArray[np.float64]:
        found = measures.triples(selection, rows.start, rows.stop - rows.start).accuracies
        fresh = found[np.isfinite(found)]
        return fresh if before is None else np.concatenate([before, fresh])

    keys = ("model", "layer", "p", "q", "t", "triples")
    key = ("threes", *(selection.values()[key] for key in keys))
    return up_to(view.explorer.kept, key, number, TRIPLES, _AT_ONCE, add, 8 * TRIPLES)


WORTH_PANEL = Panel(
    name="compare-worth",
    depends_on=_CIRCLES,
    layout=_worth_frame,
    draw=_draw_worth,
    outputs={"chance": (CHANCE, "figure"), "readers": (READERS, "figure")},
    markup={"warnings": WARNINGS, "deeper": DEEPER},
    texts={"sentence": SENTENCE, "chance_note": CHANCE_NOTE, "readers_note": READERS_NOTE},
    is_slow=True,
)
TABLE_PANEL = Panel(
    name="compare-table",
    depends_on=(*_CIRCLES, "sort", "cell"),
    layout=_table_frame,
    draw=_draw_table,
    markup={"table": TABLE},
    texts={"note": TABLE_NOTE},
    is_slow=True,
)
THREES_PANEL = Panel(
    name="compare-threes",
    depends_on=(*_CIRCLES, "triples"),
    draw=draw_threes,
    layout=_threes_frame,
    outputs={
        "figure": (TRIPLES_FIGURE, "figure"),
        "is_hidden": ("compare-triples-box", "hidden"),
        "is_done": ("compare-progress", "hidden"),
        "progress": ("compare-progress", "value"),
    },
    texts={"note": TRIPLES_NOTE},
    is_empty=lambda selection: selection.triples is None,
    is_slow=True,
    in_parts=True,
)
