"""The softmax bars of a decision between two classes, before and after units were silenced."""

from app.figures.answer import answer_figure
from app.figures.signed import pair_colours

_OTHERS = "#98a2ad"


def silenced_answer_figure(class_names, answer, after, p, q, *, scale, label):
    """Draw the answer, and behind it, hollow, what it was before.

    Parameters
    ----------
    class_names : sequence of str
    answer : Answer
        Of the whole network; has `probabilities`, `logits` and `prediction`.
    after : Answer or None
        With silenced units; None if there are none.
    p, q : int
        Target and rival, in the colours of their ledger; the other classes are grey.
    scale : {"linear", "log", "logits"}
    label : int

    Returns
    -------
    dict
        A plotly figure.
    """
    def drawn(one):
        figure = answer_figure(class_names, one.probabilities, one.logits, scale=scale,
                               label=label, prediction=one.prediction, marked=(p, q))
        colours = figure["data"][0]["marker"]["color"]
        pair = dict(zip((p, q), pair_colours(p, q), strict=True))
        colours[:] = [pair.get(number, _OTHERS) for number in range(len(colours))]
        return figure

    figure = drawn(answer)
    if after is None:
        return figure
    before, figure = figure, drawn(after)
    if scale == "logits":
        ranges = [one["layout"]["xaxis"]["range"] for one in (before, figure)]
        figure["layout"]["xaxis"]["range"] = [min(low for low, _ in ranges),
                                              max(high for _, high in ranges)]
    bars = before["data"][0]
    hollow = {key: bars[key] for key in ("type", "orientation", "x", "y", "hoverinfo")}
    hollow |= {"width": 0.86, "marker": {
        "color": "rgba(0,0,0,0)", "line": {"width": 1.5, "color": bars["marker"]["color"]}}}
    figure["data"][0]["width"] = 0.5
    figure["data"].insert(0, hollow)
    figure["layout"]["barmode"] = "overlay"
    return figure
