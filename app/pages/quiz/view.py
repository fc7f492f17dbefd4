"""What the quiz knows of one block: its trials, what was answered, and what readers answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from app.explorer import Explorer
from app.frame.page import View
from app.pages.quiz.state import MIXED, QuizSelection
from cnn_core.blind_eye.grading import Grades, decisions_of, grade
from cnn_core.blind_eye.readers import PairReaders, read_pair
from cnn_core.blind_eye.showings import Showing, showings_of
from cnn_core.blind_eye.trials import Trial, draw_trials
from cnn_core.circles.choice import ClearGroups, clear_groups
from cnn_core.circles.circle_reader import network_on_pair
from cnn_core.circles.rule import THRESHOLD
from cnn_core.errors import SelectionError

if TYPE_CHECKING:
    from cnn_core.survey.whole_set import Survey


@dataclass(frozen=True, eq=False, kw_only=True)
class QuizView(View):
    """Everything that is drawn for one selection.

    Attributes
    ----------
    set_name
        The set that is asked about, the first one: readers are fitted on another.
    showings
        What the trials of the block show.
    trials
        Empty where there is no quiz; `fault` says why then.
    """

    selection: QuizSelection
    set_name: str
    showings: tuple[Showing, ...]
    trials: tuple[Trial, ...]
    fault: str

    @property
    def pair(self) -> tuple[int, int]:
        """P and q."""
        return self.selection.p, self.selection.q

    @property
    def n_answered(self) -> int:
        """How many trials are answered."""
        return min(len(self.selection.answers), len(self.trials))

    @property
    def is_done(self) -> bool:
        """Whether all trials are answered: nothing about their images is told before."""
        return bool(self.trials) and self.n_answered == len(self.trials)

    @property
    def trial(self) -> Trial | None:
        """The trial that waits for an answer."""
        return None if self.n_answered == len(self.trials) else self.trials[self.n_answered]

    @property
    def layers(self) -> tuple[str, ...]:
        """Layers that the trials show, each once."""
        return tuple(dict.fromkeys(showing.layer for showing in self.showings))


def look(explorer: Explorer, selection: QuizSelection) -> QuizView:
    """Draw the trials of a block."""
    name = explorer.set_names[0]
    every = showings_of(explorer.network(selection.model))
    showings = tuple(one for one in every if selection.show in (MIXED, one.way.value))
    trials: tuple[Trial, ...] = ()
    fault = ""
    try:
        trials = _trials(
            explorer.survey(selection.model, name),
            (selection.p, selection.q),
            showings,
            selection.seed,
            _left_out(explorer, selection),
        )
    except SelectionError as error:
        fault = str(error)
    return QuizView(
        explorer=explorer,
        selection=selection,
        set_name=name,
        showings=showings,
        trials=trials,
        fault=fault,
    )


def _left_out(explorer: Explorer, selection: QuizSelection) -> tuple[int, ...]:
    """Images that are not asked about, since the circles are drawn on them."""
    if training_set(explorer) is not None:
        return ()
    return _groups(explorer, selection.model, selection.p, selection.q).left_out


# Every answer draws the same block again, and a survey never changes.
@lru_cache(maxsize=64)
def _trials(
    survey: Survey,
    pair: tuple[int, int],
    showings: tuple[Showing, ...],
    seed: int,
    left_out: tuple[int, ...],
) -> tuple[Trial, ...]:
    return draw_trials(
        survey.logits, survey.labels, survey.predictions, *pair, showings, seed, exclude=left_out
    )


def training_set(explorer: Explorer) -> str | None:
    """Name of the set that readers may be fitted on; None where there is no other one."""
    return "train" if "train" in explorer.set_names[1:] else None


@lru_cache(maxsize=64)
def _groups(explorer: Explorer, model: str, p: int, q: int) -> ClearGroups:
    """Images that the circles are drawn on: of the training set, where there is one."""
    scored = explorer.set_names[0]
    chosen_in = training_set(explorer) or scored
    return clear_groups(explorer.survey(model, chosen_in), explorer.survey(model, scored), p, q)


def grades_of(view: QuizView) -> Grades:
    """What the reader's answers are worth; every trial must be answered."""
    return grade(view.trials, decisions_of(view.selection.answers, *view.pair), view.showings)


def network_grades(view: QuizView) -> Grades:
    """What the network's answers to the trials are worth."""
    survey = view.explorer.survey(view.selection.model, view.set_name)
    images = [trial.image for trial in view.trials]
    found = network_on_pair(survey.logits[images], survey.labels[images], *view.pair)
    return grade(view.trials, found.decisions, view.showings)


def readers_of(view: QuizView) -> PairReaders:
    """What the readers answer on all images of the pair; kept, since it takes seconds."""
    key = ("quiz-readers", view.selection.model, *view.pair, view.layers)
    return view.explorer.kept.get_or_make(key, lambda: _read(view), _size)


def _read(view: QuizView) -> PairReaders:
    explorer, model = view.explorer, view.selection.model
    groups, name = _groups(explorer, model, *view.pair), training_set(explorer)
    train = None if name is None else explorer.dataset(name)
    labels = set() if train is None else set(train.labels.tolist())
    return read_pair(
        explorer.network(model),
        view.layers,
        explorer.dataset(view.set_name),
        explorer.survey(model, view.set_name).logits,
        *view.pair,
        groups=groups,
        chosen_in=explorer.dataset(groups.set_name),
        # A reader cannot learn a class of which it sees nothing.
        train=train if set(view.pair) <= labels else None,
        threshold=THRESHOLD,
    )


def _size(readers: PairReaders) -> int:
    answers = (readers.network, *readers.circles.values(), *readers.probes.values())
    return sum(one.credit.nbytes * 5 for one in answers)
