"""What answers to the trials are worth: a person's and a reader's alike (NumPy only)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.blind_eye.showings import Showing
from cnn_core.blind_eye.trials import Trial
from cnn_core.circles.circle_reader import UNDECIDED
from cnn_core.errors import SelectionError
from cnn_core.statistics import Accuracy, accuracy

ANSWERS = "PpnqQ"
"""A letter for each answer: p and sure, rather p, cannot tell, rather q, q and sure."""


@dataclass(frozen=True, eq=False)
class Grades:
    """Shares of right answers; one that cannot tell counts half, as a tie of a reader does.

    Attributes
    ----------
    credit : (n,)
        1 where the answer is the label, 0.5 where there is none, else 0.
    clear, ambiguous
        Over the trials with such images.
    by_showing
        In the order in which the showings are given.
    """

    credit: NDArray[np.float64]
    overall: Accuracy
    clear: Accuracy
    ambiguous: Accuracy
    by_showing: Mapping[Showing, Accuracy]


def decisions_of(letters: str, p: int, q: int) -> NDArray[np.int64]:
    """Answers p, q or UNDECIDED of a text of `ANSWERS`.

    Raises
    ------
    SelectionError
        When another letter stands there.
    """
    meaning = dict(zip(ANSWERS, (p, p, UNDECIDED, q, q), strict=True))
    unknown = set(letters) - set(meaning)
    if unknown:
        raise SelectionError(f'answer "{min(unknown)}": the letters {ANSWERS} are accepted')
    return np.array([meaning[letter] for letter in letters], np.int64)


def is_sure(letters: str) -> NDArray[np.bool]:
    """Tell which answers were given as sure."""
    return np.array([letter in (ANSWERS[0], ANSWERS[-1]) for letter in letters], bool)


def grade(trials: Sequence[Trial], decisions: ArrayLike, showings: Sequence[Showing]) -> Grades:
    """Grade answers to all trials.

    Parameters
    ----------
    decisions : (n,) int
        A class or UNDECIDED for each trial.
    showings
        Those that occur in the trials, in the order wanted.

    Raises
    ------
    SelectionError
        When there are not as many answers as trials.
    """
    answers = np.asarray(decisions)
    if answers.shape != (len(trials),):
        raise SelectionError(f"{answers.size} answers to {len(trials)} trials: one each is needed")
    labels = np.array([trial.label for trial in trials])
    ambiguous = np.array([trial.is_ambiguous for trial in trials], bool)
    credit = np.where(answers == UNDECIDED, 0.5, answers == labels)
    return Grades(
        credit=credit,
        overall=accuracy(credit),
        clear=accuracy(credit[~ambiguous]),
        ambiguous=accuracy(credit[ambiguous]),
        by_showing={
            showing: accuracy(credit[np.array([trial.showing == showing for trial in trials])])
            for showing in showings
        },
    )
