"""What the Decide page says: short sentences made of the numbers that it shows."""

import numpy as np
from numpy.typing import NDArray

from app.frame.words.wording import number_text, probability_text, shape_text, signed, unit_word
from app.pages.decide.view import Cells, DecideView, Nodes, nodes_of
from cnn_core.decision.ledger import Ledger

N_LISTED = 5
GATES = (
    "The sum is exact for this image. Unlike for the nodes above, silencing can change more than an "
    "entry: nodes behind it may then switch on or off."
)
NOT_EXACT = (
    "Not exact: behind this layer the network is not piecewise linear, so value × "
    "gradient leaves the residual unexplained."
)
NODE_GATES = "Each bar is also exactly what silencing its node takes away."


def reason(view: DecideView, nodes: Nodes) -> tuple[str, str]:
    """Tell the decision in one or two sentences.

    Returns
    -------
    headline, detail : str
    """
    p, q = view.class_name(view.p), view.class_name(view.q)
    margin = view.answer.margin
    headline = (
        f"{p} and not {q}"
        if margin > 0
        else f"{q} and not {p}"
        if margin < 0
        else f"{p} and {q} are level"
    )
    terms = nodes.ledger.by_unit[0]
    towards, against = float(terms[terms > 0].sum()), float(terms[terms < 0].sum())
    constant = float(nodes.ledger.constant[0])
    detail = (
        f"Nodes give {number_text(towards, '.2f')} points for {p} and "
        f"{number_text(-against, '.2f')} for {q}; with {signed(constant)} from the biases the "
        f"margin is Δ = {signed(margin)}. "
    )
    detail += _who_carries(nodes, terms)
    if view.prediction not in (view.p, view.q):
        detail += f" The prediction is neither: {view.class_name(view.prediction)}."
    return headline, detail


def _who_carries(nodes: Nodes, terms: NDArray[np.float64]) -> str:
    if nodes.n_half == 0:
        return "Every node is silent here; the biases decide alone."
    named = ", ".join(
        f"{unit} ({signed(terms[unit], 1)})" for unit in nodes.ranking.order[: min(nodes.n_half, 3)]
    )
    if nodes.n_half == 1:
        return f"Node {named} alone does half of the pushing."
    first = f"nodes {named}" if nodes.n_half <= 3 else f"first {named}"
    return f"{nodes.n_half} of {len(terms):,} nodes do half of the pushing, {first}."


def verdict(view: DecideView) -> tuple[str, str, str]:
    """Names of label and prediction, and "right", "wrong", or "" where nobody knows the label."""
    if view.label is None:
        return "unknown", view.class_name(view.prediction), ""
    agreement = "right" if view.label == view.prediction else "wrong"
    return view.class_name(view.label), view.class_name(view.prediction), agreement


def sum_parts(opened: Ledger) -> tuple[str, bool, str]:
    """The check of a ledger: constant plus terms against the network's own margin.

    Parameters
    ----------
    opened
        Of one image.

    Returns
    -------
    equation : str
    is_exact : bool
    residual : str
        The residual with its share of the sum of the absolute terms.
    """
    constant, margin = float(opened.constant[0]), float(opened.margin[0])
    total, residual = float(opened.total[0]), float(opened.residual[0])
    scale = float(opened.absolute_sum[0])
    share = f", {number_text(abs(residual) / scale, '.1e')} of Σ|terms|" if scale else ""
    equation = (
        f"c + Σ = {signed(constant, 4)} + ({signed(total - constant, 4)}) = "
        f"{signed(total, 4)}   network: Δ = {signed(margin, 4)}"
    )
    # float32 loses no more than what the residual shows anyway.
    is_coarse = opened.rounding > 2.0**-24
    coarse = (
        f", rounded to {number_text(opened.rounding, '.1e')}: half precision" if is_coarse else ""
    )
    return equation, opened.is_exact, f"residual {number_text(residual, '.1e')}{share}{coarse}"


