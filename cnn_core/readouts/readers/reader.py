"""What all readers have in common.

A reader sees one layer alone. ``fit(sample)`` learns from training images and returns the fitted
readers, one a setting; each decides on any values of the same layer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cnn_core.errors import DataError
from cnn_core.readouts.results import Facts
from cnn_core.readouts.samples import Sample


@dataclass(frozen=True, eq=False)
class FittedReader:
    """A reader that has learned.

    Attributes
    ----------
    reader
        "best_cell", "class_mean", "best_cells" or "linear_probe".
    setting
        What tells several fits of one reader apart: the number of cells.
    n_fitted
        Training images that it was fitted on.
    decide
        Values (n, n_cells) -> (n,), the class of each image.
    weights
        Of a linear probe: (n_cells, k), what its scores are made of.
    """

    reader: str
    setting: int | None
    n_fitted: int
    decide: Callable[[NDArray[np.float32]], NDArray[np.int64]] = field(repr=False)
    facts: Facts = field(default_factory=Facts)
    weights: NDArray[np.float32] | None = field(default=None, repr=False)


class Reader(Protocol):
    """A way of reading a layer."""

    name: str

    def fit(self, sample: Sample) -> tuple[FittedReader, ...]:
        """Learn; the sample's images are in random order."""


def classes_at(classes: NDArray[np.int64], places: NDArray[np.integer]) -> NDArray[np.int64]:
    """Classes at some places among them, shape (n,)."""
    return np.asarray(classes[places], np.int64)


def classes_to_learn(sample: Sample) -> NDArray[np.int64]:
    """Classes that occur in a sample, ascending; at least two are needed."""
    classes = np.unique(sample.labels)
    if len(classes) < 2:
        raise DataError(
            f"{len(sample)} training images of {len(classes)} classes: a reader needs images of at "
            "least two"
        )
    return classes
