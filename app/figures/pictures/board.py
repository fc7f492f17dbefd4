"""The boards of the Compare page: the mosaics of several images side by side in one picture."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures import theme
from app.figures.pictures.arrays import packed_cells
from app.figures.pictures.rings import NO_RINGS, Rings, rings_picture
from app.figures.pictures.scale import ticks_of
from app.figures.pictures.slots import Slots
from cnn_core.space.mosaic import Mosaic

_LINE, _FINE_LINE = 0.22, 0.08

EMPTY_BOARD: Mapping[str, Any] = {"data": [], "layout": {"meta": {"kind": "board", "tiles": 0}}}
"""A board without an image."""


def board_figure(
    mosaic: Mosaic,
    slots: Slots,
    tiles: Sequence[NDArray[np.float32]],
    colour_range: tuple[float, float],
    *,
    colour_map: str = "viridis",
    name: str = "",
    units: Sequence[int] | NDArray[np.int64] | None = None,
    fields: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Draw the mosaics of several images.

    The figure is drawn by ``assets/board.js``, a pixel a cell, in a fraction of the time that
    plotly.js takes; only a picture that is saved is plotly's. Its rings lie over it, see
    `rings_on_board`.

    Parameters
    ----------
    mosaic
        Where each cell of one image stands.
    tiles : shape (height, width, units) or (units,)
        Activations of the images, at most ``slots.n``; each goes as `packed_cells`.
    colour_map
        One of `theme.COLOUR_MAPS`.
    name
        Of the layer.
    units
        Numbers of the units shown, if not all are.
    fields
        As in `app.figures.pictures.grid.receptive_link`.
    """
    low, high = (float(end) for end in colour_range)
    heatmap = {
        "type": "heatmap",
        "z": [packed_cells(tile) for tile in tiles],
        "zmin": low,
        "zmax": high,
        "colorscale": theme.colour_stops(colour_map),
    }
    meta = {
        "kind": "board",
        "layer": name,
        "units": mosaic.n_units,
        "columns": mosaic.columns,
        "gap": mosaic.gap,
        "height": mosaic.height,
        "width": mosaic.width,
        "order": None if units is None else [int(unit) for unit in units],
        "slot": slots.columns,
        "slots": slots.n,
        "rows": slots.rows,
        "margin": slots.margin,
        "picture": list(mosaic.picture_shape),
        "tiles": len(tiles),
        "fields": fields,
        "bar": {"title": "activation", "ticks": ticks_of(low, high)},
    }
    return {"data": [heatmap], "layout": {"meta": meta}}


def rings_on_board(
    mosaic: Mosaic,
    slots: Slots,
    on: Sequence[NDArray[np.bool_] | None],
    rings: Rings = NO_RINGS,
    outlined: Collection[str] = (),
) -> str:
    """Draw what lies over a board: rings, and the lines between the maps.

    Parameters
    ----------
    on
        Of each tile which cells are on: rings of cells that are not are faint. None: all are.
    rings : shape (k, 2)
        Points (y, x) of a mosaic to be ringed in every tile, by the kinds of
        `app.figures.pictures.rings.KINDS`.
    outlined
        Kinds of which the cells' common outline is drawn instead of rings.

    Returns
    -------
    str
        Data address of a picture of the whole board.
    """
    return rings_picture(
        rings,
        len(on),
        slots,
        outlined,
        on=[None if mask is None else mosaic.tile(mask) > 0 for mask in on],
        lines=_lines(mosaic) if mosaic.gap == 0 else "",
        line_width=_LINE if mosaic.height * mosaic.width > 1 else _FINE_LINE,
    )


def _lines(mosaic: Mosaic) -> str:
    """Path of the lines between the maps of one image."""
    high, wide = mosaic.picture_shape
    across = "".join(f"M0 {y}h{wide}" for y in range(mosaic.height, high, mosaic.height))
    return across + "".join(f"M{x} 0v{high}" for x in range(mosaic.width, wide, mosaic.width))
