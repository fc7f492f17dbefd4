"""From the light of a picture to its ink: how far each pixel stands out from its ground."""

from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cnn_core.drawing.from_paper.geometry import resized
from cnn_core.drawing.from_paper.pictures import Picture

BLANK = 12 / 255
"""Where nothing stands out further than this, there is no ink."""

# Away from the soft edges of the ink, a drawn ground is one level exactly.
_SAME_LEVEL = 0.5 / 255
_LEAST_SAME = 0.7
_MOST_GROUND = 0.35
_SOFT_EDGE = 3
_OVERVIEW_SIDE = 96

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Share of red, green and blue in grey: ITU-R BT.601."""


@dataclass(frozen=True, eq=False)
class Ink:
    """A picture as ink on a ground.

    Attributes
    ----------
    values
        (h, w): 0 where a pixel is like the ground, 1 where it is as far from it as can be. Below 0
        where it lies on the other side of the ground.
    ground
        Light of the ground, 0…1.
    is_dark
        Whether the ink is darker than its ground.
    """

    values: NDArray[np.float32]
    ground: float
    is_dark: bool

    @cached_property
    def has_plain_ground(self) -> bool:
        """Whether it lies on one exact level; told once, since it takes as long as all the rest."""
        return has_plain_ground(self.values)

    def as_light(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turn ink in 0…1 back to light on this picture's ground."""
        reach = -self.ground if self.is_dark else 1 - self.ground
        return (self.ground + reach * values).astype(np.float32)


def grey(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the luminance, (h, w), of light of one or three channels."""
    return light[..., 0] if light.shape[-1] == 1 else light @ _LUMA


def composited(picture: Picture) -> NDArray[np.float32]:
    """Lay a picture over the ground on which what it shows stands out: white or black.

    Returns
    -------
    (h, w, c), 0…1
    """
    if picture.alpha is None or picture.alpha.min() == 1:
        return picture.light
    alpha = picture.alpha[..., np.newaxis]
    covered = float(picture.alpha.sum())
    shown = float((grey(picture.light) * picture.alpha).sum()) / covered if covered else 1.0
    ground = np.float32(0 if shown > 0.5 else 1)
    return picture.light * alpha + ground * (1 - alpha)


def ink_of(light: NDArray[np.float32]) -> Ink:
    """Tell ink from ground: the ground is what the border of the picture mostly shows.

    Where the ground is no single level, as on photographed paper, ink is what marks the lesser part
    of the picture, dark or light. Of coloured ink the channel counts in which it stands out most.

    Parameters
    ----------
    light : (h, w, 1) or (h, w, 3), 0…1
    """
    shade = grey(light)
    colour = np.median(border_of(light), axis=0)
    ground = float(grey(colour[np.newaxis, np.newaxis])[0, 0])
    is_dark = bool(ground > (shade.min() + shade.max()) / 2)
    ink = _ink_on(light, colour, ground, is_dark)
    if ink.has_plain_ground:
        return ink
    return _ink_on(light, colour, ground, has_dark_marks(shade))


def _ink_on(
    light: NDArray[np.float32], colour: NDArray[np.float32], ground: float, is_dark: bool
) -> Ink:
    reach = np.maximum(colour if is_dark else 1 - colour, np.float32(BLANK))
    # Channel by channel: a maximum over a last axis of three takes ten times as long.
    channels = zip(np.moveaxis(light, 2, 0), colour, reach, strict=True)
    parts = [((own - one) if is_dark else (one - own)) / most for one, own, most in channels]
    return Ink(reduce(np.maximum, parts).astype(np.float32), ground, is_dark)


def has_dark_marks(shade: NDArray[np.float32]) -> bool:
    """Whether the marks in an image (h, w) are rather darker than lighter than what is around them.

    Marks are the lesser part of a picture, so that they pull the values of all pixels to one side:
    told by the third moment around the surface that follows the light.
    """
    light = overview(shade)
    return bool(((light - smooth_surface(light)) ** 3).sum() < 0)


def smooth_surface(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fit a surface of second degree to the ground of an image (h, w).

    Three times by least squares, each time without what stood out by two standard deviations.
    """
    rows, columns = (np.linspace(-1, 1, size) for size in values.shape)
    y, x = (part.ravel() for part in np.meshgrid(rows, columns, indexing="ij"))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    flat = values.ravel().astype(np.float64)
    surface = np.full_like(flat, flat.mean())
    for _ in range(3):
        rest = flat - surface
        is_ground = np.abs(rest) <= 2 * rest.std()
        surface = terms @ np.linalg.lstsq(terms[is_ground], flat[is_ground])[0]
    return surface.reshape(values.shape).astype(np.float32)


def overview(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shrink an image (h, w) until its longer side is at most 96 pixels."""
    shrink = min(1.0, _OVERVIEW_SIDE / max(values.shape))
    return resized(values, *(max(1, round(size * shrink)) for size in values.shape))


def has_plain_ground(values: NDArray[np.float32]) -> bool:
    """Whether ink lies on one exact level, as in a drawing, and not on photographed paper."""
    near = ndimage.maximum_filter(values, 2 * _SOFT_EDGE + 1)
    ground = values[near < _MOST_GROUND * values.max()]
    n_same = np.count_nonzero(np.abs(ground) < _SAME_LEVEL)
    return bool(n_same >= _LEAST_SAME * len(ground))


def border_of(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the pixels of a frame a fiftieth of the shorter side wide, (n, c) or (n,)."""
    width = max(1, min(light.shape[:2]) // 50)
    inside = np.zeros(light.shape[:2], bool)
    inside[width:-width, width:-width] = True
    return light[~inside]
