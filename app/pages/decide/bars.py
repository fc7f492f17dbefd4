"""The bars of the ledger over nodes: a running sum from the largest term to the margin."""

from app.figures.charts.decision.ledger import Bar
from app.frame.words.wording import number_text, signed
from app.pages.decide.view import DecideView, Nodes


def bars_of(nodes: Nodes, view: DecideView, *, can_be_silenced: bool) -> list[Bar]:
    """Lay the ledger out as bars.

    Parameters
    ----------
    can_be_silenced
        Whether a click on a node silences it.

    Returns
    -------
    list of Bar
        Largest term first, then the rest in one, the biases, the margin and, with silenced units,
        the margin that is left.
    """
    ranked, values = nodes.ranking, nodes.ledger.values[0].reshape(-1)
    ends = ranked.running
    starts = [0.0, *ends[:-1]]
    bars = []
    for place, unit in enumerate(ranked.order.tolist()):
        term = float(ranked.terms[place])
        if nodes.weights is None:
            how = f"logit {number_text(values[unit], '.4f')}, contribution {signed(term, 4)}"
        else:
            how = (
                f"activation {number_text(values[unit], '.4f')} × weight "
                f"{signed(nodes.weights[unit], 4)} = {signed(term, 4)}"
            )
        lines = [f"node {unit}", how, f"running sum {signed(ends[place], 4)}"]
        if can_be_silenced:
            is_silent = view.selection.off.layer == nodes.ledger.layer and (
                unit in view.selection.off.units
            )
            lines.append("click to let it speak again" if is_silent else "click to silence it")
        bars.append(Bar("unit", unit, starts[place], term, str(unit), "\n".join(lines)))
    if ranked.n_rest:
        bars.append(
            Bar(
                "rest",
                None,
                starts[-2],
                ranked.rest,
                f"{ranked.n_rest:,}\nothers",
                f"all {ranked.n_rest:,} other nodes together\n{signed(ranked.rest, 4)}",
            )
        )
    bars.append(
        Bar(
            "bias",
            None,
            starts[-1],
            ranked.constant,
            "bias",
            f"biases of the output layer\n{signed(ranked.constant, 4)}",
        )
    )
    bars.append(
        Bar(
            "margin",
            None,
            0.0,
            view.answer.margin,
            "Δ",
            f"margin Δ = {signed(view.answer.margin, 4)}",
        )
    )
    if view.after is not None:
        bars.append(
            Bar(
                "after",
                None,
                0.0,
                view.after.margin,
                "Δ\nafter",
                f"with the silenced units\nΔ = {signed(view.after.margin, 4)}",
            )
        )
    return bars
