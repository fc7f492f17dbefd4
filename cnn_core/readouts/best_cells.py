"""The reader that weighs a few cells."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import f_classif
from sklearn.linear_model import LogisticRegression

from cnn_core.readouts.reader import FittedReader, classes_to_learn
from cnn_core.readouts.samples import within_memory

COUNTS = (1, 2, 5, 10, 20, 50, 100)
MOST_IMAGES = 20_000
"""Most training images that it is fitted on: few weights need no more."""

_VALUES_AT_ONCE = 2**24
_MOST_STEPS = 100
_LEAST_SPREAD = 1e-6


class BestCells:
    """Weighs the k cells that differ most between the classes, for several k.

    Cells are ranked by the F statistic of a one-way analysis of variance on the training images
    (scikit-learn's f_classif; for two classes the square of Student's t), equal ones by position.
    Each is standardised, and a logistic regression with a weak fixed penalty (C = 1) weighs them;
    its fit ends after 100 steps at the latest.
    """

    name = "best_cells"
    # Steps finished under the bare name ranked constant cells first.
    kept_as = "best_cells.2"

    def __init__(self, counts=COUNTS):
        self.counts = counts

    def fit(self, sample):
        """Rank the cells and weigh the first k.

        Parameters
        ----------
        sample : LayerSample or ArraySample
            Its images must be in random order.

        Returns
        -------
        tuple of FittedReader
            One for each k up to the number of cells. Facts: "cells", positions in C order, best
            first; "steps" and "converged" of the fit.
        """
        sample = within_memory(sample).first(MOST_IMAGES)
        classes_to_learn(sample)
        values, labels = sample.matrix(), sample.labels
        ranking = rank_cells(values, labels)
        counts = [count for count in self.counts if count <= len(ranking)]
        chosen = values[:, ranking[: counts[-1]]]
        del values
        return tuple(self._weigh(chosen[:, :count], labels, ranking[:count]) for count in counts)

    def _weigh(self, values, labels, cells):
        mean, spread = (
            statistic(values, axis=0, dtype=np.float64).astype(np.float32)
            for statistic in (np.mean, np.std)
        )
        spread = np.where(spread > 0, spread, np.float32(1))
        model = LogisticRegression(C=1.0, max_iter=_MOST_STEPS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit((values - mean) / spread, labels)
        steps = int(model.n_iter_.max())
        facts = {"cells": cells.tolist(), "steps": steps, "converged": steps < _MOST_STEPS}

        def decide(new_values):
            return model.predict((new_values[:, cells] - mean) / spread)

        return FittedReader(self.name, len(cells), len(labels), decide, facts)


def rank_cells(values, labels):
    """Order cells by how much they differ between classes.

    Parameters
    ----------
    values : ndarray, shape (n, n_cells), float32
    labels : ndarray, shape (n,), int

    Returns
    -------
    ndarray, shape (n_cells,), int64
        Positions, largest F first; constant cells last, also those that rounding alone moves: by
        less than a millionth of their largest value.
    """
    scores = np.zeros(values.shape[1])
    at_once = max(1, _VALUES_AT_ONCE // len(values))
    for start in range(0, len(scores), at_once):
        block = slice(start, start + at_once)
        with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
            warnings.filterwarnings("ignore", "Features ", UserWarning)
            centred = values[:, block].astype(np.float64)
            centred -= centred.mean(axis=0)
            found = f_classif(centred, labels)[0]
        # Rounding gives a constant cell, or one that is constant but for rounding, any F.
        size = np.abs(values[:, block]).max(axis=0)
        found[np.abs(centred).max(axis=0) <= _LEAST_SPREAD * size] = np.nan
        scores[block] = found
    return np.argsort(-np.nan_to_num(scores, nan=-1.0, posinf=np.inf), kind="stable")
