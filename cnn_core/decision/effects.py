"""What silencing units does on average over images; parts of a set can be added."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.decision.ablation import ablated_batches
from cnn_core.decision.pairs import checked_pair, margin_of
from cnn_core.errors import SelectionError
from cnn_core.network.opened_layer import checked_units
from cnn_core.statistics import checked_labels

if TYPE_CHECKING:
    from cnn_core.images.scaled_images import Images
    from cnn_core.network.classifier import Network

_CELLS_AT_ONCE = 40_000_000


@dataclass(frozen=True, eq=False)
class MeanEffects:
    """What silencing each of m sets of units does on average over some images; nan over none.

    Attributes
    ----------
    mean, mean_size : shape (m,)
        Mean change of the margin, after less before, and of its absolute value.
    n_flips : shape (m,)
        Images whose prediction changes.
    """

    n_images: int
    mean: NDArray[np.float64]
    mean_size: NDArray[np.float64]
    n_flips: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class EffectSums:
    """What silencing each of m sets of units does, summed over images, class by class.

    The sums over two parts of a set, added with ``+``, are those over both.

    Attributes
    ----------
    sets
        The units of each set, rising.
    n_images : shape (n_classes,)
    change, size : shape (n_classes, m)
        Sums of the change of the margin, after less before, and of its absolute value.
    n_flips : shape (n_classes, m)
        Images whose prediction changes.
    """

    layer: str
    sets: tuple[tuple[int, ...], ...]
    n_images: NDArray[np.int64]
    change: NDArray[np.float64]
    size: NDArray[np.float64]
    n_flips: NDArray[np.int64]

    def __add__(self, other: Self) -> EffectSums:
        if (self.layer, self.sets) != (other.layer, other.sets):
            raise SelectionError(
                f"effects of {self.sets} of {self.layer} and of {other.sets} of {other.layer}: "
                "only those of the same units can be added"
            )
        return EffectSums(
            self.layer,
            self.sets,
            self.n_images + other.n_images,
            self.change + other.change,
            self.size + other.size,
            self.n_flips + other.n_flips,
        )

    def mean_over(self, label: int | None = None) -> MeanEffects:
        """Means over the images of a class, or of all classes."""
        rows = slice(None) if label is None else slice(label, label + 1)
        n = int(self.n_images[rows].sum())
        change, size = (
            total[rows].sum(axis=0) / (n or np.nan) for total in (self.change, self.size)
        )
        return MeanEffects(n, change, size, np.asarray(self.n_flips[rows].sum(axis=0)))


def effect_sums(
    network: Network,
    layer: str,
    sets_of_units: Sequence[Iterable[int]],
    images: Images,
    labels: ArrayLike,
    target: ArrayLike,
    rival: ArrayLike,
    baseline: ArrayLike | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> EffectSums:
    """Silence sets of units, one set at a time, in any number of images, in bounded memory.

    Parameters
    ----------
    layer, images, baseline, progress
        As in `cnn_core.decision.ablation.ablate`.
    labels : int, shape (n,)
        Classes by which the images are summed.
    target, rival : one class or shape (n,)
        Classes p and q.

    Raises
    ------
    SelectionError, DataError
        As in `cnn_core.decision.ablation.ablate`; also when a class does not exist or p is q.
    """
    p, q = checked_pair(network.n_classes, target, rival, len(images))
    classes = checked_labels(labels, images)
    n_classes = max(network.n_classes, int(classes.max(initial=0)) + 1)
    counts = np.bincount(classes, minlength=n_classes)
    change, size = np.zeros((2, n_classes, len(sets_of_units)))
    n_flips = np.zeros((n_classes, len(sets_of_units)), np.int64)
    start = 0
    for opened, after in ablated_batches(network, layer, sets_of_units, images, baseline, progress):
        rows = slice(start, start + len(opened))
        start = rows.stop
        changes = _changes(opened.logits, after, p[rows], q[rows])
        flips = after.argmax(axis=2) != opened.logits.argmax(axis=1)
        np.add.at(change, classes[rows], changes)
        np.add.at(size, classes[rows], np.abs(changes))
        np.add.at(n_flips, classes[rows], flips.T)
    info = network.layer(layer)
    sets = tuple(checked_units(info, units) for units in sets_of_units)
    return EffectSums(layer, sets, counts, change, size, n_flips)


def mean_effects(
    network: Network,
    layer: str,
    images: Images,
    target: ArrayLike,
    rival: ArrayLike,
    units: Iterable[int] | None = None,
    baseline: ArrayLike | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> MeanEffects:
    """What silencing each unit alone, or each of `units`, does on average over the images.

    Units come in rising order; other parameters as in `effect_sums`.
    """
    alone = _alone(network, layer, units)
    labels = np.zeros(len(images), np.int64)
    sums = effect_sums(network, layer, alone, images, labels, target, rival, baseline, progress)
    return sums.mean_over()


def unit_effects(
    network: Network,
    layer: str,
    images: Images,
    target: ArrayLike,
    rival: ArrayLike,
    units: Iterable[int] | None = None,
    baseline: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Change of the margin when each unit alone is silenced, shape (n, number of units).

    After less before, units in rising order; parameters as in `mean_effects`.
    """
    alone = _alone(network, layer, units)
    p, q = checked_pair(network.n_classes, target, rival, len(images))
    parts: list[NDArray[np.float64]] = []
    for opened, after in ablated_batches(network, layer, alone, images, baseline):
        start = sum(map(len, parts))
        rows = slice(start, start + len(opened))
        parts.append(_changes(opened.logits, after, p[rows], q[rows]))
    return np.concatenate(parts)


def images_in_a_second(network: Network, most: int = 1024) -> int:
    """How many images can be taken through this network in about a second, at least 1."""
    n_cells = sum(layer.n_cells for layer in network.layers)
    return min(max(_CELLS_AT_ONCE // n_cells, 1), most)


def sample_of(n_images: int, most: int, seed: int = 0) -> NDArray[np.int64]:
    """Numbers of all images, or of `most` of them drawn at random, rising; alike at each call."""
    if n_images <= most:
        return np.arange(n_images)
    drawn = np.random.default_rng(seed).choice(n_images, most, replace=False, shuffle=False)
    return np.sort(drawn)


def _alone(network: Network, layer: str, units: Iterable[int] | None) -> list[tuple[int]]:
    info = network.layer(layer)
    chosen = checked_units(info, range(info.n_units) if units is None else units)
    return [(unit,) for unit in chosen]


def _changes(
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    target: NDArray[np.int64],
    rival: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Change of each image's margin (n, sets) from logits before and after (sets, n, n_classes)."""
    own = margin_of(before, target, rival)[:, np.newaxis]
    return margin_of(np.moveaxis(after, 0, 1), target, rival) - own
