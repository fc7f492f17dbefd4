"""How far apart two classes lie in each cell of a layer (NumPy only)."""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.statistics import checked_labels

_CELLS_AT_ONCE = 512


@dataclass(frozen=True, eq=False)
class ClassMeans:
    """Mean activation of each cell in each of two classes.

    Attributes
    ----------
    classes
        p and q.
    n_images
        Images of p and of q. The mean of a class without images is nan.
    mean_p, mean_q
        (*cells,).
    """

    classes: tuple[int, int]
    n_images: tuple[int, int]
    mean_p: NDArray[np.float64]
    mean_q: NDArray[np.float64]

    @property
    def difference(self) -> NDArray[np.float64]:
        """(*cells,): mean of p minus mean of q."""
        return self.mean_p - self.mean_q


@dataclass(frozen=True, eq=False)
class ClassContrast(ClassMeans):
    """:class:`ClassMeans`, and how well each cell alone puts p above q.

    Attributes
    ----------
    auc
        (*cells,), in [0, 1] or nan: probability that a random image of p has the larger value than
        a random image of q, equal values counting half: 1 if p is always larger, 0 if always
        smaller, 0.5 for a dead cell, nan if a class has no images.
    """

    auc: NDArray[np.float64]


def class_means(values: ArrayLike, labels: ArrayLike, p: int, q: int) -> ClassMeans:
    """Mean of each cell over the images of two classes.

    Parameters
    ----------
    values
        (n, *cells) float, finite: activations of n images; only the rows of the two classes are
        read, so a memory map is fine.
    labels
        (n,) int: classes of the images.
    p, q
        Equal classes are allowed and give difference 0.
    """
    of_p, of_q = _rows_of_both(values, labels, p, q)
    return ClassMeans((p, q), (len(of_p), len(of_q)), _mean(of_p), _mean(of_q))


def class_contrast(values: ArrayLike, labels: ArrayLike, p: int, q: int) -> ClassContrast:
    """Mean of each cell over two classes, their difference, and the cell's AUC.

    The AUC is the Mann-Whitney statistic U / (n_p n_q) with ties counted half: H. B. Mann and
    D. R. Whitney, "On a test of whether one of two random variables is stochastically larger than
    the other", Annals of Mathematical Statistics 18 (1947), 50-60. Parameters as in
    :func:`class_means`.
    """
    of_p, of_q = _rows_of_both(values, labels, p, q)
    return ClassContrast(
        classes=(p, q),
        n_images=(len(of_p), len(of_q)),
        mean_p=_mean(of_p),
        mean_q=_mean(of_q),
        auc=auc_of_columns(*(_flat(rows) for rows in (of_p, of_q))).reshape(of_p.shape[1:]),
    )


def _rows_of_both(
    values: ArrayLike, labels: ArrayLike, p: int, q: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    values = np.asarray(values)
    labels = checked_labels(labels, values)
    return values[labels == p], values[labels == q]


def _flat(rows: NDArray[Any]) -> NDArray[Any]:
    return rows.reshape(len(rows), prod(rows.shape[1:]))


def _mean(rows: NDArray[Any]) -> NDArray[np.float64]:
    if len(rows) == 0:
        return np.full(rows.shape[1:], np.nan)
    return np.asarray(rows.mean(axis=0, dtype=np.float64))


def auc_of_columns(of_p: NDArray[Any], of_q: NDArray[Any]) -> NDArray[np.float64]:
    """AUC of each of k cells from their values (n_p, k) and (n_q, k)."""
    if len(of_p) == 0 or len(of_q) == 0:
        return np.full(of_p.shape[1], np.nan)
    doubled = np.empty(of_p.shape[1], dtype=np.int64)
    # Blocks of cells bound the memory of the sorted copies.
    for start in range(0, len(doubled), _CELLS_AT_ONCE):
        block = slice(start, start + _CELLS_AT_ONCE)
        doubled[block] = _doubled_wins(of_p[:, block], of_q[:, block])
    return doubled / (2 * len(of_p) * len(of_q))


def _doubled_wins(flat_p: NDArray[Any], flat_q: NDArray[Any]) -> list[int]:
    """Twice the pairs in which p is larger plus the pairs in which both are equal, per column."""
    # One contiguous, sorted line per cell: counting by bisection is then several times faster than
    # ranking both classes together, and needs no care for ties.
    lines_p, lines_q = (np.sort(np.ascontiguousarray(flat.T), axis=1) for flat in (flat_p, flat_q))
    return [
        int(line_q.searchsorted(line_p, side="left").sum())
        + int(line_q.searchsorted(line_p, side="right").sum())
        for line_p, line_q in zip(lines_p, lines_q, strict=True)
    ]
