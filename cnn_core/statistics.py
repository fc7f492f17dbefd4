"""Intervals for shares, and for the difference of two readers on the same images (NumPy only)."""

from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import SelectionError

_POWER = 0.8
_LEAST_P = 1e-9  # below it, rounding in the transform would be told as a chance


def wilson_interval(
    successes: ArrayLike, trials: ArrayLike, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson score interval for a share, without continuity correction.

    Formula: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209-212.

    Parameters
    ----------
    successes
        0 ... trials, in any shape. Halves are accepted (a tie that counts half): the formula is
        evaluated at that number, which is cautious: a certain half varies less than a coin.
    trials
        0 or more, broadcastable to `successes`.
    level
        Coverage, strictly between 0 and 1.

    Returns
    -------
    low, high
        In [0, 1]: ``low`` is exactly 0 without a success, ``high`` exactly 1 without a failure, and
        both are nan where there is no trial.

    Raises
    ------
    SelectionError
        If a number is impossible or the level is not between 0 and 1.
    """
    _require_level(level)
    k, n = np.broadcast_arrays(
        np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    )
    if not np.all((k >= 0) & (k <= n)):
        raise SelectionError("successes: each must lie between 0 and its number of trials")
    z = NormalDist().inv_cdf((1 + level) / 2)
    safe_n = np.where(n > 0, n, 1.0)
    share = k / safe_n
    centre = (share + z**2 / (2 * safe_n)) / (1 + z**2 / safe_n)
    half = z * np.sqrt(share * (1 - share) / safe_n + (z / (2 * safe_n)) ** 2)
    half = half / (1 + z**2 / safe_n)
    # Rounding would leave 1e-17 where the interval touches 0 or 1 exactly.
    low = np.where(k == 0, 0.0, centre - half)
    high = np.where(k == n, 1.0, centre + half)
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


@dataclass(frozen=True)
class Accuracy:
    """A share of right answers with its interval; all three are nan when nothing was judged.

    Attributes
    ----------
    value, low, high
        Share and Wilson interval, in [0, 1] or nan.
    credit
        Number of right answers; an undecided answer adds one half.
    n
        Number of answers.
    """

    value: float
    low: float
    high: float
    credit: float
    n: int


def accuracy(credit: ArrayLike, level: float = 0.95, design_effect: float = 1.0) -> Accuracy:
    """Sum up answers: each 1 if right, 0 if wrong, 0.5 if undecided.

    Parameters
    ----------
    level
        Coverage of the interval.
    design_effect
        At least 1: the interval is that of so many times fewer answers (L. Kish, "Survey sampling",
        1965), because answers within a group are alike.
    """
    credit = np.asarray(credit, dtype=np.float64)
    total, n = float(credit.sum()), credit.size
    low, high = wilson_interval(total / design_effect, n / design_effect, level)
    value = total / n if n else float("nan")
    return Accuracy(value, float(low), float(high), total, n)


def design_effect(values: ArrayLike, block: int) -> float:
    """How many times more the mean varies than that of as many unrelated values; at least 1.

    Estimated from the sums of blocks of neighbours, which are taken to be unrelated to each other; a
    rest that fills no block is left out.

    Parameters
    ----------
    values
        (n,), in the order in which related ones are neighbours; at least two blocks.
    block
        Neighbours that are taken together.
    """
    values = np.asarray(values, np.float64)
    n_blocks = len(values) // block
    if n_blocks < 2:
        raise SelectionError(f"{len(values)} values: at least two blocks of {block} are accepted")
    sums = values[: n_blocks * block].reshape(n_blocks, block).sum(axis=1)
    alone = float(values.var())
    return max(1.0, float(sums.var(ddof=1)) / (block * alone)) if alone else 1.0


class Verdict(StrEnum):
    """What paired answers with and without something say about it."""

    NEEDED = "needed"
    EQUIVALENT = "equivalent"
    NOT_SETTLED = "not settled"
    BETTER_WITHOUT = "better without"
    """The loss is beyond doubt a gain, and beyond the tolerance."""


@dataclass(frozen=True)
class PairedDifference:
    """How much more often reader A is right than reader B on the same images.

    Attributes
    ----------
    n_models, n_images
        Each image has an answer of both readers for every model.
    difference, low, high
        Share of right answers of A less that of B, in percentage points, with its interval.
    only_a, only_b
        Discordant answers, over all models: right with A alone, and with B alone. Whole numbers
        unless there are undecided answers, which count half.
    p_value
        Two-sided. It is below 1 - level just when the interval excludes 0.
    smallest_detectable
        The difference in points that so many images, disagreeing as much as these, show in 4 of 5
        cases.
    level
        Coverage of the interval.
    """

    n_models: int
    n_images: int
    difference: float
    low: float
    high: float
    only_a: float
    only_b: float
    p_value: float
    smallest_detectable: float
    level: float

    def verdict(self, tolerance: float) -> Verdict:
        """Judge whether what A has and B lacks is needed.

        Parameters
        ----------
        tolerance
            Loss, in percentage points, above 0, up to which both count as equivalent.
        """
        if not tolerance > 0:
            raise SelectionError(f"tolerance {tolerance!r}: points above 0 are accepted")
        if self.low > 0:
            return Verdict.NEEDED
        if -tolerance <= self.low and self.high <= tolerance:
            return Verdict.EQUIVALENT
        return Verdict.BETTER_WITHOUT if self.high < 0 else Verdict.NOT_SETTLED


def paired_difference(
    right_a: ArrayLike, right_b: ArrayLike, level: float = 0.95
) -> PairedDifference:
    """Compare two readers on the same images, with one model or several.

    The images are what chance has drawn: both interval and test take an image with the answers of
    all models to it as one. The interval is the percentile interval of B. Efron's bootstrap over
    images (Annals of Statistics 7, 1979), of its whole distribution and not of draws from it: the
    n-fold convolution of the images' differences. One image of typical size is added on either
    side, without which few discordant answers, all on one side, would seem to settle everything,
    and none at all to leave no doubt. The test is Q. McNemar's (Psychometrika 12, 1947) in its
    exact form; with several models, that of all exchanges of A and B within images. Where the two
    disagree about 0, which happens near the border only, the one that leaves it open holds.

    Parameters
    ----------
    right_a, right_b
        (n_models, n_images), or (n_images,) for one model: 1 for a right answer, 0 for a wrong one,
        0.5 for an undecided one; at least one image.
    level
        Coverage of the interval, strictly between 0 and 1.

    Raises
    ------
    SelectionError
        If the answers are not to the same images.
    """
    _require_level(level)
    doubled = _doubled_differences(right_a, right_b)
    n_models, n_images = doubled.shape
    by_image = doubled.sum(axis=0)
    total, added = int(by_image.sum()), _typical_size(by_image)
    sums, chances = _resampled_sums(by_image, added)
    at_most, at_least = np.cumsum(chances), np.cumsum(chances[::-1])[::-1]
    tail = (1 - level) / 2
    low = int(sums[np.flatnonzero(at_most >= tail)[0]])
    high = int(sums[np.flatnonzero(at_least >= tail)[-1]])
    p_value = _exchange_p(by_image)
    if p_value >= 1 - level:
        low, high = min(low, 0), max(high, 0)
    elif low <= 0 <= high:
        zero = len(sums) // 2
        p_value = min(1.0, 2 * float(min(at_most[zero], at_least[zero])))
    deviation = np.sqrt((by_image**2).sum() - total**2 / n_images + 2 * added**2)
    normal = NormalDist()
    reach = normal.inv_cdf(1 - tail) + normal.inv_cdf(_POWER)
    point = 2 * n_models * n_images / 100
    return PairedDifference(
        n_models=n_models,
        n_images=n_images,
        difference=total / point,
        low=max(low / point, -100.0),
        high=min(high / point, 100.0),
        only_a=float(doubled[doubled > 0].sum()) / 2,
        only_b=float(-doubled[doubled < 0].sum()) / 2,
        p_value=p_value,
        smallest_detectable=float(reach * deviation) / point,
        level=level,
    )


def checked_labels(labels: ArrayLike, values: Any) -> NDArray[np.integer[Any]]:
    """Check that there is one label for each image.

    Parameters
    ----------
    labels
        (n,) int.
    values
        Anything of shape (n, ...) whose first axis counts images.

    Raises
    ------
    SelectionError
    """
    labels = np.asarray(labels)
    if labels.shape != values.shape[:1]:
        raise SelectionError(
            f"labels of shape {labels.shape}: {values.shape[0]} images need as many labels"
        )
    return labels


def _require_level(level: float) -> None:
    if not 0 < level < 1:
        raise SelectionError(f"level {level!r}: an interval needs a level between 0 and 1")


def _doubled_differences(right_a: ArrayLike, right_b: ArrayLike) -> NDArray[np.int64]:
    """Twice the credit of A less that of B, (n_models, n_images): whole numbers."""
    given = [np.asarray(right) for right in (right_a, right_b)]
    one, other = (np.atleast_2d(right.astype(np.float64) * 2) for right in given)
    if given[0].shape != given[1].shape or one.ndim != 2 or not one.size:
        raise SelectionError(
            f"answers of shapes {given[0].shape} and {given[1].shape}: both must be to the same "
            "images, (n_images,) or (n_models, n_images)"
        )
    for credit in (one, other):
        if not np.isin(credit, (0, 1, 2)).all():
            raise SelectionError("answers: each is 0, 0.5 or 1")
    return (one - other).astype(np.int64)


def _typical_size(by_image: NDArray[np.int64]) -> int:
    """Size of a difference as the spread feels it; one whole answer if there is none."""
    sizes = np.abs(by_image)
    return round(float((sizes**2).sum() / sizes.sum())) if sizes.any() else 2


def _resampled_sums(
    by_image: NDArray[np.int64], added: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Sums that images drawn anew can have, rising, and the chance of each."""
    n = len(by_image) + 2
    drawn_from = np.append(by_image, [added, -added])
    largest, squares = int(np.abs(drawn_from).max()), float((drawn_from**2).sum())
    # What lies further out has, by Bernstein's inequality, a chance below 1e-20.
    reach = int(abs(by_image.sum()) + 12 * np.sqrt(squares) + 40 * largest)
    reach = min(reach, largest * n)
    places, counts = np.unique(drawn_from, return_counts=True)
    single = np.zeros(2 * reach + 1)
    single[places] = counts / n  # negative places count from the end, as the transform wants it
    chances = np.fft.ifft(np.fft.fft(single) ** n).real.clip(0)
    return np.arange(-reach, reach + 1), np.roll(chances, reach)


def _exchange_p(by_image: NDArray[np.int64]) -> float:
    """Chance of a sum at least so far from 0 if A and B were exchanged at random in each image."""
    sizes, counts = np.unique(np.abs(by_image[by_image != 0]), return_counts=True)
    if not len(sizes):
        return 1.0
    reach = int(sizes @ counts)
    angles = 2 * np.pi * np.arange(2 * reach + 1) / (2 * reach + 1)
    wave = np.prod([np.cos(size * angles) ** n for size, n in zip(sizes, counts, strict=True)], 0)
    chances = np.fft.ifft(wave).real.clip(0)
    sums = np.minimum(np.arange(len(chances)), len(chances) - np.arange(len(chances)))
    chance = float(chances[sums >= abs(by_image.sum())].sum())
    return min(1.0, max(chance, _LEAST_P))
