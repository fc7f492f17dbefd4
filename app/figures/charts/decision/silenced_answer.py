"""The softmax bars of a decision between two classes, before and after units were silenced."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.figures.charts.answer import answer_figure, classes_shown

_FAINT = 0.4


class Answer(Protocol):
    """What a network answers to one image, by class."""

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """Shape (n_classes,), in [0, 1]."""

    @property
    def logits(self) -> NDArray[np.float32]:
        """Shape (n_classes,)."""

    @property
    def prediction(self) -> int:
        """The class with the largest."""


def silenced_answer_figure(
    class_names: Sequence[str],
    answer: Answer,
    after: Answer | None,
    p: int,
    q: int,
    *,
    scale: str,
    label: int | None,
) -> dict[str, Any]:
    """Draw the answer, and behind it, hollow, what it was before.

    Parameters
    ----------
    answer
        Of the whole network; has `probabilities`, `logits` and `prediction`.
    after
        With silenced units; None if there are none.
    p, q
        Target and rival; the bars of the other classes are fainter.
    """
    named = {p, q, answer.prediction, *([] if label is None else [label])}
    shown = classes_shown(answer.logits, named | ({after.prediction} if after else set()))

    def drawn(one: Answer) -> dict[str, Any]:
        figure = answer_figure(
            class_names,
            one.probabilities,
            one.logits,
            scale=scale,
            label=label,
            prediction=one.prediction,
            marked=(p, q),
            shown=shown,
        )
        marker = figure["data"][0]["marker"]
        marker["opacity"] = [1 if number in (p, q) else _FAINT for number in shown]
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
