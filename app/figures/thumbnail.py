"""Small pictures of a layer or an image, drawn on the server as PNG."""

import base64
import io
from functools import lru_cache

import numpy as np
from PIL import Image

from app import theme

_N_COLOURS = 32


@lru_cache(maxsize=8)
def _palette(colour_map):
    return theme.colour_table(colour_map, _N_COLOURS)


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
    low, high = colour_range
    steps = np.nan_to_num((picture - low) / ((high - low) or 1.0), nan=0.0)
    steps = np.clip(steps * (_N_COLOURS - 1) + 0.5, 0, _N_COLOURS - 1).astype(np.uint8)
    drawn = Image.fromarray(steps, "L")
    drawn = _shrunk(drawn, most)
    drawn.putpalette(_palette(colour_map))
    return _as_address(drawn)


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
    drawn = (Image.fromarray(values, "RGB") if values.shape[2] == 3
             else Image.fromarray(np.ascontiguousarray(values[..., 0]), "L"))
    return _as_address(drawn if most is None else _shrunk(drawn, most))


def _shrunk(drawn, most):
    shrink = min(most[0] / drawn.width, most[1] / drawn.height)
    if shrink >= 1:
        return drawn
    return drawn.resize((max(round(drawn.width * shrink), 1), max(round(drawn.height * shrink), 1)),
                        Image.Resampling.BOX)


def _as_address(drawn):
    buffer = io.BytesIO()
    drawn.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
