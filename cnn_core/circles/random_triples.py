"""How well the circles of randomly chosen groups read two classes (NumPy only)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.circles.nulls import draw_pair
from cnn_core.circles.packed import PackedOn, counted, unique_bits
from cnn_core.circles.rule import Flag
from cnn_core.errors import SelectionError
from cnn_core.statistics import checked_labels

_DRAWS_AT_ONCE = 20
_VALUES_AT_ONCE = 1 << 22  # 16 MB of float32


@dataclass(frozen=True, eq=False)
class RandomTriples:
    """How well the circles of randomly chosen groups read the rest of two classes.

    Attributes
    ----------
    members_a, members_b : (n, size)
        Rows drawn from p and from q.
    unique_a, unique_b : (n,)
        Unique cells of each draw.
    accuracies : (n,)
        Accuracy of each draw's circle reader, its own images left out; nan if none is left.
    n_judged
        Images that each reader was judged on.
    flags
        With TOO_FEW_TO_DRAW or SAME_CLASS nothing was drawn and every array has length 0.
    """

    members_a: NDArray[np.int64]
    members_b: NDArray[np.int64]
    unique_a: NDArray[np.int64]
    unique_b: NDArray[np.int64]
    accuracies: NDArray[np.float64]
    n_judged: int
    flags: frozenset[Flag]

    @property
    def mean(self) -> float:
        """Mean accuracy, nan if nothing was drawn."""
        return float(self.accuracies.mean()) if len(self.accuracies) else float("nan")


def random_triples(
    on: ArrayLike | PackedOn,
    labels: ArrayLike,
    p: int,
    q: int,
    n: int = 200,
    seed: int = 0,
    *,
    size: int = 3,
    first: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> RandomTriples:
    """Draw random groups of two classes and judge the circle reader of each.

    The draws depend on the seed, on the order of the images within each class and on `size`; a
    longer series begins with the shorter one. Images of other classes do not matter.

    Parameters
    ----------
    on : (n_images, *cells) bool, or packed
        Which cells of the layer are on in each image.
    labels : (n_images,) int
    n
        Number of draws.
    size
        Images in each group.
    first
        Draws of the series to pass over: the result holds draws ``first`` to ``first + n - 1``, so
        that a long series can be computed in parts.
    progress
        Called with (draws done, n) now and then and at the end; what it raises ends the work.
    """
    packed = PackedOn.of(on)
    classes = checked_labels(labels, packed)
    if n < 1 or size < 1:
        raise SelectionError(f"{n!r} draws of {size!r} images: expected at least 1 of each")
    if first < 0:
        raise SelectionError(f"first draw {first!r}: draws are counted from 0")
    rows_p, rows_q = np.flatnonzero(classes == p), np.flatnonzero(classes == q)
    flags = _drawing_flags(p, q, len(rows_p), len(rows_q), size)
    if flags & {Flag.SAME_CLASS, Flag.TOO_FEW_TO_DRAW}:
        none, nobody = np.empty(0, dtype=np.int64), np.empty((0, size), dtype=np.int64)
        return RandomTriples(nobody, nobody, none, none, np.empty(0), 0, flags)

    rng = np.random.default_rng(seed)
    pairs = [draw_pair(rng, rows_p, rows_q, size, size) for _ in range(first + n)][first:]
    members_a, members_b = np.array(pairs, dtype=np.int64).transpose(1, 0, 2)
    done = []
    for start in range(0, n, _DRAWS_AT_ONCE):
        block = slice(start, start + _DRAWS_AT_ONCE)
        done.append(_read_draws(packed, rows_p, rows_q, members_a[block], members_b[block]))
        if progress is not None:
            progress(min(block.stop, n), n)
    unique_a, unique_b, accuracies = map(np.concatenate, zip(*done, strict=True))
    return RandomTriples(
        members_a=members_a,
        members_b=members_b,
        unique_a=unique_a,
        unique_b=unique_b,
        accuracies=accuracies,
        n_judged=len(rows_p) + len(rows_q) - 2 * size,
        flags=flags,
    )


def _drawing_flags(p: int, q: int, n_p: int, n_q: int, size: int) -> frozenset[Flag]:
    told = {
        Flag.SAME_CLASS: p == q,
        Flag.TOO_FEW_TO_DRAW: min(n_p, n_q) < size,
        Flag.NO_IMAGES_OF_P: n_p <= size,
        Flag.NO_IMAGES_OF_Q: n_q <= size,
    }
    return frozenset(flag for flag, holds in told.items() if holds)


def _read_draws(
    packed: PackedOn,
    rows_p: NDArray[np.int64],
    rows_q: NDArray[np.int64],
    members_a: NDArray[np.int64],
    members_b: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Find the circles of some draws and read with each."""
    unique_a, unique_b = unique_bits(packed, members_a, members_b)
    counts_a, counts_b = counted(unique_a), counted(unique_b)
    n_draws, rows = len(counts_a), np.concatenate([rows_p, rows_q])
    hits = _hits(packed, rows, np.concatenate([unique_a, unique_b]))
    # Quotients of whole numbers, correctly rounded: equal shares compare equal.
    share_a = hits[:, :n_draws] / np.maximum(counts_a, 1)
    share_b = hits[:, n_draws:] / np.maximum(counts_b, 1)
    lead = np.sign(share_a - share_b)
    lead[len(rows_p) :] *= -1  # now +1 is right, 0 undecided and -1 wrong for both classes
    credit = (lead + 1) / 2
    draws = np.arange(n_draws)[:, None]
    credit[np.searchsorted(rows_p, members_a), draws] = 0
    credit[len(rows_p) + np.searchsorted(rows_q, members_b), draws] = 0
    n_judged = len(rows) - members_a.shape[1] - members_b.shape[1]
    accuracies = credit.sum(axis=0) / n_judged if n_judged else np.full(n_draws, np.nan)
    return counts_a, counts_b, accuracies


def _hits(
    packed: PackedOn, rows: NDArray[np.int64], selections: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """How many cells of each packed selection are on in each of the rows, (rows, selections).

    A product of matrices in float32: whole numbers below 2**24 stay exact.
    """
    selected = PackedOn(selections, packed.n_cells)
    used = np.flatnonzero(
        PackedOn(np.bitwise_or.reduce(selections)[None], packed.n_cells).unpacked()
    )
    selector = selected.columns(used).T.astype(np.float32)
    hits = np.empty((len(rows), len(selections)), dtype=np.float64)
    rows_at_once = max(1, _VALUES_AT_ONCE // max(1, len(used)))
    for start in range(0, len(rows), rows_at_once):
        block = slice(start, start + rows_at_once)
        hits[block] = packed.rows(rows[block]).columns(used).astype(np.float32) @ selector
    return hits
