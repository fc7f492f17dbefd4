"""What goes wrong with drawings, made of good images: too far off, too small, too thick, inverted."""

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from cnn_core.drawing.changes import Images, shifted, turned
from cnn_core.drawing.from_paper.geometry import framed, inked_box, resized


def _eroded(images: Images) -> Images:
    return np.asarray(ndimage.grey_erosion(images, (1, 2, 2, 1)), np.float32)


def _dilated(side: int) -> Callable[[Images], Images]:
    return lambda images: np.asarray(ndimage.grey_dilation(images, (1, side, side, 1)), np.float32)


def _blurred(images: Images) -> Images:
    return np.asarray(ndimage.gaussian_filter(images, (0, 1, 1, 0)), np.float32)


def _each(images: Images, change: Callable[[Images], Images]) -> Images:
    """Change the one channel, (h, w), of each image."""
    return np.stack([change(image[..., 0]) for image in images])[..., np.newaxis]


def _filling(image: Images) -> Images:
    """Scale the ink until it fills the frame, its shape kept."""
    height, width = image.shape
    ink = image[inked_box(image)]
    factor = min(height / ink.shape[0], width / ink.shape[1])
    large = resized(ink, *(max(1, round(size * factor)) for size in ink.shape))
    start = (height - large.shape[0]) // 2, (width - large.shape[1]) // 2
    return framed(np.clip(large, 0, 1), height, width, start)


def _small(image: Images) -> Images:
    """Scale the frame down until a box of 20 of 28 pixels has 12."""
    height, width = image.shape
    small = resized(image, round(height * 0.6), round(width * 0.6))
    start = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    return framed(np.clip(small, 0, 1), height, width, start)


NAMED_CHANGES: dict[str, Callable[[Images], Images]] = {
    "as it is": lambda images: images,
    "shifted by 4 pixels": lambda images: shifted(images, 4, 0),
    "shifted by 6 pixels": lambda images: shifted(images, 6, 0),
    "filling the frame": lambda images: _each(images, _filling),
    "12 pixels small": lambda images: _each(images, _small),
    "inverted": lambda images: 1 - images,
    "strokes thinned": _eroded,
    "strokes 2 pixels thicker": _dilated(3),
    "strokes 4 pixels thicker": _dilated(5),
    "turned by 15°": lambda images: turned(images, 15),
    "turned by 30°": lambda images: turned(images, 30),
    "black and white only": lambda images: (images > 0.5).astype(np.float32),
    "faint, 0.4 of the light": lambda images: images * np.float32(0.4),
    "blurred by 1 pixel": _blurred,
}
"""For grey images ``(n, h, w, 1)`` of light ink on black, 0…1."""
