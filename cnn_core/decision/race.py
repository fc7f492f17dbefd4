"""The ablation race: units removed one after another, in three orders."""

from dataclasses import dataclass

import numpy as np

from cnn_core.decision.ledger import ledger
from cnn_core.decision.pairs import checked_pair, margin_of, strongest_other
from cnn_core.errors import SelectionError
from cnn_core.network.opened_layer import OpenedLayer, one_image
from cnn_core.statistics import wilson_interval

BAND = (0.05, 0.95)
"""Quantiles between which the band of the random draws lies."""

_BATCH = 64


@dataclass(frozen=True, eq=False)
class Run:
    """Units of one image removed one after another.

    Attributes
    ----------
    order : ndarray, shape (units,), int64
        Units in the order of their removal.
    margins : ndarray, shape (steps,), float64
        Margin with the first ``removed[step]`` units of the order silenced.
    predictions : ndarray, shape (steps,), int64
    flip : int or None
        Smallest number removed at which the prediction is not the target: 0 if it never was, None
        if it stays the target to the end.
    """

    order: np.ndarray
    margins: np.ndarray
    predictions: np.ndarray
    flip: int | None


@dataclass(frozen=True, eq=False)
class Race:
    """The ablation race of one image at one layer.

    The orders come from the whole network and stay as they are while units fall out. Each step is a
    real run of what lies behind the layer.

    Attributes
    ----------
    layer : str
    target, rival : int
    removed : ndarray, shape (steps,), int64
        Numbers of units removed, from 0 to all of them.
    by_activation : Run
        Largest mean |activation| of the unit in this image first.
    by_contribution : Run
        Largest contribution to the margin first, so that what speaks most for the target falls
        first and what speaks most against it last.
    random : tuple of Run
        One for each draw.
    """

    layer: str
    target: int
    rival: int
    removed: np.ndarray
    by_activation: Run
    by_contribution: Run
    random: tuple[Run, ...]

    @property
    def random_mean(self):
        """Mean margin of the random draws, shape (steps,), float64."""
        return np.mean([run.margins for run in self.random], axis=0)

    @property
    def random_band(self):
        """Quantiles `BAND` of the random draws' margins: two of shape (steps,), float64."""
        return tuple(np.quantile([run.margins for run in self.random], BAND, axis=0))

    @property
    def random_flip(self):
        """Median flip of the random draws; None if half of them or more never flip."""
        flips = [np.inf if run.flip is None else run.flip for run in self.random]
        median = float(np.median(flips))
        return None if np.isinf(median) else median


@dataclass(frozen=True, eq=False)
class Curve:
    """Share of images that are still classified as the target while units fall out.

    Attributes
    ----------
    n_right : ndarray, shape (steps,), int64
    accuracy, low, high : ndarray, shape (steps,), float64, in [0, 1]
        Share with its Wilson 95 % interval.
    mean_margin : ndarray, shape (steps,), float64
        Mean over the images of the margin over each one's rival.
    """

    n_right: np.ndarray
    accuracy: np.ndarray
    low: np.ndarray
    high: np.ndarray
    mean_margin: np.ndarray


@dataclass(frozen=True, eq=False)
class ClassRace:
    """The ablation race over many images of one class. Each image has its own orders.

    Attributes
    ----------
    layer : str
    target : int
    n_images : int
    removed : ndarray, shape (steps,), int64
    by_activation, by_contribution, random : Curve
        Orders as in `Race`; one random order for each image.
    """

    layer: str
    target: int
    n_images: int
    removed: np.ndarray
    by_activation: Curve
    by_contribution: Curve
    random: Curve


def race(network, layer, image, target, rival, *, draws=100, seed=0, baseline=None, most_steps=128):
    """Run the race for one image.

    Parameters
    ----------
    network : Network
    layer : str
    image : array_like, shape (1, height, width, channels) or (height, width, channels)
        float in [0, 1].
    target, rival : int
        Classes p and q.
    draws : int
        Number of random orders, at least 1.
    seed : int
        Of the random orders.
    baseline : ndarray, shape (units,) or layer shape, float, optional
        What removed units put out; 0 by default.
    most_steps : int
        A layer with more units is raced in this many steps, evenly spread, and flips are told on
        that grid.

    Returns
    -------
    Race

    Raises
    ------
    SelectionError
        When the layer or a class does not exist, p is q, or the logits do not depend on the layer.
    DataError
        When the image does not fit the network.
    """
    if draws < 1:
        raise SelectionError(f"{draws!r} random draws: at least 1 is accepted")
    image = one_image(network, image)
    pair = checked_pair(network.n_classes, target, rival, 1)
    opened = OpenedLayer(network, layer, image)
    n_units = opened.layer.n_units
    rng = np.random.default_rng(seed)
    orders = np.stack(
        [
            _by_activation(opened)[0],
            _by_contribution(network, layer, image, pair)[0],
            *(rng.permutation(n_units) for _ in range(draws)),
        ]
    )
    removed = _steps(n_units, most_steps)
    logits = _run(opened, np.zeros(len(orders), int), orders, removed, baseline)
    margins = margin_of(logits, *(np.repeat(classes, len(orders)) for classes in pair))
    predictions = logits.argmax(axis=2)
    target, rival = (int(classes[0]) for classes in pair)
    runs = [
        Run(order, margin, prediction, _first_flip(prediction, target, removed))
        for order, margin, prediction in zip(orders, margins, predictions, strict=True)
    ]
    return Race(layer, target, rival, removed, runs[0], runs[1], tuple(runs[2:]))


