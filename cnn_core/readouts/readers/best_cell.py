"""The reader that looks at one cell."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.readouts.readers.reader import FittedReader, classes_at, classes_to_learn
from cnn_core.readouts.results import Facts
from cnn_core.readouts.samples import Sample

N_BINS = 64
_VALUES_AT_ONCE = 2**22


class BestCell:
    """Looks at the one cell that tells most on the training images.

    For two classes: the cell and the threshold with the most training images on their right side,
    over all cells and all thresholds; a threshold lies half-way between two neighbouring values.
    For more classes: the range of the cell's training values is divided into 64 equal bins, each of
    which stands for its most frequent class, and the cell with the most training images in bins of
    their class is taken; values outside the range go to the outermost bins, an empty bin answers as
    the next lower one that is not. Of equals the first is taken: cell, threshold, class.
    """

    name = "best_cell"

    def fit(self, sample: Sample) -> tuple[FittedReader, ...]:
        """Find the cell."""
        classes = classes_to_learn(sample)
        places = np.searchsorted(classes, sample.labels)
        find = _best_threshold if len(classes) == 2 else _best_bins
        return (find(self.name, sample.values, places, classes),)


def _blocks_of_cells(values: NDArray[np.float32]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    at_once = max(1, _VALUES_AT_ONCE // len(values))
    for start in range(0, values.shape[1], at_once):
        # One contiguous line a cell.
        yield start, np.ascontiguousarray(values[:, start : start + at_once].T)


def _best_threshold(
    name: str, values: NDArray[np.float32], places: NDArray[np.int64], classes: NDArray[np.int64]
) -> FittedReader:
    n_right, cell, edge, upper_is_second = -1, 0, 0, False
    for start, lines in _blocks_of_cells(values):
        counts, edges, is_second = _best_edges(lines, places)
        winner = int(counts.argmax())
        if counts[winner] > n_right:
            n_right, cell = int(counts[winner]), start + winner
            edge, upper_is_second = int(edges[winner]), bool(is_second[winner])
    ordered = np.sort(values[:, cell]).astype(np.float64)
    threshold = -np.inf if edge == 0 else (ordered[edge - 1] + ordered[edge]) / 2
    below, above = classes if upper_is_second else classes[::-1]
    facts = Facts(
        cell=cell,
        above=int(above),
        n_right_fitted=n_right,
        threshold=None if edge == 0 else float(threshold),
    )

    def decide(new_values: NDArray[np.float32]) -> NDArray[np.int64]:
        is_above = new_values[:, cell].astype(np.float64) >= threshold
        return np.asarray(np.where(is_above, above, below), np.int64)

    return FittedReader(name, None, len(places), decide, facts)


def _best_edges(
    lines: NDArray[np.float32], places: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Best threshold of each line.

    Parameters
    ----------
    lines : shape (n_cells, n)
    places : shape (n,)
        0 or 1, the class of each image.

    Returns
    -------
    n_right, edges : shape (n_cells,)
        Images on their right side, and how many images lie below the threshold.
    upper_is_second : shape (n_cells,)
        Whether values above the threshold stand for class 1.
    """
    n = lines.shape[1]
    # Sorting whole numbers that end in the class is several times faster than sorting by index.
    keys = np.sort((_ordered_integers(lines) << np.uint64(1)) | places.astype(np.uint64), axis=1)
    seconds_below = np.zeros((len(lines), n + 1), np.int32)
    np.cumsum(keys & np.uint64(1), axis=1, out=seconds_below[:, 1:], dtype=np.int32)
    keys >>= np.uint64(1)
    firsts_below = np.arange(n + 1, dtype=np.int32) - seconds_below
    n_seconds = int(places.sum())
    right = firsts_below + (n_seconds - seconds_below)
    is_edge = np.zeros((len(lines), n + 1), bool)
    is_edge[:, 0] = True
    is_edge[:, 1:n] = keys[:, 1:] != keys[:, :-1]
    # Turned round, the images on the wrong side are on the right one.
    better = np.where(is_edge, np.maximum(right, n - right), -1)
    edges = better.argmax(axis=1)
    row = np.arange(len(lines))
    return better[row, edges].astype(np.int64), edges, right[row, edges] >= n - right[row, edges]


def _ordered_integers(lines: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Whole numbers in the order of the floats; equal floats, both zeros included, are equal."""
    bits = (lines + np.float32(0)).view(np.uint32)
    negative = bits >> np.uint32(31) != 0
    return np.where(negative, ~bits, bits | np.uint32(1 << 31)).astype(np.uint64)


def _best_bins(
    name: str, values: NDArray[np.float32], places: NDArray[np.int64], classes: NDArray[np.int64]
) -> FittedReader:
    best: tuple[Any, ...] = (-1,)
    for start, lines in _blocks_of_cells(values):
        lows, highs = lines.min(axis=1), lines.max(axis=1)
        bins = _bins(lines, lows[:, np.newaxis], highs[:, np.newaxis])
        offsets = np.arange(len(lines))[:, np.newaxis] * N_BINS
        flat = ((bins + offsets) * len(classes) + places).reshape(-1)
        counts = np.bincount(flat, minlength=len(lines) * N_BINS * len(classes))
        counts = counts.reshape(len(lines), N_BINS, len(classes))
        n_right = counts.max(axis=2).sum(axis=1)
        winner = int(n_right.argmax())
        if n_right[winner] > best[0]:
            best = (
                int(n_right[winner]),
                start + winner,
                lows[winner],
                highs[winner],
                counts[winner],
            )
    n_right, cell, low, high, counts = best
    filled = counts.sum(axis=1) > 0
    source = np.maximum.accumulate(np.where(filled, np.arange(N_BINS), 0))
    answers = classes[counts.argmax(axis=1)[source]]
    facts = Facts(
        cell=cell,
        n_right_fitted=n_right,
        low=float(low),
        high=float(high),
        answers=answers.tolist(),
    )

    def decide(new_values: NDArray[np.float32]) -> NDArray[np.int64]:
        return classes_at(answers, _bins(new_values[:, cell], low, high))

    return FittedReader(name, None, len(places), decide, facts)


def _bins(values: NDArray[np.float32], low: Any, high: Any) -> NDArray[np.int64]:
    width = np.where(high > low, high - low, np.float32(1))
    places = (values - low) / width * np.float32(N_BINS)
    return np.asarray(np.clip(places, 0, N_BINS - 1), np.int64)
