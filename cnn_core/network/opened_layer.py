"""A network cut open at one layer: its values, ready to be changed and run through the rest."""

import numpy as np

from cnn_core.errors import DataError, SelectionError
from cnn_core.network.layers import LayerInfo

_BYTES_AT_ONCE = 32 * 2**20


class OpenedLayer:
    """The values of a layer for some images, ready to be changed and run through the rest.

    Parameters
    ----------
    network : Network
    layer : str
        A layer that the logits depend on. At the output layer the values are the logits.
    images : array_like, shape (n, height, width, channels)
        float in [0, 1].

    Attributes
    ----------
    layer : LayerInfo
    values : ndarray, shape (n, *layer shape), float32
    logits : ndarray, shape (n, n_classes), float32
        Of the whole network, with nothing changed.

    Raises
    ------
    SelectionError
        When there is no such layer or the logits do not depend on it.
    DataError
        When the images do not fit the network.
    """

    def __init__(self, network, layer, images):
        self.layer: LayerInfo = network.layer(layer)
        self._tail = network.behind(layer)
        names = (layer, *(name for name in self._tail.beside if name))
        activations = network.activations(images, names)
        is_output = self._tail.reads_pre_activation
        self.values = activations.pre(layer) if is_output else activations[layer]
        self.logits = activations.logits
        self._beside = [
            activations[name] if name else np.asarray(images, np.float32)
            for name in self._tail.beside
        ]

    def __len__(self):
        return len(self.values)

    def logits_with(self, values, rows=None):
        """Run the rest of the network on changed values.

        Parameters
        ----------
        values : ndarray, shape (m, *layer shape), float
        rows : ndarray of int, shape (m,), optional
            Image that each of these is a variant of: paths that lead past the layer carry its
            values. By default the images in order.

        Returns
        -------
        ndarray, shape (m, n_classes), float32
        """
        beside = self._beside if rows is None else [array[rows] for array in self._beside]
        return self._tail.logits(values, beside)

    def logits_silenced(self, rows, silenced, baseline=None):
        """Run the rest of the network with units silenced, in bounded memory.

        Parameters
        ----------
        rows : array_like of int, shape (m,)
            Image of each variant.
        silenced : array_like of bool, shape (m, units)
            Units that are silenced in each variant.
        baseline : ndarray, shape (units,) or layer shape, float, optional
            What silenced units put out; 0 by default.

        Returns
        -------
        ndarray, shape (m, n_classes), float32
        """
        rows, silenced = np.asarray(rows), np.asarray(silenced, bool)
        baseline = checked_baseline(self.layer, baseline)
        logits = np.empty((len(rows), self.logits.shape[1]), np.float32)
        size = max(1, _BYTES_AT_ONCE // (4 * self.layer.n_cells))
        spots = (1,) * (self.values.ndim - 2)
        for start in range(0, len(rows), size):
            chunk = slice(start, start + size)
            mask = silenced[chunk].reshape(-1, *spots, self.layer.n_units)
            values = np.where(mask, baseline, self.values[rows[chunk]])
            logits[chunk] = self.logits_with(values, rows[chunk])
        return logits


def one_image(network, image):
    """Give one image a batch axis if it has none.

    Parameters
    ----------
    network : Network
    image : array_like, shape (1, height, width, channels) or (height, width, channels)

    Returns
    -------
    ndarray, shape (1, ...), float32

    Raises
    ------
    DataError
        When there are more images than one.
    """
    image = np.asarray(image, np.float32)
    if image.shape in (network.input_shape, network.input_shape[:2]):
        return image[np.newaxis]
    if image.ndim == 0 or len(image) != 1:
        raise DataError(
            f"images of shape {image.shape}: one image of shape {network.input_shape} is accepted"
        )
    return image


def checked_units(layer, units):
    """Bring unit numbers into order, each once.

    Parameters
    ----------
    layer : LayerInfo
    units : iterable of int

    Returns
    -------
    tuple of int
        Rising.

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


def checked_baseline(layer, baseline):
    """Bring a baseline to the shape of a layer.

    Parameters
    ----------
    layer : LayerInfo
    baseline : array_like, shape (units,) or layer shape, float, or None
        One number for each unit or for each cell; None for 0.

    Returns
    -------
    ndarray, shape layer shape, float32, read-only

    Raises
    ------
    SelectionError
        When it has another shape.
    """
    given = np.float32(0) if baseline is None else np.asarray(baseline, np.float32)
    if given.shape not in ((), (layer.n_units,), layer.shape):
        raise SelectionError(
            f'baseline of shape {given.shape} for layer "{layer.name}": ({layer.n_units},) and '
            f"{layer.shape} are accepted"
        )
    return np.broadcast_to(given, layer.shape)
