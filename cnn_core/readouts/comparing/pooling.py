"""Readers of several models compared on the same test images, all models at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import sem, t

from cnn_core.readouts.results import ModelReadouts, Readout
from cnn_core.statistics import PairedDifference, Verdict, paired_difference

MARGIN_SHARE = 0.5
"""What counts as equivalent: a loss of at most this share of the network's own mistakes."""


@dataclass(frozen=True)
class Spread:
    """Mean share of right answers, or of a change in it, over models, from the lowest to the highest.

    Attributes
    ----------
    low, high
        95 % interval of the mean (Student's t over the models, each one number): what further models
        trained in the same way would give on average. Without end for one model.
    """

    mean: float
    least: float
    most: float
    n_models: int
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Sum up at least one share."""
        n, mean = len(values), float(np.mean(values))
        half = float(t.ppf(0.975, n - 1) * sem(values)) if n > 1 else np.inf
        return cls(mean, min(values), max(values), n, mean - half, mean + half)


@dataclass(frozen=True)
class Compared:
    """Network and another reader, pooled over models.

    Attributes
    ----------
    difference
        The network's accuracy minus the other's, in percentage points.
    margin
        m, in points: see `margin_of`.
    verdict
        Whether what the network has and the other lacks is needed; None where the network itself
        is no better than chance, so that there is nothing to be needed for.
    """

    difference: PairedDifference
    margin: float
    verdict: Verdict | None


@dataclass(frozen=True)
class Gain:
    """One reader on one layer before and after training.

    Attributes
    ----------
    difference
        Trained minus untrained, in points; None where the file leaves the answers out.
    """

    trained: Spread
    untrained: Spread
    difference: PairedDifference | None


def network_right(models: Sequence[ModelReadouts], task: str) -> NDArray[np.bool_]:
    """Whether each network is right, shape (n_models, n_images); all have the task."""
    found = [one.task(task) for one in models]
    return np.array([one.answers.right for one in found if one is not None])


def margin_of(right: NDArray[np.bool_]) -> float:
    """Give m in points: half of the network's own mistakes, counted as one at least."""
    return 100 * MARGIN_SHARE * max(int((~right).sum()), 1) / right.size


def versus_network(models: Sequence[ModelReadouts], task: str, other: ArrayLike) -> Compared:
    """Compare the networks with other answers to the same images.

    Parameters
    ----------
    other
        (n_models, n_images), 1 for a right answer, 0 for a wrong one, 0.5 for an undecided one.
    """
    right = network_right(models, task)
    difference, margin = paired_difference(right, other), margin_of(right)
    verdict = difference.verdict(margin) if above_chance(models, task) else None
    return Compared(difference, margin, verdict)


def above_chance(models: Sequence[ModelReadouts], task: str) -> bool:
    """Whether all networks are better than chance, beyond the 95 % interval."""
    found = [one.task(task) for one in models]
    return all(one is not None and one.network.low > 1 / len(one.classes) for one in found)


def compare_reader(
    models: Sequence[ModelReadouts], task: str, layer: str, reader: str, setting: int | None = None
) -> Compared | None:
    """Compare the networks with one reader of one layer; None where one was not read.

    Models that were measured on other test images cannot be pooled and must not be given.
    """
    found = [_answered(one.of(task, layer, reader, setting)) for one in models]
    if not found or any(one is None for one in found):
        return None
    return versus_network(models, task, [one for one in found if one is not None])


def gain_by_training(
    models: Sequence[ModelReadouts], task: str, layer: str, reader: str, setting: int | None = None
) -> Gain | None:
    """Compare a reader of a layer with the same reader of the untrained twins.

    Models without a twin are left out; None if there is none left.
    """
    pairs = [
        (trained[0], untrained[0])
        for one in models
        if (trained := one.of(task, layer, reader, setting))
        and (untrained := one.untrained(task, layer, reader, setting))
    ]
    if not pairs:
        return None
    after, before = zip(*pairs, strict=True)
    right = [[one.answers.right for one in side if one.answers] for side in (after, before)]
    is_known = all(len(side) == len(pairs) for side in right)
    return Gain(
        Spread.of([one.share.value for one in after]),
        Spread.of([one.share.value for one in before]),
        paired_difference(right[0], right[1]) if is_known else None,
    )


def _answered(readouts: Sequence[Readout]) -> NDArray[np.bool_] | None:
    if not readouts or readouts[0].answers is None:
        return None
    return readouts[0].answers.right
