"""One pass of a network over a whole image set, in bounded memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cnn_core.images.dataset import Dataset
from cnn_core.network.activations import Activations
from cnn_core.network.layers import LayerInfo, LayerKind
from cnn_core.survey.peaks import peaks

if TYPE_CHECKING:
    # Loads TensorFlow, which an opened survey does not need.
    from cnn_core.network.classifier import Network

Progress = Callable[[int, int], object]
"""Called with (images done, images in all) after each batch."""

_BATCH_IMAGES = 256
_BATCH_BYTES = 96 * 2**20
_COPYING_KINDS = {LayerKind.FLATTEN, LayerKind.DROPOUT, LayerKind.AUGMENTATION, LayerKind.OTHER}
_CONVOLUTIONS = {LayerKind.CONV, LayerKind.DEPTHWISE_CONV}
_SUMMARY_ROWS = 5


@dataclass(frozen=True, eq=False)
class UnitStatistics:
    """What every unit of a layer does over a whole image set; arrays are float64.

    Attributes
    ----------
    table : shape (5 + n_classes, units)
        Rows: the five below, then the mean in each class.
    """

    table: NDArray[np.float64]

    def _row(self, place: int) -> NDArray[np.float64]:
        row: NDArray[np.float64] = self.table[place]
        return row

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean over all images and cells of the unit, shape (units,)."""
        return self._row(0)

    @property
    def std(self) -> NDArray[np.float64]:
        """Standard deviation over all images and cells of the unit, shape (units,)."""
        return self._row(1)

    @property
    def minimum(self) -> NDArray[np.float64]:
        """Smallest activation of the unit, shape (units,)."""
        return self._row(2)

    @property
    def maximum(self) -> NDArray[np.float64]:
        """Largest activation of the unit, shape (units,)."""
        return self._row(3)

    @property
    def share_positive(self) -> NDArray[np.float64]:
        """Share of images in which any cell of the unit is above 0, shape (units,), in [0, 1]."""
        return self._row(4)

    @property
    def class_means(self) -> NDArray[np.float64]:
        """Mean over the images of each class, (n_classes, units); nan without images."""
        return self.table[_SUMMARY_ROWS:]

    @property
    def dead(self) -> NDArray[np.bool_]:
        """Units that are zero everywhere in every image, shape (units,)."""
        dead: NDArray[np.bool_] = (self.minimum == 0) & (self.maximum == 0)
        return dead


class UnitSums:
    """Collects `UnitStatistics` batch by batch.

    Squares are summed around each batch's own mean and batches are joined by the formula of T. F.
    Chan, G. H. Golub and R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing
    sample variances" (1979), since sums of squares cancel when the mean is large.
    """

    def __init__(self, n_units: int, n_classes: int) -> None:
        self._n_values = 0
        self._mean = np.zeros(n_units)
        self._squares = np.zeros(n_units)
        self._minimum = np.full(n_units, np.inf)
        self._maximum = np.full(n_units, -np.inf)
        self._n_positive = np.zeros(n_units, np.int64)
        self._class_sums = np.zeros((n_classes, n_units))
        self._class_images = np.zeros(n_classes, np.int64)

    def add(self, values: NDArray[np.float32], labels: NDArray[np.int64]) -> None:
        """Take in a batch.

        Parameters
        ----------
        values : shape (n, h, w, units) or (n, units)
        labels : shape (n,)
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

    def table(self) -> NDArray[np.float64]:
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


def layers_from_last_convolution(layers: Sequence[LayerInfo]) -> tuple[LayerInfo, ...]:
    """Layers from the last convolution on; all of them where there is no convolution.

    `layers` are in the order of computation.
    """
    places = [place for place, info in enumerate(layers) if info.kind in _CONVOLUTIONS]
    return tuple(layers[places[-1] if places else 0 :])


def exact_copies(layers: Sequence[LayerInfo], activations: Activations) -> dict[str, str]:
    """Find layers that only hand on what another one puts out, such as Flatten and Dropout.

    Parameters
    ----------
    activations
        Of all these layers, for any images: the values are compared.

    Returns
    -------
    dict
        Name of the copy -> name of the layer that it copies, never itself a copy.
    """
    sources: dict[str, str] = {}
    names = {info.name for info in layers}
    for info in layers:
        source = info.inputs[0]
        if info.kind not in _COPYING_KINDS or len(info.inputs) > 1 or source not in names:
            continue
        copied, values = activations[source], activations[info.name]
        if copied.size == values.size and np.array_equal(copied.reshape(values.shape), values):
            sources[info.name] = sources.get(source, source)
    return sources


def batch_size_for(layers: Sequence[LayerInfo]) -> int:
    """Images to compute at once so that all layers of a batch fit into about 100 MB."""
    # Twice: most layers have values before and after their non-linearity.
    bytes_each = 2 * 4 * sum(info.n_cells for info in layers)
    return int(np.clip(_BATCH_BYTES // bytes_each, 1, _BATCH_IMAGES))


def batches_of(
    network: "Network", dataset: Dataset, names: Sequence[str], progress: Progress | None = None
) -> Iterator[tuple[slice, Activations]]:
    """Run a network over a set, batch by batch, and yield which images and their activations.

    The images may be memory-mapped: one batch at a time is read.
    """
    size = batch_size_for([network.layer(name) for name in names] or [network.output_layer])
    for start in range(0, len(dataset), size):
        rows = slice(start, min(start + size, len(dataset)))
        yield rows, network.activations(dataset.images[rows], layers=names, batch_size=size)
        if progress is not None:
            progress(rows.stop, len(dataset))


class Sink(Protocol):
    """Takes the arrays of a pass."""

    def add(self, name: str, rows: NDArray[Any]) -> None:
        """Take the next rows of an array."""

    def put(self, name: str, array: NDArray[Any]) -> None:
        """Take a whole array."""


def run_pass(
    network: "Network",
    dataset: Dataset,
    kept: Sequence[str],
    sink: Sink,
    progress: Progress | None = None,
) -> None:
    """Run a network over a set and hand everything worth keeping to a sink.

    By rows: "labels", "predictions", "logits", "peak/NAME" for every layer and "features/NAME" for
    the kept ones. Whole: "units/NAME", see `UnitStatistics`.

    Parameters
    ----------
    kept
        Layers whose activations are kept for every image.
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
