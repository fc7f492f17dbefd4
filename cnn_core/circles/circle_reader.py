"""What the circles are worth on images that they were not drawn on (NumPy only).

Rows, everywhere in this module, are positions on the first axis of the arrays that are handed in.
Whoever hands in the images of two classes only (:func:`rows_of_classes`) gives `left_out` as
positions among those.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.circles.rule import Circles, Flag, on_from_peak
from cnn_core.errors import SelectionError
from cnn_core.statistics import (
    Accuracy,
    PairedDifference,
    accuracy,
    checked_labels,
    paired_difference,
    wilson_interval,
)

UNDECIDED = -1
"""The decision on an image for which as much speaks for p as for q."""


@dataclass(frozen=True, eq=False)
class HitRates:
    """In which share of each class's images each cell is on.

    Attributes
    ----------
    classes
        p and q, the order of the first axis below.
    n_images : (2,)
        Images counted, the ones left out not among them.
    hits : (2, *cells)
    rate, low, high : (2, *cells), in [0, 1]
        Share and 95 % Wilson interval; nan for a class without images.
    """

    classes: tuple[int, int]
    n_images: NDArray[np.int64]
    hits: NDArray[np.int64]
    rate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PairAnswers:
    """What a reader answers when it is asked of each image whether it is p or q.

    Attributes
    ----------
    classes
        p and q.
    decisions : (n,)
        p, q or UNDECIDED; for every image, judged or not.
    credit : (n,)
        1 where the decision is the label, 0.5 where there is none, else 0.
    judged : (n,)
        Images that the accuracy counts: labelled p or q and not left out. None if p is q.
    overall, of_p, of_q
        Over all judged images, those of p, and those of q. An undecided image counts half, in the
        share and in the Wilson formula alike.
    n_undecided
        Judged images without a decision.
    """

    classes: tuple[int, int]
    decisions: NDArray[np.int64]
    credit: NDArray[np.float64]
    judged: NDArray[np.bool]
    overall: Accuracy
    of_p: Accuracy
    of_q: Accuracy
    n_undecided: int
    flags: frozenset[Flag]


@dataclass(frozen=True, eq=False)
class CircleReader(PairAnswers):
    """A reader that sees only the circles: p if the larger share of A's unique cells is on.

    Group A stands for p and group B for q; equal shares leave an image undecided.

    Attributes
    ----------
    share_a, share_b : (n,), in [0, 1]
        Share of each group's unique cells that are on in each image; 0 if it has none.
    """

    share_a: NDArray[np.float64]
    share_b: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CircleWorth:
    """Hit rates of all circled cells, and the reader who uses the unique ones.

    Attributes
    ----------
    cells : (k,)
        Flat numbers of the circled cells, the order of the columns of `hit_rates`.
    """

    cells: NDArray[np.int64]
    hit_rates: HitRates
    reader: CircleReader


def rows_of_classes(
    labels: ArrayLike, classes: Collection[int], left_out: ArrayLike = ()
) -> NDArray[np.int64]:
    """Rows, ascending, of the images of some classes without those that are left out.

    `labels` is (n,) int; rows left out are usually the groups' own images.
    """
    labels = np.asarray(labels)
    return np.flatnonzero(np.isin(labels, list(classes)) & _kept(labels, left_out))


def hit_rates(
    on: ArrayLike, labels: ArrayLike, p: int, q: int, left_out: ArrayLike = ()
) -> HitRates:
    """Share of the images of each class in which each cell is on.

    Parameters
    ----------
    on : (n, *cells) bool
        Any of a layer's cells (:func:`cnn_core.circles.rule.on_from_peak`) for n images.
    labels : (n,) int
        Images of other classes than p and q are ignored.
    left_out
        Rows that do not count: the images that the circles were drawn on, A's and B's alike.
    """
    on = np.asarray(on, dtype=bool)
    labels = checked_labels(labels, on)
    kept = _kept(labels, left_out)
    rows = [np.flatnonzero(kept & (labels == wanted)) for wanted in (p, q)]
    hits = np.stack([np.count_nonzero(on[of_class], axis=0) for of_class in rows])
    n_images = np.array([len(of_class) for of_class in rows], dtype=np.int64)
    trials = n_images.reshape((2,) + (1,) * (on.ndim - 1))
    low, high = wilson_interval(hits, trials)
    rate = np.where(trials > 0, hits / np.maximum(trials, 1), np.nan)
    return HitRates((p, q), n_images, hits, rate, low, high)


def circle_reader(
    on_unique_a: ArrayLike,
    on_unique_b: ArrayLike,
    labels: ArrayLike,
    p: int,
    q: int,
    left_out: ArrayLike = (),
) -> CircleReader:
    """Read images by the circles alone.

    An image goes to p if a larger share of the cells unique to A than of those unique to B is on in
    it, to q if a smaller one; a group without unique cells has share 0; equal shares count half.

    Parameters
    ----------
    on_unique_a, on_unique_b : (n, k_a), (n, k_b) bool
        Which of the cells unique to A, and to B, are on in each image; there may be none.
    labels : (n,) int
    p, q
        Classes for which A and B stand. If they are equal there is nothing to tell apart: no image
        is judged.
    left_out
        Rows that do not count: the images that the circles were drawn on.
    """
    labels = np.asarray(labels)
    share_a, share_b = (_share_on(on, labels) for on in (on_unique_a, on_unique_b))
    answers = answered(share_a - share_b, labels, p, q, left_out)
    told = {
        Flag.NO_UNIQUE_A: np.shape(on_unique_a)[1] == 0,
        Flag.NO_UNIQUE_B: np.shape(on_unique_b)[1] == 0,
    }
    flags = answers.flags | {flag for flag, holds in told.items() if holds}
    return CircleReader(**{**vars(answers), "flags": flags}, share_a=share_a, share_b=share_b)


def network_on_pair(
    logits: ArrayLike, labels: ArrayLike, p: int, q: int, left_out: ArrayLike = ()
) -> PairAnswers:
    """Ask the network the circle reader's question, p or q: which of the two logits is larger.

    Parameters
    ----------
    logits : (n, n_classes) float
        What speaks for other classes does not count; equal logits leave an image undecided.
    labels, p, q, left_out
        As in :func:`circle_reader`.
    """
    scores = np.asarray(logits)
    labels = checked_labels(labels, scores)
    for wanted in (p, q):
        if not 0 <= wanted < scores.shape[1]:
            raise SelectionError(
                f"class {wanted} does not exist: classes go from 0 to {scores.shape[1] - 1}"
            )
    lead = scores[:, p].astype(np.float64) - scores[:, q]
    return answered(lead, labels, p, q, left_out)


def pooled_difference(
    readers_a: Sequence[PairAnswers], readers_b: Sequence[PairAnswers], level: float = 0.95
) -> PairedDifference:
    """Compare two readers, each with the answers of one model or several, on the same images.

    Counted are the images that are judged for every model: each may leave out images of its own.

    Parameters
    ----------
    readers_a, readers_b
        One for each model, in the same order, over the same images.
    level
        As in :func:`cnn_core.statistics.paired_difference`.
    """
    judged = np.logical_and.reduce([reader.judged for reader in (*readers_a, *readers_b)])
    right_a, right_b = (
        np.array([reader.credit[judged] for reader in readers])
        for readers in (readers_a, readers_b)
    )
    return paired_difference(right_a, right_b, level)


def answered(
    lead: NDArray[np.float64], labels: NDArray[Any], p: int, q: int, left_out: ArrayLike = ()
) -> PairAnswers:
    """Answer p where the lead (n,) is above 0, q where it is below, and neither at 0."""
    decisions = np.select([lead > 0, lead < 0], [p, q], UNDECIDED)
    judged = _kept(labels, left_out) & ((labels == p) | (labels == q)) & (p != q)
    credit = np.where(decisions == UNDECIDED, 0.5, decisions == labels)
    of_p, of_q = (accuracy(credit[judged & (labels == wanted)]) for wanted in (p, q))
    told = {
        Flag.SAME_CLASS: p == q,
        Flag.NO_IMAGES_OF_P: of_p.n == 0,
        Flag.NO_IMAGES_OF_Q: of_q.n == 0,
    }
    return PairAnswers(
        classes=(p, q),
        decisions=decisions,
        credit=credit,
        judged=judged,
        overall=accuracy(credit[judged]),
        of_p=of_p,
        of_q=of_q,
        n_undecided=int((judged & (decisions == UNDECIDED)).sum()),
        flags=frozenset(flag for flag, holds in told.items() if holds),
    )


def weigh_circles(
    circles: Circles,
    columns: ArrayLike,
    peak: ArrayLike,
    labels: ArrayLike,
    p: int,
    q: int,
    threshold: float,
    left_out: ArrayLike = (),
) -> CircleWorth:
    """Hit rates and circle reader from the circled cells alone.

    Parameters
    ----------
    columns : (n, k) float
        Activations of ``circles.cells``, in this order, in n images. From a memory map of a layer:
        ``values.reshape(len(values), -1)[np.ix_(rows, circles.cells)]``.
    peak : (n,) float
        Largest activation of the whole layer in each of these images.
    labels, p, q, left_out
        As in :func:`circle_reader`.
    threshold : in [0, 1]
        The one that the circles were found with.
    """
    if np.ndim(columns) != 2:
        raise SelectionError(f"columns of shape {np.shape(columns)}: expected (images, cells)")
    on = on_from_peak(columns, peak, threshold)
    return weigh_on(circles, on, labels, p, q, left_out)


def weigh_on(
    circles: Circles, on: ArrayLike, labels: ArrayLike, p: int, q: int, left_out: ArrayLike = ()
) -> CircleWorth:
    """:func:`weigh_circles` where it is known which of the circled cells are on.

    Parameters
    ----------
    on : (n, k) bool
        Whether each of ``circles.cells`` is on in each of n images.
    labels, p, q, left_out
        As in :func:`circle_reader`.
    """
    cells, on = circles.cells, np.asarray(on, dtype=bool)
    if on.ndim != 2 or on.shape[1] != len(cells):
        raise SelectionError(
            f"columns of shape {on.shape}: expected one for each of {len(cells)} cells"
        )
    unique_a, unique_b = (mask.reshape(-1)[cells] for mask in (circles.unique_a, circles.unique_b))
    return CircleWorth(
        cells=cells,
        hit_rates=hit_rates(on, labels, p, q, left_out),
        reader=circle_reader(on[:, unique_a], on[:, unique_b], labels, p, q, left_out),
    )


def _share_on(on: ArrayLike, labels: NDArray[Any]) -> NDArray[np.float64]:
    on = np.asarray(on, dtype=bool)
    if on.ndim != 2:
        raise SelectionError(f"unique cells of shape {on.shape}: expected (images, unique cells)")
    checked_labels(labels, on)
    return np.asarray(np.count_nonzero(on, axis=1) / max(1, on.shape[1]))


def _kept(labels: NDArray[Any], left_out: ArrayLike) -> NDArray[np.bool]:
    left_out = np.asarray(left_out, dtype=np.int64)
    # A negative row would silently leave out another image.
    if left_out.size and not (left_out.min() >= 0 and left_out.max() < len(labels)):
        raise SelectionError(f"left out: rows go from 0 to {len(labels) - 1}")
    kept = np.ones(len(labels), dtype=bool)
    kept[left_out] = False
    return kept
