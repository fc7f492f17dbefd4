"""Groups of images, by hand or by rule: which images stand in them (NumPy alone)."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from operator import index
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import SelectionError
from cnn_core.statistics import checked_labels
from cnn_core.survey.ranking import margins, smallest_first

MOST_MEMBERS = 12


@dataclass(frozen=True)
class Group:
    """An ordered set of 1 to 12 images of one image set.

    Attributes
    ----------
    name
        What the page calls it, such as "A".
    members
        Image numbers in the set, from 0; any sequence of whole numbers is taken.

    Raises
    ------
    SelectionError
        If there is no image or more than 12, or one is named twice, negative or no whole number.
    """

    name: str
    members: tuple[int, ...]

    def __post_init__(self) -> None:
        try:
            members = tuple(index(member) for member in self.members)
        except TypeError:
            raise SelectionError(
                f"group {self.name}: image numbers must be whole numbers"
            ) from None
        if not 1 <= len(members) <= MOST_MEMBERS:
            raise SelectionError(
                f"group {self.name} has {len(members)} images: it needs 1 to {MOST_MEMBERS}"
            )
        image, times = Counter(members).most_common(1)[0]
        if times > 1:
            raise SelectionError(f"group {self.name}: image {image} is in it {times} times")
        if min(members) < 0:
            raise SelectionError(
                f"group {self.name}: image {min(members)} does not exist, numbers start at 0"
            )
        object.__setattr__(self, "members", members)

    def __len__(self) -> int:
        return len(self.members)

    def within(self, n_images: int) -> Self:
        """Check the members against the size of their image set, and give the group back.

        Raises
        ------
        SelectionError
            If a member does not exist; its ``nearest`` is the last image.
        """
        if max(self.members) >= n_images:
            raise SelectionError(
                f"group {self.name}: image {max(self.members)} does not exist, "
                f"the set ends at {n_images - 1}",
                nearest=n_images - 1,
            )
        return self


def in_both(group_a: Group, group_b: Group) -> tuple[int, ...]:
    """Images that stand in both groups of the same image set, in the order of the first.

    Such an image makes every count of unique cells 0: what is common to A is on in it, and it is
    one of B's.
    """
    return tuple(member for member in group_a.members if member in group_b.members)


def clearest(
    logits: ArrayLike,
    labels: ArrayLike,
    predictions: ArrayLike,
    p: int,
    q: int,
    n: int,
    *,
    exclude: Collection[int] = (),
) -> tuple[int, ...]:
    """Choose the clearest p against q: largest margin among images labelled and predicted p.

    Every rule returns at most `n` images, the most typical of the rule first and equal ones by
    number; fewer if there are not so many, and none for a class without images.

    Parameters
    ----------
    logits : (n_images, n_classes) float
    labels, predictions : (n_images,) int
    p, q
        Two different classes.
    n
        Images wanted, 1 or more.
    exclude
        Images not to choose, such as another group's.

    Returns
    -------
    Image numbers.
    """
    fits = _right(labels, predictions, p, np.asarray(logits))
    return _first(lambda rows: -margins(logits, p, q, rows), fits, n, exclude)


def least_clear(
    logits: ArrayLike,
    labels: ArrayLike,
    predictions: ArrayLike,
    p: int,
    q: int,
    n: int,
    *,
    exclude: Collection[int] = (),
) -> tuple[int, ...]:
    """Choose the most q-like p: smallest margin among images labelled and predicted p.

    Parameters and result as in :func:`clearest`.
    """
    fits = _right(labels, predictions, p, np.asarray(logits))
    return _first(lambda rows: margins(logits, p, q, rows), fits, n, exclude)


def most_ambiguous(
    logits: ArrayLike, labels: ArrayLike, p: int, q: int, n: int, *, exclude: Collection[int] = ()
) -> tuple[int, ...]:
    """Choose the most ambiguous: smallest absolute margin among images labelled p or q.

    Parameters and result as in :func:`clearest`.
    """
    labels = checked_labels(labels, np.asarray(logits))
    return _first(
        lambda rows: np.abs(margins(logits, p, q, rows)), (labels == p) | (labels == q), n, exclude
    )


def wrong(
    logits: ArrayLike,
    labels: ArrayLike,
    predictions: ArrayLike,
    n: int,
    *,
    label: int | None = None,
    predicted: int | None = None,
    exclude: Collection[int] = (),
) -> tuple[int, ...]:
    """Choose misclassified images, the most decided mistake first.

    Mistakes are ordered by the margin of the prediction over the label, largest first. With `label`
    only images of this class, with `predicted` only images taken for this class; other parameters
    as in :func:`clearest`.
    """
    logits = np.asarray(logits)
    labels, predictions = (checked_labels(given, logits) for given in (labels, predictions))
    fits = labels != predictions
    if label is not None:
        fits &= labels == label
    if predicted is not None:
        fits &= predictions == predicted

    def other_way_round(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        own, taken_for = logits[rows, labels[rows]], logits[rows, predictions[rows]]
        return np.asarray(own - taken_for.astype(np.float64))

    return _first(other_way_round, fits, n, exclude)


def random_members(
    labels: ArrayLike, n: int, seed: int, *, label: int | None = None, exclude: Collection[int] = ()
) -> tuple[int, ...]:
    """Choose n different images at random; with the same seed, fewer are the first of more.

    With `label` only images of this class; other parameters as in :func:`clearest`.
    """
    labels = np.asarray(labels)
    fits = np.ones(len(labels), dtype=bool) if label is None else labels == label
    lots = np.random.default_rng(seed).random(len(labels))
    return _first(lambda rows: lots[rows], fits, n, exclude)


def article_groups(
    logits: ArrayLike,
    labels: ArrayLike,
    predictions: ArrayLike,
    p: int,
    q: int,
    n: int = 3,
    n_unclear: int = 2,
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Choose the article's case: clear p, clear q, and unclear but correctly classified p.

    Parameters
    ----------
    logits, labels, predictions, p, q
        As in :func:`clearest`.
    n
        Clear images of each class.
    n_unclear
        The most q-like images of p, none of them among the clear ones.

    Returns
    -------
    members_a, members_b, members_c
        Empty where there is no such image.
    """
    clear_p = clearest(logits, labels, predictions, p, q, n)
    clear_q = clearest(logits, labels, predictions, q, p, n)
    unclear = least_clear(logits, labels, predictions, p, q, n_unclear, exclude=clear_p)
    return clear_p, clear_q, unclear


def _right(
    labels: ArrayLike, predictions: ArrayLike, p: int, logits: NDArray[Any]
) -> NDArray[np.bool]:
    labels, predictions = (checked_labels(given, logits) for given in (labels, predictions))
    return np.asarray((labels == p) & (predictions == p))


def _first(
    key_of: Callable[[NDArray[np.int64]], NDArray[Any]],
    fits: NDArray[np.bool],
    n: int,
    exclude: Collection[int],
) -> tuple[int, ...]:
    """Numbers of the n images with the smallest keys among those that fit, equal keys by number.

    `key_of` gives the keys of some images: in a large set only those that fit are looked at.
    """
    if n < 1:
        raise SelectionError(f"{n!r} images: choose at least 1")
    candidates = np.flatnonzero(fits)
    if len(exclude):
        candidates = candidates[~np.isin(candidates, np.asarray(list(exclude), np.int64))]
    return tuple(candidates[smallest_first(key_of(candidates), n)].tolist())
