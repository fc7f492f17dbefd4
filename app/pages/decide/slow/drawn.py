"""Silenced units that put out what they do in images of the rival: a distribution, not one number."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.charts.decision.drawn import drawn_figure
from app.frame.browsing.answer import ONE
from app.frame.components import EMPTY_FIGURE, graph, summary_id
from app.frame.page import Panel
from app.pages.decide.slow import results_words as words
from app.pages.decide.slow.results import drawn_of
from app.pages.decide.view import DecideView

DRAWN, BOX, NOTE = "decide-drawn", "decide-drawn-box", "decide-drawn-note"


def draw_drawn(view: DecideView) -> dict[str, Any]:
    """Draw the distribution, or nothing where nothing is silenced or there is no donor."""
    found = drawn_of(view) if view.selection.off else None
    note = words.drawn_text(view, found) if view.selection.off else ""
    figure = EMPTY_FIGURE
    if found is not None:
        figure = drawn_figure(
            found.effects,
            found.quantiles(words.DRAWN_SHARES).tolist(),
            measure=f"change of Δ({view.class_name(view.p)}, {view.class_name(view.q)})",
        )
    return {"figure": figure, "is_hidden": not note, "note": note, "summary": note}


def _frame(explorer: Explorer) -> Component:
    strip = graph(DRAWN, "Changes of the margin, one stroke for each donor", class_name="strip")
    return html.Section(
        [
            html.H2("The same units with values lent by images of the rival"),
            html.P(id=NOTE, className="statement", role="status"),
            strip,
        ],
        id=BOX,
        className="panel below",
        hidden=True,
        **{"aria-label": "Units with values lent by images of the rival"},
    )


DRAWN_PANEL = Panel(
    name="decide-drawn",
    depends_on=(*ONE, "p", "q", "off"),
    layout=_frame,
    draw=draw_drawn,
    outputs={"figure": (DRAWN, "figure"), "is_hidden": (BOX, "hidden")},
    texts={"note": NOTE, "summary": summary_id(DRAWN)},
    is_empty=lambda selection: not selection.off,
    is_slow=True,
)
