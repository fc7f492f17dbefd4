"""The article's circles, chosen on training images and held against all test images of a pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnn_core.circles.groups import clearest
from cnn_core.circles.rule import on_from_peak
from cnn_core.circles.thresholds import THRESHOLDS
from cnn_core.images.dataset import Dataset
from cnn_core.readouts.comparing.answers import Answers, Counts
from cnn_core.readouts.judging.circles_found import CirclesFound, Draw
from cnn_core.readouts.results import Task
from cnn_core.readouts.samples import values_of
from cnn_core.readouts.task import rows_of_task
from cnn_core.statistics import wilson_interval
from cnn_core.survey.ranking import margins

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

N_CLEAR = 3
N_DRAWS = 20
N_RANDOM = 1000
N_RANDOM_READERS = 200
UNCLEAR_SHARE = 0.05
FEW, MANY = 0.1, 0.5
_N_POOL = 300


@dataclass(frozen=True, eq=False)
class _Pool:
    """Values of the circled layer for some training images, and which they are."""

    rows: NDArray[np.int64]
    values: NDArray[np.float32]
    peak: NDArray[np.float32]

    def on(self, threshold: float) -> NDArray[np.bool_]:
        return np.asarray(on_from_peak(self.values, self.peak, threshold))


@dataclass(frozen=True, eq=False)
class _Groups:
    """Groups of training images, each (n, 3), as places in the pool."""

    clear_p: NDArray[np.int64]
    clear_q: NDArray[np.int64]
    any_class: NDArray[np.int64]
    same_class: NDArray[np.int64]
    random_p: NDArray[np.int64]
    random_q: NDArray[np.int64]


def find_circles_worth(
    network: Network,
    train: Dataset,
    test: Dataset,
    layer: str,
    task: Task,
    logits: NDArray[np.float32],
    seed: int,
) -> tuple[CirclesFound, ...]:
    """Draw circles on a layer at every threshold, and score them on the test images of a pair.

    Nothing if a class has no three rightly classified training images.

    Parameters
    ----------
    logits
        Of the network, (n, n_classes), for all test images.
    """
    p, q = task.classes
    train_rows = rows_of_task(train.labels, task.classes)
    known = _logits(network, train, train_rows)
    chosen = [
        _clear_groups(known, train.labels[train_rows], *classes) for classes in ((p, q), (q, p))
    ]
    n_groups = min(map(len, chosen))
    if not n_groups:
        return ()
    pool, groups = _draw_groups(
        network, train, layer, task, [train_rows[one[:n_groups]] for one in chosen], seed
    )
    rows = rows_of_task(test.labels, task.classes)
    labels = test.labels[rows]
    values = values_of(network, test, [layer], rows)[layer]
    unclear = _unclear(known, train.labels[train_rows], logits[rows], labels, p, q)
    found = []
    for threshold in THRESHOLDS:
        on = np.asarray(on_from_peak(values, values.max(axis=1), threshold))
        found.append(_at(threshold, pool, groups, on, labels, task, layer, unclear))
    return tuple(found)


def _logits(network: Network, dataset: Dataset, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    name = network.output_layer.name
    return values_of(network, dataset, [name], rows)[name]


def _clear_groups(
    logits: NDArray[np.float32], labels: NDArray[np.int64], p: int, q: int
) -> NDArray[np.int64]:
    """Groups of three of the clearest images of p, the clearest first, shape (n, 3)."""
    found = clearest(logits, labels, logits.argmax(axis=1), p, q, N_CLEAR * (N_DRAWS + 1))
    n_groups = len(found) // N_CLEAR
    return np.array(found[: n_groups * N_CLEAR], np.int64).reshape(n_groups, N_CLEAR)


def _draw_groups(
    network: Network,
    train: Dataset,
    layer: str,
    task: Task,
    clear: Sequence[NDArray[np.int64]],
    seed: int,
) -> tuple[_Pool, _Groups]:
    draw = np.random.default_rng(seed)
    sources = [np.arange(len(train)), *(rows_of_task(train.labels, (one,)) for one in task.classes)]
    pools = [draw.permutation(source)[:_N_POOL] for source in sources]
    rows, places = np.unique(
        np.concatenate([*(one.ravel() for one in clear), *pools]), return_inverse=True
    )
    values = values_of(network, train, [layer], rows)[layer]
    sizes = np.cumsum([one.size for one in (*clear, *pools)])
    parts = np.split(places.reshape(-1), sizes[:-1])

    def groups_of(part: NDArray[np.int64], n: int) -> NDArray[np.int64]:
        size = min(N_CLEAR, len(part))
        return np.array([draw.choice(part, size, replace=False) for _ in range(n)])

    return _Pool(rows, values, values.max(axis=1)), _Groups(
        parts[0].reshape(-1, N_CLEAR),
        parts[1].reshape(-1, N_CLEAR),
        groups_of(parts[2], N_RANDOM),
        groups_of(parts[3], N_RANDOM),
        groups_of(parts[3], N_RANDOM_READERS),
        groups_of(parts[4], N_RANDOM_READERS),
    )


def _unclear(
    train_logits: NDArray[np.float32],
    train_labels: NDArray[np.int64],
    logits: NDArray[np.float32],
    labels: NDArray[np.int64],
    p: int,
    q: int,
) -> NDArray[np.bool_]:
    """Which test images of p, in their order, are right by less than most training images are."""

    def margins_if_right(
        scores: NDArray[np.float32], wanted: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        own = scores[wanted == p]
        return margins(own, p, q), own.argmax(axis=1) == p

    margin, is_right = margins_if_right(train_logits, train_labels)
    border = np.quantile(margin[is_right], UNCLEAR_SHARE) if is_right.any() else -np.inf
    margin, is_right = margins_if_right(logits, labels)
    return is_right & (margin < border)


def _at(
    threshold: float,
    pool: _Pool,
    groups: _Groups,
    on: NDArray[np.bool_],
    labels: NDArray[np.int64],
    task: Task,
    layer: str,
    unclear: NDArray[np.bool_],
) -> CirclesFound:
    p, q = task.classes
    in_pool = pool.on(threshold)
    unique_p, unique_q, common = _unique(in_pool, groups.clear_p, groups.clear_q)
    credit = _credit(on, labels, p, unique_p, unique_q)
    hits = np.stack([on[labels == one].sum(axis=0) for one in (p, q)])
    n_images = (int((labels == p).sum()), int((labels == q).sum()))
    passing = _passing(hits, n_images)
    draws = [
        Draw(
            int(common[place].sum()),
            (int(unique_p[place].sum()), int(unique_q[place].sum())),
            int((passing & unique_p[place]).sum()),
            float(credit[:, place].sum()),
        )
        for place in range(len(unique_p))
    ]
    random_p, random_q, _ = _unique(in_pool, groups.random_p, groups.random_q)
    accuracies = _credit(on, labels, p, random_p, random_q).mean(axis=0)
    low, high = np.quantile(accuracies, [0.025, 0.975])
    cells = np.flatnonzero(unique_p[0])
    return CirclesFound(
        task=task.name,
        layer=layer,
        threshold=threshold,
        groups=(
            tuple(pool.rows[groups.clear_p[0]].tolist()),
            tuple(pool.rows[groups.clear_q[0]].tolist()),
        ),
        cells=tuple(cells.tolist()),
        hits=tuple((int(of_p), int(of_q)) for of_p, of_q in hits[:, cells].T),
        n_images=n_images,
        first=draws[0],
        others=tuple(draws[1:]),
        any_class=_histogram(in_pool[groups.any_class].all(axis=1).sum(axis=1)),
        same_class=_histogram(in_pool[groups.same_class].all(axis=1).sum(axis=1)),
        unclear=Answers.of(unclear),
        n_on=Counts.of(on[labels == p][:, cells].sum(axis=1)),
        right=Answers.of(credit[:, 0] == 1),
        undecided=Answers.of(credit[:, 0] == 0.5),
        random_readers=(float(accuracies.mean()), float(low), float(high)),
    )


def _unique(
    on: NDArray[np.bool_], groups_p: NDArray[np.int64], groups_q: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Cells unique to each group of p, to each of q, and common to each of p, (n, cells)."""
    common_p, common_q = (np.all(on[groups], axis=1) for groups in (groups_p, groups_q))
    any_p, any_q = (np.any(on[groups], axis=1) for groups in (groups_p, groups_q))
    return np.asarray(common_p & ~any_q), np.asarray(common_q & ~any_p), np.asarray(common_p)


def _credit(
    on: NDArray[np.bool_],
    labels: NDArray[np.int64],
    p: int,
    unique_p: NDArray[np.bool_],
    unique_q: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Credit of each circle reader for each image, (n_images, n): 1, 0, or 0.5 if undecided."""
    shares = [
        # Whole numbers below 2**24 stay exact, so that equal shares compare equal.
        (on.astype(np.float32) @ unique.T.astype(np.float32)).astype(np.float64)
        / np.maximum(unique.sum(axis=1), 1)
        for unique in (unique_p, unique_q)
    ]
    lead = np.sign(shares[0] - shares[1])
    lead[labels != p] *= -1
    return np.asarray((lead + 1) / 2)


def _passing(hits: NDArray[np.int64], n_images: tuple[int, int]) -> NDArray[np.bool_]:
    low, _ = wilson_interval(hits[0], n_images[0])
    _, high = wilson_interval(hits[1], n_images[1])
    return np.asarray((low >= MANY) & (high <= FEW))


def _histogram(counts: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(np.bincount(counts).tolist())
