"""How strongly each unit answers each image, and where in the image: one pass over a set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn_core.images.dataset import Dataset
from cnn_core.network.activations import Activations
from cnn_core.network.classifier import Network
from cnn_core.network.layers import LayerInfo, LayerKind
from cnn_core.survey.one_pass import batch_size_for

_KINDS = {LayerKind.CONV, LayerKind.DEPTHWISE_CONV, LayerKind.DENSE}


@dataclass(frozen=True, eq=False)
class Peaks:
    """The strongest cell of every unit in every image; all arrays are (n, units).

    Attributes
    ----------
    response
        float32: pre-activation of the cell where it is largest. It ranks images that the unit's
        non-linearity makes equal, above all those in which the unit is silent.
    activation
        float32: what that cell puts out; of the output layer the logit, since probabilities near 1
        look alike.
    cell
        uint32: ``row * columns + column``.
    """

    response: NDArray[np.float32]
    activation: NDArray[np.float32]
    cell: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.response)


@dataclass(frozen=True, eq=False)
class Batch:
    """What some images of a set call up.

    Attributes
    ----------
    rows
        Numbers of the images, (n,) int64.
    peaks
        By layer.
    activations
        All values of those layers.
    """

    rows: NDArray[np.int64]
    peaks: Mapping[str, Peaks]
    activations: Activations


def layers_with_patterns(network: Network) -> tuple[LayerInfo, ...]:
    """Layers whose units are asked what they respond to: convolutions, dense ones, the output."""
    names = {info.name for info in network.layers if info.kind in _KINDS}
    names.add(network.output_layer.name)
    return tuple(info for info in network.layers if info.name in names)


def peaks_of(activations: Activations, info: LayerInfo, is_output: bool) -> Peaks:
    """Peaks of one layer for the images of a pass."""
    flat = (activations.n_images, -1, info.n_units)
    before = activations.pre(info.name).reshape(flat)
    cell = before.argmax(axis=1)
    response = _at(before, cell)
    activation = response if is_output else _at(activations[info.name].reshape(flat), cell)
    return Peaks(response, activation, cell.astype(np.uint32))


def _at(values: NDArray[np.float32], cell: NDArray[np.int64]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = np.take_along_axis(values, cell[:, np.newaxis], axis=1)[:, 0]
    return found


def read_peaks(
    network: Network, dataset: Dataset, layers: Sequence[LayerInfo], rows: NDArray[np.int64]
) -> Iterator[Batch]:
    """Go through some images of a set, in bounded memory.

    Parameters
    ----------
    rows
        Numbers of the images, rising: a memory-mapped set is read in its own order.
    """
    names = [info.name for info in layers]
    size = batch_size_for(layers)
    output = network.output_layer.name
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        activations = network.activations(dataset.images[part], names, batch_size=size)
        peaks = {info.name: peaks_of(activations, info, info.name == output) for info in layers}
        yield Batch(part, peaks, activations)
