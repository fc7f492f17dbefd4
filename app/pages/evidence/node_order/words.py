"""What the Evidence page says about the order of nodes."""

from app.frame.words.wording import number_text, percent, signed, signed_interval
from app.pages.evidence.node_order.found import Nodes
from app.pages.evidence.view import EvidenceView


def nodes_text(view: EvidenceView) -> str:
    """Tell what the order of nodes is worth."""
    nodes, name = view.nodes, view.class_name
    if not nodes.models:
        return "No model has a hidden layer that its output layer weighs directly."
    p, q = view.selection.p, view.selection.q
    several = len(nodes.models) > 1
    told = [
        "One image, the same layer" + (" of each model." if several else "."),
        "In the order of their numbers nodes may look like a pattern, a diagonal, say; but "
        "which node comes first is an accident of the training"
        + (" and another one in each model." if several else "."),
        f"Sort the nodes by their weight: those that speak for {name(p)} come first, those that "
        f"speak for {name(q)} last." + (" Now the models look alike." if several else ""),
    ]
    return " ".join(told)


def likeness_text(view: EvidenceView) -> str:
    """Tell how alike the weights of nodes with the same number are."""
    likeness = view.nodes.likeness
    if not likeness:
        return ""
    pairs = "; ".join(
        f"{one.first} and {one.second} {signed(one.r)} ({signed_interval(one.low, one.high)})"
        for one in likeness
    )
    alike = [one for one in likeness if one.low > 0 or one.high < 0]
    verdict = (
        "0 lies in every 95 % interval: the number of a node means nothing"
        if not alike
        else f"0 lies outside the 95 % interval in {len(alike)} of {len(likeness)}"
    )
    return f"Correlation of the weights of nodes with the same number: {pairs}; {verdict}."


def grid_title(view: EvidenceView, nodes: Nodes, *, is_sorted: bool) -> str:
    """Name one node grid, with its order and range."""
    order = f"sorted, {view.class_name(view.selection.p)} first" if is_sorted else "by number"
    return f"{nodes.model} · {order}"


def grid_summary(view: EvidenceView, nodes: Nodes, *, is_sorted: bool) -> str:
    """Tell one node grid to someone who does not see it."""
    told = (
        f"{len(nodes.values)} nodes of {nodes.layer} in {nodes.model}, "
        f"{'sorted by weight' if is_sorted else 'by number'}, from "
        f"{number_text(nodes.values.min())} to {number_text(nodes.values.max())}."
    )
    if nodes.share_p == nodes.share_p:
        told += (
            f" {percent(nodes.share_p)} of the activation lies in nodes with more weight for "
            f"{view.class_name(view.selection.p)}."
        )
    return told
