"""How many unique cells chance alone gives: the permutation null of the circles (NumPy only)."""

from dataclasses import dataclass
from itertools import combinations
from math import comb, prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.circles.rule import same_cells
from cnn_core.errors import SelectionError

MOST_EXACT_SPLITS = 1000
"""Up to so many splits are all counted; beyond, as many are drawn."""

_MOST_IMAGES_IN_A_SPLIT = 62  # one bit each in an int64


@dataclass(frozen=True, eq=False)
class Chance:
    """How many unique cells the splits of the same images give that ignore what they show.

    Attributes
    ----------
    unique_a, unique_b : (n_splits,)
        Cells unique to the first and to the second part of each split.
    observed_a, observed_b
        The same counts for the groups themselves.
    n_possible
        Number of different splits into groups of these sizes.
    exact
        True if every possible split was counted, the real one among them; False if the splits are
        random draws.
    """

    unique_a: NDArray[np.int64]
    unique_b: NDArray[np.int64]
    observed_a: int
    observed_b: int
    n_possible: int
    exact: bool

    @property
    def n_splits(self) -> int:
        """Number of splits counted."""
        return len(self.unique_a)

    @property
    def unique(self) -> NDArray[np.int64]:
        """(n_splits,): cells unique to either part of each split."""
        return self.unique_a + self.unique_b

    @property
    def observed(self) -> int:
        """Cells unique to either of the groups themselves."""
        return self.observed_a + self.observed_b

    @property
    def mean_a(self) -> float:
        """Mean over the splits of the cells unique to the first part."""
        return float(self.unique_a.mean())

    @property
    def mean_b(self) -> float:
        """Mean over the splits of the cells unique to the second part."""
        return float(self.unique_b.mean())

    @property
    def mean(self) -> float:
        """Mean over the splits of the cells unique to either part."""
        return float(self.unique.mean())

    @property
    def share_at_least_a(self) -> float:
        """Share of splits with at least `observed_a` cells unique to the first part."""
        return float((self.unique_a >= self.observed_a).mean())

    @property
    def share_at_least_b(self) -> float:
        """Share of splits with at least `observed_b` cells unique to the second part."""
        return float((self.unique_b >= self.observed_b).mean())

    @property
    def share_at_least(self) -> float:
        """Share of splits with at least `observed` cells unique to either part."""
        return float((self.unique >= self.observed).mean())


def unique_by_chance(
    on_a: ArrayLike, on_b: ArrayLike, *, most_exact: int = MOST_EXACT_SPLITS, seed: int = 0
) -> Chance:
    """Count the unique cells in splits of A and B together into groups of the same sizes.

    All splits are counted when there are at most `most_exact`, in the order of
    ``itertools.combinations`` (the real split first); otherwise `most_exact` splits are drawn, each
    equally likely and independent of the others. An image that stands in both groups keeps both
    places. An empty group has no unique cells; then there is one split, the real one.

    Parameters
    ----------
    on_a, on_b : (n_a, *cells), (n_b, *cells) bool
        Which cells are on in each image of each group; at most 62 images together.
    seed
        Of the draws; not used when all splits are counted.
    """
    on_a, on_b = same_cells(on_a, on_b)
    if most_exact < 1:
        raise SelectionError(f"most_exact {most_exact!r}: at least one split is needed")
    n_a, n = len(on_a), len(on_a) + len(on_b)
    if n > _MOST_IMAGES_IN_A_SPLIT:
        raise SelectionError(
            f"{n} images in two groups: chance is counted for at most {_MOST_IMAGES_IN_A_SPLIT}"
        )
    n_possible = comb(n, n_a)
    exact = n_possible <= most_exact
    first_parts = _all_splits(n, n_a) if exact else _drawn_splits(n, n_a, most_exact, seed)
    everyone = (1 << n) - 1
    # Bit i of a cell's pattern tells whether it is on in image i. A cell is unique to one part of a
    # split just when its pattern *is* that part: one histogram of patterns answers every split.
    patterns, counts = np.unique(_patterns(on_a, on_b), return_counts=True)

    def unique_to(parts: NDArray[np.int64]) -> NDArray[np.int64]:
        place = np.searchsorted(patterns, parts).clip(max=len(patterns) - 1)
        # No cell is unique to an empty part, though the pattern 0 occurs.
        return np.where((patterns[place] == parts) & (parts > 0), counts[place], 0)

    real = np.array([(1 << n_a) - 1], dtype=np.int64)
    return Chance(
        unique_a=unique_to(first_parts),
        unique_b=unique_to(everyone ^ first_parts),
        observed_a=int(unique_to(real)[0]),
        observed_b=int(unique_to(everyone ^ real)[0]),
        n_possible=n_possible,
        exact=exact,
    )


def _patterns(on_a: NDArray[np.bool], on_b: NDArray[np.bool]) -> NDArray[np.int64]:
    patterns = np.zeros(prod(on_a.shape[1:]), dtype=np.int64)
    for bit, on in enumerate([*on_a, *on_b]):
        patterns |= on.reshape(-1).astype(np.int64) << bit
    return patterns


def _all_splits(n: int, n_a: int) -> NDArray[np.int64]:
    parts = (sum(1 << i for i in first) for first in combinations(range(n), n_a))
    return np.fromiter(parts, dtype=np.int64)


def _drawn_splits(n: int, n_a: int, n_draws: int, seed: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    order = rng.permuted(np.tile(np.arange(n), (n_draws, 1)), axis=1)
    return np.asarray((np.int64(1) << order[:, :n_a]).sum(axis=1))
