"""Readers compared: one row a layer or a network, one mark a reader, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from app.figures import theme
from app.figures.charts.shares import least_mistakes, mistakes, share_axis
from app.figures.text import plain


@dataclass(frozen=True)
class Style:
    """How a reader is drawn: told apart by shape as well as by colour."""

    symbol: str
    glyph: str
    colour: str


STYLES = {
    "best_cell": Style("circle", "●", "#c76a00"),
    "class_mean": Style("square", "■", "#8f63d2"),
    "best_cells": Style("diamond", "◆", "#23905f"),
    "linear_probe": Style("triangle-up", "▲", "#0e8aa3"),
    "network": Style("star", "★", "#c4367c"),
    "without_bend": Style("x", "✖", "#8a6d1f"),
    "linear_refit": Style("hexagon", "⬢", "#5577c8"),
}
"""By name of the reader or of the changed network."""

_ROW_PIXELS = 33
_ROW_OF_TWO_LINES = 40
_BAND_PIXELS = 9
_NEAREST_WORDS = 0.3
Guide = tuple[float, float, float]
"""A share with its interval."""


@dataclass(frozen=True)
class Mark:
    """One share with all that is told about it.

    Attributes
    ----------
    row
        From the top.
    reader
        Key of STYLES.
    value, low, high : in [0, 1]
        Share of right answers and its interval.
    least, most : in [0, 1]
        Lowest and highest share over the models.
    told
        Lines shown on pointing.
    before
        Mean, lowest and highest share of the untrained networks.
    """

    row: int
    reader: str
    value: float
    low: float
    high: float
    least: float
    most: float
    told: str
    before: tuple[float, float, float] | None = None


def share_figure(
    titles: Sequence[str],
    marks: Sequence[Mark],
    *,
    details: Sequence[str] = (),
    guide: Guide | None = None,
    chance: float | None = None,
) -> dict[str, Any]:
    """Draw marks with their intervals, and a light band over the models behind each.

    Parameters
    ----------
    titles
        Of the rows, from the top.
    marks
        Marks of one reader are joined in the order in which they are given.
    details
        What stands smaller under each title.
    guide
        A share with its interval that is drawn through all rows, in the look of "network".
    chance
        Share that guessing gets.
    """
    shares = [
        share
        for mark in marks
        for share in (mark.value, mark.low, mark.high, mark.least, mark.most)
    ]
    shares += [share for mark in marks for share in mark.before or ()]
    shares += [*(guide or ()), *(() if chance is None else (chance,))]
    least = least_mistakes(shares)
    readers = [reader for reader in STYLES if any(mark.reader == reader for mark in marks)]
    places = _places(marks, readers)
    traces = []
    for reader in readers:
        own = [mark for mark in marks if mark.reader == reader]
        heights = [places[mark.row, reader] for mark in own]
        traces += _before(own, heights, STYLES[reader], least)
        traces += [
            _band(own, heights, STYLES[reader], least),
            _marks(own, heights, STYLES[reader], least),
        ]
    layout = theme.chart_layout(
        meta={"kind": "told"},
        hovermode="closest",
        hoverdistance=12,
        margin={"l": 4, "r": 10, "t": 16, "b": 4, "pad": 4},
        xaxis=share_axis(shares, side="bottom"),
        yaxis=theme.axis(
            range=[len(titles) - 0.5, -0.5],
            tickvals=list(range(len(titles))),
            ticktext=list(map(_title, titles, details or [""] * len(titles))),
            showgrid=False,
            zeroline=False,
            tickfont={"size": 13, "color": theme.INK},
        ),
        shapes=[*_stripes(len(titles)), *_guide(guide, least), *_chance(chance, least)],
        annotations=_words(guide, chance, least, share_axis(shares)["range"]),
    )
    return {"data": traces, "layout": layout}


def _title(title: str, detail: str) -> str:
    small = f"<br><span style='font-size:11px'>{plain(detail)}</span>" if detail else ""
    return plain(title) + small


def figure_height(n_rows: int, *, has_long_names: bool = False) -> int:
    """Pixels that a figure of so many rows needs."""
    return (_ROW_OF_TWO_LINES if has_long_names else _ROW_PIXELS) * n_rows + 62


def _places(marks: Sequence[Mark], readers: Sequence[str]) -> dict[tuple[int, str], float]:
    """Height of each mark: those of one row stand below each other, none hides another."""
    places = {}
    for row in {mark.row for mark in marks}:
        here = [
            reader
            for reader in readers
            if any((mark.row, mark.reader) == (row, reader) for mark in marks)
        ]
        for number, reader in enumerate(here):
            places[row, reader] = row + (number - (len(here) - 1) / 2) * 0.8 / max(len(readers), 4)
    return places


def _before(
    marks: Sequence[Mark], heights: list[float], style: Style, least: float
) -> list[dict[str, Any]]:
    """Hollow marks of the untrained networks, each with its range and the way to the trained one."""
    known = [
        (mark, mark.before, height)
        for mark, height in zip(marks, heights, strict=True)
        if mark.before
    ]
    if not known:
        return []
    ways, ranges = [], []
    for mark, (mean, low, high), _ in known:
        ways += [mistakes(mean, least), mistakes(mark.value, least), None]
        ranges += [mistakes(low, least), mistakes(high, least), None]
    levels = [level for *_, height in known for level in (height, height, None)]
    lines = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "y": levels}
    return [
        {**lines, "x": ways, "line": {"color": style.colour, "width": 1, "dash": "dot"}},
        {
            **lines,
            "x": ranges,
            "opacity": 0.3,
            "line": {"color": theme.FAINT_INK, "width": _BAND_PIXELS},
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": [mistakes(mean, least) for _, (mean, *_), _ in known],
            "y": [height for *_, height in known],
            "customdata": [mark.told for mark, *_ in known],
            "hoverinfo": "none",
            "marker": {
                "symbol": f"{style.symbol}-open",
                "color": style.colour,
                "size": 8,
                "line": {"width": 1.5},
            },
        },
    ]


def _band(
    marks: Sequence[Mark], heights: list[float], style: Style, least: float
) -> dict[str, Any]:
    x, y = [], []
    for mark, height in zip(marks, heights, strict=True):
        x += [mistakes(mark.least, least), mistakes(mark.most, least), None]
        y += [height, height, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "hoverinfo": "skip",
        "opacity": 0.25,
        "line": {"color": style.colour, "width": _BAND_PIXELS},
    }


def _marks(
    marks: Sequence[Mark], heights: list[float], style: Style, least: float
) -> dict[str, Any]:
    places = [mistakes(mark.value, least) for mark in marks]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": places,
        "y": heights,
        "customdata": [mark.told for mark in marks],
        "hoverinfo": "none",
        "line": {"color": style.colour, "width": 0.6, "dash": "dot"},
        "marker": {
            "symbol": style.symbol,
            "color": style.colour,
            "opacity": 1,
            "size": 13 if style.symbol == "star" else 10,
        },
        "error_x": {
            "type": "data",
            "symmetric": False,
            "color": style.colour,
            "thickness": 1.6,
            "width": 4,
            "array": [
                mistakes(mark.low, least) - place for mark, place in zip(marks, places, strict=True)
            ],
            "arrayminus": [
                place - mistakes(mark.high, least)
                for mark, place in zip(marks, places, strict=True)
            ],
        },
    }


def _stripes(n_rows: int) -> list[dict[str, Any]]:
    return [
        {
            "type": "rect",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": row - 0.5,
            "y1": row + 0.5,
            "fillcolor": theme.FAINT_INK,
            "opacity": 0.06,
            "line": {"width": 0},
            "layer": "below",
        }
        for row in range(0, n_rows, 2)
    ]


def _guide(guide: Guide | None, least: float) -> list[dict[str, Any]]:
    if guide is None:
        return []
    value, low, high = (mistakes(share, least) for share in guide)
    colour = STYLES["network"].colour
    upright = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    return [
        {
            "type": "rect",
            "x0": low,
            "x1": high,
            "fillcolor": colour,
            "opacity": 0.13,
            "line": {"width": 0},
            **upright,
        },
        {
            "type": "line",
            "x0": value,
            "x1": value,
            "line": {"color": colour, "width": 1.4, "dash": "dash"},
            **upright,
        },
    ]


def _chance(chance: float | None, least: float) -> list[dict[str, Any]]:
    if chance is None:
        return []
    place = mistakes(chance, least)
    return [
        {
            "type": "line",
            "x0": place,
            "x1": place,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"color": theme.FAINT_INK, "width": 1.2, "dash": "dot"},
        }
    ]


def _words(
    guide: Guide | None, chance: float | None, least: float, ends: Sequence[float]
) -> list[dict[str, Any]]:
    words = [] if guide is None else [("the network", guide[0])]
    if chance is not None:
        distance = (
            1
            if guide is None
            else abs(log10(mistakes(chance, least)) - log10(mistakes(guide[0], least)))
        )
        words += [("guessing", chance)] if distance > _NEAREST_WORDS * (ends[0] - ends[1]) else []
    return [
        {
            # On a logarithmic axis plotly takes the logarithm here.
            "x": log10(mistakes(share, least)),
            "y": 1,
            "yref": "paper",
            "yanchor": "bottom",
            "xanchor": "left" if word == "guessing" else "right",
            "showarrow": False,
            "text": word,
            "font": {"size": 12, "color": theme.FAINT_INK},
        }
        for word, share in words
    ]
