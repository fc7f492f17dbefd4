"""The values of one layer for many images, in memory only as far as there is room."""

import numpy as np

from cnn_core.survey.one_pass import batch_size_for

MOST_VALUES = 2**28
"""Most values (images times cells) that a reader is fitted on at once: 1 GiB of float32."""

_HELD_VALUES = 2**27
_BATCH = 512
PIXELS = ""


class LayerSample:
    """Values of a layer for some images of a set, computed when asked for.

    Parameters
    ----------
    network : Network
    dataset : Dataset
    layer : str
        A layer, or "" for the pixels. Of the layer that puts out the logits the values before its
        softmax are taken.
    rows : array_like of int, shape (n,)
        Which images, in which order.
    """

    def __init__(self, network, dataset, layer, rows):
        self._network = network
        self._dataset = dataset
        self._layer = layer
        self._rows = np.asarray(rows, np.int64)
        self._held = None
        info = network.layer(layer) if layer else None
        self._takes_logits = layer == network.output_layer.name
        self.n_cells = info.n_cells if info else int(np.prod(network.input_shape))
        self._batch = min(_BATCH, 2 * batch_size_for([info])) if info else _BATCH

    def __len__(self):
        return len(self._rows)

    @property
    def labels(self):
        """Classes of the images, shape (n,), int64."""
        return self._dataset.labels[self._rows]

    def first(self, n):
        """Sample of the first n images, or this one if it has no more."""
        if n >= len(self):
            return self
        return LayerSample(self._network, self._dataset, self._layer, self._rows[:n])

    def batches(self):
        """Go through all values in order.

        Yields
        ------
        values : ndarray, shape (b, n_cells), float32
            In the C order of the layer's shape.
        labels : ndarray, shape (b,), int64
        """
        labels = self.labels
        for start in range(0, len(self), self._batch):
            stop = min(start + self._batch, len(self))
            values = (
                self._compute(self._rows[start:stop])
                if self._held is None
                else self._held[start:stop]
            )
            yield values, labels[start:stop]

    def matrix(self):
        """All values at once, shape (n, n_cells), float32: a new array that may be changed."""
        if self._held is not None:
            return self._held.copy()
        values = np.empty((len(self), self.n_cells), np.float32)
        start = 0
        for part, _ in self.batches():
            values[start : start + len(part)] = part
            start += len(part)
        if values.size <= _HELD_VALUES:
            self._held = values
            return values.copy()
        return values

    def _compute(self, rows):
        # A memory-mapped set is read faster in its own order.
        order = np.argsort(rows, kind="stable")
        images = np.empty((len(rows), *self._dataset.images.shape[1:]), np.float32)
        images[order] = self._dataset.images[rows[order]]
        if not self._layer:
            return images.reshape(len(rows), -1)
        if self._takes_logits:
            return self._network.logits(images, batch_size=len(rows))
        activations = self._network.activations(images, [self._layer], batch_size=len(rows))
        return activations[self._layer].reshape(len(rows), -1)


class ArraySample:
    """The same for values that are at hand.

    Parameters
    ----------
    values : ndarray, shape (n, ...), float
    labels : array_like of int, shape (n,)
    """

    def __init__(self, values, labels):
        self._values = np.asarray(values, np.float32).reshape(len(values), -1)
        self.labels = np.asarray(labels, np.int64)
        self.n_cells = self._values.shape[1]

    def __len__(self):
        return len(self.labels)

    def first(self, n):
        """Sample of the first n images."""
        return ArraySample(self._values[:n], self.labels[:n])

    def batches(self):
        """Go through all values in order; see `LayerSample.batches`."""
        for start in range(0, len(self), _BATCH):
            yield self._values[start : start + _BATCH], self.labels[start : start + _BATCH]

    def matrix(self):
        """All values at once, as a new array."""
        return self._values.copy()


def within_memory(sample):
    """Give the first images of a sample, as many as fit into `MOST_VALUES` values, at least one."""
    return sample.first(max(1, MOST_VALUES // sample.n_cells))
