"""Images changed in one way by a stated amount: shifted, turned, scaled, redrawn, made noisy.

All take light in 0…1 as ``(n, h, w, c)`` and give as many images; what moves in from outside is the
ground, the median of each image's border.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cnn_core.drawing.from_paper.geometry import resized
from cnn_core.drawing.from_paper.ink import border_of, ink_of
from cnn_core.drawing.from_paper.strokes import with_stroke_width
from cnn_core.errors import SelectionError

Images = NDArray[np.float32]

NOISE_DRAWS = 4
"""Draws of noise on one image."""
_SEED = 20


def shifted(images: Images, right: int, down: int) -> Images:
    """Shift by whole pixels."""
    grounds = ground_of(images)
    moved = np.broadcast_to(grounds, images.shape).copy()
    rows, rows_from = _overlap(images.shape[1], down)
    columns, columns_from = _overlap(images.shape[2], right)
    moved[:, rows, columns] = images[:, rows_from, columns_from]
    return moved


def _overlap(size: int, step: int) -> tuple[slice, slice]:
    """Where the pixels that stay inside go to, and where they come from."""
    return slice(max(step, 0), size + min(step, 0)), slice(max(-step, 0), size + min(-step, 0))


def turned(images: Images, degrees: float) -> Images:
    """Turn anticlockwise about the middle, with linear interpolation."""
    angle = np.deg2rad(degrees)
    cosine, sine = np.cos(angle), np.sin(angle)
    return _transformed(images, np.array([[cosine, sine], [-sine, cosine]]))


def scaled(images: Images, factor: float) -> Images:
    """Scale about the middle, over wider areas where it gets smaller."""
    if factor < 1:
        # A blur as wide as a new pixel keeps thin strokes from falling between its points.
        spread = np.sqrt(1 / factor**2 - 1) / 2
        images = ndimage.gaussian_filter(images, (0, spread, spread, 0), mode="nearest")
    return _transformed(images, np.eye(2) / factor)


def _transformed(images: Images, matrix: NDArray[np.float64]) -> Images:
    """Take each pixel (row, column) from where a matrix brings it, seen from the middle."""
    grounds = ground_of(images)
    middle = (np.array(images.shape[1:3]) - 1) / 2
    offset = middle - matrix @ middle
    found = np.empty_like(images)
    for image, ground, place in zip(images, grounds, found, strict=True):
        for channel in range(images.shape[3]):
            ndimage.affine_transform(
                image[..., channel] - ground[0, 0, channel],
                matrix,
                offset,
                output=place[..., channel],
                order=1,
            )
    return found + grounds


def redrawn(images: Images, width: float) -> Images:
    """Redraw with strokes of a width in pixels; images are ink on a ground, without colours."""
    found = np.empty_like(images)
    for image, place in zip(images, found, strict=True):
        ink = ink_of(image)
        values = np.clip(ink.values, 0, 1)
        drawn = values
        if values.any():
            fine = with_stroke_width(values, 1.0, width)
            drawn = np.clip(resized(fine, *values.shape), 0, 1)
        place[...] = ink.as_light(drawn)[..., np.newaxis]
    return found


def made_noisy(images: Images, deviation: float) -> Images:
    """Add normal noise, always the same one to the same number of images, and cut at 0 and 1."""
    rng = np.random.default_rng(_SEED)
    noise = rng.standard_normal(images.shape, np.float32) * np.float32(deviation)
    return np.clip(images + noise, 0, 1)


def ground_of(images: Images) -> Images:
    """Median of each image's border, (n, 1, 1, c)."""
    medians = [np.median(border_of(image), axis=0) for image in images]
    return np.array(medians, np.float32)[:, np.newaxis, np.newaxis]


@dataclass(frozen=True)
class Kind:
    """A way to change images by an amount.

    Attributes
    ----------
    name
        As results and addresses know it.
    unit
        Of the amounts.
    unchanged
        The amount that leaves an image as it is; None where every amount redraws it.
    amounts
        From the smallest to the largest.
    change
        Makes images of images and an amount.
    """

    name: str
    unit: str
    unchanged: float | None
    amounts: tuple[float, ...]
    change: Callable[[Images, float], Images]


def _steps(first: float, last: float, step: float) -> tuple[float, ...]:
    count = round((last - first) / step) + 1
    return tuple(round(float(first + step * number), 6) for number in range(count))


KINDS = {
    kind.name: kind
    for kind in (
        Kind("rotation", "degrees anticlockwise", 0.0, _steps(-90, 90, 5), turned),
        Kind("size", "times", 1.0, _steps(0.3, 1.8, 0.05), scaled),
        Kind("stroke", "pixels", None, _steps(1, 8, 0.5), redrawn),
        Kind("noise", "standard deviation", 0.0, _steps(0, 0.8, 0.05), made_noisy),
    )
}


def kind_of(name: str) -> Kind:
    """Give the kind of a name.

    Raises
    ------
    SelectionError
    """
    if name not in KINDS:
        raise SelectionError(
            f"change {name!r}: {', '.join(KINDS)} are accepted", nearest="rotation"
        )
    return KINDS[name]
