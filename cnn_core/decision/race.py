"""The ablation race: units removed one after another, in three orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.decision.ledger import ledger
from cnn_core.decision.pairs import checked_pair, margin_of, strongest_other
from cnn_core.errors import SelectionError
from cnn_core.network.batches import images_at_once
from cnn_core.network.opened_layer import OpenedLayer, one_image
from cnn_core.statistics import wilson_interval

if TYPE_CHECKING:
    from cnn_core.images.scaled_images import Images
    from cnn_core.network.classifier import Network

BAND = (0.05, 0.95)
"""Quantiles between which the band of the random draws lies."""

_BATCH = 64


@dataclass(frozen=True, eq=False)
class Run:
    """Units of one image removed one after another.

    Attributes
    ----------
    order : shape (units,)
        Units in the order of their removal.
    margins : shape (steps,)
        Margin with the first ``removed[step]`` units of the order silenced.
    predictions : shape (steps,)
    flip
        Smallest number removed at which the prediction is not the target: 0 if it never was, None
        if it stays the target to the end.
    """

    order: NDArray[np.int64]
    margins: NDArray[np.float64]
    predictions: NDArray[np.int64]
    flip: int | None


@dataclass(frozen=True, eq=False)
class Race:
    """The ablation race of one image at one layer.

    The orders come from the whole network and stay as they are while units fall out. Each step is a
    real run of what lies behind the layer.

    Attributes
    ----------
    removed : shape (steps,)
        Numbers of units removed, from 0 to all of them.
    by_activation
        Largest mean |activation| of the unit in this image first.
    by_contribution
        Largest contribution to the margin first, so that what speaks most for the target falls
        first and what speaks most against it last.
    random
        One for each draw.
    """

    layer: str
    target: int
    rival: int
    removed: NDArray[np.int64]
    by_activation: Run
    by_contribution: Run
    random: tuple[Run, ...]

    @property
    def random_mean(self) -> NDArray[np.float64]:
        """Mean margin of the random draws, shape (steps,)."""
        return np.asarray(np.mean([run.margins for run in self.random], axis=0))

    @property
    def random_band(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Quantiles `BAND` of the random draws' margins, each of shape (steps,)."""
        low, high = np.quantile([run.margins for run in self.random], BAND, axis=0)
        return low, high

    @property
    def random_flip(self) -> float | None:
        """Median flip of the random draws; None if half of them or more never flip."""
        flips = [np.inf if run.flip is None else run.flip for run in self.random]
        median = float(np.median(flips))
        return None if np.isinf(median) else median


@dataclass(frozen=True, eq=False)
class Curve:
    """Share of images that are still classified as the target while units fall out.

    Attributes
    ----------
    n_right : shape (steps,)
    accuracy, low, high : shape (steps,), in [0, 1]
        Share with its Wilson 95 % interval.
    mean_margin : shape (steps,)
        Mean over the images of the margin over each one's rival.
    """

    n_right: NDArray[np.int64]
    accuracy: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    mean_margin: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ClassRace:
    """The ablation race over many images of one class. Each image has its own orders.

    Attributes
    ----------
    removed : shape (steps,)
    by_activation, by_contribution, random
        Orders as in `Race`; one random order for each image.
    """

    layer: str
    target: int
    n_images: int
    removed: NDArray[np.int64]
    by_activation: Curve
    by_contribution: Curve
    random: Curve


