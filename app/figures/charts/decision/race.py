"""The ablation race: what is left of a margin, or of an accuracy, as units are removed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures import theme
from app.figures.pictures.arrays import packed
from app.figures.text import plain

ORDERS = {
    "contribution": ("by contribution", "#d1495b", "solid"),
    "activation": ("by activation", "#1495ad", "dash"),
    "random": ("at random", "#7a828c", "dot"),
}
"""Name, colour and line of each order; the line tells them apart without colour."""


def race_figure(
    removed: NDArray[np.int64],
    curves: Mapping[str, NDArray[np.float64]],
    hovers: Mapping[str, Sequence[str]],
    *,
    measure: str,
    unit_word: str,
    band: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    flips: Mapping[str, tuple[float, float, str]] | None = None,
    as_share: bool = False,
) -> dict[str, Any]:
    """Draw one line an order of removal.

    Parameters
    ----------
    removed : shape (steps,)
        Numbers of units removed.
    curves : shape (steps,)
        The measure after so many units were removed, by key of `ORDERS`.
    hovers
        What each point tells, by the same keys.
    measure
        What the vertical axis shows.
    unit_word
        "nodes" or "maps".
    band
        Low and high end of the draws at random.
    flips
        Point at which each order flips the decision, and what it tells.
    as_share
        Whether the measure is a share from 0 to 1.
    """
    removed = np.asarray(removed, np.float32)
    traces: list[dict[str, Any]] = []
    if band is not None:
        low, high = (np.asarray(edge, np.float32) for edge in band)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "fill": "toself",
                "hoverinfo": "skip",
                "x": packed(np.concatenate([removed, removed[::-1]])),
                "y": packed(np.concatenate([high, low[::-1]])),
                "fillcolor": "rgba(122,130,140,0.22)",
                "line": {"width": 0},
            }
        )
    for key, (_, colour, dash) in ORDERS.items():
        if key in curves:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": packed(removed),
                    "y": packed(np.asarray(curves[key], np.float32)),
                    "hoverinfo": "none",
                    "customdata": list(hovers[key]),
                    "line": {"color": colour, "width": 2, "dash": dash},
                }
            )
    for key, (x, y, told) in (flips or {}).items():
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [x],
                "y": [y],
                "hoverinfo": "none",
                "customdata": [told],
                "marker": {
                    "symbol": "diamond",
                    "size": 11,
                    "color": ORDERS[key][1],
                    "line": {"width": 1.5, "color": "#ffffff"},
                },
            }
        )
    heights = {"range": [-0.02, 1.02], "tickformat": ".0%"} if as_share else {}
    title = {"font": {"size": 12, "color": theme.FAINT_INK}, "standoff": 6}
    layout = theme.chart_layout(
        meta={"kind": "told"},
        hovermode="closest",
        margin={"l": 56, "r": 10, "t": 8, "b": 40, "pad": 2},
        xaxis=theme.axis(
            range=[0, float(removed[-1])],
            nticks=9,
            automargin=False,
            zeroline=False,
            title={"text": plain(f"{unit_word} removed"), **title},
        ),
        yaxis=theme.axis(
            nticks=7,
            zerolinecolor=theme.FAINT_INK,
            zerolinewidth=1.5,
            automargin=False,
            title={"text": plain(measure, 40), **title},
            **heights,
        ),
    )
    return {"data": traces, "layout": layout}


def no_figure() -> dict[str, Any]:
    """An empty place for a figure that has not been asked for."""
    hidden = {"visible": False, "fixedrange": True}
    return {"data": [], "layout": theme.chart_layout(xaxis=hidden, yaxis=dict(hidden))}
