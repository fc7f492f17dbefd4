"""Signed pictures: what speaks for the target and what for the rival, in two colours."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from plotly.colors import hex_to_rgb

from app.figures import theme
from app.figures.pictures.arrays import packed
from app.figures.pictures.grid import grid_figure
from cnn_core.space.mosaic import Mosaic

_ZERO = "#f4f4f2"
_LEAST_DISTANCE = 60
_LEAST_STROKE, _MOST_STROKES = 0.08, 200
Cell = tuple[int, int, int]
"""Unit, row, column."""
# Red-green vision deficiencies: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A
# physiologically-based model for simulation of color vision deficiency" (2009), severity 1.
_EYES = np.array(
    [
        np.eye(3),
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
    ]
)


def are_told_apart(p: int, q: int) -> bool:
    """Whether eyes of all kinds tell the colours of two classes apart.

    Parameters
    ----------
    p, q
        Classes.

    Returns
    -------
    bool
        True for any two of the first ten.
    """
    difference = np.subtract(
        *(np.array(hex_to_rgb(theme.class_colour(number)), float) for number in (p, q))
    )
    return bool(np.linalg.norm(_EYES @ difference, axis=1).min() >= _LEAST_DISTANCE)


def signed_stops(p: int, q: int) -> list[tuple[float, str]]:
    """Stops of a colour map from the rival over near-white to the target.

    Parameters
    ----------
    p, q
        Classes.

    Returns
    -------
    list of list
        Pairs of position in [0, 1] and colour; zero stands in the middle.
    """
    return [(0.0, theme.class_colour(q)), (0.5, _ZERO), (1.0, theme.class_colour(p))]


def symmetric_range(*arrays: NDArray[np.float32]) -> tuple[float, float]:
    """Ends of a colour bar with zero in the middle that hold all values.

    Returns
    -------
    tuple of float
        (-1, 1) where all values are zero.
    """
    reach = max(float(np.abs(array).max(initial=0)) for array in arrays) or 1.0
    return -reach, reach


def signed_grid(
    mosaic: Mosaic,
    terms: NDArray[np.float32],
    p: int,
    q: int,
    *,
    name: str,
    fields: dict[str, Any] | None = None,
    selected: Sequence[int] = (),
    marks: Mapping[str, Sequence[Cell]] | None = None,
) -> dict[str, Any]:
    """Draw the contribution of every cell of a layer.

    Parameters
    ----------
    terms : shape (height, width, units) or (units,)
    p, q
        Target and rival.
    name
        Name of the layer.
    fields
        As in `grid_figure`.
    selected
        Units to be crossed out.
    marks
        As in `mark_cells`.
    """
    terms = np.asarray(terms, np.float32)
    figure = grid_figure(
        mosaic,
        terms,
        terms,
        symmetric_range(terms),
        name=name,
        range_title="contribution to Δ",
        fields=fields,
    )
    figure["data"][0]["colorscale"] = signed_stops(p, q)
    figure["layout"]["meta"].update(measure="contribution", click="none", toggles=True)
    if not are_told_apart(p, q):
        against = np.argwhere(_against(terms if terms.ndim == 3 else terms[None, None]))
        figure["data"].append(
            _strokes(
                [mosaic.position_of(unit, row, column) for row, column, unit in against.tolist()]
            )
        )
    return with_cells(figure, mosaic, selected=selected, marks=marks)


def with_cells(
    figure: dict[str, Any],
    mosaic: Mosaic,
    *,
    selected: Sequence[int] = (),
    marks: Mapping[str, Sequence[Cell]] | None = None,
) -> dict[str, Any]:
    """Add marks on cells and units to a grid.

    Parameters
    ----------
    figure
        From `grid_figure`; changed in place.
    selected
        Units to be crossed out, since they are silenced.
    marks
        "unused" (a ring) and "used" (a diamond): cells as (unit, row, column).

    Returns
    -------
    dict
        The figure.
    """
    boxes = mosaic.unit_boxes()[np.asarray(selected, int)] if len(selected) else ()
    figure["layout"]["shapes"] = figure["layout"].get("shapes", []) + [
        {
            "type": "line",
            "x0": float(left) - 0.4,
            "x1": float(right) - 0.6,
            "y0": float(top) - 0.4,
            "y1": float(bottom) - 0.6,
            "line": {"color": "#ff3d81", "width": 2},
        }
        for top, left, bottom, right in boxes
    ]
    for kind, cells in (marks or {}).items():
        if not len(cells):
            continue
        y, x = np.array([mosaic.position_of(*cell) for cell in cells], np.float32).T
        figure["data"].append(
            {
                "type": "scatter",
                "mode": "markers",
                "hoverinfo": "skip",
                "x": packed(x),
                "y": packed(y),
                "marker": _MARKS[kind],
            }
        )
    return figure


_MARKS = {
    "unused": {"symbol": "circle-open", "size": 11, "color": "#ff9500", "line": {"width": 2.5}},
    "used": {"symbol": "diamond-open", "size": 11, "color": "#ff3d81", "line": {"width": 2.5}},
}


def signed_image(terms: NDArray[np.floating], p: int, q: int, *, name: str = "") -> dict[str, Any]:
    """Draw the contribution of every pixel.

    Parameters
    ----------
    terms : shape (height, width)
    p, q
        Target and rival.
    name
        For the saved picture.
    """
    terms = np.asarray(terms, np.float32)
    height, width = terms.shape
    low, high = symmetric_range(terms)
    layout = theme.picture_layout(
        meta={
            "kind": "image",
            "name": name,
            "height": height,
            "width": width,
            "measure": "contribution",
        }
    )
    layout["xaxis"]["range"] = [-0.5, width - 0.5]
    layout["yaxis"].pop("autorange")
    layout["yaxis"]["range"] = [height - 0.5, -0.5]
    heatmap = {
        "type": "heatmap",
        "z": packed(terms),
        "zmin": low,
        "zmax": high,
        "hoverinfo": "none",
        "colorscale": signed_stops(p, q),
        "colorbar": theme.colour_bar(nticks=5),
    }
    strokes = [] if are_told_apart(p, q) else [_strokes(np.argwhere(_against(terms)))]
    return {"data": [heatmap, *strokes], "layout": layout}


def _against(terms: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where something worth a stroke speaks for the rival; of many the largest."""
    sizes = np.where(terms < 0, -terms, 0).astype(np.float64)
    if sizes.max(initial=0) == 0:
        return np.zeros(terms.shape, bool)
    ranked = np.sort(sizes, axis=None)[::-1]
    return sizes >= max(_LEAST_STROKE * ranked[0], ranked[min(_MOST_STROKES, ranked.size) - 1])


def _strokes(places: Sequence[tuple[float, float]] | NDArray[np.int64]) -> dict[str, Any]:
    """Minus signs on the places, given as (y, x)."""
    y, x = np.array(places, np.float32).reshape(-1, 2).T
    return {
        "type": "scatter",
        "mode": "markers",
        "hoverinfo": "skip",
        "x": packed(x),
        "y": packed(y),
        "marker": {"symbol": "line-ew", "size": 5, "line": {"width": 1.3, "color": theme.INK}},
    }
