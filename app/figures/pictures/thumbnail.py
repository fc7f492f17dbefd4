"""Small pictures of a layer or an image, drawn on the server as PNG."""

import base64
import io
from functools import lru_cache

import numpy as np
from PIL import Image

from app.figures import theme

_N_COLOURS = 24
_N_STRIP_COLOURS = 10


@lru_cache(maxsize=16)
def _palette(colour_map, n_colours):
    return theme.colour_table(colour_map, n_colours)


def _board_palette(colour_map):
    # One more colour for the ground between the pictures, which is seen through.
    return _palette(colour_map, _N_STRIP_COLOURS) + bytes(3)


def thumbnail(picture, colour_range, *, colour_map="viridis", most=(64, 40)):
    """Draw a two-dimensional array small.

    Parameters
    ----------
    picture : ndarray, shape (rows, columns), float
        NaN is a gap and is drawn as the lowest colour.
    colour_range : tuple of float
    colour_map : str
        As in `theme.colour_stops`.
    most : tuple of int
        Largest width and height in pixels; a larger picture is averaged down, none is enlarged.

    Returns
    -------
    str
        A data address.
    """
    drawn = _steps(picture, colour_range, most, _N_COLOURS)
    drawn.putpalette(_palette(colour_map, _N_COLOURS))
    return _as_address(drawn)


def strip_picture(pictures, colour_ranges, *, colour_map="viridis", tile=(48, 30)):
    """Draw several arrays beside each other in one picture: one file is smaller than many.

    Parameters
    ----------
    pictures : sequence of ndarray, shape (rows, columns), float
    colour_ranges : sequence of tuple of float
    colour_map : str
        As in `theme.colour_stops`.
    tile : tuple of int
        Width and height of the place of each; a picture stands in the middle of it.

    Returns
    -------
    str
        A data address.
    """
    width, height = tile
    board = Image.new("L", (width * len(pictures), height), _N_STRIP_COLOURS)
    for place, (picture, ends) in enumerate(zip(pictures, colour_ranges, strict=True)):
        drawn = _steps(picture, ends, tile, _N_STRIP_COLOURS)
        enlarge = min(width // drawn.width, height // drawn.height)
        if enlarge > 1:
            drawn = drawn.resize(
                (drawn.width * enlarge, drawn.height * enlarge), Image.Resampling.NEAREST
            )
        board.paste(
            drawn, (place * width + (width - drawn.width) // 2, (height - drawn.height) // 2)
        )
    board.putpalette(_board_palette(colour_map))
    board.info["transparency"] = _N_STRIP_COLOURS
    return _as_address(board)


def _steps(picture, colour_range, most, n_colours):
    """Picture of colour numbers, no larger than `most`."""
    low, high = colour_range
    steps = (picture - low) * ((n_colours - 1) / ((high - low) or 1.0)) + 0.5
    steps = np.clip(np.nan_to_num(steps, copy=False), 0, n_colours - 1).astype(np.uint8)
    drawn = Image.fromarray(steps)
    shrink = min(most[0] / drawn.width, most[1] / drawn.height)
    if shrink < 1:
        size = (max(round(drawn.width * shrink), 1), max(round(drawn.height * shrink), 1))
        drawn = drawn.resize(size, Image.Resampling.BOX)
    return drawn


def image_thumbnail(image, *, most=None):
    """Draw an input image at its own size.

    Parameters
    ----------
    image : ndarray, shape (height, width, channels), float32 in [0, 1]
    most : tuple of int, optional
        Largest width and height in pixels; a larger image is averaged down, none is enlarged.

    Returns
    -------
    str
        A data address.
    """
    values = np.rint(image * 255).astype(np.uint8)
    drawn = (
        Image.fromarray(values)
        if values.shape[2] == 3
        else Image.fromarray(np.ascontiguousarray(values[..., 0]))
    )
    return _as_address(drawn if most is None else _shrunk(drawn, most))


def _shrunk(drawn, most):
    shrink = min(most[0] / drawn.width, most[1] / drawn.height)
    if shrink >= 1:
        return drawn
    return drawn.resize(
        (max(round(drawn.width * shrink), 1), max(round(drawn.height * shrink), 1)),
        Image.Resampling.BOX,
    )


def _as_address(drawn):
    buffer = io.BytesIO()
    drawn.save(buffer, "PNG", **drawn.info)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
