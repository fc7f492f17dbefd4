"""Is the number fair, and does it hang on the threshold? Beside what the circles are worth."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.charts.worth import strip_figure
from app.frame.components import EMPTY_FIGURE, graph
from app.frame.links import COMPARE
from app.frame.page import Panel
from app.frame.query import write_query
from app.pages.compare import words
from app.pages.compare.boards import GROUP_KEYS, HAND_KEYS
from app.pages.compare.groups.fairness import FairChoice, fair_choice, is_flattered
from app.pages.compare.view import CompareView

FAIR, STRIP, STRIP_BOX = "compare-fair", "compare-strip", "compare-strip-box"
STRIP_NOTE = "compare-strip-note"


def _draw(view: CompareView) -> dict[str, Any]:
    selection, measures = view.selection, view.measures
    strip = () if selection.by_hand else measures.strip(selection)
    judged = [one for one in strip if one.reader.overall.n]
    points = [
        (one.threshold, one.reader.overall.value, one.reader.overall.low, one.reader.overall.high)
        for one in judged
    ]
    return {
        "fair": _fair(view),
        "strip": strip_figure(points, selection.t) if points else EMPTY_FIGURE,
        "is_hidden": not points,
        "strip_note": words.strip_note(view, judged),
    }


def _fair(view: CompareView) -> list[Component]:
    selection = view.selection
    # Cells that were drawn by hand are chosen by nobody but the reader.
    is_by_rule = not selection.by_hand and selection.p != selection.q
    if not is_by_rule or not is_flattered(view.explorer, selection):
        return []
    mark = html.Strong("Chosen on the images that score it.")
    chosen = fair_choice(view.explorer, selection)
    if chosen is None:
        return [mark, " Neither training images nor another model is there to choose on fairly."]
    told = words.fair_text(view, view.measures.worth(chosen.selection), chosen.by_model)
    return [mark, f" {told} ", *_door(view, chosen)]


def _door(view: CompareView, chosen: FairChoice) -> list[Component]:
    """The fair groups themselves."""
    if view.selection.own:
        return []
    told = view.selection.values() | {"set": chosen.selection.set, "cell": None}
    if chosen.by_model is not None:
        told |= {key: chosen.selection.members[key] for key in "ab"}
    keys = ("model", "set", "layer", "a", "b", "p", "q", "t", *(f"r{key}" for key in "ab"))
    told = {key: told[key] for key in (*keys, "na", "nb", "seed")}
    for key in "ab":
        if told[key] is not None:
            told[f"r{key}"] = told[f"n{key}"] = None
    return [html.A("See these groups", href=COMPARE + write_query(told))]


def _frame(explorer: Explorer) -> Component:
    chart = graph(STRIP, "Accuracy of the circles by threshold", class_name="small-chart")
    return html.Div(
        [
            html.P(id=FAIR, className="note", role="status"),
            html.Div(
                [html.H3("Does it hang on the share of peak?"), chart], id=STRIP_BOX, hidden=True
            ),
            html.P(id=STRIP_NOTE, className="faint note"),
        ],
        className="panel-part",
    )


FAIR_PANEL = Panel(
    name="compare-fair",
    depends_on=(*GROUP_KEYS, "layer", "t", *HAND_KEYS),
    layout=_frame,
    draw=_draw,
    outputs={
        "fair": (FAIR, "children"),
        "strip": (STRIP, "figure"),
        "is_hidden": (STRIP_BOX, "hidden"),
    },
    texts={"strip_note": STRIP_NOTE},
    is_slow=True,
)
