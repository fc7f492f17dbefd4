"""The reader that looks at one cell."""

import numpy as np

from cnn_core.readouts.reader import FittedReader, classes_to_learn
from cnn_core.readouts.samples import within_memory

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

    def fit(self, sample):
        """Find the cell.

        Parameters
        ----------
        sample : LayerSample or ArraySample

        Returns
        -------
        tuple of FittedReader
            Facts: "cell", its position in C order; "n_right_fitted"; for two classes "threshold"
            and "above", the class of values at or above it.
        """
        sample = within_memory(sample)
        classes = classes_to_learn(sample)
        values = sample.matrix()
        places = np.searchsorted(classes, sample.labels)
        find = _best_threshold if len(classes) == 2 else _best_bins
        decide, facts = find(values, places, classes)
        return (FittedReader(self.name, None, len(sample), decide, facts),)


def _blocks_of_cells(values):
    at_once = max(1, _VALUES_AT_ONCE // len(values))
    for start in range(0, values.shape[1], at_once):
        # One contiguous line a cell.
        yield start, np.ascontiguousarray(values[:, start : start + at_once].T)


def _best_threshold(values, places, classes):
    best = (-1,)
    for start, lines in _blocks_of_cells(values):
        n_right, edges, upper_is_second = _best_edges(lines, places)
        winner = int(n_right.argmax())
        if n_right[winner] > best[0]:
            best = (
                int(n_right[winner]),
                start + winner,
                int(edges[winner]),
                bool(upper_is_second[winner]),
            )
    n_right, cell, edge, upper_is_second = best
    ordered = np.sort(values[:, cell]).astype(np.float64)
    threshold = -np.inf if edge == 0 else (ordered[edge - 1] + ordered[edge]) / 2
    below, above = classes if upper_is_second else classes[::-1]
    facts = {
        "cell": cell,
        "above": int(above),
        "n_right_fitted": n_right,
        "threshold": None if edge == 0 else float(threshold),
    }

    def decide(new_values):
        return np.where(new_values[:, cell].astype(np.float64) >= threshold, above, below)

    return decide, facts


def _best_edges(lines, places):
    """Best threshold of each line.

    Parameters
    ----------
    lines : ndarray, shape (n_cells, n), float32
    places : ndarray, shape (n,), int
        0 or 1, the class of each image.

    Returns
    -------
    n_right, edges : ndarray, shape (n_cells,), int64
        Images on their right side, and how many images lie below the threshold.
    upper_is_second : ndarray, shape (n_cells,), bool
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


def _ordered_integers(lines):
    """Whole numbers in the order of the floats; equal floats, both zeros included, are equal."""
    bits = (lines + np.float32(0)).view(np.uint32)
    negative = bits >> np.uint32(31) != 0
    return np.where(negative, ~bits, bits | np.uint32(1 << 31)).astype(np.uint64)


def _best_bins(values, places, classes):
    best = (-1,)
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
    facts = {
        "cell": cell,
        "n_right_fitted": n_right,
        "low": float(low),
        "high": float(high),
        "answers": answers.tolist(),
    }

    def decide(new_values):
        return answers[_bins(new_values[:, cell], low, high)]

    return decide, facts


def _bins(values, low, high):
    width = np.where(high > low, high - low, np.float32(1))
    return np.clip((values - low) / width * np.float32(N_BINS), 0, N_BINS - 1).astype(np.int64)
