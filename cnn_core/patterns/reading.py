"""Every unit's answer to every image of a set, kept in memory as far as there is room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cnn_core.images.dataset import Dataset
from cnn_core.network.classifier import Network
from cnn_core.network.layers import LayerInfo
from cnn_core.patterns.natural import keep_silent
from cnn_core.patterns.peaks import Batch, Peaks, read_peaks

MOST_IMAGES = 10_000
MOST_VALUES = 2**25
_FIELDS = ("response", "activation", "cell")


@dataclass(frozen=True, eq=False)
class SetReading:
    """Every unit's answer to the images of a set, or to some evenly spread over it.

    Attributes
    ----------
    rows
        (n,) int64 numbers of the images, rising.
    labels
        (n,) int64 their classes.
    n_classes
        Classes of the set.
    peaks
        By layer.
    place
        By layer: mean activation of each cell, (rows, columns, units) float32.
    silent
        By layer: units that put out 0 in all cells of all images, (units,) bool.
    """

    rows: NDArray[np.int64]
    labels: NDArray[np.int64]
    n_classes: int
    peaks: Mapping[str, Peaks]
    place: Mapping[str, NDArray[np.float32]]
    silent: Mapping[str, NDArray[np.bool_]]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything but the labels, by name, for a file."""
        kept: dict[str, NDArray[Any]] = {"rows": self.rows}
        for name, peaks in self.peaks.items():
            kept |= {f"{field}/{name}": getattr(peaks, field) for field in _FIELDS}
            kept |= {f"place/{name}": self.place[name], f"silent/{name}": self.silent[name]}
        return kept

    @classmethod
    def restored(
        cls, kept: Mapping[str, NDArray[Any]], dataset: Dataset, names: Sequence[str]
    ) -> Self:
        """Take up again what `arrays` gave."""
        rows = kept["rows"]
        return cls(
            rows,
            dataset.labels[rows],
            dataset.n_classes,
            {name: Peaks(*(kept[f"{field}/{name}"] for field in _FIELDS)) for name in names},
            {name: kept[f"place/{name}"] for name in names},
            {name: kept[f"silent/{name}"] for name in names},
        )


def rows_to_read(n_images: int, layers: Sequence[LayerInfo]) -> NDArray[np.int64]:
    """Numbers of the images that a reading of these layers takes in, spread evenly over a set."""
    n_units = sum(info.n_units for info in layers)
    most = max(1, min(MOST_IMAGES, MOST_VALUES // n_units))
    if n_images <= most:
        return np.arange(n_images)
    return np.linspace(0, n_images - 1, most).astype(np.int64)


class SetReader:
    """Takes in every unit's answer to the images of a set, batch by batch."""

    def __init__(self, dataset: Dataset, layers: Sequence[LayerInfo]) -> None:
        self.rows = rows_to_read(len(dataset), layers)
        self.n_read = 0
        self._dataset = dataset
        self._peaks = {info.name: _room(len(self.rows), info.n_units) for info in layers}
        self._sums = {info.name: np.zeros((*info.grid, info.n_units)) for info in layers}
        self._silent = {info.name: np.ones(info.n_units, bool) for info in layers}

    def add(self, batch: Batch) -> None:
        """Take in the next images of `rows`."""
        part = slice(self.n_read, self.n_read + len(batch.rows))
        for name, found in batch.peaks.items():
            values = batch.activations[name]
            for field in _FIELDS:
                getattr(self._peaks[name], field)[part] = getattr(found, field)
            self._sums[name] += values.sum(axis=0, dtype=np.float64).reshape(self._sums[name].shape)
            keep_silent(self._silent[name], values)
        self.n_read = part.stop

    def reading(self) -> SetReading:
        """Give what was read, once all of `rows` was taken in."""
        n = len(self.rows)
        return SetReading(
            self.rows,
            self._dataset.labels[self.rows],
            self._dataset.n_classes,
            self._peaks,
            {name: (total / n).astype(np.float32) for name, total in self._sums.items()},
            self._silent,
        )


def read_set(network: Network, dataset: Dataset, layers: Sequence[LayerInfo]) -> SetReading:
    """Read every unit's answer to the images of a set."""
    reader = SetReader(dataset, layers)
    for batch in read_peaks(network, dataset, layers, reader.rows):
        reader.add(batch)
    return reader.reading()


def _room(n_images: int, n_units: int) -> Peaks:
    shape = (n_images, n_units)
    return Peaks(
        np.empty(shape, np.float32), np.empty(shape, np.float32), np.empty(shape, np.uint32)
    )
