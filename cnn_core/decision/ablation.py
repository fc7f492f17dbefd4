"""Silence units of a layer and really run again what lies behind it."""

from dataclasses import dataclass

import numpy as np

from cnn_core.decision.pairs import checked_pair, margin_of
from cnn_core.network.activations import softmax
from cnn_core.network.opened_layer import OpenedLayer, checked_units

_BATCH = 128


@dataclass(frozen=True, eq=False)
class Ablation:
    """The answers before and after units were silenced.

    Attributes
    ----------
    layer : str
    units : tuple of int
        Silenced units, rising; none or all of them are fine.
    before, after : ndarray, shape (n, n_classes), float32
        Logits.
    """

    layer: str
    units: tuple[int, ...]
    before: np.ndarray
    after: np.ndarray

    @property
    def probabilities_before(self):
        """Softmax of the logits before, shape (n, n_classes), float32 in [0, 1]."""
        return softmax(self.before)

    @property
    def probabilities_after(self):
        """Softmax of the logits after, shape (n, n_classes), float32 in [0, 1]."""
        return softmax(self.after)

    @property
    def flips(self):
        """Where the prediction is another one than before, shape (n,), bool."""
        return self.before.argmax(axis=1) != self.after.argmax(axis=1)

    def effect(self, target, rival):
        """Change of the margin, after less before.

        Parameters
        ----------
        target, rival : int or array_like of int, shape (n,)
            Classes p and q.

        Returns
        -------
        ndarray, shape (n,), float64
            Below 0 where the silenced units spoke for the target.

        Raises
        ------
        SelectionError
            When a class does not exist or p is q.
        """
        pair = checked_pair(self.before.shape[1], target, rival, len(self.before))
        return margin_of(self.after, *pair) - margin_of(self.before, *pair)


def ablate(network, layer, units, images, baseline=None, progress=None):
    """Silence some units of a layer in every image.

    Parameters
    ----------
    network : Network
    layer : str
    units : iterable of int
        Maps or nodes. None of them leaves everything as it is; all of them leave the rest of the
        network nothing but the baseline, a defined answer too.
    images : array_like, shape (n, height, width, channels)
        float in [0, 1]; may be memory-mapped, since they are taken batch by batch.
    baseline : ndarray, shape (units,) or layer shape, float, optional
        What silenced units put out, such as their mean over a set; 0 by default.
    progress : callable, optional
        Called with (images done, images in all) after each batch.

    Returns
    -------
    Ablation

    Raises
    ------
    SelectionError
        When the layer or a unit does not exist, or the logits do not depend on the layer.
    DataError
        When the images do not fit the network.
    """
    return ablate_each(network, layer, [units], images, baseline, progress)[0]


def ablate_each(network, layer, sets_of_units, images, baseline=None, progress=None):
    """Silence several sets of units, one set at a time, with one run up to the layer for all.

    Parameters
    ----------
    network, layer, images, baseline, progress
        As in `ablate`.
    sets_of_units : sequence of iterable of int
        At least one set.

    Returns
    -------
    tuple of Ablation
        One for each set, as `ablate` gives it.

    Raises
    ------
    SelectionError, DataError
        As in `ablate`.
    """
    info = network.layer(layer)
    chosen = [checked_units(info, units) for units in sets_of_units]
    silenced = np.zeros((len(chosen), info.n_units), bool)
    for mask, units in zip(silenced, chosen, strict=True):
        mask[list(units)] = True
    before, after = [], []
    for opened in _opened(network, layer, images, progress):
        n, m = len(opened), len(chosen)
        before.append(opened.logits)
        after.append(
            opened.logits_silenced(
                np.tile(np.arange(n), m), np.repeat(silenced, n, axis=0), baseline
            ).reshape(m, n, -1)
        )
    before, after = np.concatenate(before), np.concatenate(after, axis=1)
    return tuple(
        Ablation(layer, units, before, logits) for units, logits in zip(chosen, after, strict=True)
    )


@dataclass(frozen=True, eq=False)
class UnitEffects:
    """What silencing each unit alone does, over n images.

    Attributes
    ----------
    layer : str
    units : tuple of int
        Units that were silenced, one at a time.
    n_images : int
    mean : ndarray, shape (len(units),), float64
        Mean change of the margin.
    mean_size : ndarray, shape (len(units),), float64
        Mean absolute change of the margin.
    n_flips : ndarray, shape (len(units),), int64
        Number of images whose prediction changes.
    """

    layer: str
    units: tuple[int, ...]
    n_images: int
    mean: np.ndarray
    mean_size: np.ndarray
    n_flips: np.ndarray


def unit_effects(network, layer, images, target, rival, units=None, baseline=None):
    """Change of the margin when each unit alone is silenced, for each of some images.

    Parameters
    ----------
    network, layer, images, baseline
        As in `ablate`.
    target, rival : int or array_like of int, shape (n,)
        Classes p and q.
    units : iterable of int, optional
        Only these; all by default.

    Returns
    -------
    ndarray, shape (n, number of units), float64
        After less before, units in rising order.

    Raises
    ------
    SelectionError, DataError
        As in `ablate`; also when a class does not exist or p is q.
    """
    units = _units_or_all(network, layer, units)
    pair = checked_pair(network.n_classes, target, rival, len(images))
    parts = [
        _effects(opened, units, pair, rows, baseline)[0]
        for rows, opened in _numbered(_opened(network, layer, images))
    ]
    return np.concatenate(parts)


def mean_effects(network, layer, images, target, rival, units=None, baseline=None, progress=None):
    """What each unit's silencing does on average over any number of images, in bounded memory.

    Parameters
    ----------
    network, layer, images, target, rival, units, baseline
        As in `unit_effects`.
    progress : callable, optional
        Called with (images done, images in all) after each batch.

    Returns
    -------
    UnitEffects
    """
    units = _units_or_all(network, layer, units)
    pair = checked_pair(network.n_classes, target, rival, len(images))
    sums = np.zeros((3, len(units)))
    for rows, opened in _numbered(_opened(network, layer, images, progress)):
        changes, flips = _effects(opened, units, pair, rows, baseline)
        sums += [changes.sum(axis=0), np.abs(changes).sum(axis=0), flips.sum(axis=0)]
    mean, mean_size = sums[:2] / len(images)
    return UnitEffects(layer, units, len(images), mean, mean_size, sums[2].astype(np.int64))


def _units_or_all(network, layer, units):
    info = network.layer(layer)
    return checked_units(info, range(info.n_units) if units is None else units)


def _opened(network, layer, images, progress=None):
    # No image at all still goes to the network, which says what it takes.
    for start in range(0, max(len(images), 1), _BATCH):
        yield OpenedLayer(network, layer, images[start : start + _BATCH])
        if progress is not None:
            progress(min(start + _BATCH, len(images)), len(images))


def _numbered(layers_opened):
    start = 0
    for opened in layers_opened:
        yield slice(start, start + len(opened)), opened
        start += len(opened)


def _effects(opened, units, pair, rows, baseline):
    """Changes of the margin and flips of the prediction, each (n, units)."""
    alone = np.eye(opened.layer.n_units, dtype=bool)[list(units)]
    n, m = len(opened), len(units)
    after = opened.logits_silenced(np.repeat(np.arange(n), m), np.tile(alone, (n, 1)), baseline)
    after = after.reshape(n, m, -1)
    target, rival = (classes[rows] for classes in pair)
    before = margin_of(opened.logits, target, rival)[:, np.newaxis]
    flips = after.argmax(axis=2) != opened.logits.argmax(axis=1)[:, np.newaxis]
    return margin_of(after, target, rival) - before, flips