def race(
    network: Network,
    layer: str,
    image: ArrayLike,
    target: int,
    rival: int,
    *,
    draws: int = 100,
    seed: int = 0,
    baseline: ArrayLike | None = None,
    most_steps: int = 128,
) -> Race:
    """Run the race for one image.

    Parameters
    ----------
    image : shape (1, height, width, channels) or (height, width, channels)
        float in [0, 1].
    target, rival
        Classes p and q.
    draws
        Number of random orders, at least 1.
    seed
        Of the random orders.
    baseline : shape (units,) or layer shape
        What removed units put out; 0 by default.
    most_steps
        A layer with more units is raced in this many steps, evenly spread, and flips are told on
        that grid.

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
    classes = checked_pair(network.n_classes, target, rival, 1)
    opened = OpenedLayer(network, layer, image)
    n_units = opened.layer.n_units
    rng = np.random.default_rng(seed)
    orders = np.stack(
        [
            _by_activation(opened)[0],
            _by_contribution(network, layer, image, classes)[0],
            *(rng.permutation(n_units) for _ in range(draws)),
        ]
    )
    removed = _steps(n_units, most_steps)
    logits = _run(opened, np.zeros(len(orders), int), orders, removed, baseline)
    target, rival = (int(of_image[0]) for of_image in classes)
    margins, predictions = margin_of(logits, target, rival), logits.argmax(axis=2)
    runs = [
        Run(order, margin, prediction, _first_flip(prediction, target, removed))
        for order, margin, prediction in zip(orders, margins, predictions, strict=True)
    ]
    return Race(layer, target, rival, removed, runs[0], runs[1], tuple(runs[2:]))


def class_race(
    network: Network,
    layer: str,
    images: Images,
    target: int,
    rival: ArrayLike | None = None,
    *,
    seed: int = 0,
    baseline: ArrayLike | None = None,
    most_steps: int = 128,
    progress: Callable[[int, int], None] | None = None,
) -> ClassRace:
    """Run the race over many images of one class, in bounded memory.

    Parameters
    ----------
    layer, target, baseline, most_steps, seed
        As in `race`.
    images : shape (n, height, width, channels)
        Images whose label is the target.
    rival : one class or shape (n,)
        By default each image's strongest other class.
    progress
        Called with (images done, images in all) after each batch.

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
    size = images_at_once(network, _BATCH)
    for start in range(0, max(n, 1), size):
        rows = slice(start, start + size)
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
            progress(min(start + size, n), n)
    curves = [
        Curve(right, right / n, *wilson_interval(right, n), margins / n)
        for right, margins in zip(n_right, margin_sums, strict=True)
    ]
    return ClassRace(layer, int(target), n, removed, *curves)


def _steps(n_units: int, most: int) -> NDArray[np.int64]:
    if most < 1:
        raise SelectionError(f"{most!r} steps: at least 1 is accepted")
    return np.unique(np.rint(np.linspace(0, n_units, min(n_units, most) + 1)).astype(np.int64))


def _by_activation(opened: OpenedLayer) -> NDArray[np.int64]:
    """Units of each image, largest mean |activation| first; (n, units)."""
    spots = np.abs(opened.values).reshape(len(opened), -1, opened.layer.n_units)
    return np.argsort(-spots.mean(axis=1, dtype=np.float64), axis=1, kind="stable")


def _by_contribution(
    network: Network, layer: str, images: Images, pair: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> NDArray[np.int64]:
    """Units of each image, largest contribution to the margin first; (n, units)."""
    return np.argsort(-ledger(network, layer, images, *pair).by_unit, axis=1, kind="stable")


def _run(
    opened: OpenedLayer,
    rows: NDArray[np.int64],
    orders: NDArray[np.int64],
    removed: NDArray[np.int64],
    baseline: ArrayLike | None,
) -> NDArray[np.float32]:
    """Logits (runs, steps, n_classes) with the first units of each order silenced.

    `rows` (runs,) names the image of each order.
    """
    ranks = np.argsort(orders, axis=1)
    silenced = ranks[:, np.newaxis, :] < removed[:, np.newaxis]
    logits = opened.logits_silenced(
        np.repeat(rows, len(removed)), silenced.reshape(-1, opened.layer.n_units), baseline
    )
    return logits.reshape(len(orders), len(removed), -1)


def _first_flip(
    predictions: NDArray[np.int64], target: int, removed: NDArray[np.int64]
) -> int | None:
    flipped = np.flatnonzero(predictions != target)
    return int(removed[flipped[0]]) if len(flipped) else None
