"""The circles: cells that a group of images has in common, found by rule (NumPy only).

A cell is *on* in an image when its activation is at least `threshold` times the largest activation
of that layer in that image. Every function takes plain arrays whose first axis counts images and
whose other axes (together: the cells) are those of one layer, ``(rows, columns, units)`` or
``(units,)``.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import SelectionError
from cnn_core.survey.peaks import peaks

THRESHOLD = 0.3
"""The article's share of the layer's largest activation from which on a cell counts as on."""


class Flag(StrEnum):
    """Why a number is undefined or says less than it seems to. The page has a sentence for each."""

    EMPTY_A = "group A is empty"
    EMPTY_B = "group B is empty"
    UNEQUAL_SIZES = "the groups differ in size"
    SILENT_A = "nothing is on in an image of group A"
    SILENT_B = "nothing is on in an image of group B"
    NO_UNIQUE_A = "no cell is unique to A"
    NO_UNIQUE_B = "no cell is unique to B"
    SAME_CLASS = "both groups stand for the same class"
    NO_IMAGES_OF_P = "no image of class p is left to judge"
    NO_IMAGES_OF_Q = "no image of class q is left to judge"
    CHOSEN_ON_SCORED = "the groups are chosen on the images that score them, by the same network"
    TOO_FEW_TO_DRAW = "a class has fewer images than a random group needs"


def on_cells(activations: ArrayLike, threshold: float = THRESHOLD) -> NDArray[np.bool]:
    """Tell which cells are on in each image.

    A cell is on when its activation is at least `threshold` times the largest activation of the
    layer in that image, **and** above 0. So an image whose layer is all zero, or nowhere positive,
    has nothing on; at threshold 0 every positive cell is on; at threshold 1 only the maximum (each,
    if several share it). The product is taken in double precision and the comparison is exact.

    Parameters
    ----------
    activations : (n, *cells) float, finite
        All cells of one layer for n images.
    threshold : in [0, 1]

    Returns
    -------
    (n, *cells)

    Raises
    ------
    SelectionError
        If the threshold is outside [0, 1].
    """
    return on_from_peak(activations, peaks(activations), threshold)


def on_from_peak(
    values: ArrayLike, peak: ArrayLike, threshold: float = THRESHOLD
) -> NDArray[np.bool]:
    """:func:`on_cells` for some cells of a layer, when the largest activation is known.

    Parameters
    ----------
    values : (n, ...) float, finite
        Any of the layer's cells for n images.
    peak : (n,) float
        Largest activation of the **whole** layer in each image (:func:`peaks`).
    threshold : in [0, 1]

    Returns
    -------
    (n, ...)
    """
    values, peak = np.asarray(values), np.asarray(peak)
    if not 0 <= threshold <= 1:
        raise SelectionError(f"threshold {threshold!r}: expected a number from 0 to 1")
    if peak.shape != values.shape[:1]:
        raise SelectionError(f"peak of shape {peak.shape}: expected ({values.shape[0]},)")
    per_image = (-1,) + (1,) * (values.ndim - 1)
    if threshold == 0:
        return (values > 0) & (peak > 0).reshape(per_image)
    return np.asarray(values >= _cutoffs(peak, threshold, values.dtype).reshape(per_image))


def _cutoffs(peak: NDArray[Any], threshold: float, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Smallest value of `dtype` that is on in each image; infinite where nothing can be on."""
    exact = np.where(peak > 0, threshold * peak.astype(np.float64), np.inf)
    if dtype.kind != "f" or dtype.itemsize > 4:
        return exact
    # A float32 lies above the exact product just when it lies above that product rounded up to
    # float32: the same answer as in double precision without widening every activation.
    rounded = exact.astype(np.float32)
    return np.where(rounded < exact, np.nextafter(rounded, np.float32(np.inf)), rounded)


