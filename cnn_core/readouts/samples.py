"""The values of layers for many images, computed in one pass and held in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.images.dataset import Dataset
from cnn_core.network.activations import Activations
from cnn_core.survey.one_pass import batch_size_for

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

MOST_VALUES = 2**28
"""Most values (images times cells) held at once: 1 GiB of float32."""

PIXELS = ""


class Sample:
    """Values of one layer for some images, and the classes of these.

    Parameters
    ----------
    values
        (n, ...), in the C order of the layer's shape.
    labels
        (n,).
    """

    def __init__(self, values: NDArray[np.float32], labels: ArrayLike) -> None:
        self.values = np.asarray(values, np.float32).reshape(len(values), -1)
        self.labels = np.asarray(labels, np.int64)
        self.n_cells = self.values.shape[1]

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, n: int) -> Sample:
        """Sample of the first n images, a view."""
        return Sample(self.values[:n], self.labels[:n])


def n_cells_of(network: Network, layer: str) -> int:
    """Number of values of a layer, or of the pixels."""
    return network.layer(layer).n_cells if layer else int(np.prod(network.input_shape))


def values_in(
    network: Network, layer: str, activations: Activations, images: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Values that readers of a layer see, flat, shape (n, n_cells).

    Of the layer that puts out the logits these are the values before its softmax.
    """
    if layer == network.output_layer.name:
        return activations.logits
    values = activations[layer] if layer else images
    return values.reshape(len(images), -1)


def passes(
    network: Network, dataset: Dataset, layers: Sequence[str], rows: NDArray[np.int64]
) -> Iterator[tuple[slice, NDArray[np.float32], Activations]]:
    """Run a network over some images of a set, batch by batch.

    Yields
    ------
    places
        Which of the rows these are.
    images : shape (b, h, w, c)
    activations
        Of the layers; "" among them is passed over.
    """
    names = [name for name in layers if name]
    infos = [network.layer(name) for name in names] or [network.output_layer]
    size = batch_size_for(infos)
    for start in range(0, len(rows), size):
        places = slice(start, min(start + size, len(rows)))
        own = rows[places]
        # A memory-mapped set is read faster in its own order.
        order = np.argsort(own, kind="stable")
        images = np.empty((len(own), *dataset.images.shape[1:]), np.float32)
        images[order] = dataset.images[own[order]]
        yield places, images, network.activations(images, names, batch_size=size)


def values_of(
    network: Network, dataset: Dataset, layers: Sequence[str], rows: NDArray[np.int64]
) -> dict[str, NDArray[np.float32]]:
    """Values of some layers for some images, in one pass.

    Returns
    -------
    dict
        By layer, each (n, n_cells) in the order of the rows.
    """
    found = {
        layer: np.empty((len(rows), n_cells_of(network, layer)), np.float32) for layer in layers
    }
    for places, images, activations in passes(network, dataset, layers, rows):
        for layer, values in found.items():
            values[places] = values_in(network, layer, activations, images)
    return found
