"""The activation grid: all units of a layer in one picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures import theme
from app.figures.pictures.arrays import packed_cells
from app.figures.pictures.scale import ticks_of
from app.figures.pictures.svg import svg_address
from cnn_core.space.mosaic import Mosaic
from cnn_core.space.receptive_fields import FieldSummary

_ROOM_FOR_BAR = 66
_MOST_NUMBERED = 32
_CROSS = 0.13
"""Arm of the cross on a dead unit, as a share of the unit."""
_NUMBERS = {"size": 11, "color": theme.FAINT_INK}


def grid_figure(
    mosaic: Mosaic,
    shown: NDArray[np.float32],
    values: NDArray[np.float32],
    colour_range: tuple[float, float],
    *,
    colour_map: str = "viridis",
    dead: Sequence[int] | NDArray[np.int64] = (),
    selected: int | None = None,
    name: str = "",
    range_title: str = "",
    is_numbered: bool = False,
    names: Sequence[str] = (),
    fields: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Draw every unit of a layer.

    Parameters
    ----------
    mosaic
        Where each cell stands.
    shown : shape (height, width, units) or (units,)
        Numbers that are coloured.
    values : of the same shape
        Activations, told on hover.
    colour_range
        Ends of the colour bar.
    colour_map
        One of `theme.COLOUR_MAPS` or "diverging".
    dead
        Units to be marked as dead.
    selected
        Unit to be framed.
    name
        Name of the layer, for the saved picture.
    range_title
        What the colour bar measures.
    is_numbered
        Whether numbers stand beside the rows and above the columns of units in natural order.
    names
        Of the units of one row, in place of numbers.
    fields
        How cells see the image, for the page's hover link; see `receptive_link`.

    Returns
    -------
    dict
        A plotly figure. Its numbers are those of `packed_cells`, tiled in the browser; its colour
        bar is drawn there too, since plotly's takes as long as the grid. From image to image only
        its numbers, ``layout.meta`` and the source of its one drawing change: that is painted in
        place, see ``assets/repaint.js``.
    """
    low, high = (float(end) for end in colour_range)
    heatmap = {
        "type": "heatmap",
        "z": packed_cells(shown),
        "zmin": low,
        "zmax": high,
        "colorscale": theme.colour_stops(colour_map),
        "showscale": False,
        "hoverongaps": False,
        "hoverinfo": "none",
        "xgap": 1 if mosaic.gap == 0 else 0,
        "ygap": 1 if mosaic.gap == 0 else 0,
    }
    if shown is not values:
        heatmap["customdata"] = packed_cells(values)
    layout = theme.picture_layout(
        meta={
            "kind": "grid",
            "layer": name,
            "units": mosaic.n_units,
            "columns": mosaic.columns,
            "gap": mosaic.gap,
            "height": mosaic.height,
            "width": mosaic.width,
            "order": None if mosaic.order is None else [int(unit) for unit in mosaic.order],
            "fields": fields,
            "bar": {"title": range_title, "ticks": ticks_of(low, high)},
        }
    )
    layout["margin"]["r"] = _ROOM_FOR_BAR
    rows, columns = mosaic.picture_shape
    layout["xaxis"]["range"] = [-0.5 - mosaic.gap, columns - 0.5 + mosaic.gap]
    layout["yaxis"].pop("autorange")
    layout["yaxis"]["range"] = [rows - 0.5 + mosaic.gap, -0.5 - mosaic.gap]
    if (is_numbered or names) and mosaic.order is None:
        _number(layout, mosaic, names)
    if selected is not None:
        layout["shapes"] = [_frame_around(mosaic, selected)]
    layout["images"] = [_crosses(mosaic, dead)]
    return {"data": [heatmap], "layout": layout}


def _number(layout: dict[str, Any], mosaic: Mosaic, names: Sequence[str]) -> None:
    """Put the number of its first unit beside each row, and what each column adds to it above."""
    boxes = mosaic.unit_boxes()
    top, left, bottom, right = boxes.T
    is_first = np.arange(mosaic.n_units) % mosaic.columns == 0
    n_columns = min(mosaic.columns, mosaic.n_units)
    rows = {
        "tickvals": ((top + bottom - 1) / 2)[is_first].tolist(),
        "ticktext": [str(unit) for unit in np.flatnonzero(is_first)],
    }
    columns = {
        "tickvals": ((left + right - 1) / 2)[:n_columns].tolist(),
        "ticktext": list(names) or [f"+{place}" for place in range(n_columns)],
        "side": "top",
    }
    shown = {"visible": True, "showgrid": False, "zeroline": False, "ticks": "", "tickangle": 0}
    if n_columns <= _MOST_NUMBERED:
        layout["xaxis"] |= {**shown, "tickfont": _NUMBERS, **columns}
        layout["margin"]["t"] = 16
    if not names and len(rows["tickvals"]) <= _MOST_NUMBERED:
        layout["yaxis"] |= {**shown, "tickfont": _NUMBERS, **rows}
        layout["margin"]["l"] = 30


def _crosses(mosaic: Mosaic, units: Sequence[int] | NDArray[np.int64]) -> dict[str, Any]:
    """One drawing with a cross on each of some units, as an image of the layout."""
    rows, columns = mosaic.picture_shape
    arm = _CROSS * min(max(mosaic.height, mosaic.gap + 1), max(mosaic.width, mosaic.gap + 1))
    top, left, bottom, right = mosaic.unit_boxes()[np.asarray(units, int)].T
    strokes = "".join(
        f"M{x - arm:g} {y - arm:g}l{2 * arm:g} {2 * arm:g}m0 -{2 * arm:g}l-{2 * arm:g} {2 * arm:g}"
        for y, x in zip((top + bottom) / 2, (left + right) / 2, strict=True)
    )
    path = (
        f'<path d="{strokes}" fill="none" stroke="#fff" stroke-opacity=".7" stroke-width="1.2" '
        'vector-effect="non-scaling-stroke"/>'
    )
    return {
        "source": svg_address(0, 0, columns, rows, path),
        "xref": "x",
        "yref": "y",
        "x": -0.5,
        "y": -0.5,
        "sizex": columns,
        "sizey": rows,
        "sizing": "stretch",
        "layer": "above",
    }


def _frame_around(mosaic: Mosaic, unit: int) -> dict[str, Any]:
    top, left, bottom, right = (float(edge) for edge in mosaic.unit_boxes()[unit])
    margin = 0.5 + mosaic.gap / 2
    return {
        "type": "rect",
        "x0": left - margin,
        "x1": right - 1 + margin,
        "y0": top - margin,
        "y1": bottom - 1 + margin,
        "line": {"color": "#ff3d81", "width": 2},
    }


def receptive_link(
    summary: FieldSummary, boxes: NDArray[np.int32], is_spatial: bool
) -> dict[str, Any]:
    """How cells see the image, in the few numbers that the page needs.

    Parameters
    ----------
    boxes : shape (..., 4)
        Receptive field of every cell.
    is_spatial
        Whether the layer has maps.

    Returns
    -------
    dict
        A lattice where the fields form one, else a box a unit, else one box for all cells.
    """
    if is_spatial and summary.start is not None and summary.stride is not None:
        return {
            "start": list(summary.start),
            "stride": list(summary.stride),
            "size": list(summary.size),
        }
    if not is_spatial and len(np.unique(boxes, axis=0)) > 1:
        return {"boxes": boxes.tolist()}
    return {"box": list(summary.whole)}
