"""The same ledger before training: what of a picture the network draws without having learned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.charts.decision.bar_lists import bar_lists_figure
from app.frame.browsing.answer import ONE
from app.frame.components import EMPTY_FIGURE, graph, summary_id
from app.frame.page import Panel
from app.frame.recorded.records import records_of
from app.frame.words.wording import signed
from app.pages.decide.view import DecideView, pixels_of, reference_of
from cnn_core.decision.ledger import NodeLedger, ledger, node_ledger
from cnn_core.decision.visibility import Agreement, agreement
from cnn_core.errors import DataError, LookingGlassError

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

TWIN, BOX, NOTE = "decide-twin", "decide-twin-box", "decide-twin-note"
N_BARS = 8
ABSENT = (
    "There is no untrained twin of this model: it is known where a file of snapshots begins with step 0 "
    "(`--snapshots FILE`), or where the records beside the model tell the seed that its training began "
    "from."
)
_MUCH, _SOME = 0.7, 0.3


@dataclass(frozen=True, eq=False)
class Twins:
    """One image's ledgers in a network and in its untrained twin.

    Attributes
    ----------
    trained, untrained
        Over the nodes, of the one image.
    nodes, pixels
        How alike their terms are, and those of the ledgers over pixels.
    """

    trained: NodeLedger
    untrained: NodeLedger
    nodes: Agreement
    pixels: Agreement


@lru_cache(maxsize=4)
def twin_of(explorer: Explorer, model: str) -> Network | None:
    """The network as it was before its training; None where nobody wrote down how that began.

    From step 0 of its snapshots, else from the seed that the records beside it tell.
    """
    network = explorer.network(model)
    try:
        course = explorer.course(model)
        if course is not None and course.moments[0].step == 0:
            return course.network_at(0)
    except LookingGlassError:
        pass  # The Training page says what is wrong with the file.
    return _of_seed(network)


def _of_seed(network: Network) -> Network | None:
    record = records_of(network).record
    if record is None or record.get("seed") is None:
        return None
    # With it comes TensorFlow: a server starts without it.
    from cnn_core.training.course import untrained_twin

    try:
        twin = untrained_twin(network, int(record["seed"]))
    except DataError:
        return None
    is_fed_alike = (twin.pixels, twin.value_range) == (network.pixels, network.value_range)
    return twin if is_fed_alike else None


def twins_of(view: DecideView) -> Twins | None:
    """Open the margin in the network and in its twin; None where there is no twin."""
    network = view.explorer.network(view.selection.model)
    twin = twin_of(view.explorer, view.selection.model)
    if twin is None:
        return None
    asked = view.image[None], view.p, view.q
    trained, untrained = (node_ledger(one, *asked) for one in (network, twin))
    reference = reference_of(view.explorer, view.selection.ref)
    of_pixels = ledger(twin, "", *asked).against(reference)
    return Twins(
        trained,
        untrained,
        agreement(trained.terms, untrained.terms),
        agreement(pixels_of(view).terms, of_pixels.terms),
    )


def twin_text(view: DecideView, found: Twins) -> str:
    """Tell how alike the two are, and what that means."""
    p, q = view.class_name(view.p), view.class_name(view.q)
    before = float(found.untrained.margin[0])
    nodes, pixels = found.nodes.rank_correlation, found.pixels.rank_correlation
    return (
        f"With the weights that its training began from, the network says Δ({p}, {q}) = "
        f"{signed(before)}. Its nodes' entries come in {_alike(nodes)} as the trained ones' (rank "
        f"correlation {signed(nodes)}), its pixels' entries in {_alike(pixels)} "
        f"({signed(pixels)}; sizes alone {signed(found.pixels.of_sizes)}). A pattern that the untrained network draws too explains the "
        "picture, not the decision."
    )


def _alike(rank: float) -> str:
    if not np.isfinite(rank):
        return "an order that cannot be compared"
    if rank >= _MUCH:
        return "much the same order"
    return "partly the same order" if rank >= _SOME else "hardly the same order"


def draw_twin(view: DecideView) -> dict[str, Any]:
    """Draw the nodes that count most after training and before it."""
    found = twins_of(view)
    if found is None:
        return {"figure": EMPTY_FIGURE, "is_hidden": True, "note": ABSENT, "summary": ABSENT}
    note = twin_text(view, found)
    lists = [
        (title, *_largest(opened))
        for title, opened in (("trained", found.trained), ("untrained", found.untrained))
    ]
    figure = bar_lists_figure(lists, view.p, view.q)
    return {"figure": figure, "is_hidden": False, "note": note, "summary": note}


def _largest(opened: NodeLedger) -> tuple[list[str], list[float]]:
    terms = opened.terms[0]
    order = np.argsort(-np.abs(terms), kind="stable")[:N_BARS]
    return [str(unit) for unit in order.tolist()], terms[order].tolist()


def _frame(explorer: Explorer) -> Component:
    picture = graph(TWIN, "Nodes that count most, trained and untrained", class_name="bar-lists")
    return html.Section(
        [
            html.H2("The same ledger before training"),
            html.P(id=NOTE, className="statement", role="status"),
            html.Div(picture, id=BOX, hidden=True),
        ],
        className="panel below",
        **{"aria-label": "The same ledger before training"},
    )


TWIN_PANEL = Panel(
    name="decide-twin",
    depends_on=(*ONE, "p", "q", "ref"),
    layout=_frame,
    draw=draw_twin,
    outputs={"figure": (TWIN, "figure"), "is_hidden": (BOX, "hidden")},
    texts={"note": NOTE, "summary": summary_id(TWIN)},
    is_slow=True,
)