@dataclass(frozen=True, eq=False)
class Circles:
    """Which cells to circle for two groups; every array is (*cells,).

    Attributes
    ----------
    common_a, common_b
        On in every image of the group. Nothing is common to an empty group.
    unique_a
        Common to A and on in no image of B (red). If B is empty that is all of `common_a`.
    unique_b
        Common to B and on in no image of A (blue).
    shared
        Common to A and on in at least one image of B (yellow).
    shared_b
        The mirror image: common to B and on in at least one image of A.
    n_a, n_b
        Images in each group. An image that stands in both groups counts in both, so that no cell
        can be unique to either.
    silent_a, silent_b
        Images of each group in which nothing is on; one such image leaves nothing in common.
    """

    common_a: NDArray[np.bool]
    common_b: NDArray[np.bool]
    unique_a: NDArray[np.bool]
    unique_b: NDArray[np.bool]
    shared: NDArray[np.bool]
    shared_b: NDArray[np.bool]
    n_a: int
    n_b: int
    silent_a: int
    silent_b: int

    @property
    def n_unique_a(self) -> int:
        """Number of cells unique to A."""
        return int(self.unique_a.sum())

    @property
    def n_unique_b(self) -> int:
        """Number of cells unique to B."""
        return int(self.unique_b.sum())

    @property
    def n_shared(self) -> int:
        """Number of cells common to A and on in at least one image of B."""
        return int(self.shared.sum())

    @cached_property
    def cells(self) -> NDArray[np.int64]:
        """(k,): flat numbers, ascending, of all cells common to A or to B.

        These are the circled cells: each is unique or shared.
        """
        return np.flatnonzero(self.common_a | self.common_b)

    @property
    def flags(self) -> frozenset[Flag]:
        """What the reader of these circles has to be told."""
        told = {
            Flag.EMPTY_A: self.n_a == 0,
            Flag.EMPTY_B: self.n_b == 0,
            Flag.UNEQUAL_SIZES: self.n_a != self.n_b,
            Flag.SILENT_A: self.silent_a > 0,
            Flag.SILENT_B: self.silent_b > 0,
            Flag.NO_UNIQUE_A: self.n_unique_a == 0,
            Flag.NO_UNIQUE_B: self.n_unique_b == 0,
        }
        return frozenset(flag for flag, holds in told.items() if holds)


def find_circles(on_a: ArrayLike, on_b: ArrayLike) -> Circles:
    """Find the cells to circle for two groups.

    Parameters
    ----------
    on_a, on_b : (n_a, *cells), (n_b, *cells) bool
        Which cells are on in each image of the group; there may be none.
    """
    on_a, on_b = same_cells(on_a, on_b)
    any_a, any_b = (np.logical_or.reduce(on) for on in (on_a, on_b))
    # Of no image all are on, but an empty group has nothing to show.
    common_a = np.logical_and.reduce(on_a) & any_a
    common_b = np.logical_and.reduce(on_b) & any_b
    return Circles(
        common_a=common_a,
        common_b=common_b,
        unique_a=common_a & ~any_b,
        unique_b=common_b & ~any_a,
        shared=common_a & any_b,
        shared_b=common_b & any_a,
        n_a=len(on_a),
        n_b=len(on_b),
        silent_a=_n_silent(on_a),
        silent_b=_n_silent(on_b),
    )


def same_cells(on_a: ArrayLike, on_b: ArrayLike) -> tuple[NDArray[np.bool], NDArray[np.bool]]:
    """Check that two groups are (n_a, *cells) and (n_b, *cells) bool with the same cells.

    Raises
    ------
    SelectionError
        If the cells differ or there are none.
    """
    on_a, on_b = np.asarray(on_a, dtype=bool), np.asarray(on_b, dtype=bool)
    if on_a.ndim < 2 or on_a.shape[1:] != on_b.shape[1:] or 0 in on_a.shape[1:]:
        raise SelectionError(
            f"groups of shapes {on_a.shape} and {on_b.shape}: expected (images, cells...) "
            "with the same cells"
        )
    return on_a, on_b


def _n_silent(on: NDArray[np.bool]) -> int:
    return int((~on.any(axis=tuple(range(1, on.ndim)))).sum())