def gates_text(opened: Ledger) -> str:
    """Say what the terms of a ledger over cells or pixels are, and are not."""
    return GATES if opened.is_exact else NOT_EXACT


def nodes_title(view: DecideView, nodes: Nodes) -> str:
    """Title of the ledger over nodes."""
    network = view.explorer.network(view.selection.model)
    what = (
        f"the nodes of {nodes.ledger.layer}"
        if network.last_hidden is not None
        else f"the logits of {nodes.ledger.layer}"
    )
    return f"Ledger over {what}"


def nodes_note(nodes: Nodes) -> str:
    """Shares, cancellation and the label of the ledger over nodes."""
    n_nodes, opened = nodes.ledger.by_unit.shape[1], nodes.ledger
    cancellation = float(opened.cancellation[0])
    ratio = f"{cancellation:.1f}" if np.isfinite(cancellation) else "infinitely many"
    return (
        f"{nodes.n_most} of {n_nodes:,} nodes carry 90 % of all that is pushed. All entries together "
        f"are {ratio} times as large as what is left of them. {NODE_GATES}"
    )


def nodes_summary(view: DecideView, nodes: Nodes) -> str:
    """Tell the waterfall to someone who does not see it."""
    headline, detail = reason(view, nodes)
    return f"{headline}. {detail} {nodes_note(nodes)}"


def answer_summary(view: DecideView) -> str:
    """Tell the softmax bars to someone who does not see them."""
    parts = [f"The network predicts {view.class_name(view.prediction)}."]
    for number in (view.p, view.q):
        before = probability_text(float(view.answer.probabilities[number]))
        now = (
            ""
            if view.after is None
            else ", with the silenced units "
            + probability_text(float(view.after.probabilities[number]))
        )
        parts.append(f"Probability of {view.class_name(number)}: {before}{now}.")
    return " ".join(parts)


def silenced_text(view: DecideView) -> str:
    """What silencing did.

    Returns
    -------
    str
        "" if nothing is silenced.
    """
    if view.after is None:
        return ""
    before, after = view.answer, view.after
    p, q = view.class_name(view.p), view.class_name(view.q)
    odds = ", ".join(
        f"P({view.class_name(number)}) {probability_text(float(before.probabilities[number]))}"
        f" → {probability_text(float(after.probabilities[number]))}"
        for number in (view.p, view.q)
    )
    if after.prediction != before.prediction:
        told = (
            f"The prediction flips from {view.class_name(before.prediction)} to "
            f"{view.class_name(after.prediction)}."
        )
    else:
        told = f"The prediction stays {view.class_name(after.prediction)}."
    effect = after.margin - before.margin
    return (
        f"{told} Δ({p}, {q}) {signed(before.margin)} → {signed(after.margin)}, effect "
        f"{signed(effect)}; {odds}."
    )


def silenced_units(view: DecideView) -> str:
    """Name the silenced units, in the order in which they were silenced."""
    off = view.selection.off
    layer = view.explorer.network(view.selection.model).layer(off.layer)
    if len(off.units) == layer.n_units:
        return (
            f"All {layer.n_units:,} {unit_word(layer, 2)} of {layer.name} are silenced: what "
            "is left comes from the biases"
            + (" and the means." if view.selection.baseline == "mean" else ".")
        )
    shown = ", ".join(map(str, off.units[:12]))
    more = f" and {len(off.units) - 12} more" if len(off.units) > 12 else ""
    return f"{layer.name}, {unit_word(layer, len(off.units))} {shown}{more} silenced."


_SAME_ORDER, _FEW = 0.7, 0.1


def cells_title(view: DecideView, cells: Cells) -> tuple[str, str]:
    """Title of the ledger over cells: what its numbers say of the visible and the used."""
    layer = view.explorer.network(view.selection.model).layer(view.selection.layer)
    seen = cells.visibility
    rank = seen.rank_correlation_active
    idle = len(seen.bright_idle) / max(seen.n_bright, 1)
    if not np.isfinite(rank):
        told = "Seen and used"
    elif rank >= _SAME_ORDER and idle <= _FEW:
        told = "Here the bright cells are mostly those that count"
    else:
        told = "Bright is not what counts"
    return f"{told}: {layer.name}", f" {shape_text(layer)}"


