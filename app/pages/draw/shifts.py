"""Where the drawing stops being what it is: the answer at every shift, once the page has settled."""

from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.charts.shifts import shift_figure
from app.frame.components import EMPTY_FIGURE, graph, summary_id
from app.frame.page import Panel
from app.frame.words.wording import number_text, percent, probability_text
from app.pages.draw.view import DrawView
from cnn_core.drawing.answers import ShiftMap, shift_map

_FIGURE, _TITLE, _NOTE = "draw-shifts", "draw-shifts-title", "draw-shifts-note"
_EVERY_SHIFT = "The answer at every shift"


def _draw(view: DrawView) -> dict[str, Any]:
    if view.activations is None:
        told = "Draw something, and every shift of it is tried here."
        return {"figure": EMPTY_FIGURE, "title": _EVERY_SHIFT, "note": told, "summary": told}
    network = view.explorer.network(view.selection.model)
    found = shift_map(network, view.explorer.image(view.selection.subject))
    is_same = found.predictions == view.prediction
    names = [[view.class_name(int(one)) for one in row] for row in found.predictions]
    note = _note(view, found, float(is_same.mean()))
    return {
        "figure": shift_figure(found.steps, names, is_same, _hovers(view, found, names)),
        "title": f"Where does the answer stop being {view.class_name(view.prediction)}?",
        "note": note,
        "summary": note,
    }


def _note(view: DrawView, found: ShiftMap, share: float) -> str:
    name = view.class_name(view.prediction)
    far = int(found.steps[-1])
    told = (
        f"Each square is your drawing, shifted by up to {far} pixels; the letter is what the network "
        f"says then. At {percent(share)} of the {found.predictions.size} places it stays {name}."
    )
    if share == 1:
        return told
    down, right = np.nonzero(found.predictions != view.prediction)
    least = int(np.maximum(abs(found.steps[down]), abs(found.steps[right])).min())
    return f"{told} The nearest other answer is {least} pixel{'s' if least > 1 else ''} away."


def _hovers(view: DrawView, found: ShiftMap, names: list[list[str]]) -> list[list[str]]:
    probabilities = found.probabilities.max(axis=2)
    steps = [int(step) for step in found.steps]
    return [
        [
            f"{number_text(right, '+d')} to the right, {number_text(down, '+d')} down: "
            f"{names[row][column]}, probability "
            f"{probability_text(float(probabilities[row, column]))}"
            for column, right in enumerate(steps)
        ]
        for row, down in enumerate(steps)
    ]


def _frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            html.H2(_EVERY_SHIFT, id=_TITLE),
            graph(_FIGURE, _EVERY_SHIFT, class_name="shift-figure"),
            html.P(id=_NOTE, className="faint note"),
        ],
        className="panel",
        **{"aria-label": "Shifts"},
    )


SHIFTS = Panel(
    name="draw-shifts",
    depends_on=("model", "own"),
    layout=_frame,
    draw=_draw,
    outputs={"figure": (_FIGURE, "figure")},
    texts={"title": _TITLE, "note": _NOTE, "summary": summary_id(_FIGURE)},
    is_slow=True,
)
