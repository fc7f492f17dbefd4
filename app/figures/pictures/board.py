"""The boards of the Compare page: the mosaics of several images side by side in one picture."""

from dataclasses import dataclass
from math import ceil

import numpy as np

from app.figures import theme
from app.figures.pictures.arrays import packed
from app.figures.pictures.rings import NO_RINGS, rings_picture

_RING_SHARE = 1 / 260
_BETWEEN_MAPS = "#4d5563"


@dataclass(frozen=True)
class Slots:
    """Equal places for mosaics beside each other.

    Attributes
    ----------
    n : int
        Places in a row.
    rows, columns : int
        Height and width of one, in cells, the gap to the next one included.
    margin : float
        Cells left free before the first one, so that rings at the edge are whole.
    """

    n: int
    rows: int
    columns: int
    margin: float

    @property
    def ring_radius(self):
        """Radius of a ring in cells: the same on the screen for every layer, but never below one.

        A ring below the size of a cell would hide what it points at.
        """
        return max(0.8, self.n * self.columns * _RING_SHARE)

    @classmethod
    def around(cls, picture_shape, n, aspect):
        """Make slots that hold a picture and have the wanted proportions.

        Parameters
        ----------
        picture_shape : tuple of int
            Rows and columns of one mosaic.
        n : int
        aspect : float
            Width of a slot over its height.

        Returns
        -------
        Slots
        """
        high, wide = picture_shape
        gap = max(2, round(0.03 * wide))
        columns = max(wide + gap, ceil((high + gap) * aspect))
        return cls(n, max(high + gap, ceil(columns / aspect)), columns, gap / 2)


def board_figure(
    mosaic,
    slots,
    tiles,
    colour_range,
    *,
    rings=NO_RINGS,
    on=(),
    outlined=(),
    colour_map="viridis",
    name="",
    units=None,
    fields=None,
):
    """Draw the mosaics of several images.

    Parameters
    ----------
    mosaic : cnn_core.space.mosaic.Mosaic
        Where each cell of one image stands.
    slots : Slots
    tiles : sequence of ndarray, shape (height, width, units) or (units,), float32
        Activations of the images, at most ``slots.n``.
    colour_range : tuple of float
    rings : dict of str to ndarray, shape (k, 2), optional
        Points (y, x) of a mosaic to be ringed in every tile, by the kinds of
        `app.figures.pictures.rings.KINDS`.
    on : sequence of (ndarray or None)
        Of each tile which cells are on: rings of cells that are not are faint. None: all are.
    outlined : collection of str
        Kinds of which the cells' common outline is drawn instead of rings.
    colour_map : str
        One of `theme.COLOUR_MAPS`.
    name : str
        Of the layer.
    units : sequence of int, optional
        Numbers of the units shown, if not all are.
    fields : dict, optional
        As in `app.figures.pictures.grid.receptive_link`.

    Returns
    -------
    dict
        A plotly figure.
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


def _lines(mosaic):
    """Path of the lines between the maps of one image."""
    high, wide = mosaic.picture_shape
    across = "".join(f"M0 {y}h{wide}" for y in range(mosaic.height, high, mosaic.height))
    return across + "".join(f"M{x} 0v{high}" for x in range(mosaic.width, wide, mosaic.width))


def _ground(left, wide, high):
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
