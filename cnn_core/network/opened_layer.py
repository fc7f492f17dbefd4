"""A network cut open at one layer: its values, ready to be changed and run through the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import DataError, SelectionError
from cnn_core.network.layers import LayerInfo

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

_BYTES_AT_ONCE = 32 * 2**20


class OpenedLayer:
    """The values of a layer for some images, ready to be changed and run through the rest.

    Parameters
    ----------
    layer
        A layer that the logits depend on. At the output layer the values are the logits.
    images : shape (n, height, width, channels)
        float in [0, 1].

    Attributes
    ----------
    values : shape (n, *layer shape)
    logits : shape (n, n_classes)
        Of the whole network, with nothing changed.

    Raises
    ------
    SelectionError
        When there is no such layer or the logits do not depend on it.
    DataError
        When the images do not fit the network.
    """

    def __init__(self, network: Network, layer: str, images: ArrayLike) -> None:
        self.layer: LayerInfo = network.layer(layer)
        self._tail = network.behind(layer)
        names = (layer, *(name for name in self._tail.beside if name))
        activations = network.activations(images, names)
        is_output = self._tail.reads_pre_activation
        self.values: NDArray[np.float32] = (
            activations.pre(layer) if is_output else activations[layer]
        )
        self.logits: NDArray[np.float32] = activations.logits
        self._beside = [
            activations[name] if name else np.asarray(images, np.float32)
            for name in self._tail.beside
        ]

    def __len__(self) -> int:
        return len(self.values)

    def logits_with(
        self, values: ArrayLike, rows: NDArray[np.integer] | None = None
    ) -> NDArray[np.float32]:
        """Run the rest of the network on changed values, to logits of shape (m, n_classes).

        Parameters
        ----------
        values : shape (m, *layer shape), float
        rows : shape (m,)
            Image that each of these is a variant of: paths that lead past the layer carry its
            values. By default the images in order.
        """
        beside = self._beside if rows is None else [array[rows] for array in self._beside]
        return self._tail.logits(values, beside)

    def logits_silenced(
        self, rows: ArrayLike, silenced: ArrayLike, baseline: ArrayLike | None = None
    ) -> NDArray[np.float32]:
        """Run the rest with units silenced, in bounded memory, to logits of (m, n_classes).

        Parameters
        ----------
        rows : int, shape (m,)
            Image of each variant.
        silenced : bool, shape (m, units)
            Units that are silenced in each variant.
        baseline : shape (units,) or layer shape
            What silenced units put out; 0 by default.
        """
        images, silent = np.asarray(rows), np.asarray(silenced, bool)
        outputs = checked_baseline(self.layer, baseline)
        logits = np.empty((len(images), self.logits.shape[1]), np.float32)
        size = max(1, _BYTES_AT_ONCE // (4 * self.layer.n_cells))
        spots = (1,) * (self.values.ndim - 2)
        for start in range(0, len(images), size):
            chunk = slice(start, start + size)
            mask = silent[chunk].reshape(-1, *spots, self.layer.n_units)
            values = np.where(mask, outputs, self.values[images[chunk]])
            logits[chunk] = self.logits_with(values, images[chunk])
        return logits


def one_image(network: Network, image: ArrayLike) -> NDArray[np.float32]:
    """Give one image, with or without channels, a batch axis if it has none.

    Raises
    ------
    DataError
        When there are more images than one.
    """
    array = np.asarray(image, np.float32)
    if array.shape in (network.input_shape, network.input_shape[:2]):
        return array[np.newaxis]
    if array.ndim == 0 or len(array) != 1:
        raise DataError(
            f"images of shape {array.shape}: one image of shape {network.input_shape} is accepted"
        )
    return array


def checked_units(layer: LayerInfo, units: Iterable[int]) -> tuple[int, ...]:
    """Bring unit numbers into rising order, each once.

    Raises
    ------
    SelectionError
        When the layer has no such unit; `nearest` is the nearest that it has.
    """
    chosen = np.asarray(list(units))
    if len(chosen) == 0:
        return ()
    if chosen.dtype.kind not in "iu" or chosen.ndim != 1:
        raise SelectionError(
            f'units {list(chosen)} of layer "{layer.name}": whole numbers from 0 to '
            f"{layer.n_units - 1} are accepted"
        )
    missing = chosen[(chosen < 0) | (chosen >= layer.n_units)]
    if len(missing):
        raise SelectionError(
            f'unit {missing[0]}: the layer "{layer.name}" has the units 0 to {layer.n_units - 1}',
            nearest=int(np.clip(missing[0], 0, layer.n_units - 1)),
        )
    return tuple(np.unique(chosen).tolist())


def checked_baseline(layer: LayerInfo, baseline: ArrayLike | None) -> NDArray[np.float32]:
    """Bring a baseline to the shape of a layer, read-only.

    It has one number for each unit or for each cell; None stands for 0.

    Raises
    ------
    SelectionError
        When it has another shape.
    """
    given = np.asarray(0 if baseline is None else baseline, np.float32)
    if given.shape not in ((), (layer.n_units,), layer.shape):
        raise SelectionError(
            f'baseline of shape {given.shape} for layer "{layer.name}": ({layer.n_units},) and '
            f"{layer.shape} are accepted"
        )
    return np.broadcast_to(given, layer.shape)
