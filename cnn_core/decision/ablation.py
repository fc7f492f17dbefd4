"""Silence units of a layer and really run again what lies behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.decision.pairs import checked_pair, margin_of
from cnn_core.network.batches import images_at_once
from cnn_core.network.opened_layer import OpenedLayer, checked_units

if TYPE_CHECKING:
    from cnn_core.images.scaled_images import Images
    from cnn_core.network.classifier import Network

_BATCH = 128


@dataclass(frozen=True, eq=False)
class Ablation:
    """The answers before and after units were silenced.

    Attributes
    ----------
    units
        Silenced units, rising; none or all of them are fine.
    before, after : shape (n, n_classes)
        Logits.
    """

    layer: str
    units: tuple[int, ...]
    before: NDArray[np.float32]
    after: NDArray[np.float32]

    @property
    def flips(self) -> NDArray[np.bool]:
        """Where the prediction is another one than before, shape (n,)."""
        return np.asarray(self.before.argmax(axis=1) != self.after.argmax(axis=1))

    def effect(self, target: ArrayLike, rival: ArrayLike) -> NDArray[np.float64]:
        """Change of the margin of target over rival, after less before, shape (n,).

        Below 0 where the silenced units spoke for the target. Target and rival are one class or
        (n,).

        Raises
        ------
        SelectionError
            When a class does not exist or p is q.
        """
        pair = checked_pair(self.before.shape[1], target, rival, len(self.before))
        return margin_of(self.after, *pair) - margin_of(self.before, *pair)


def ablate(
    network: Network,
    layer: str,
    units: Iterable[int],
    images: Images,
    baseline: ArrayLike | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Ablation:
    """Silence some units of a layer in every image.

    Parameters
    ----------
    units
        Maps or nodes. None of them leaves everything as it is; all of them leave the rest of the
        network nothing but the baseline, a defined answer too.
    images : shape (n, height, width, channels)
        float in [0, 1]; may be memory-mapped, since they are taken batch by batch.
    baseline : shape (units,) or layer shape
        What silenced units put out, such as their mean over a set; 0 by default.
    progress
        Called with (images done, images in all) after each batch.

    Raises
    ------
    SelectionError
        When the layer or a unit does not exist, or the logits do not depend on the layer.
    DataError
        When the images do not fit the network.
    """
    return ablate_each(network, layer, [units], images, baseline, progress)[0]


def ablate_each(
    network: Network,
    layer: str,
    sets_of_units: Sequence[Iterable[int]],
    images: Images,
    baseline: ArrayLike | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Ablation, ...]:
    """Silence several sets of units, one set at a time, with one run up to the layer for all.

    Parameters and errors as in `ablate`; one result for each of at least one set.
    """
    before, after = [], []
    for opened, logits in ablated_batches(
        network, layer, sets_of_units, images, baseline, progress
    ):
        before.append(opened.logits)
        after.append(logits)
    whole = np.concatenate(before)
    chosen = [checked_units(network.layer(layer), units) for units in sets_of_units]
    return tuple(
        Ablation(layer, units, whole, logits)
        for units, logits in zip(chosen, np.concatenate(after, axis=1), strict=True)
    )


def ablated_batches(
    network: Network,
    layer: str,
    sets_of_units: Sequence[Iterable[int]],
    images: Images,
    baseline: ArrayLike | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[OpenedLayer, NDArray[np.float32]]]:
    """Silence several sets of units, batch by batch; parameters as in `ablate_each`.

    Yields
    ------
    The opened layer of the next images, and their logits (sets, images, n_classes) with each set of
    units silenced.
    """
    info = network.layer(layer)
    silenced = np.zeros((len(sets_of_units), info.n_units), bool)
    for mask, units in zip(silenced, sets_of_units, strict=True):
        mask[list(checked_units(info, units))] = True
    # No image at all still goes to the network, which says what it takes.
    size = images_at_once(network, _BATCH)
    for start in range(0, max(len(images), 1), size):
        opened = OpenedLayer(network, layer, images[start : start + size])
        n, m = len(opened), len(silenced)
        rows, masks = np.tile(np.arange(n), m), np.repeat(silenced, n, axis=0)
        yield opened, opened.logits_silenced(rows, masks, baseline).reshape(m, n, -1)
        if progress is not None:
            progress(start + n, len(images))
