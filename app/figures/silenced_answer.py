"""The softmax bars before and after units were silenced."""

from app.figures.answer import answer_figure


def silenced_answer_figure(class_names, answer, after, *, scale, label, marked=()):
    """Draw the answer, and behind it, hollow, what it was before.

    Parameters
    ----------
    class_names : sequence of str
    answer : Answer
        Of the whole network; has `probabilities`, `logits` and `prediction`.
    after : Answer or None
        With silenced units; None if there are none.
    scale : {"linear", "log", "logits"}
    label : int
    marked : sequence of int
        Classes whose names are bold.

    Returns
    -------
    dict
        A plotly figure.
    """
    def drawn(one):
        return answer_figure(class_names, one.probabilities, one.logits, scale=scale, label=label,
                             prediction=one.prediction, marked=marked)

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
