"""What all readers have in common.

A reader sees one layer alone. ``fit(sample)`` learns from training images and returns the fitted
readers, one a setting; each decides on any values of the same layer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from cnn_core.errors import DataError


@dataclass(frozen=True, eq=False)
class FittedReader:
    """A reader that has learned.

    Attributes
    ----------
    reader : str
        Which reader: "best_cell", "class_mean", "best_cells" or "linear_probe".
    setting : int or None
        What tells several fits of one reader apart: the number of cells.
    n_fitted : int
        Training images that it was fitted on.
    decide : callable
        Values (n, n_cells) float32 -> (n,) int64, the class of each image.
    facts : dict
        What it learned, for JSON: the cell and threshold, the strength of the penalty.
    """

    reader: str
    setting: int | None
    n_fitted: int
    decide: Callable = field(repr=False)
    facts: dict = field(default_factory=dict)


def decisions(fitted, sample):
    """Let a reader decide on all images of a sample.

    Parameters
    ----------
    fitted : FittedReader
    sample : LayerSample or ArraySample

    Returns
    -------
    ndarray, shape (n,), int64
    """
    return np.concatenate([fitted.decide(values) for values, _ in sample.batches()])


def classes_to_learn(sample):
    """Classes that occur in a sample, ascending; at least two are needed.

    Parameters
    ----------
    sample : LayerSample or ArraySample

    Returns
    -------
    ndarray, shape (n_classes,), int64
    """
    classes = np.unique(sample.labels)
    if len(classes) < 2:
        raise DataError(
            f"{len(sample)} training images of {len(classes)} classes: a reader needs images of at "
            "least two"
        )
    return classes
