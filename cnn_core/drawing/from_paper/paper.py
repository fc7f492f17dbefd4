"""Photographed paper: recognised, and removed from the ink."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cnn_core.drawing.from_paper.geometry import resized
from cnn_core.drawing.from_paper.ink import BLANK, overview, smooth_surface

_WINDOW = 25
"""Rows and columns of an overview that are wider than any stroke."""
_LEAST_THRESHOLD = 0.08
_NOISE_DEVIATIONS = 4
_FAINTEST = 0.1
_SMALLEST_PIECE = 0.03
_LEAST_INSIDE = 0.05


def without_paper(values: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Remove photographed paper: uneven light, grain, specks and what reaches in from outside.

    The ground is followed by a morphological opening, which keeps what is wider than a quarter of
    the picture; grain is told from ink by Otsu's threshold and by the median deviation.

    Returns
    -------
    ink : (h, w)
        0…1, the ink's median 1.
    n_removed
        Pieces that were taken away.
    """
    even = _levelled(values)
    if min(even.shape) >= 200:
        even = ndimage.gaussian_filter(even, 1)
    threshold = _threshold(even)
    is_ink = even > threshold
    if not is_ink.any():
        return np.zeros_like(even), 0
    is_kept, n_removed = _main_pieces(is_ink, even)
    full = float(np.median(even[is_kept]))
    low = 0.6 * threshold
    strength = np.clip((even - low) / max(full - low, BLANK), 0, 1)
    near = ndimage.maximum_filter(is_kept, 5)
    is_left = near & (strength > _FAINTEST)
    return np.where(is_left, strength, 0).astype(np.float32), n_removed


def _levelled(values: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = values.shape
    small = overview(values)
    surface = smooth_surface(small)
    rest = small - surface
    # Windows that reach outside do not count: what the edge cuts off is then no ground but a piece.
    low = ndimage.grey_opening(rest, (_WINDOW, _WINDOW), mode="constant", cval=rest.min())
    ground = surface + low
    ground = resized(ndimage.gaussian_filter(ground, 3, mode="nearest"), height, width)
    return ((values - ground) / np.maximum(1 - ground, np.float32(BLANK))).astype(np.float32)


def _threshold(even: NDArray[np.float32]) -> float:
    middle = float(np.median(even))
    noise = 1.4826 * float(np.median(np.abs(even - middle)))
    return max(_otsu(even), middle + _NOISE_DEVIATIONS * noise, _LEAST_THRESHOLD)


def _otsu(values: NDArray[np.float32]) -> float:
    """Give the level that parts values into two groups as far apart as can be (N. Otsu, 1979)."""
    counts, edges = np.histogram(np.clip(values, 0, 1), bins=128, range=(0, 1))
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    sums = np.cumsum(counts * centres)
    above = below[-1] - below
    parted = (below > 0) & (above > 0)
    if not parted.any():
        return 0.0
    low, high = sums[parted] / below[parted], (sums[-1] - sums[parted]) / above[parted]
    spread = below[parted] * above[parted] * (high - low) ** 2.0
    return float(edges[1:][parted][spread.argmax()])


def _main_pieces(
    is_ink: NDArray[np.bool_], strength: NDArray[np.float32]
) -> tuple[NDArray[np.bool_], int]:
    """Keep the pieces that matter: no specks, and nothing that the picture's edge cuts.

    What is cut by the edge stays where it is most of the ink.
    """
    labels, n_pieces = ndimage.label(is_ink, np.ones((3, 3)))
    amounts = ndimage.sum_labels(strength, labels, np.arange(n_pieces + 1))
    amounts[0] = 0
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    is_inside = np.ones(n_pieces + 1, bool)
    is_inside[edge] = False
    is_inside[0] = False
    inside = amounts * is_inside
    candidates = inside if inside.max() >= _LEAST_INSIDE * amounts.max() else amounts
    is_kept = candidates >= _SMALLEST_PIECE * candidates.max()
    is_kept[0] = False
    return is_kept[labels], int(n_pieces - is_kept.sum())
