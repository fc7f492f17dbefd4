"""One layer over the images of two classes, computed in parts and never held as a whole.

A survey keeps the last layers of a network. For the layers before them the images are run again:
these functions keep of each batch only what was asked for.
"""

import numpy as np

from cnn_core.circles.class_contrast import ClassContrast, ClassMeans, class_contrast
from cnn_core.circles.rule import on_from_peak
from cnn_core.statistics import checked_labels

_BATCH = 128
_BYTES_AT_ONCE = 64 * 2**20


def cell_columns(network, images, layer, cells):
    """Activations of some cells of a layer.

    Parameters
    ----------
    network : Network
    images : ndarray, shape (n, height, width, channels), float32 in [0, 1]
    layer : str
    cells : ndarray of int, shape (k,)
        Flat numbers of the cells.

    Returns
    -------
    ndarray, shape (n, k), float32
    """
    columns = np.empty((len(images), len(cells)), np.float32)
    for rows, values in _batches(network, images, layer):
        columns[rows] = values[:, cells]
    return columns


def on_over(network, images, layer, peak, threshold):
    """Tell which cells of a layer are on in each image.

    Parameters
    ----------
    network, images, layer
        As in `cell_columns`.
    peak : ndarray, shape (n,)
        Largest activation of the layer in each image.
    threshold : float, in [0, 1]

    Returns
    -------
    ndarray, shape (n, cells), bool
    """
    on = np.empty((len(images), network.layer(layer).n_cells), bool)
    for rows, values in _batches(network, images, layer):
        on[rows] = on_from_peak(values, peak[rows], threshold)
    return on


def contrast_over(network, images, labels, layer, p, q):
    """Mean of each cell in two classes, and its AUC: `class_contrast` in bounded memory.

    Parameters
    ----------
    network, images, layer
        As in `cell_columns`.
    labels : ndarray, shape (n,), int
    p, q : int

    Returns
    -------
    ClassContrast
    """
    shape = network.layer(layer).shape
    n_cells = network.layer(layer).n_cells
    at_once = max(1, _BYTES_AT_ONCE // (4 * max(1, len(images))))
    parts = []
    for start in range(0, n_cells, at_once):
        cells = np.arange(start, min(start + at_once, n_cells))
        parts.append(class_contrast(cell_columns(network, images, layer, cells), labels, p, q))

    def joined(field):
        return np.concatenate([getattr(part, field) for part in parts]).reshape(shape)

    return ClassContrast(
        classes=(p, q),
        n_images=parts[0].n_images,
        mean_p=joined("mean_p"),
        mean_q=joined("mean_q"),
        auc=joined("auc"),
    )


def means_over(network, images, labels, layer, p, q):
    """Mean of each cell in two classes: `class_means` in bounded memory.

    Parameters
    ----------
    network, images, labels, layer, p, q
        As in `contrast_over`.

    Returns
    -------
    ClassMeans
    """
    labels, shape = checked_labels(labels, images), network.layer(layer).shape
    sums = np.zeros((2, network.layer(layer).n_cells))
    for rows, values in _batches(network, images, layer):
        for place, wanted in enumerate((p, q)):
            sums[place] += values[labels[rows] == wanted].sum(axis=0, dtype=np.float64)
    counts = [int((labels == wanted).sum()) for wanted in (p, q)]
    mean_p, mean_q = (
        total.reshape(shape) / (count or np.nan) for total, count in zip(sums, counts, strict=True)
    )
    return ClassMeans((p, q), tuple(counts), mean_p, mean_q)


def _batches(network, images, layer):
    """Yield (rows, values (m, cells) float32) batch by batch."""
    for start in range(0, len(images), _BATCH):
        rows = slice(start, start + _BATCH)
        values = network.activations(images[rows], [layer], batch_size=_BATCH)[layer]
        yield rows, values.reshape(len(values), -1)
