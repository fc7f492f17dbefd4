"""How often a unit fires for each class, where in the picture, and how strongly."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.patterns.reading import SetReading

N_BINS = 34
_BINS_IN_RANGE = 32
_PLACE_LEVELS = 127


def habits_of(reading: SetReading, name: str, units: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """What units of a layer do over the images of a reading, as `results.TABLE` names it."""
    response = reading.peaks[name].response[:, units]
    place = np.moveaxis(reading.place[name][..., units], -1, 0)
    scale = np.abs(place).max(axis=(1, 2))
    levels = place / np.where(scale > 0, scale, 1)[:, np.newaxis, np.newaxis] * _PLACE_LEVELS
    return {
        "n_fired": fired_by_class(response, reading.labels, reading.n_classes),
        "place": np.round(levels).astype(np.int8),
        "place_scale": scale,
        **histogram_of(response),
    }


def fired_by_class(
    response: NDArray[np.float32], labels: NDArray[np.int64], n_classes: int
) -> NDArray[np.int64]:
    """Images of each class in which each unit's response is above 0, (units, n_classes)."""
    belongs = labels[:, np.newaxis] == np.arange(n_classes)
    counts: NDArray[np.int64] = (response > 0).T.astype(np.int64) @ belongs.astype(np.int64)
    return counts


def histogram_of(response: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """Counts, first edges and widths of `N_BINS` equal bins a unit, one of them beginning at 0.

    Parameters
    ----------
    response
        (n, units)
    """
    n_units = response.shape[1]
    low = np.minimum(response.min(axis=0), 0).astype(np.float64)
    high = np.maximum(response.max(axis=0), 0).astype(np.float64)
    width = np.where(high > low, (high - low) / _BINS_IN_RANGE, 1.0).astype(np.float32)
    n_below = np.ceil(-low / width).astype(np.int64)
    bins = np.floor(response / width).astype(np.int64) + n_below
    bins = bins.clip(0, N_BINS - 1) + np.arange(n_units) * N_BINS
    counts = np.bincount(bins.ravel(), minlength=n_units * N_BINS).reshape(n_units, N_BINS)
    return {
        "counts": counts,
        "first_edge": (-n_below * width).astype(np.float32),
        "bin_width": width,
    }
