"""What each reader gets right at every snapshot of a training."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.figures import theme
from app.figures.charts.shares import least_mistakes, mistakes, share_axis
from app.figures.text import plain

LINES = {
    "network": ("the network", "#c2367d", "solid", "star"),
    "probe": ("one weighted sum of all cells", "#1489a6", "solid", "triangle-up"),
    "best_node": ("the best node", "#7a5195", "dash", "square"),
    "circles": ("the circles", "#d1495b", "dot", "circle-open"),
    "best_cell": ("the best cell", "#c96a00", "dash", "circle"),
}
"""Name, colour, line and mark of each reader; lines and marks tell them apart without colour."""

LEFT, RIGHT = 52, 8


def course_figure(
    moments: Sequence[str],
    shares: Mapping[str, Sequence[float | None]],
    hovers: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Draw one line a reader over the snapshots.

    Parameters
    ----------
    moments
        Name of each snapshot.
    shares
        Share of right answers in [0, 1] by key of `LINES`; None where there is none.
    hovers
        What each point tells, by the same keys.

    Returns
    -------
    The area of the lines begins `LEFT` pixels from the left and ends `RIGHT` pixels from the right,
    and each snapshot takes an equal share of its width: the page lays a cursor over it.
    """
    everything = [value for values in shares.values() for value in values if value is not None]
    least = least_mistakes(everything)
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": LINES[key][0],
            "x": list(range(len(moments))),
            "y": [None if value is None else mistakes(value, least) for value in values],
            "text": [plain(text) for text in hovers[key]],
            "hovertemplate": "%{text}<extra></extra>",
            "line": {"color": LINES[key][1], "dash": LINES[key][2], "width": 2},
            "marker": {"symbol": LINES[key][3], "size": 7},
        }
        for key, values in shares.items()
    ]
    layout = theme.chart_layout(
        showlegend=False,
        meta={"kind": "course"},
        margin={"l": LEFT, "r": RIGHT, "t": 8, "b": 44},
        xaxis=theme.axis(
            range=[-0.5, len(moments) - 0.5],
            zeroline=False,
            tickvals=list(range(len(moments))),
            ticktext=[plain(moment) for moment in moments],
            title=theme.axis_title("steps of training"),
        ),
        yaxis=share_axis(everything),
    )
    return {"data": traces, "layout": layout}
