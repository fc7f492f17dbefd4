"""How many unique cells chance gives: groups drawn at random, counted as the circles are.

Two nulls (NumPy only). Random groups of p against random groups of q ask what the choice of these
images adds to the classes themselves; random groups of p against *other* images of p ask how many
cells are unique where nothing tells the groups apart.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, product
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.circles.circle_reader import rows_of_classes
from cnn_core.circles.packed import PackedOn, counted, unique_bits
from cnn_core.circles.rule import Flag
from cnn_core.errors import SelectionError
from cnn_core.statistics import checked_labels

DRAWS = 1000

BYTES_AT_ONCE = 16 * 2**20
"""Most bytes of packed cells that are gathered at once."""

_Pair = tuple[Sequence[int] | NDArray[np.int64], Sequence[int] | NDArray[np.int64]]


class Null(StrEnum):
    """What is drawn at random."""

    ACROSS = "random groups of p against random groups of q"
    WITHIN = "random groups of p against other images of p"


@dataclass(frozen=True, eq=False)
class UniqueByChance:
    """How many unique cells random groups have.

    Attributes
    ----------
    members_a, members_b : (n_draws, size_a), (n_draws, size_b)
        Rows drawn; the two groups of a draw share no image.
    unique_a, unique_b : (n_draws,)
        Cells unique to each group of a draw.
    n_possible
        How many different pairs of groups there are.
    is_exact
        True if each of them was counted once; else each draw is any of them with equal chance.
    flags
        With TOO_FEW_TO_DRAW or SAME_CLASS nothing was drawn and every array has length 0.
    """

    null: Null
    members_a: NDArray[np.int64]
    members_b: NDArray[np.int64]
    unique_a: NDArray[np.int64]
    unique_b: NDArray[np.int64]
    n_possible: int
    is_exact: bool
    flags: frozenset[Flag]

    @property
    def n_draws(self) -> int:
        """Number of pairs of groups that were counted."""
        return len(self.unique_a)

    @property
    def unique(self) -> NDArray[np.int64]:
        """(n_draws,): cells unique to either group of each draw."""
        return self.unique_a + self.unique_b

    @property
    def mean(self) -> float:
        """Mean of `unique`; nan if nothing was drawn."""
        return float(self.unique.mean()) if self.n_draws else float("nan")

    def quantiles(self, shares: Sequence[float]) -> NDArray[np.float64]:
        """Quantiles of `unique`, such as those at 0.025 and 0.975; nan if nothing was drawn."""
        if not self.n_draws:
            return np.full(len(shares), np.nan)
        return np.asarray(np.quantile(self.unique.astype(np.float64), shares))

    def share_at_least(self, count: int) -> float:
        """Share of the draws with at least `count` unique cells; nan if nothing was drawn."""
        return float((self.unique >= count).mean()) if self.n_draws else float("nan")

    def p_value(self, count: int) -> float:
        """Chance of at least `count` unique cells.

        Where draws stand for all pairs the observed one counts as one more draw, so that it is
        never 0: (k + 1) / (n + 1).
        """
        if self.is_exact or not self.n_draws:
            return self.share_at_least(count)
        return (int((self.unique >= count).sum()) + 1) / (self.n_draws + 1)


def chance_across(
    on: ArrayLike | PackedOn,
    labels: ArrayLike,
    p: int,
    q: int,
    size_a: int,
    size_b: int,
    *,
    left_out: ArrayLike = (),
    n_draws: int = DRAWS,
    seed: int = 0,
) -> UniqueByChance:
    """Draw random images of p as group A and of q as group B and count the unique cells.

    All pairs of groups are counted if there are at most `n_draws`. A longer series of draws begins
    with the shorter one, and without images left out it is that of `random_triples`.

    Parameters
    ----------
    on : (n, *cells) bool, or packed
        Which cells of the layer are on in each image.
    labels : (n,) int
        Images of other classes are ignored.
    size_a, size_b
        Images in each group, as many as in the groups that are judged; one of them may be 0.
    left_out
        Rows that are not drawn: the images of the groups that are judged.
    """
    _require_some(size_a, size_b, n_draws)
    packed = PackedOn.of(on)
    classes = checked_labels(labels, packed)
    rows_p, rows_q = (rows_of_classes(classes, (wanted,), left_out) for wanted in (p, q))

    def every_pair() -> Iterator[_Pair]:
        return product(combinations(rows_p, size_a), combinations(rows_q, size_b))

    def draw(rng: np.random.Generator) -> _Pair:
        return draw_pair(rng, rows_p, rows_q, size_a, size_b)

    flags = {
        Flag.SAME_CLASS: p == q,
        Flag.TOO_FEW_TO_DRAW: len(rows_p) < size_a or len(rows_q) < size_b,
    }
    n_possible = comb(len(rows_p), size_a) * comb(len(rows_q), size_b)
    series = _Series(Null.ACROSS, every_pair, draw, n_possible, flags)
    return _count(packed, series, size_a, size_b, n_draws, seed)


def chance_within(
    on: ArrayLike | PackedOn,
    labels: ArrayLike,
    p: int,
    size_a: int,
    size_b: int,
    *,
    left_out: ArrayLike = (),
    n_draws: int = DRAWS,
    seed: int = 0,
) -> UniqueByChance:
    """Draw two random groups of different images of one class and count the unique cells.

    Parameters as in `chance_across`.
    """
    _require_some(size_a, size_b, n_draws)
    packed = PackedOn.of(on)
    rows = rows_of_classes(checked_labels(labels, packed), (p,), left_out)

    def every_pair() -> Iterator[_Pair]:
        for first in combinations(rows, size_a):
            for second in combinations(np.setdiff1d(rows, first), size_b):
                yield first, second

    def draw(rng: np.random.Generator) -> _Pair:
        drawn = rows[rng.choice(len(rows), size_a + size_b, replace=False)]
        return drawn[:size_a], drawn[size_a:]

    flags = {Flag.TOO_FEW_TO_DRAW: len(rows) < size_a + size_b}
    n_possible = comb(len(rows), size_a) * comb(max(len(rows) - size_a, 0), size_b)
    series = _Series(Null.WITHIN, every_pair, draw, n_possible, flags)
    return _count(packed, series, size_a, size_b, n_draws, seed)


def draw_pair(
    rng: np.random.Generator,
    rows_p: NDArray[np.int64],
    rows_q: NDArray[np.int64],
    size_a: int,
    size_b: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw different rows of p and of q, each choice with equal chance."""
    first = rows_p[rng.choice(len(rows_p), size_a, replace=False)]
    return first, rows_q[rng.choice(len(rows_q), size_b, replace=False)]


