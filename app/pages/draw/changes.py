"""How the answer holds when the drawing is turned, scaled, redrawn or made noisy."""

from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.charts.amounts import Line, amounts_figure
from app.frame.components import EMPTY_FIGURE, graph, select, summary_id
from app.frame.page import Panel
from app.frame.words.wording import number_text, percent, probability_text
from app.pages.draw.state import KIND_NAMES, kinds_for
from app.pages.draw.view import DrawView
from cnn_core.drawing.answers import Curve, curve
from cnn_core.drawing.change_results import SHIFTS, ModelChanges, load_changes
from cnn_core.drawing.changes import kind_of
from cnn_core.drawing.from_paper.strokes import stroke_width
from cnn_core.errors import ArtifactError

_FIGURE, _NOTE = "draw-changes", "draw-changes-note"


def _draw(view: DrawView) -> dict[str, Any]:
    if view.activations is None:
        told = "Draw something, and it is turned, scaled, redrawn and made noisy here."
        return {"figure": EMPTY_FIGURE, "note": told, "summary": told}
    selection = view.selection
    image = view.explorer.image(selection.subject)
    found = curve(view.explorer.network(selection.model), image, selection.change)
    start = _start(view, selection.change)
    lines = [_own_line(view, found)]
    counted = counts_of(view.explorer, selection.model)
    note = _note(view, found, start)
    if counted is not None and counted.curve(found.kind) is not None:
        lines.append(_set_line(counted, found.kind))
        note += f" Dashed: the share of {counted.n_images:,} test images that it gets right then."
    title = f"{KIND_NAMES[found.kind]}, {kind_of(found.kind).unit}"
    figure = amounts_figure(
        found.amounts.tolist(), lines, (title, "probability"), is_share=True, marked=start
    )
    return {"figure": figure, "note": note, "summary": note}


def counts_of(explorer: Explorer, model: str) -> ModelChanges | None:
    """What the test set does under changes, by the checksums of model and images."""
    if explorer.folder is None or explorer.set_names[0] != "test":
        return None
    try:
        found = load_changes(explorer.folder / SHIFTS)
    except ArtifactError:
        return None
    wanted = explorer.identity(model), explorer.dataset("test").digest
    return next((one for one in found if (one.model_digest, one.test_digest) == wanted), None)


def _start(view: DrawView, kind: str) -> float:
    """The amount that leaves the drawing as it is: of its strokes, the width they have."""
    unchanged = kind_of(kind).unchanged
    if unchanged is not None:
        return unchanged
    shown = view.explorer.shown(view.explorer.image(view.selection.subject))
    return stroke_width(shown[..., 0])


def _own_line(view: DrawView, found: Curve) -> Line:
    shares = found.probabilities[:, view.prediction].tolist()
    hovers = [
        f"{_amount(amount)}: {view.class_name(int(best))}; {view.class_name(view.prediction)} has "
        f"probability {probability_text(share)}"
        for amount, best, share in zip(found.amounts, found.predictions, shares, strict=True)
    ]
    return Line("your drawing", shares, hovers)


def _set_line(counted: ModelChanges, kind: str) -> Line:
    one = counted.curve(kind)
    assert one is not None
    shares = [n / counted.n_images for n in one.n_right]
    hovers = [
        f"{_amount(amount)}: {percent(share)} of the test images right"
        for amount, share in zip(one.amounts, shares, strict=True)
    ]
    return Line("test images right", shares, hovers)


def _amount(amount: float) -> str:
    return number_text(float(amount), "g")


def _note(view: DrawView, found: Curve, start: float) -> str:
    """Tell how far from the drawing as it is the answer holds."""
    name, unit = view.class_name(view.prediction), kind_of(found.kind).unit
    first = int(np.abs(found.amounts - start).argmin())
    same = found.predictions == view.prediction
    if same.all():
        return f"It stays {name} at all {len(same)} amounts tried."
    if not same[first]:
        other = view.class_name(int(found.predictions[first]))
        return f"Redrawn with strokes as wide as they are, it is already taken for {other}."
    low = high = first
    while low > 0 and same[low - 1]:
        low -= 1
    while high < len(same) - 1 and same[high + 1]:
        high += 1
    told = f"It stays {name} from {_amount(found.amounts[low])} to {_amount(found.amounts[high])} {unit}."
    beyond = [
        f"at {_amount(found.amounts[place])} it becomes {view.class_name(int(found.predictions[place]))}"
        for place in (low - 1, high + 1)
        if 0 <= place < len(same)
    ]
    return f"{told} Beyond, {' and '.join(beyond)}."


def _frame(explorer: Explorer) -> Component:
    kinds = [(kind, KIND_NAMES[kind]) for kind in kinds_for(explorer)]
    return html.Section(
        [
            html.H2("How far can it be changed?"),
            select("change", "Change", kinds),
            graph(_FIGURE, "The answer over the amount of a change", class_name="amount-figure"),
            html.P(id=_NOTE, className="faint note"),
        ],
        className="panel",
        **{"aria-label": "Changes"},
    )


CHANGES = Panel(
    name="draw-changes",
    depends_on=("model", "own", "change"),
    layout=_frame,
    draw=_draw,
    outputs={"figure": (_FIGURE, "figure")},
    texts={"note": _NOTE, "summary": summary_id(_FIGURE)},
    is_slow=True,
)
