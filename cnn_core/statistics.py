"""Intervals for shares, and how far apart two classes lie in each cell (NumPy only)."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from cnn_core.errors import SelectionError

_CELLS_AT_ONCE = 4096


def wilson_interval(successes, trials, level=0.95):
    """Wilson score interval for a share, without continuity correction.

    Formula: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209-212.

    Parameters
    ----------
    successes : array_like, any shape
        Number of successes, 0 ... trials. Halves are accepted (a tie that counts half): the formula
        is evaluated at that number, which is cautious: a certain half varies less than a coin.
    trials : array_like, broadcastable to `successes`
        Number of trials, 0 or more.
    level : float
        Coverage, strictly between 0 and 1.

    Returns
    -------
    low, high : ndarray of float64, in [0, 1]
        ``low`` is exactly 0 without a success, ``high`` exactly 1 without a failure, and both are
        nan where there is no trial.

    Raises
    ------
    SelectionError
        If a number is impossible or the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise SelectionError(f"level {level!r}: an interval needs a level between 0 and 1")
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
    value, low, high : float, in [0, 1] or nan
        Share and Wilson interval.
    credit : float
        Number of right answers; an undecided answer adds one half.
    n : int
        Number of answers.
    """

    value: float
    low: float
    high: float
    credit: float
    n: int


def accuracy(credit, level=0.95):
    """Sum up answers to an :class:`Accuracy`.

    Parameters
    ----------
    credit : array_like (n,), bool or float in [0, 1]
        1 for a right answer, 0 for a wrong one, 0.5 for an undecided one.
    level : float
        Coverage of the interval.

    Returns
    -------
    Accuracy
    """
    credit = np.asarray(credit, dtype=np.float64)
    total, n = float(credit.sum()), credit.size
    low, high = wilson_interval(total, n, level)
    value = total / n if n else float("nan")
    return Accuracy(value, float(low), float(high), total, n)


@dataclass(frozen=True, eq=False)
class ClassMeans:
    """Mean activation of each cell in each of two classes.

    Attributes
    ----------
    classes : (p, q)
    n_images : (int, int)
        Images of p and of q. The mean of a class without images is nan.
    mean_p, mean_q : (*cells,) float64
    """

    classes: tuple[int, int]
    n_images: tuple[int, int]
    mean_p: np.ndarray
    mean_q: np.ndarray

    @property
    def difference(self):
        """(*cells,) float64: mean of p minus mean of q."""
        return self.mean_p - self.mean_q


@dataclass(frozen=True, eq=False)
class ClassContrast(ClassMeans):
    """:class:`ClassMeans`, and how well each cell alone puts p above q.

    Attributes
    ----------
    auc : (*cells,) float64, in [0, 1] or nan
        Probability that a random image of p has the larger value than a random image of q, equal
        values counting half: 1 if p is always larger, 0 if always smaller, 0.5 for a dead cell, nan
        if a class has no images.
    """

    auc: np.ndarray


def class_means(values, labels, p, q):
    """Mean of each cell over the images of two classes.

    Parameters
    ----------
    values : (n, *cells) float, finite
        Activations of n images; only the rows of the two classes are read, so a memory map is fine.
    labels : (n,) int
        Classes of the images.
    p, q : int
        The two classes. Equal classes are allowed and give difference 0.

    Returns
    -------
    ClassMeans
    """
    of_p, of_q = _rows_of_both(values, labels, p, q)
    return ClassMeans((p, q), (len(of_p), len(of_q)), _mean(of_p), _mean(of_q))


def class_contrast(values, labels, p, q):
    """Mean of each cell over two classes, their difference, and the cell's AUC.

    The AUC is the Mann-Whitney statistic U / (n_p n_q) with ties counted half: H. B. Mann and
    D. R. Whitney, "On a test of whether one of two random variables is stochastically larger than
    the other", Annals of Mathematical Statistics 18 (1947), 50-60.

    Parameters
    ----------
    values, labels, p, q
        As in :func:`class_means`.

    Returns
    -------
    ClassContrast
    """
    of_p, of_q = _rows_of_both(values, labels, p, q)
    return ClassContrast(
        classes=(p, q),
        n_images=(len(of_p), len(of_q)),
        mean_p=_mean(of_p),
        mean_q=_mean(of_q),
        auc=_auc(of_p, of_q),
    )


def checked_labels(labels, values):
    """Check that there is one label for each image.

    Parameters
    ----------
    labels : array_like (n,) of int
    values : ndarray (n, ...)
        Anything whose first axis counts images.

    Returns
    -------
    (n,) ndarray

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


def _rows_of_both(values, labels, p, q):
    values = np.asarray(values)
    labels = checked_labels(labels, values)
    return values[labels == p], values[labels == q]


def _mean(rows):
    if len(rows) == 0:
        return np.full(rows.shape[1:], np.nan)
    return rows.mean(axis=0, dtype=np.float64)


def _auc(of_p, of_q):
    """AUC of every cell from (n_p, *cells) and (n_q, *cells)."""
    cells = of_p.shape[1:]
    if len(of_p) == 0 or len(of_q) == 0:
        return np.full(cells, np.nan)
    flat_p, flat_q = (rows.reshape(len(rows), -1) for rows in (of_p, of_q))
    doubled = np.empty(flat_p.shape[1], dtype=np.int64)
    # Blocks of cells bound the memory of the sorted copies on wide layers.
    for start in range(0, len(doubled), _CELLS_AT_ONCE):
        block = slice(start, start + _CELLS_AT_ONCE)
        doubled[block] = _doubled_wins(flat_p[:, block], flat_q[:, block])
    return (doubled / (2 * len(of_p) * len(of_q))).reshape(cells)


def _doubled_wins(flat_p, flat_q):
    """Twice the pairs in which p is larger plus the pairs in which both are equal, per column."""
    # One contiguous, sorted line per cell: counting by bisection is then several times faster than
    # ranking both classes together, and needs no care for ties.
    lines_p, lines_q = (np.sort(np.ascontiguousarray(flat.T), axis=1) for flat in (flat_p, flat_q))
    return [
        line_q.searchsorted(line_p, side="left").sum()
        + line_q.searchsorted(line_p, side="right").sum()
        for line_p, line_q in zip(lines_p, lines_q, strict=True)
    ]