def cells_note(cells: Cells) -> str:
    """Hold what the eye sees of one layer against what the decision uses."""
    seen = cells.visibility
    what = "maps" if cells.by_map else "cells"
    if np.isfinite(seen.rank_correlation_active):
        told = (
            f"Put the {seen.n_active:,} active {what} in order, once by brightness and once by what "
            f"they count: the orders agree by {signed(seen.rank_correlation_active)} (+1: the same, "
            "0: nothing in common). "
        )
    else:
        told = f"{seen.n_active:,} active {what}: too few, or too equal, to be put in order. "
    return told + (
        f"Of {seen.n_bright:,} bright {what}, {len(seen.bright_idle):,} count for nothing (○). Of "
        f"{seen.n_large:,} that count most, {len(seen.dim_working):,} are dim (◇)."
    )


def list_title(title: str, n: int) -> str:
    """Title of a list of cells, with how many of them it names."""
    return title if n <= N_LISTED else f"{title}: {N_LISTED} of {n:,}"


def cell_text(cells: Cells, flat: int) -> tuple[str, str, str]:
    """Name a cell and tell its two numbers."""
    unit, row, column = cells.cell(flat)
    place = f"{unit}" if cells.terms.ndim == 1 else f"{unit} ({row}, {column})"
    value = float(cells.values.reshape(-1)[flat])
    term = float(cells.terms.reshape(-1)[flat])
    return place, number_text(value, ".3f"), signed(term, 3)


def grid_summaries(cells: Cells, layer_name: str) -> tuple[str, str]:
    """Tell the two grids to someone who does not see them."""
    values, terms = cells.values, cells.terms
    return (
        f"Activations of {layer_name}, from {number_text(values.min())} to "
        f"{number_text(values.max())}.",
        f"Contributions of {layer_name} to the margin, from {number_text(terms.min())} to "
        f"{number_text(terms.max())}. {cells_note(cells)}",
    )


def turning_node(view: DecideView, nodes: Nodes) -> int | None:
    """The node whose entry is all that keeps the leading class ahead; None if no single one is.

    A bar is exactly what silencing its node to zero takes away, so the ledger tells without another
    run; with another baseline, or with units silenced, nothing is said.
    """
    is_plain = view.after is None and view.selection.baseline == "zero"
    if nodes.weights is None or not is_plain:
        return None
    lead = nodes.ledger.by_unit[0] * np.sign(view.answer.margin)
    strongest = int(lead.argmax())
    return strongest if lead[strongest] > abs(view.answer.margin) else None


def try_text(view: DecideView, nodes: Nodes) -> str:
    """Say what silencing can do here, before anything is silenced."""
    told = "Click a bar or a unit to silence it and run the rest of the network again."
    node = turning_node(view, nodes)
    if node is None:
        return told
    margin = view.answer.margin
    left = signed(margin - float(nodes.ledger.by_unit[0][node]))
    ahead = view.class_name(view.q if margin > 0 else view.p)
    return (
        f"{told} Without node {node} alone Δ goes from {signed(margin)} to {left}: {ahead} leads."
    )


def sentence(view: DecideView) -> str:
    """The decision in one sentence, and whether it hangs on one node."""
    p, q, margin = view.class_name(view.p), view.class_name(view.q), view.answer.margin
    before, behind = (p, q) if margin >= 0 else (q, p)
    name = view.selection.subject.name
    told = (
        f"{name}: {before} leads {behind} by {number_text(abs(margin), '.2f')} points, the sum of "
        "all bars."
    )
    node = turning_node(view, nodes_of(view))
    if node is not None:
        told += f" Without node {node} alone {behind} would lead."
    if view.prediction not in (view.p, view.q):
        told += f" Its answer is neither: {view.class_name(view.prediction)}."
    return told[0].upper() + told[1:]
