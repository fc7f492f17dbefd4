"""One number drawn many times: a stroke for each draw, the middle and where nine of ten lie."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures import theme
from app.figures.pictures.arrays import packed
from app.figures.text import plain


def drawn_figure(
    draws: NDArray[np.float64], quantiles: Sequence[float], *, measure: str
) -> dict[str, Any]:
    """Draw a strip.

    Parameters
    ----------
    draws : shape (n,)
    quantiles
        Low end, middle and high end.
    measure
        What the axis shows.
    """
    low, middle, high = quantiles
    strokes = {
        "type": "scatter",
        "mode": "markers",
        "x": packed(np.asarray(draws, np.float32)),
        "y": [0] * len(draws),
        "hoverinfo": "skip",
        "marker": {
            "symbol": "line-ns-open",
            "size": 12,
            "color": theme.FAINT_INK,
            "opacity": 0.45,
            "line": {"width": 1},
        },
    }
    most = {
        "type": "scatter",
        "mode": "lines",
        "x": [low, high],
        "y": [0, 0],
        "hoverinfo": "skip",
        "line": {"width": 3, "color": theme.ACCENT},
    }
    in_middle = {
        "type": "scatter",
        "mode": "markers",
        "x": [middle],
        "y": [0],
        "hoverinfo": "skip",
        "marker": {
            "symbol": "diamond",
            "size": 11,
            "color": theme.ACCENT,
            "line": {"width": 1.5, "color": "#ffffff"},
        },
    }
    ends = [float(np.min(draws)), float(np.max(draws)), 0.0]
    reach = (max(ends) - min(ends)) or 1.0
    layout = theme.chart_layout(
        hovermode=False,
        margin={"l": 24, "r": 24, "t": 2, "b": 34, "pad": 0},
        xaxis=theme.axis(
            range=[min(ends) - 0.04 * reach, max(ends) + 0.04 * reach],
            nticks=7,
            automargin=False,
            zerolinecolor=theme.FAINT_INK,
            zerolinewidth=1.5,
            title={
                "text": plain(measure),
                "font": {"size": 12, "color": theme.FAINT_INK},
                "standoff": 2,
            },
        ),
        yaxis=theme.axis(visible=False, range=[-1, 1], automargin=False),
    )
    return {"data": [strokes, most, in_middle], "layout": layout}
