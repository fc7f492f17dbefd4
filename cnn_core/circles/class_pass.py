"""One layer over the images of two classes, computed in parts and never held as a whole.

A survey keeps the last layers of a network. For the layers before them the images are run again:
these functions keep of each batch only what was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.circles.contrast import ClassContrast, ClassMeans, class_contrast
from cnn_core.circles.packed import PackedOn
from cnn_core.circles.rule import on_from_peak
from cnn_core.images.scaled_images import Images
from cnn_core.statistics import checked_labels

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

_BATCH = 128
_BYTES_AT_ONCE = 64 * 2**20


def cell_columns(
    network: Network, images: Images, layer: str, cells: NDArray[np.integer]
) -> NDArray[np.float32]:
    """Activations (n, k) of some cells of a layer, given by their k flat numbers, in n images."""
    columns = np.empty((len(images), len(cells)), np.float32)
    for rows, values in _batches(network, images, layer):
        columns[rows] = values[:, cells]
    return columns


def on_over(
    network: Network, images: Images, layer: str, peak: NDArray[np.floating], threshold: float
) -> PackedOn:
    """Tell which cells of a layer are on in each image, from each one's `peak` (n,)."""
    n_cells = network.layer(layer).n_cells
    bits = np.empty((len(images), -(-n_cells // 8)), np.uint8)
    for rows, values in _batches(network, images, layer):
        bits[rows] = PackedOn.of(on_from_peak(values, peak[rows], threshold)).bits
    return PackedOn(bits, n_cells)


def contrast_over(
    network: Network, images: Images, labels: ArrayLike, layer: str, p: int, q: int
) -> ClassContrast:
    """Mean of each cell in two classes, and its AUC: `class_contrast` in bounded memory."""
    shape = network.layer(layer).shape
    n_cells = network.layer(layer).n_cells
    at_once = max(1, _BYTES_AT_ONCE // (4 * max(1, len(images))))
    parts = []
    for start in range(0, n_cells, at_once):
        cells = np.arange(start, min(start + at_once, n_cells))
        parts.append(class_contrast(cell_columns(network, images, layer, cells), labels, p, q))

    def joined(field: str) -> NDArray[np.float64]:
        return np.concatenate([getattr(part, field) for part in parts]).reshape(shape)

    return ClassContrast(
        classes=(p, q),
        n_images=parts[0].n_images,
        mean_p=joined("mean_p"),
        mean_q=joined("mean_q"),
        auc=joined("auc"),
    )


def means_over(
    network: Network, images: Images, labels: ArrayLike, layer: str, p: int, q: int
) -> ClassMeans:
    """Mean of each cell in two classes: `class_means` in bounded memory."""
    labels, shape = checked_labels(labels, images), network.layer(layer).shape
    sums = np.zeros((2, network.layer(layer).n_cells))
    for rows, values in _batches(network, images, layer):
        for place, wanted in enumerate((p, q)):
            sums[place] += values[labels[rows] == wanted].sum(axis=0, dtype=np.float64)
    counts = [int((labels == wanted).sum()) for wanted in (p, q)]
    mean_p, mean_q = (
        total.reshape(shape) / (count or np.nan) for total, count in zip(sums, counts, strict=True)
    )
    return ClassMeans((p, q), (counts[0], counts[1]), mean_p, mean_q)


def _batches(
    network: Network, images: Images, layer: str
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Rows of each batch with their values (m, cells)."""
    for start in range(0, len(images), _BATCH):
        rows = slice(start, start + _BATCH)
        values = network.activations(images[rows], [layer], batch_size=_BATCH)[layer]
        yield rows, values.reshape(len(values), -1)
