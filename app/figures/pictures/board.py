"""The boards of the Compare page: the mosaics of several images side by side in one picture."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures import theme
from app.figures.pictures.arrays import packed
from app.figures.pictures.rings import NO_RINGS, Rings, rings_picture
from app.figures.pictures.slots import Slots
from cnn_core.space.mosaic import Mosaic

_BETWEEN_MAPS = "#4d5563"


def board_figure(
    mosaic: Mosaic,
    slots: Slots,
    tiles: Sequence[NDArray[np.float32]],
    colour_range: tuple[float, float],
    *,
    rings: Rings = NO_RINGS,
    on: Sequence[NDArray[np.bool_] | None] = (),
    outlined: Collection[str] = (),
    colour_map: str = "viridis",
    name: str = "",
    units: Sequence[int] | NDArray[np.int64] | None = None,
    fields: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Draw the mosaics of several images.

    Parameters
    ----------
    mosaic
        Where each cell of one image stands.
    tiles : shape (height, width, units) or (units,)
        Activations of the images, at most ``slots.n``.
    rings : shape (k, 2)
        Points (y, x) of a mosaic to be ringed in every tile, by the kinds of
        `app.figures.pictures.rings.KINDS`.
    on
        Of each tile which cells are on: rings of cells that are not are faint. None: all are.
    outlined
        Kinds of which the cells' common outline is drawn instead of rings.
    colour_map
        One of `theme.COLOUR_MAPS`.
    name
        Of the layer.
    units
        Numbers of the units shown, if not all are.
    fields
        As in `app.figures.pictures.grid.receptive_link`.
    """
    high, wide = mosaic.picture_shape
    # Where no mosaic stands nothing is sent: the axes leave the room.
    board = np.full((high, (max(len(tiles), 1) - 1) * slots.columns + wide), np.nan, np.float32)
    for place, tile in enumerate(tiles):
        left = place * slots.columns
        board[:high, left : left + wide] = mosaic.tile(tile)
    low, top = colour_range
    heatmap = {
        "type": "heatmap",
        "z": packed(board),
        "zmin": float(low),
        "zmax": float(top),
        "colorscale": theme.colour_stops(colour_map),
        "showscale": False,
        "hoverongaps": False,
        "hoverinfo": "none",
        "xgap": int(mosaic.gap == 0 and mosaic.height * mosaic.width == 1),
        "ygap": int(mosaic.gap == 0 and mosaic.height * mosaic.width == 1),
    }
    layout = theme.picture_layout(
        meta={
            "kind": "board",
            "layer": name,
            "units": mosaic.n_units,
            "columns": mosaic.columns,
            "gap": mosaic.gap,
            "height": mosaic.height,
            "width": mosaic.width,
            "order": None if units is None else [int(unit) for unit in units],
            "slot": slots.columns,
            "picture": [high, wide],
            "tiles": len(tiles),
            "fields": fields,
        }
    )
    layout["shapes"] = [_ground(place * slots.columns, wide, high) for place in range(len(tiles))]
    start = -0.5 - slots.margin
    layout["xaxis"]["range"] = [start, start + slots.n * slots.columns]
    layout["yaxis"].pop("autorange")
    layout["yaxis"]["range"] = [start + slots.rows, start]
    is_lined = mosaic.gap == 0 and mosaic.height * mosaic.width > 1
    if is_lined or any(len(points) for points in rings.values()):
        layout["images"] = [
            {
                "source": rings_picture(
                    rings,
                    len(tiles),
                    slots,
                    outlined,
                    on=[None if mask is None else mosaic.tile(mask) > 0 for mask in on],
                    lines=_lines(mosaic) if is_lined else "",
                ),
                "xref": "x",
                "yref": "y",
                "x": start,
                "y": start,
                "sizex": slots.n * slots.columns,
                "sizey": slots.rows,
                "sizing": "stretch",
                "layer": "above",
            }
        ]
    return {"data": [heatmap], "layout": layout}


def _lines(mosaic: Mosaic) -> str:
    """Path of the lines between the maps of one image."""
    high, wide = mosaic.picture_shape
    across = "".join(f"M0 {y}h{wide}" for y in range(mosaic.height, high, mosaic.height))
    return across + "".join(f"M{x} 0v{high}" for x in range(mosaic.width, wide, mosaic.width))


def _ground(left: int, wide: int, high: int) -> dict[str, Any]:
    """Colour between the maps of one image, so that they stand out on any page."""
    return {
        "type": "rect",
        "layer": "below",
        "line": {"width": 0},
        "fillcolor": _BETWEEN_MAPS,
        "x0": left - 0.5,
        "x1": left + wide - 0.5,
        "y0": -0.5,
        "y1": high - 0.5,
    }
