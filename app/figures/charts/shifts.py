"""The answer to an image wherever it is shifted to: one square a shift, with the class it gets."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures import theme
from app.figures.pictures.arrays import packed
from app.figures.text import plain

_LONGEST_NAME = 3
# Light enough for dark letters on both, by day and by night.
_OTHER, _SAME = "#f2c14e", "#7cc7d6"


def shift_figure(
    steps: NDArray[np.int64],
    names: Sequence[Sequence[str]],
    is_same: NDArray[np.bool_],
    hovers: Sequence[Sequence[str]],
) -> dict[str, Any]:
    """Draw it.

    Parameters
    ----------
    steps
        (n,), pixels to the right, and down.
    names
        The class predicted, by shift down, then by shift to the right.
    is_same
        (n, n), whether it is that of the unshifted image.
    hovers
        What each square tells.
    """
    places = [int(step) for step in steps]
    squares = {
        "type": "heatmap",
        "x": places,
        "y": places,
        "z": packed(is_same.astype(np.float32)),
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, _OTHER], [1, _SAME]],
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "customdata": hovers,
        "hoverinfo": "none",
    }
    letters = {
        "type": "scatter",
        "mode": "text",
        "x": places * len(places),
        "y": [place for place in places for _ in places],
        "text": [plain(name, _LONGEST_NAME) for row in names for name in row],
        "textfont": {"size": 11, "color": "#1f2933"},
        "hoverinfo": "skip",
    }
    bare = {
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "tickvals": places[:: max(len(places) // 4, 1)],
    }
    layout = theme.chart_layout(
        showlegend=False,
        meta={"kind": "told"},
        margin={"l": 44, "r": 8, "t": 8, "b": 40},
        xaxis=theme.axis(**bare, title=theme.axis_title("pixels to the right"), constrain="domain"),
        yaxis=theme.axis(
            **bare,
            title=theme.axis_title("pixels down"),
            autorange="reversed",
            scaleanchor="x",
            constrain="domain",
        ),
    )
    return {"data": [squares, letters], "layout": layout}
