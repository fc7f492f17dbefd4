"""One pass of a network over a whole image set, in bounded memory."""

from dataclasses import dataclass

import numpy as np

from cnn_core.circles.rule import peaks
from cnn_core.network.layers import LayerKind

_BATCH_IMAGES = 256
_BATCH_BYTES = 96 * 2**20
_COPYING_KINDS = {LayerKind.FLATTEN, LayerKind.DROPOUT, LayerKind.OTHER}
_CONVOLUTIONS = {LayerKind.CONV, LayerKind.DEPTHWISE_CONV}
_SUMMARY_ROWS = 5


@dataclass(frozen=True, eq=False)
class UnitStatistics:
    """What every unit of a layer does over a whole image set; arrays are float64.

    Attributes
    ----------
    table : ndarray, shape (5 + n_classes, units)
        Rows: the five below, then the mean in each class.
    """

    table: np.ndarray

    @property
    def mean(self):
        """Mean over all images and cells of the unit, shape (units,)."""
        return self.table[0]

    @property
    def std(self):
        """Standard deviation over all images and cells of the unit, shape (units,)."""
        return self.table[1]

    @property
    def minimum(self):
        """Smallest activation of the unit, shape (units,)."""
        return self.table[2]

    @property
    def maximum(self):
        """Largest activation of the unit, shape (units,)."""
        return self.table[3]

    @property
    def share_positive(self):
        """Share of images in which any cell of the unit is above 0, shape (units,), in [0, 1]."""
        return self.table[4]

    @property
    def class_means(self):
        """Mean over the images of each class, (n_classes, units); nan without images."""
        return self.table[_SUMMARY_ROWS:]

    @property
    def dead(self):
        """Units that are zero everywhere in every image, shape (units,), bool."""
        return (self.minimum == 0) & (self.maximum == 0)


class UnitSums:
    """Collects `UnitStatistics` batch by batch.

    Squares are summed around each batch's own mean and batches are joined by the formula of T. F.
    Chan, G. H. Golub and R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing
    sample variances" (1979), since sums of squares cancel when the mean is large.
    """

    def __init__(self, n_units, n_classes):
        self._n_values = 0
        self._mean = np.zeros(n_units)
        self._squares = np.zeros(n_units)
        self._minimum = np.full(n_units, np.inf)
        self._maximum = np.full(n_units, -np.inf)
        self._n_positive = np.zeros(n_units, np.int64)
        self._class_sums = np.zeros((n_classes, n_units))
        self._class_images = np.zeros(n_classes, np.int64)

    def add(self, values, labels):
        """Take in a batch.

        Parameters
        ----------
        values : ndarray, shape (n, h, w, units) or (n, units), float32
        labels : ndarray, shape (n,), int
            Each below n_classes.
        """
        flat = values.reshape(len(values), -1, values.shape[-1])
        n_values = flat.shape[0] * flat.shape[1]
        per_image = flat.mean(axis=1, dtype=np.float64)
        mean = per_image.mean(axis=0)
        centre = mean.astype(np.float32)
        deviations = flat - centre
        squares = np.einsum("icu,icu->iu", deviations, deviations).sum(axis=0, dtype=np.float64)
        squares -= n_values * (mean - centre) ** 2
        joined = self._n_values + n_values
        step = mean - self._mean
        self._squares += np.maximum(squares, 0) + step**2 * (self._n_values * n_values / joined)
        self._mean += step * (n_values / joined)
        self._n_values = joined
        highest = flat.max(axis=1)
        self._minimum = np.minimum(self._minimum, flat.min(axis=(0, 1)))
        self._maximum = np.maximum(self._maximum, highest.max(axis=0))
        self._n_positive += (highest > 0).sum(axis=0)
        np.add.at(self._class_sums, labels, per_image)
        self._class_images += np.bincount(labels, minlength=len(self._class_images))

    def table(self):
        """Give the table of `UnitStatistics` for all batches so far."""
        n_images = self._class_images.sum()
        # 0 / 0 marks a class without images; it must not warn.
        counts = np.where(self._class_images > 0, self._class_images, np.nan)[:, np.newaxis]
        summary = [
            self._mean,
            np.sqrt(self._squares / self._n_values),
            self._minimum,
            self._maximum,
            self._n_positive / n_images,
        ]
        return np.vstack([*summary, self._class_sums / counts])


