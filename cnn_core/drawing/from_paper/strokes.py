"""Width of the strokes of a drawing: measured, and brought to what a network was trained on."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cnn_core.drawing.from_paper.geometry import resized

MNIST_WIDTH = 2.5
"""Median width of strokes in MNIST's training images, pixels of a 20 × 20 box."""
MNIST_WIDTHS = (1.65, 4.2)
"""Where 96 % of MNIST's training images lie: the 2nd and the 98th percentile."""

_FINE = 4
"""Strokes are changed on a grid this many times finer than that of the box."""
# Thin strokes are faint where they fill no pixel: they count as ink from lower on.
_INK_OF_THIN, _INK_OF_THICK = 0.15, 0.5


def stroke_width(ink: NDArray[np.float32]) -> float:
    """Measure the mean width of strokes in pixels: twice their area over the length of their edge.

    The edge's length is the image's total variation, so that soft edges and faint ink measure like
    sharp and full ones.

    Parameters
    ----------
    ink : (h, w), 0…1
    """
    padded = np.pad(ink, 1).astype(np.float64)
    down, right = np.diff(padded, axis=0), np.diff(padded, axis=1)
    slope = np.hypot(down[:, 1:] + down[:, :-1], right[1:] + right[:-1]) / 2
    edge = float(slope.sum())
    return 2 * float(ink.sum(dtype=np.float64)) / edge if edge else 0.0


def with_stroke_width(
    ink: NDArray[np.float32], scale: float, width: float, box: float | None = None
) -> NDArray[np.float32]:
    """Thin or thicken all strokes alike, on a finer grid; nothing is thinned away altogether.

    Parameters
    ----------
    ink : (h, w), 0…1
    scale
        Pixels of the box for one pixel of `ink`.
    width
        Wanted, in pixels of the box.
    box
        Longer side of the ink in pixels of the box, if it will be cut out and scaled to that again:
        this changes the width of what has grown or shrunk.

    Returns
    -------
    (H, W), 0…1
        On a grid four times as fine as the box's, with a margin if it will be cut out again.
    """
    fine = _fine(ink, scale) if box is None else _fine(ink, scale, margin=width)
    share = _INK_OF_THIN if stroke_width(ink) * scale < width else _INK_OF_THICK
    distance = _signed_distance(fine > share * fine.max())
    growth = (width - stroke_width(_covered(distance)) / _FINE) / 2
    if box is not None:
        growth *= box / (box - width)
    # Half a pixel to each side of the innermost points stays.
    growth = max(growth, 0.5 - float(distance.max()) / _FINE)
    return _covered(distance + np.float32(_FINE * growth))


def _fine(ink: NDArray[np.float32], scale: float, margin: float = 0) -> NDArray[np.float32]:
    """Scale ink to the finer grid, with room for strokes to grow if `margin` is above 0."""
    room = 1 if margin else 0
    rows, columns = (max(1, round((size + 2 * room) * scale * _FINE)) for size in ink.shape)
    fine = np.clip(resized(np.pad(ink, room), rows, columns), 0, 1)
    return np.pad(fine, int(np.ceil(_FINE * margin)) + room)


def _signed_distance(is_ink: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Distance of each pixel to the edge of the ink, in pixels: above 0 inside, below 0 outside."""
    inside = ndimage.distance_transform_edt(is_ink)
    outside = ndimage.distance_transform_edt(~is_ink)
    signed: NDArray[np.float32] = np.where(is_ink, inside - 0.5, 0.5 - outside).astype(np.float32)
    return signed


def _covered(distance: NDArray[np.float32]) -> NDArray[np.float32]:
    """Share of each pixel that lies within the edge, 0…1."""
    covered: NDArray[np.float32] = np.clip(distance + np.float32(0.5), 0, 1)
    return covered
