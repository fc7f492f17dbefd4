"""How far a pattern or a set of patches can be believed (NumPy and SciPy only)."""

from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from cnn_core.statistics import accuracy

MOST_TOP = 200
TOP_SHARE = 0.2
_Z = NormalDist().inv_cdf(0.975)


class References(StrEnum):
    """By what it is told beforehand which image will excite a unit more."""

    NINE_PATCHES = "nine patches"
    ONE_PATCH = "one patch"
    THREE_PATTERNS = "three patterns"
    ONE_PATTERN = "one pattern"
    RANDOM = "nine random images"


@dataclass(frozen=True, eq=False)
class Predictivity:
    """How well likeness to references tells what excites the units of a layer.

    Attributes
    ----------
    rank_correlation
        (units, 3) float64: Spearman's, between likeness and activation over all images, with the
        ends of its 95 % interval; nan for a unit without two different values.
    right_choice
        (units, 3) float64: share of pairs of one of the images that excite the unit most and one
        of those below the top 20 % in which the first is the likelier, equal ones counting half,
        with the ends of its Wilson interval; nan for a unit that never fires.
    n_top
        (units,) int64: images that excite the unit most and in which it fires, at most 200.
    """

    rank_correlation: NDArray[np.float64]
    right_choice: NDArray[np.float64]
    n_top: NDArray[np.int64]


def predictivity(
    likeness: NDArray[np.float32], response: NDArray[np.float32], activation: NDArray[np.float32]
) -> Predictivity:
    """Judge one set of references for every unit of a layer.

    Parameters
    ----------
    likeness, response, activation
        (n, units), of images that the references were not chosen from.
    """
    correlations, choices, n_top = [], [], []
    for column, answers, values in zip(likeness.T, response.T, activation.T, strict=True):
        correlations.append(rank_correlation(column, values))
        top, low = top_and_low(answers)
        n_top.append(len(top))
        choices.append(right_choice(column[top], column[low]))
    return Predictivity(np.array(correlations), np.array(choices), np.array(n_top))


def top_and_low(response: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Images that excite a unit most, and those below the top 20 %.

    Parameters
    ----------
    response
        (n,)

    Returns
    -------
    tuple of ndarray
        Numbers, the most exciting first: at most `MOST_TOP` of the first, all of them above 0.
    """
    order = np.argsort(-response, kind="stable")
    n_above = max(1, round(TOP_SHARE * len(response)))
    top = order[: min(MOST_TOP, n_above)]
    return top[response[top] > 0], order[n_above:]


def rank_correlation(
    first: NDArray[np.floating], second: NDArray[np.floating]
) -> tuple[float, float, float]:
    """Spearman's correlation with its 95 % interval; nan where one of the two is constant.

    The interval is that of D. G. Bonett and T. A. Wright, "Sample size requirements for estimating
    Pearson, Kendall and Spearman correlations", Psychometrika 65 (2000), 23-28.
    """
    ranks = [rankdata(values) for values in (first, second)]
    ranks = [values - values.mean() for values in ranks]
    size = float(np.sqrt((ranks[0] @ ranks[0]) * (ranks[1] @ ranks[1])))
    if size == 0 or len(first) < 4:
        return (float("nan"),) * 3
    found = float(np.clip(ranks[0] @ ranks[1] / size, -1, 1))
    half = _Z * np.sqrt((1 + found**2 / 2) / (len(first) - 3))
    centre = np.arctanh(np.clip(found, -1 + 1e-15, 1 - 1e-15))
    return found, float(np.tanh(centre - half)), float(np.tanh(centre + half))


def right_choice(
    top: NDArray[np.floating], low: NDArray[np.floating]
) -> tuple[float, float, float]:
    """Share of all pairs in which the first is larger, with its Wilson interval.

    Each of the first counts as one trial, with the share of the second that it beats for its
    success: there are far more of the second.
    """
    ranked = np.sort(low)
    wins = np.searchsorted(ranked, top, "left") + np.searchsorted(ranked, top, "right")
    if not len(low):
        return (float("nan"),) * 3
    judged = accuracy(wins / (2 * len(low)))
    return judged.value, judged.low, judged.high


def consistency(windows: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Mean, smallest and largest correlation between the patterns of any two starts of each unit.

    Parameters
    ----------
    windows
        (units, starts, rows, columns, channels)

    Returns
    -------
    ndarray
        (units, 3); nan with a single start, or where a pattern is constant.
    """
    n_units, n_starts = windows.shape[:2]
    flat = windows.reshape(n_units, n_starts, -1).astype(np.float64)
    flat -= flat.mean(axis=2, keepdims=True)
    lengths = np.sqrt((flat**2).sum(axis=2, keepdims=True))
    flat /= np.where(lengths > 0, lengths, np.nan)
    pairs = np.triu_indices(n_starts, 1)
    if not len(pairs[0]):
        return np.full((n_units, 3), np.nan)
    found = np.einsum("uip,ujp->uij", flat, flat)[:, *pairs]
    return np.stack([found.mean(axis=1), found.min(axis=1), found.max(axis=1)], axis=1)


def out_of_range(
    response: NDArray[np.float32], largest: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Response to a pattern over the largest response to a natural image.

    Parameters
    ----------
    response, largest
        (units,)

    Returns
    -------
    ndarray
        (units,); nan for a unit that fires for no natural image.
    """
    quotient = response / np.where(largest > 0, largest, np.nan)
    return quotient.astype(np.float64)
