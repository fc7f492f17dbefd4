"""The same detector in another training: units of two networks that answer alike."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from cnn_core.errors import DataError


@dataclass(frozen=True, eq=False)
class Match:
    """Units of one layer in two networks, matched one to one.

    Attributes
    ----------
    partner
        (units,) int64: unit of the other network, -1 for one left over or constant.
    correlation
        (units,) float64: of the two over the images; nan without a partner.
    """

    partner: NDArray[np.int64]
    correlation: NDArray[np.float64]


def correlations(first: NDArray[np.floating], second: NDArray[np.floating]) -> NDArray[np.float64]:
    """Pearson's correlation of every unit of one network with every unit of another.

    Parameters
    ----------
    first, second
        (n, units) and (n, other units): activations for the same images.

    Returns
    -------
    ndarray
        (units, other units); nan for a unit that is the same in all images.

    Raises
    ------
    DataError
        When the images are not as many.
    """
    if len(first) != len(second):
        raise DataError(
            f"answers to {len(first)} and to {len(second)} images: those of two networks to the "
            "same images are compared"
        )
    left, right = (_standardised(values) for values in (first, second))
    found: NDArray[np.float64] = np.clip(left.T @ right, -1, 1)
    return found


def matched(first: NDArray[np.floating], second: NDArray[np.floating]) -> Match:
    """Match units one to one so that the sum of their correlations is as large as can be.

    The assignment is that of D. F. Crouse, "On implementing 2D rectangular assignment algorithms",
    IEEE Transactions on Aerospace and Electronic Systems 52 (2016), 1679-1696.
    """
    found = correlations(first, second)
    # What is constant is like nothing, and takes what the others leave.
    own, other = linear_sum_assignment(np.where(np.isnan(found), -1, found), maximize=True)
    is_real = ~np.isnan(found[own, other])
    partner = np.full(found.shape[0], -1)
    correlation = np.full(found.shape[0], np.nan)
    partner[own[is_real]] = other[is_real]
    correlation[own[is_real]] = found[own, other][is_real]
    return Match(partner, correlation)


def _standardised(values: NDArray[np.floating]) -> NDArray[np.float64]:
    centred = values - values.mean(axis=0, dtype=np.float64)
    lengths = np.sqrt((centred**2).sum(axis=0))
    is_constant = values.max(axis=0) == values.min(axis=0)
    scaled: NDArray[np.float64] = centred / np.where(is_constant, np.nan, lengths)
    return scaled
