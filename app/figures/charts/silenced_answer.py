"""The softmax bars of a decision between two classes, before and after units were silenced."""

from app.figures.charts.answer import answer_figure

_FAINT = 0.4


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
        Target and rival; the bars of the other classes are fainter.
    scale : {"linear", "log", "logits"}
    label : int

    Returns
    -------
    dict
        A plotly figure.
    """

    def drawn(one):
        figure = answer_figure(
            class_names,
            one.probabilities,
            one.logits,
            scale=scale,
            label=label,
            prediction=one.prediction,
            marked=(p, q),
        )
        marker = figure["data"][0]["marker"]
        marker["opacity"] = [
            1 if number in (p, q) else _FAINT for number in range(len(marker["color"]))
        ]
        return figure

    figure = drawn(answer)
    if after is None:
        return figure
    before, figure = figure, drawn(after)
    if scale == "logits":
        ranges = [one["layout"]["xaxis"]["range"] for one in (before, figure)]
        figure["layout"]["xaxis"]["range"] = [
            min(low for low, _ in ranges),
            max(high for _, high in ranges),
        ]
    bars = before["data"][0]
    hollow = {key: bars[key] for key in ("type", "orientation", "x", "y", "hoverinfo")}
    hollow |= {
        "width": 0.86,
        "marker": {
            "color": "rgba(0,0,0,0)",
            "line": {"width": 1.5, "color": bars["marker"]["color"]},
        },
    }
    figure["data"][0]["width"] = 0.5
    figure["data"].insert(0, hollow)
    figure["layout"]["barmode"] = "overlay"
    return figure