def class_race(
    network,
    layer,
    images,
    target,
    rival=None,
    *,
    seed=0,
    baseline=None,
    most_steps=128,
    progress=None,
):
    """Run the race over many images of one class, in bounded memory.

    Parameters
    ----------
    network, layer, target, baseline, most_steps
        As in `race`.
    images : array_like, shape (n, height, width, channels)
        Images whose label is the target.
    rival : int or array_like of int, shape (n,), optional
        By default each image's strongest other class.
    seed : int
        Of the random orders.
    progress : callable, optional
        Called with (images done, images in all) after each batch.

    Returns
    -------
    ClassRace

    Raises
    ------
    SelectionError, DataError
        As in `race`.
    """
    n, n_units = len(images), network.layer(layer).n_units
    removed = _steps(n_units, most_steps)
    rng = np.random.default_rng(seed)
    n_right = np.zeros((3, len(removed)), np.int64)
    margin_sums = np.zeros((3, len(removed)))
    if rival is not None:
        checked_pair(network.n_classes, target, rival, n)
    # No image at all still goes to the network, which says what it takes.
    for start in range(0, max(n, 1), _BATCH):
        rows = slice(start, start + _BATCH)
        opened = OpenedLayer(network, layer, images[rows])
        pair = checked_pair(
            network.n_classes,
            target,
            strongest_other(opened.logits, target)
            if rival is None
            else np.broadcast_to(rival, n)[rows],
            len(opened),
        )
        by_random = rng.permuted(np.tile(np.arange(n_units), (len(opened), 1)), axis=1)
        for place, orders in enumerate(
            (
                _by_activation(opened),
                _by_contribution(network, layer, images[rows], pair),
                by_random,
            )
        ):
            logits = _run(opened, np.arange(len(opened)), orders, removed, baseline)
            n_right[place] += (logits.argmax(axis=2) == pair[0][:, np.newaxis]).sum(axis=0)
            margin_sums[place] += margin_of(logits, *pair).sum(axis=0)
        if progress is not None:
            progress(min(start + _BATCH, n), n)
    curves = [
        Curve(right, right / n, *wilson_interval(right, n), margins / n)
        for right, margins in zip(n_right, margin_sums, strict=True)
    ]
    return ClassRace(layer, int(target), n, removed, *curves)


def _steps(n_units, most):
    if most < 1:
        raise SelectionError(f"{most!r} steps: at least 1 is accepted")
    return np.unique(np.rint(np.linspace(0, n_units, min(n_units, most) + 1)).astype(np.int64))


def _by_activation(opened):
    """Units of each image, largest mean |activation| first; (n, units)."""
    spots = np.abs(opened.values).reshape(len(opened), -1, opened.layer.n_units)
    return np.argsort(-spots.mean(axis=1, dtype=np.float64), axis=1, kind="stable")


def _by_contribution(network, layer, images, pair):
    """Units of each image, largest contribution to the margin first; (n, units)."""
    return np.argsort(-ledger(network, layer, images, *pair).by_unit, axis=1, kind="stable")


def _run(opened, rows, orders, removed, baseline):
    """Logits (runs, steps, n_classes) with the first units of each order silenced.

    `rows` (runs,) names the image of each order.
    """
    ranks = np.argsort(orders, axis=1)
    silenced = ranks[:, np.newaxis, :] < removed[:, np.newaxis]
    logits = opened.logits_silenced(
        np.repeat(rows, len(removed)), silenced.reshape(-1, opened.layer.n_units), baseline
    )
    return logits.reshape(len(orders), len(removed), -1)


def _first_flip(predictions, target, removed):
    flipped = np.flatnonzero(predictions != target)
    return int(removed[flipped[0]]) if len(flipped) else None