def layers_from_last_convolution(layers):
    """Layers from the last convolution on; all of them where there is no convolution.

    Parameters
    ----------
    layers : sequence of LayerInfo
        In the order of computation.

    Returns
    -------
    tuple of LayerInfo
    """
    places = [place for place, info in enumerate(layers) if info.kind in _CONVOLUTIONS]
    return tuple(layers[places[-1] if places else 0 :])


def exact_copies(layers, activations):
    """Find layers that only hand on what another one puts out, such as Flatten and Dropout.

    Parameters
    ----------
    layers : sequence of LayerInfo
    activations : Activations
        Of all these layers, for any images: the values are compared.

    Returns
    -------
    dict of str to str
        Name of the copy -> name of the layer that it copies, never itself a copy.
    """
    sources, names = {}, {info.name for info in layers}
    for info in layers:
        source = info.inputs[0]
        if info.kind not in _COPYING_KINDS or len(info.inputs) > 1 or source not in names:
            continue
        copied, values = activations[source], activations[info.name]
        if copied.size == values.size and np.array_equal(copied.reshape(values.shape), values):
            sources[info.name] = sources.get(source, source)
    return sources


def batch_size_for(layers):
    """Images to compute at once so that all layers of a batch fit into about 100 MB."""
    # Twice: most layers have values before and after their non-linearity.
    bytes_each = 2 * 4 * sum(info.n_cells for info in layers)
    return int(np.clip(_BATCH_BYTES // bytes_each, 1, _BATCH_IMAGES))


def batches_of(network, dataset, names, progress=None):
    """Run a network over a set, batch by batch.

    Parameters
    ----------
    network : Network
    dataset : Dataset
        Its images may be memory-mapped: one batch at a time is read.
    names : sequence of str
        Layers to compute.
    progress : callable, optional
        Called with (images done, images in all) after each batch.

    Yields
    ------
    rows : slice
        Which images of the set these are.
    activations : Activations
    """
    size = batch_size_for([network.layer(name) for name in names] or [network.output_layer])
    for start in range(0, len(dataset), size):
        rows = slice(start, min(start + size, len(dataset)))
        yield rows, network.activations(dataset.images[rows], layers=names, batch_size=size)
        if progress is not None:
            progress(rows.stop, len(dataset))


def run_pass(network, dataset, kept, sink, progress=None):
    """Run a network over a set and hand everything worth keeping to a sink.

    Parameters
    ----------
    network : Network
    dataset : Dataset
    kept : sequence of str
        Layers whose activations are kept for every image.
    sink : object
        ``sink.add(name, rows)`` takes the next rows of the array of that name: "labels",
        "predictions", "logits", "peak/NAME" for every layer and "features/NAME" for the kept ones;
        ``sink.put(name, array)`` takes a whole array: "units/NAME", see `UnitStatistics`.
    progress : callable, optional
        As in `batches_of`.
    """
    names = [info.name for info in network.layers]
    sums = {info.name: UnitSums(info.n_units, network.n_classes) for info in network.layers}
    for rows, activations in batches_of(network, dataset, names, progress):
        labels = dataset.labels[rows]
        sink.add("labels", labels)
        sink.add("logits", activations.logits)
        sink.add("predictions", activations.predictions)
        for name in names:
            sink.add(f"peak/{name}", peaks(activations[name]))
            sums[name].add(activations[name], labels)
        for name in kept:
            sink.add(f"features/{name}", activations[name])
    for name in names:
        sink.put(f"units/{name}", sums[name].table())
