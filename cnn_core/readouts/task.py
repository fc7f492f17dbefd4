"""A question to readers: which classes are to be told apart, and how the network itself does."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnn_core.readouts.comparing.answers import Answers, Share
from cnn_core.readouts.results import ALL_CLASSES, Task
from cnn_core.survey.ranking import margins


def make_task(
    classes: tuple[int, ...] | None, logits: NDArray[np.float32], labels: NDArray[np.int64]
) -> Task:
    """Make a task and say how the network itself does on it.

    Parameters
    ----------
    classes
        p and q, or None for all classes.
    logits, labels
        (n, n_classes) and (n,), of all test images.
    """
    name = ALL_CLASSES if classes is None else "{}-{}".format(*classes)
    chosen = tuple(range(logits.shape[1])) if classes is None else tuple(classes)
    rows = rows_of_task(labels, chosen)
    right = network_answers(logits[rows], chosen) == labels[rows]
    return Task(name, chosen, Share.of(int(right.sum()), len(right)), Answers.of(right))


def network_answers(logits: NDArray[np.floating], classes: Sequence[int]) -> NDArray[np.int64]:
    """Answer of a network that must choose between some classes: the one with the largest logit.

    Of equal logits the first class is taken. Logits are (n, n_classes).
    """
    if len(classes) == 2:
        p, q = classes
        return np.asarray(np.where(margins(logits, p, q) >= 0, p, q))
    places = logits[:, list(classes)].argmax(axis=1)
    return np.asarray(np.array(classes)[places], np.int64)


def rows_of_task(labels: NDArray[np.int64], classes: Sequence[int]) -> NDArray[np.int64]:
    """Images of the classes, ascending, shape (k,)."""
    return np.flatnonzero(np.isin(labels, classes))


def training_rows(
    labels: NDArray[np.int64], classes: Sequence[int], seed: int, most: int
) -> NDArray[np.int64]:
    """Training images of a task in seeded random order, at most so many."""
    rows = rows_of_task(labels, classes)
    return np.random.default_rng(seed).permutation(rows)[:most]
