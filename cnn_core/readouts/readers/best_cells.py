"""The reader that weighs a few cells."""

import numpy as np
from numpy.typing import NDArray

from cnn_core.readouts.readers.logistic import fit_logistic, stated_tolerance
from cnn_core.readouts.readers.reader import FittedReader, classes_at, classes_to_learn
from cnn_core.readouts.results import Facts
from cnn_core.readouts.samples import Sample

COUNTS = (1, 2, 5, 10, 20, 50, 100)

_VALUES_AT_ONCE = 2**24
_MOST_STEPS = 1_000
_LEAST_SPREAD = 1e-6


class BestCells:
    """Weighs the k cells that differ most between the classes, for several k.

    Cells are ranked by the F statistic of a one-way analysis of variance on the training images
    (for two classes the square of Student's t), equal ones by position.
    Each is standardised, and a logistic regression with a weak fixed penalty (scikit-learn's C = 1)
    weighs them.
    """

    name = "best_cells"

    def __init__(self, counts: tuple[int, ...] = COUNTS) -> None:
        self.counts = counts

    def fit(self, sample: Sample) -> tuple[FittedReader, ...]:
        """Rank the cells and weigh the first k, for each k up to the number of cells."""
        ranking = rank_cells(sample.values, sample.labels)
        counts = [count for count in self.counts if count <= len(ranking)]
        chosen = sample.values[:, ranking[: counts[-1]]]
        return tuple(
            self._weigh(Sample(chosen[:, :count], sample.labels), ranking[:count])
            for count in counts
        )

    def _weigh(self, sample: Sample, cells: NDArray[np.int64]) -> FittedReader:
        classes = classes_to_learn(sample)
        values = sample.values
        mean = values.mean(axis=0, dtype=np.float64).astype(np.float32)
        spread = values.std(axis=0, dtype=np.float64).astype(np.float32)
        spread = np.where(spread > 0, spread, np.float32(1))
        tolerance = stated_tolerance(len(cells))
        found = fit_logistic(
            (values - mean) / spread,
            np.searchsorted(classes, sample.labels),
            len(classes),
            1 / len(sample),
            tolerance=tolerance,
            most_steps=_MOST_STEPS,
        )
        facts = Facts(
            cells=cells.tolist(),
            steps=found.steps,
            gradient_norm=found.gradient_norm,
            tolerance=tolerance,
            converged=found.gradient_norm <= tolerance,
        )

        def decide(new_values: NDArray[np.float32]) -> NDArray[np.int64]:
            standard = (new_values[:, cells] - mean) / spread
            return classes_at(classes, found.scores(standard).argmax(axis=1))

        return FittedReader(self.name, len(cells), len(sample), decide, facts)


def rank_cells(values: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Order cells by how much they differ between classes.

    Parameters
    ----------
    values : shape (n, n_cells)
    labels : shape (n,)

    Returns
    -------
    shape (n_cells,)
        Positions, largest F first; constant cells last, also those that rounding alone moves: by
        less than a millionth of their largest value.
    """
    scores = np.zeros(values.shape[1])
    at_once = max(1, _VALUES_AT_ONCE // len(values))
    for start in range(0, len(scores), at_once):
        block = slice(start, start + at_once)
        centred = values[:, block].astype(np.float64)
        centred -= centred.mean(axis=0)
        found = f_statistics(centred, labels)
        # Rounding gives a constant cell, or one that is constant but for rounding, any F.
        size = np.abs(values[:, block]).max(axis=0)
        found[np.abs(centred).max(axis=0) <= _LEAST_SPREAD * size] = np.nan
        scores[block] = found
    return np.argsort(-np.nan_to_num(scores, nan=-1.0, posinf=np.inf), kind="stable")


def f_statistics(centred: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """F of a one-way analysis of variance, for each column.

    Parameters
    ----------
    centred : shape (n, n_cells)
        Each column's mean is 0.
    labels : shape (n,)

    Returns
    -------
    shape (n_cells,)
        Spread between the classes over spread within them, each by its degrees of freedom; inf or
        nan where there is none within.
    """
    classes, members = np.unique(labels, return_inverse=True)
    sums = np.eye(len(classes))[members].T @ centred
    between = (sums**2 / np.bincount(members)[:, np.newaxis]).sum(axis=0)
    within = np.einsum("ij,ij->j", centred, centred) - between
    degrees = len(classes) - 1, len(labels) - len(classes)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: NDArray[np.float64] = (between / degrees[0]) / (within / degrees[1])
    return found
