"""The network's answer: one bar a class."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures import theme
from app.figures.text import LONGEST_NAME, plain
from app.frame.wording import exact_probability, short_probability, signed

SCALES = ("linear", "log", "logits")

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
    """
    n_classes = len(probabilities)
    names = [
        class_names[number] if number < len(class_names) else str(number)
        for number in range(n_classes)
    ]
    strong = {number for number in (label, prediction, *marked) if number is not None}
    ticks = [plain(name, LONGEST_NAME) for name in names]
    for number in strong:
        ticks[number] = f"<b>{ticks[number]}</b>"
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
        "y": list(range(n_classes)),
        "text": texts,
        "customdata": [exact_probability(float(probability)) for probability in probabilities],
        "textposition": "outside",
        "cliponaxis": False,
        "hoverinfo": "none",
        "textfont": {"size": 12, "color": theme.INK, "family": "ui-monospace, monospace"},
        "marker": {"color": [theme.class_colour(number) for number in range(n_classes)]},
    }
    layout = theme.chart_layout(
        bargap=0.28,
        xaxis=x_axis,
        meta={"kind": "answer", "names": names, "strong": sorted(strong)},
        margin={"l": 0, "r": 4, "t": 2, "b": 16, "pad": 4},
        yaxis=theme.axis(
            autorange="reversed",
            tickvals=list(range(n_classes)),
            ticktext=ticks,
            showgrid=False,
            zeroline=False,
            tickfont={"size": 13, "color": theme.INK},
        ),
    )
    return {"data": [bars], "layout": layout}
