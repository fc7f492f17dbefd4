"""Which images stand in a group: by hand or by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnn_core.circles.groups import clearest, least_clear, most_ambiguous, random_members, wrong
from cnn_core.errors import SelectionError

if TYPE_CHECKING:
    from cnn_core.survey.whole_set import Survey

GROUPS = ("a", "b", "c")
OWN, OWN_WORD = -1, "own"
"""The reader's own image as a member of a group, and the word for it in an address."""
RULES = ("clear", "least", "ambiguous", "wrong", "random", "none", "hand")


@dataclass(frozen=True)
class Choice:
    """How a group is chosen.

    Attributes
    ----------
    rule
        One of `RULES`; "hand" for images named one by one.
    n
        Images wanted of the rule.
    by_hand
        The images named; `OWN` for the reader's own.
    """

    rule: str
    n: int
    by_hand: tuple[int, ...] = ()


DEFAULT_CHOICES = {"a": Choice("clear", 3), "b": Choice("clear", 3), "c": Choice("least", 2)}
"""The article's case: three clear p, three clear q, and the two most q-like right p."""


def members_of(
    choices: Mapping[str, Choice], survey: Survey, p: int, q: int, seed: int
) -> tuple[dict[str, tuple[int, ...]], dict[str, str]]:
    """Choose the images of every group.

    A rule passes over the images of the groups before, so that the same rule can fill two groups.

    A and B stand for p and q; C takes p as A does.

    Returns
    -------
    members
        Images of each group.
    faults
        Why a rule could not choose, by group.
    """
    members: dict[str, tuple[int, ...]] = {}
    faults: dict[str, str] = {}
    taken: list[int] = []
    for key in GROUPS:
        own, other = (q, p) if key == "b" else (p, q)
        choice = choices[key]
        try:
            chosen = _by_rule(choice, survey, own, other, seed, taken)
        except SelectionError as error:
            chosen = ()
            faults[key] = str(error)
        members[key] = chosen
        taken += chosen
    return members, faults


def _by_rule(
    choice: Choice, survey: Survey, own: int, other: int, seed: int, taken: list[int]
) -> tuple[int, ...]:
    known = (survey.logits, survey.labels, survey.predictions)
    if choice.rule == "hand":
        return choice.by_hand
    if choice.rule == "none":
        return ()
    if choice.rule == "clear":
        return clearest(*known, own, other, choice.n, exclude=taken)
    if choice.rule == "least":
        return least_clear(*known, own, other, choice.n, exclude=taken)
    if choice.rule == "ambiguous":
        return most_ambiguous(*known[:2], own, other, choice.n, exclude=taken)
    if choice.rule == "wrong":
        return wrong(*known, choice.n, label=own, exclude=taken)
    return random_members(survey.labels, choice.n, seed, label=own, exclude=taken)


def neighbours(
    labels: NDArray[np.int64], members: Mapping[str, tuple[int, ...]]
) -> dict[str, list[int]]:
    """For each member the images before and behind it that have its label and stand in no group.

    Returns
    -------
    dict
        By the image's number: the previous and the next one, round the ends of the set. Members
        without such images are left out.
    """
    known = [image for of_group in members.values() for image in of_group if image != OWN]
    everyone = np.unique(known).astype(int)
    found = {}
    for label in np.unique(labels[everyone]):
        # The set may be large: it is looked through once for all members of a label.
        free = np.setdiff1d(np.flatnonzero(labels == label), everyone, assume_unique=True)
        own = everyone[labels[everyone] == label] if len(free) else ()
        for image, place in zip(own, np.searchsorted(free, own), strict=True):
            found[str(image)] = [int(free[place - 1]), int(free[place % len(free)])]
    return found
