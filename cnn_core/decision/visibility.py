"""Largest terms first, and how little the visible says of the used (NumPy and SciPy only)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import SelectionError

ON_SHARE = 0.3
"""A cell is bright from this share of the image's largest activation on; a term is large likewise.

The share from which a cell counts as on, see `cnn_core.circles.rule`.
"""
IDLE_SHARE = 0.01
"""A term counts for nothing up to this share of the image's largest term."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """The terms of one image, largest first, the small ones folded into one.

    Attributes
    ----------
    order : shape (k,)
        Flat numbers of the k terms with the largest absolute value, largest first.
    terms : shape (k,)
    rest
        Sum of all other terms.
    n_rest
        How many these are.
    """

    order: NDArray[np.int64]
    terms: NDArray[np.float64]
    rest: float
    n_rest: int
    constant: float

    @property
    def steps(self) -> NDArray[np.float64]:
        """All summands in order: the terms, the rest, the constant; shape (k + 2,)."""
        return np.array([*self.terms, self.rest, self.constant])

    @property
    def running(self) -> NDArray[np.float64]:
        """Sum after each step, shape (k + 2,); the last is the ledger's total."""
        return np.cumsum(self.steps)


def ranking(terms: ArrayLike, constant: float, n_shown: int) -> Ranking:
    """Order the terms of one image, of cells or of units, by absolute value.

    The first `n_shown`, 0 or more, stand for themselves.
    """
    flat = np.ravel(terms).astype(np.float64)
    order = np.argsort(-np.abs(flat), kind="stable")
    shown = order[:n_shown]
    folded = order[n_shown:]
    return Ranking(shown, flat[shown], float(flat[folded].sum()), len(folded), float(constant))


def n_carrying(terms: ArrayLike, share: float) -> NDArray[np.int64]:
    """Smallest number of terms that carry a share of the sum of the absolute terms.

    Parameters
    ----------
    terms : shape (..., m)
        Terms of cells, or of units.
    share
        In (0, 1], for example 0.5 or 0.9.

    Returns
    -------
    Shape (...); 0 where every term is 0.

    Raises
    ------
    SelectionError
        When the share is not in (0, 1].
    """
    if not 0 < share <= 1:
        raise SelectionError(f"share {share!r}: more than 0 and at most 1 is accepted")
    sizes = np.sort(np.abs(np.asarray(terms, np.float64)), axis=-1)[..., ::-1]
    carried = np.cumsum(sizes, axis=-1)
    total = carried[..., -1:]
    # Terms that sum to exactly the share must count as carrying it, whatever the rounding.
    is_short = carried < share * total * (1 - 1e-12)
    return np.asarray(np.where(total[..., 0] > 0, is_short.sum(axis=-1) + 1, 0))


@dataclass(frozen=True, eq=False)
class Visibility:
    """How the activations of one image at one layer go with its terms.

    Attributes
    ----------
    rank_correlation
        Spearman's rank correlation of |activation| and |term| over all cells, in [-1, 1]; nan if
        either is the same everywhere. Dark cells have no term and lift it.
    rank_correlation_active
        The same over the cells whose activation is not 0.
    n_active
        Number of these cells.
    bright_idle : shape (m,)
        Flat numbers of bright cells that count for nothing, brightest first: |activation| at least
        `ON_SHARE` of the largest, |term| at most `IDLE_SHARE` of the largest.
    dim_working : shape (m,)
        Flat numbers of dim cells that count, largest |term| first: |activation| below `ON_SHARE` of
        the largest, |term| at least `ON_SHARE` of the largest.
    n_bright, n_large
        Number of bright cells, and of cells with a large term: what the two lists are parts of.
    """

    rank_correlation: float
    rank_correlation_active: float
    n_active: int
    bright_idle: NDArray[np.int64]
    dim_working: NDArray[np.int64]
    n_bright: int
    n_large: int


def visibility(values: ArrayLike, terms: ArrayLike) -> Visibility:
    """Compare what is seen with what is used.

    Activations and terms are those of one image at one layer, by cell or summed by unit, in one
    shape. np.unravel_index turns the flat numbers of the result into row, column and unit.
    """
    seen = np.abs(np.ravel(values)).astype(np.float64)
    used = np.abs(np.ravel(terms)).astype(np.float64)
    is_active = seen > 0
    is_bright = is_active & (seen >= ON_SHARE * seen.max())
    is_large = (used > 0) & (used >= ON_SHARE * used.max())
    idle = np.flatnonzero(is_bright & (used <= IDLE_SHARE * used.max()))
    working = np.flatnonzero(is_large & ~is_bright)
    return Visibility(
        rank_correlation=_rank_correlation(seen, used),
        rank_correlation_active=_rank_correlation(seen[is_active], used[is_active]),
        n_active=int(is_active.sum()),
        bright_idle=idle[np.argsort(-seen[idle], kind="stable")],
        dim_working=working[np.argsort(-used[working], kind="stable")],
        n_bright=int(is_bright.sum()),
        n_large=int(is_large.sum()),
    )


@dataclass(frozen=True, eq=False)
class Agreement:
    """How alike the terms of two ledgers of one image are.

    A picture that an untrained network draws too explains the image and not the decision: J.
    Adebayo et al., "Sanity checks for saliency maps", NeurIPS 2018.

    Attributes
    ----------
    rank_correlation, of_sizes
        Spearman's rank correlation of the terms, and of their absolute values, in [-1, 1]; nan if
        either is the same everywhere.
    n_cells
        Cells that have a term in either ledger: the others are alike of themselves and left out.
    """

    rank_correlation: float
    of_sizes: float
    n_cells: int


def agreement(terms: ArrayLike, other_terms: ArrayLike) -> Agreement:
    """Compare the terms of two ledgers over the same cells, of any one shape."""
    one, other = (np.ravel(given).astype(np.float64) for given in (terms, other_terms))
    if one.shape != other.shape:
        raise SelectionError(
            f"terms of shapes {np.shape(terms)} and {np.shape(other_terms)}: only those of the "
            "same cells can be compared"
        )
    has_term = (one != 0) | (other != 0)
    one, other = one[has_term], other[has_term]
    return Agreement(
        _rank_correlation(one, other),
        _rank_correlation(np.abs(one), np.abs(other)),
        int(has_term.sum()),
    )


def _rank_correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    # SciPy warns where nothing varies; that is a plain case here.
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    # Half a second to import: a server starts without it.
    from scipy.stats import spearmanr

    return float(spearmanr(one, other).statistic)
