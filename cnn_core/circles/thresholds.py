"""How the circles, and what they are worth, move with the threshold (NumPy only)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.circles.circle_reader import CircleReader, weigh_circles
from cnn_core.circles.rule import Circles, find_circles, on_cells

THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)


@dataclass(frozen=True, eq=False)
class AtThreshold:
    """The circles of two groups at one threshold, and what they are worth."""

    threshold: float
    circles: Circles
    reader: CircleReader


def cells_at_any_threshold(
    values_a: ArrayLike, values_b: ArrayLike, thresholds: Sequence[float] = THRESHOLDS
) -> NDArray[np.int64]:
    """Flat numbers, ascending, of the cells that are circled at any of the thresholds.

    Values are the groups' activations of a layer, (n_a, *cells) and (n_b, *cells).
    """
    found = [_circles(values_a, values_b, threshold).cells for threshold in thresholds]
    return np.unique(np.concatenate([np.empty(0, np.int64), *found]))


def threshold_strip(
    values_a: ArrayLike,
    values_b: ArrayLike,
    cells: NDArray[np.int64],
    columns: ArrayLike,
    peak: ArrayLike,
    labels: ArrayLike,
    p: int,
    q: int,
    *,
    thresholds: Sequence[float] = THRESHOLDS,
    left_out: ArrayLike = (),
) -> tuple[AtThreshold, ...]:
    """Find and weigh the circles of two groups at several thresholds.

    Parameters
    ----------
    values_a, values_b : (n_a, *cells), (n_b, *cells) float
        Activations of the layer in the images of the groups.
    cells
        What `cells_at_any_threshold` gives for these groups and thresholds.
    columns : (n, k) float
        Activations of these cells in n images.
    peak, labels, p, q, left_out
        As in :func:`cnn_core.circles.circle_reader.weigh_circles`.
    """
    values = np.asarray(columns)
    found = []
    for threshold in thresholds:
        circles = _circles(values_a, values_b, threshold)
        own = values[:, np.searchsorted(cells, circles.cells)]
        worth = weigh_circles(circles, own, peak, labels, p, q, threshold, left_out)
        found.append(AtThreshold(threshold, circles, worth.reader))
    return tuple(found)


def _circles(values_a: ArrayLike, values_b: ArrayLike, threshold: float) -> Circles:
    on_a, on_b = (
        on_cells(values, threshold) if len(values) else values.astype(bool)
        for values in (np.asarray(values_a), np.asarray(values_b))
    )
    return find_circles(on_a, on_b)
