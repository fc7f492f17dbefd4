"""The network's answer: one bar a class."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures import theme
from app.figures.text import LONGEST_NAME, plain
from app.frame.words.wording import MOST_BARS, exact_probability, short_probability, signed

SCALES = ("linear", "log", "logits")

_LARGEST = 12
_LEAST_LOG_PROBABILITY = 1e-12


def answer_figure(
    class_names: Sequence[str],
    probabilities: Sequence[float] | NDArray[np.float32],
    logits: Sequence[float] | NDArray[np.float32],
    *,
    scale: str = "linear",
    label: int | None = None,
    prediction: int | None = None,
    marked: Sequence[int] = (),
    shown: Sequence[int] | None = None,
) -> dict[str, Any]:
    """Draw the softmax bars with their exact numbers.

    Parameters
    ----------
    probabilities : in [0, 1]
    scale
        Probability on a straight or a logarithmic axis, or the logits before the softmax.
    label, prediction
        Classes whose names are set in bold or marked.
    marked
        Further classes whose names are bold.
    shown
        Classes that have a bar, in this order; by default those of `classes_shown`.
    """
    named = {number for number in (label, prediction, *marked) if number is not None}
    shown = classes_shown(logits, named) if shown is None else shown
    names = [class_names[number] if number < len(class_names) else str(number) for number in shown]
    strong = [place for place, number in enumerate(shown) if number in named]
    ticks = [plain(name, LONGEST_NAME) for name in names]
    for place in strong:
        ticks[place] = f"<b>{ticks[place]}</b>"
    probabilities, logits = (
        [values[number] for number in shown] for values in (probabilities, logits)
    )
    if scale == "logits":
        lengths = [float(logit) for logit in logits]
        texts = [signed(logit) for logit in lengths]
        reach = max(max(lengths), 0.0) - min(min(lengths), 0.0) or 1.0
        x_axis = theme.axis(
            title=None,
            range=[min(min(lengths), 0.0) - 0.42 * reach, max(max(lengths), 0.0) + 0.42 * reach],
            zerolinecolor=theme.FAINT_INK,
        )
    else:
        lengths = [float(probability) for probability in probabilities]
        texts = [short_probability(probability) for probability in lengths]
        x_axis = theme.axis(range=[0, 1.9], tickvals=[0, 0.5, 1], ticktext=["0", "0.5", "1"])
    if scale == "log":
        lengths = [max(length, _LEAST_LOG_PROBABILITY) for length in lengths]
        x_axis = theme.axis(
            type="log", range=[-12, 10], tickvals=[1e-12, 1e-6, 1], ticktext=["10⁻¹²", "10⁻⁶", "1"]
        )
    x_axis["showgrid"] = False  # lines would run through the numbers
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": lengths,
        "y": list(range(len(shown))),
        "text": texts,
        "customdata": [exact_probability(float(probability)) for probability in probabilities],
        "textposition": "outside",
        "cliponaxis": False,
        "hoverinfo": "none",
        "textfont": {"size": 12, "color": theme.INK, "family": "ui-monospace, monospace"},
        "marker": {"color": [theme.class_colour(number) for number in shown]},
    }
    layout = theme.chart_layout(
        bargap=0.28,
        xaxis=x_axis,
        meta={"kind": "answer", "names": names, "strong": strong},
        margin={"l": 0, "r": 4, "t": 2, "b": 16, "pad": 4},
        yaxis=theme.axis(
            autorange="reversed",
            tickvals=list(range(len(shown))),
            ticktext=ticks,
            showgrid=False,
            zeroline=False,
            tickfont={"size": 13, "color": theme.INK},
        ),
    )
    return {"data": [bars], "layout": layout}


def classes_shown(
    logits: Sequence[float] | NDArray[np.float32], named: Collection[int] = ()
) -> list[int]:
    """Classes that have a bar: all of a few; of many the largest and those named, largest first."""
    ranked = np.argsort(-np.asarray(logits), kind="stable").tolist()
    if len(ranked) <= MOST_BARS:
        return sorted(ranked)
    return [number for place, number in enumerate(ranked) if place < _LARGEST or number in named]
