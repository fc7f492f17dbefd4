"""Small charts that weigh the circles: counts by chance, accuracies with intervals."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures import theme
from app.figures.text import LONGEST_NAME, plain

_MOST_BARS = 40
Marked = tuple[float, str, str]
"""Where, with which word, in which colour."""


def chance_figure(counts: NDArray[np.int64], observed: int) -> dict[str, Any]:
    """Draw how many unique cells the splits of the same images give, the real number marked.

    Parameters
    ----------
    counts : shape (n_splits,)
    """
    top = int(max(counts.max(initial=0), observed)) + 1
    width = max(1, -(-top // _MOST_BARS))
    numbers = np.bincount(counts // width, minlength=-(-top // width))
    places = [(bar + 0.5) * width - 0.5 for bar in range(len(numbers))]
    return _histogram(
        places,
        numbers.tolist(),
        width,
        [-0.5, (len(numbers) + 0.2) * width - 0.5],
        "unique cells",
        [(observed, "these groups", theme.ACCENT)],
        least_step=1,
    )


def accuracies_figure(accuracies: NDArray[np.float64], marked: Sequence[Marked]) -> dict[str, Any]:
    """Draw the accuracies of many readers.

    Parameters
    ----------
    accuracies : shape (n,), in [0, 1]
    marked
        Accuracies to be marked, each with a word and a colour; nan is left out.
    """
    low = min([0.5, *accuracies.tolist()])
    edges = np.linspace(np.floor(20 * low) / 20, 1, 41)
    numbers, _ = np.histogram(accuracies, edges)
    width = edges[1] - edges[0]
    figure = _histogram(
        (edges[:-1] + width / 2).tolist(),
        numbers.tolist(),
        width,
        [edges[0], 1 + width],
        "accuracy",
        marked,
    )
    figure["layout"]["xaxis"]["tickformat"] = ".0%"
    return figure


def intervals_figure(rows: Sequence[tuple[str, float, float, float, str]]) -> dict[str, Any]:
    """Draw accuracies with their intervals on one line each.

    Parameters
    ----------
    rows
        Name, value, lower and upper end, colour; nan values are left out.
    """
    drawn = [row for row in rows if row[1] == row[1]]
    low = min([0.5, *(row[2] for row in drawn)])
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [value],
            "y": [plain(name, LONGEST_NAME)],
            "hoverinfo": "none",
            "marker": {"color": colour, "size": 9},
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [high - value],
                "arrayminus": [value - below],
                "color": colour,
                "thickness": 2,
                "width": 5,
            },
        }
        for name, value, below, high, colour in drawn
    ]
    layout = theme.chart_layout(
        meta={"kind": "intervals"},
        margin={"l": 0, "r": 8, "t": 2, "b": 18},
        xaxis=theme.axis(range=[low - 0.02, 1.01], tickformat=".0%", nticks=6),
        yaxis=theme.axis(autorange="reversed", showgrid=False, type="category"),
        shapes=[_line(0.5, theme.FAINT_INK, "dot")],
    )
    return {"data": data, "layout": layout}


def strip_figure(
    points: Sequence[tuple[float, float, float, float]], present: float
) -> dict[str, Any]:
    """Draw how an accuracy moves with the threshold; a click on a point chooses its threshold.

    Parameters
    ----------
    points
        Threshold, accuracy, lower and upper end.
    present
        The threshold that is chosen, marked by a line.
    """
    places, values, lows, highs = (list(column) for column in zip(*points, strict=True))
    told = [
        f"from {place:.2f} of the peak\n{value:.1%} ({low:.1%} to {high:.1%})"
        for place, value, low, high in points
    ]
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": places,
        "y": values,
        "customdata": told,
        "hoverinfo": "none",
        "marker": {"color": theme.ACCENT, "size": 8},
        "line": {"color": theme.ACCENT, "width": 1.5},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, high in zip(values, highs, strict=True)],
            "arrayminus": [value - low for value, low in zip(values, lows, strict=True)],
            "color": theme.ACCENT,
            "thickness": 1.5,
            "width": 3,
        },
    }
    title = {"text": "on from this share of peak", "standoff": 2, "font": {"size": 12}}
    layout = theme.chart_layout(
        meta={"kind": "told", "click": {"x": "t"}},
        margin={"l": 38, "r": 6, "t": 6, "b": 34},
        xaxis=theme.axis(range=[0, max(0.55, present + 0.05)], title=title, nticks=6),
        yaxis=theme.axis(range=[min(0.5, *lows) - 0.02, 1.01], tickformat=".0%", nticks=4),
        shapes=[_line(present, theme.FAINT_INK, "dot")],
    )
    return {"data": [line], "layout": layout}


def _histogram(
    places: list[float],
    numbers: list[int],
    width: float,
    x_range: list[float],
    title: str,
    marked: Sequence[Marked],
    least_step: int | None = None,
) -> dict[str, Any]:
    marks = [(value, word, colour) for value, word, colour in marked if value == value]
    bars = {
        "type": "bar",
        "x": places,
        "y": numbers,
        "width": width * 0.92,
        "hoverinfo": "none",
        "marker": {"color": theme.FAINT_INK, "opacity": 0.55},
    }
    layout = theme.chart_layout(
        meta={"kind": "histogram"},
        bargap=0,
        margin={"l": 0, "r": 6, "t": 18, "b": 34},
        xaxis=theme.axis(
            range=x_range,
            title={"text": plain(title), "standoff": 2, "font": {"size": 12}},
            showgrid=False,
            nticks=6,
        ),
        yaxis=theme.axis(visible=False, rangemode="tozero"),
        shapes=[_line(value, colour, "solid") for value, _, colour in marks],
        annotations=[
            {
                "x": value,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "showarrow": False,
                "text": plain(word),
                "font": {"size": 12, "color": colour},
                "xanchor": "right" if value > (x_range[0] + x_range[1]) / 2 else "left",
            }
            for value, word, colour in marks
        ],
    )
    if least_step and x_range[1] < 6 * least_step:
        layout["xaxis"]["dtick"] = least_step
    return {"data": [bars], "layout": layout}


def _line(value: float, colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": value,
        "x1": value,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": colour, "width": 2, "dash": dash},
    }
