"""Small pictures of a layer or an image, drawn on the server as PNG."""

import base64
import io
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.figures import theme

_N_COLOURS = 24
_N_STRIP_COLOURS = 10


@lru_cache(maxsize=16)
def _palette(colour_map: str, n_colours: int) -> bytes:
    return theme.colour_table(colour_map, n_colours)


def _board_palette(colour_map: str) -> bytes:
    # One more colour for the ground between the pictures, which is seen through.
    return _palette(colour_map, _N_STRIP_COLOURS) + bytes(3)


def thumbnail(
    picture: NDArray[np.floating],
    colour_range: tuple[float, float],
    *,
    colour_map: str = "viridis",
    most: tuple[int, int] = (64, 40),
) -> str:
    """Draw a two-dimensional array small.

    Parameters
    ----------
    picture : shape (rows, columns)
        NaN is a gap and is drawn as the lowest colour.
    colour_map
        As in `theme.colour_stops`.
    most
        Largest width and height in pixels; a larger picture is averaged down, none is enlarged.

    Returns
    -------
    str
        A data address.
    """
    drawn = _steps(picture, colour_range, most, _N_COLOURS)
    drawn.putpalette(_palette(colour_map, _N_COLOURS))
    return _as_address(drawn)


def strip_picture(
    pictures: Sequence[NDArray[np.floating]],
    colour_ranges: Sequence[tuple[float, float]],
    *,
    colour_map: str = "viridis",
    tile: tuple[int, int] = (48, 30),
) -> str:
    """Draw several arrays beside each other in one picture: one file is smaller than many.

    Parameters
    ----------
    pictures : shape (rows, columns)
    colour_map
        As in `theme.colour_stops`.
    tile
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


def _steps(
    picture: NDArray[np.floating],
    colour_range: tuple[float, float],
    most: tuple[int, int],
    n_colours: int,
) -> Image.Image:
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


def image_thumbnail(image: NDArray[np.float32], *, most: tuple[int, int] | None = None) -> str:
    """Draw an input image at its own size.

    Parameters
    ----------
    image : shape (height, width, channels), in [0, 1]
    most
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


def _shrunk(drawn: Image.Image, most: tuple[int, int]) -> Image.Image:
    shrink = min(most[0] / drawn.width, most[1] / drawn.height)
    if shrink >= 1:
        return drawn
    return drawn.resize(
        (max(round(drawn.width * shrink), 1), max(round(drawn.height * shrink), 1)),
        Image.Resampling.BOX,
    )


def _as_address(drawn: Image.Image) -> str:
    buffer = io.BytesIO()
    drawn.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
