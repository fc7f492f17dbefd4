"""Calibration: whether what a network gives its predictions is how often they are right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.statistics import Accuracy, accuracy

N_BINS = 15


@dataclass(frozen=True)
class Bin:
    """Images whose prediction got a probability from `low` up to `high`.

    Attributes
    ----------
    probability
        Mean of what the predictions got, in [0, 1].
    right
        Share of them that is right, with its interval.
    """

    low: float
    high: float
    probability: float
    right: Accuracy


@dataclass(frozen=True)
class Calibration:
    """How far probabilities of predictions and shares of right ones lie apart.

    Attributes
    ----------
    bins
        Of equal width, rising; those without an image are left out.
    error
        Expected calibration error, in [0, 1]: the mean distance over the bins, each weighed by its
        images (M. Naeini, G. Cooper and M. Hauskrecht, AAAI 2015).
    n
        Images.
    """

    bins: tuple[Bin, ...]
    error: float
    n: int


def calibration(probabilities: ArrayLike, is_right: ArrayLike, n_bins: int = N_BINS) -> Calibration:
    """Compare what predictions got with how often they are right.

    Parameters
    ----------
    probabilities
        (n,), in [0, 1]: of each image's prediction.
    is_right
        (n,)
    """
    given = np.asarray(probabilities, np.float64)
    right = np.asarray(is_right, bool)
    place = np.minimum((given * n_bins).astype(np.int64), n_bins - 1)
    bins = tuple(_bin(number, n_bins, given, right, place == number) for number in np.unique(place))
    apart = sum(one.right.n * abs(one.probability - one.right.value) for one in bins)
    return Calibration(bins, apart / max(len(given), 1), len(given))


def _bin(
    number: int,
    n_bins: int,
    given: NDArray[np.float64],
    right: NDArray[np.bool_],
    is_in: NDArray[np.bool_],
) -> Bin:
    low, high = float(number / n_bins), float((number + 1) / n_bins)
    return Bin(low, high, float(given[is_in].mean()), accuracy(right[is_in]))
