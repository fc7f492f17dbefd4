"""What the quiz shows, as it stands in the address: which block, and the answers so far."""

from dataclasses import dataclass

from app.explorer import Explorer
from app.frame.defaults import default_pair
from app.frame.fields import (
    Field,
    Selection,
    Values,
    choice,
    number,
    reader_and_writer,
    shared_fields,
)
from app.frame.pair import told_pair
from app.frame.query import Problem, Query
from cnn_core.blind_eye.grading import ANSWERS
from cnn_core.blind_eye.showings import showings_of
from cnn_core.blind_eye.trials import N_TRIALS

MIXED = "mixed"
_LARGEST_SEED = 9_999


@dataclass(frozen=True, kw_only=True)
class QuizSelection(Selection):
    """One state of the page.

    Attributes
    ----------
    seed
        Which block: the same one asks everybody the same.
    show
        Which grids are shown: `MIXED` or one of `cnn_core.blind_eye.showings.Way`.
    answers
        The answers so far, a letter of `cnn_core.blind_eye.grading.ANSWERS` each.
    """

    seed: int = 1
    show: str = MIXED
    answers: str = ""


def _pair(explorer: Explorer, values: Values) -> tuple[int, int]:
    return default_pair(explorer.class_names)


def ways_to_show(explorer: Explorer, values: Values) -> list[str]:
    """What can be chosen of a model's grids."""
    showings = showings_of(explorer.network(values["model"]))
    return [MIXED, *(showing.way.value for showing in showings)]


def _read_answers(query: Query, explorer: Explorer, values: Values) -> str:
    given = query.text("answers")
    kept = "".join(letter for letter in given if letter in ANSWERS)[:N_TRIALS]
    if kept != given:
        told = f"Answers are at most {N_TRIALS} letters of {ANSWERS}; the page takes those that it can."
        query.problems.append(Problem(told, "answers", kept))
    return kept


FIELDS = (
    *shared_fields(
        model_drops=("show", "answers"), set_drops=("image",), pair=told_pair(_pair, ("answers",))
    ),
    number("seed", "number of the block", 0, _LARGEST_SEED, 1, drops=("answers",)),
    choice("show", "which grids are shown", ways_to_show, MIXED, drops=("answers",)),
    Field(
        "answers",
        f'answers so far, a letter of "{ANSWERS}" each: p and sure, rather p, can\'t tell, rather q, '
        "q and sure",
        _read_answers,
        lambda explorer, values: "",
    ),
)

read, write = reader_and_writer(FIELDS, QuizSelection)
