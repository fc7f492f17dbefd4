"""The images of a set that excite each unit most, found in one pass and little memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cnn_core.network.layers import LayerInfo
from cnn_core.patterns.peaks import Batch, Peaks

N_PATCHES = 9


@dataclass(frozen=True, eq=False)
class TopPatches:
    """The strongest answers of every unit of a layer, at most one an image; arrays (units, k).

    Attributes
    ----------
    image
        int64 numbers in the set, strongest first, of equal ones the lowest number.
    cell, response, activation
        As in `Peaks`.
    """

    image: NDArray[np.int64]
    cell: NDArray[np.uint32]
    response: NDArray[np.float32]
    activation: NDArray[np.float32]

    @classmethod
    def none(cls, n_units: int) -> Self:
        """Before any image was seen."""
        return cls(
            np.empty((n_units, 0), np.int64),
            np.empty((n_units, 0), np.uint32),
            np.empty((n_units, 0), np.float32),
            np.empty((n_units, 0), np.float32),
        )

    def joined(self, rows: NDArray[np.int64], peaks: Peaks, most: int = N_PATCHES) -> Self:
        """The strongest of these and of further images.

        Parameters
        ----------
        rows
            Numbers of the further images, (n,), each above those seen before.
        """
        held = self.image.shape[1]
        if held == most and not (peaks.response > self.response[:, -1]).any():
            return self
        image = np.broadcast_to(rows, (len(self.image), len(rows)))
        response = np.hstack([self.response, peaks.response.T])
        # Stable: of equal ones those seen first stay in front.
        order = np.argsort(-response, axis=1, kind="stable")[:, :most]

        def best(own: NDArray[Any], further: NDArray[Any]) -> NDArray[Any]:
            return np.take_along_axis(np.hstack([own, further]), order, axis=1)

        return type(self)(
            best(self.image, image),
            best(self.cell, peaks.cell.T),
            best(self.response, peaks.response.T),
            best(self.activation, peaks.activation.T),
        )


class NaturalSearch:
    """Collects the strongest patches of several layers, batch by batch.

    Attributes
    ----------
    top
        By layer.
    silent
        By layer: units that put out 0 in all cells of all images so far, (units,) bool.
    n_seen
        Images so far.
    """

    def __init__(self, layers: tuple[LayerInfo, ...]) -> None:
        self.top = {info.name: TopPatches.none(info.n_units) for info in layers}
        self.silent = {info.name: np.ones(info.n_units, bool) for info in layers}
        self.n_seen = 0

    def add(self, batch: Batch) -> None:
        """Take in further images, each number above those seen before."""
        for name, peaks in batch.peaks.items():
            self.top[name] = self.top[name].joined(batch.rows, peaks)
            keep_silent(self.silent[name], batch.activations[name])
        self.n_seen += len(batch.rows)

    def found(self, name: str, units: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        """Patches of units of a layer, as `results.TABLE` names them."""
        return {f"patch_{field}": getattr(self.top[name], field)[units] for field in _FIELDS}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything found so far, by name, for a file."""
        kept: dict[str, NDArray[Any]] = {"n_seen": np.asarray(self.n_seen)}
        for name, top in self.top.items():
            kept |= {f"{field}/{name}": getattr(top, field) for field in _FIELDS}
            kept[f"silent/{name}"] = self.silent[name]
        return kept

    def restore(self, kept: Mapping[str, NDArray[Any]]) -> None:
        """Go on from what `arrays` gave."""
        for name in self.top:
            self.top[name] = TopPatches(*(kept[f"{field}/{name}"] for field in _FIELDS))
            self.silent[name] = kept[f"silent/{name}"].copy()
        self.n_seen = int(kept["n_seen"])


_FIELDS = ("image", "cell", "response", "activation")


def keep_silent(silent: NDArray[np.bool_], values: NDArray[np.float32]) -> None:
    """Take out of a list of silent units, in place, those that put out anything but 0.

    Parameters
    ----------
    silent
        (units,)
    values
        (n, ..., units)
    """
    if silent.any():
        axes = tuple(range(values.ndim - 1))
        silent[silent] = ~values[..., silent].any(axis=axes)