def _require_some(size_a: int, size_b: int, n_draws: int) -> None:
    if min(size_a, size_b) < 0 or max(size_a, size_b) < 1 or n_draws < 1:
        raise SelectionError(
            f"{n_draws!r} draws of {size_a!r} and {size_b!r} images: at least one draw of at least "
            "one image is accepted"
        )


@dataclass(frozen=True)
class _Series:
    null: Null
    every_pair: Callable[[], Iterator[_Pair]]
    draw: Callable[[np.random.Generator], _Pair]
    n_possible: int
    flags: dict[Flag, bool]


def _count(
    packed: PackedOn, series: _Series, size_a: int, size_b: int, n_draws: int, seed: int
) -> UniqueByChance:
    flags = frozenset(flag for flag, holds in series.flags.items() if holds)
    is_exact = series.n_possible <= n_draws
    rng = np.random.default_rng(seed)
    pairs: list[_Pair] = []
    if not flags:
        pairs = (
            list(series.every_pair()) if is_exact else [series.draw(rng) for _ in range(n_draws)]
        )
    members_a, members_b = (
        np.array([pair[place] for pair in pairs], np.int64).reshape(len(pairs), size)
        for place, size in enumerate((size_a, size_b))
    )
    counts = np.zeros((2, len(pairs)), np.int64)
    at_once = max(1, BYTES_AT_ONCE // max(1, (size_a + size_b) * packed.bits.shape[1]))
    for start in range(0, len(pairs), at_once):
        block = slice(start, start + at_once)
        unique = unique_bits(packed, members_a[block], members_b[block])
        counts[:, block] = [counted(bits) for bits in unique]
    return UniqueByChance(
        null=series.null,
        members_a=members_a,
        members_b=members_b,
        unique_a=counts[0],
        unique_b=counts[1],
        n_possible=series.n_possible,
        is_exact=is_exact,
        flags=flags,
    )
