"""How often predictions are right over the probability that they got."""

from collections.abc import Sequence
from typing import Any

from app.figures import theme
from app.frame.words.wording import percent
from cnn_core.survey.calibration import Bin


def calibration_figure(bins: Sequence[Bin]) -> dict[str, Any]:
    """Draw one mark a bin with its interval, beside the line on which both are equal."""
    equal = {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": theme.FAINT_INK, "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
    }
    marks = {
        "type": "scatter",
        "mode": "markers",
        "x": [one.probability for one in bins],
        "y": [one.right.value for one in bins],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [one.right.high - one.right.value for one in bins],
            "arrayminus": [one.right.value - one.right.low for one in bins],
            "color": theme.ACCENT,
            "thickness": 1.2,
            "width": 3,
        },
        "marker": {"color": theme.ACCENT, "size": 8},
        "text": [_hover(one) for one in bins],
        "hovertemplate": "%{text}<extra></extra>",
    }
    side = {"range": [-0.03, 1.05], "tickformat": ".0%", "zeroline": False}
    layout = theme.chart_layout(
        showlegend=False,
        margin={"l": 52, "r": 8, "t": 8, "b": 44},
        xaxis=theme.axis(**side, title=theme.axis_title("probability of the prediction")),
        yaxis=theme.axis(**side, title=theme.axis_title("share that is right")),
    )
    return {"data": [equal, marks], "layout": layout}


def _hover(one: Bin) -> str:
    return (
        f"{one.right.n:,} images with {percent(one.low, 0)} to {percent(one.high, 0)}<br>"
        f"mean probability {percent(one.probability, 1)}, {percent(one.right.value, 1)} right"
    )
