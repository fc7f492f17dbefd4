"""What a student hands in: the result as text and as a table."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, abort, request

from app.explorer import Explorer
from app.frame.words.language import _, asked_language, speaking
from app.pages.quiz import words
from app.pages.quiz.state import read, write
from app.pages.quiz.view import QuizView, grades_of, look, network_grades, readers_of
from app.serving.replies.file_replies import csv_text, file_reply, refusal, refused_link, safe_name
from cnn_core.blind_eye.grading import ANSWERS, Grades, grade, is_sure
from cnn_core.blind_eye.readers import PairReaders
from cnn_core.circles.circle_reader import UNDECIDED

_FILES = "/download/quiz"
_HEAD = (
    "question",
    "shown",
    "layer",
    "image",
    "kind",
    "label",
    "answer",
    "sure",
    "credit",
    "circle_reader",
    "linear_probe",
    "network",
)


def columns_of(view: QuizView, readers: PairReaders) -> Mapping[str, Grades]:
    """Grades by who answered: the reader of the page first."""
    by_layer = {_("Circle reader"): readers.circles, _("Linear probe"): readers.probes}
    return {
        _("You"): grades_of(view),
        **{
            name: grade(view.trials, readers.on_trials(view.trials, answers), view.showings)
            for name, answers in by_layer.items()
            if answers
        },
        _("Network"): network_grades(view),
    }


def address_of(view: QuizView, ending: str) -> str:
    """Address of a file of a finished block: "csv" or "txt"."""
    return f"{_FILES}.{ending}{write(view.selection, view.explorer)}"


def report_text(view: QuizView, columns: Mapping[str, Grades]) -> str:
    """The result in a few lines, to be read by a teacher."""
    p, q = words.names_of(view)
    selection = view.selection
    told = _("Blind-eye quiz: {p} or {q}? Network {model}, block {seed}, grids: {show}.")
    lines = [
        _("Name:"),
        told.format(
            p=p,
            q=q,
            model=selection.model,
            seed=selection.seed,
            show=_(words.SHOWN[selection.show]),
        ),
        "",
        *(
            f"{name}: {words.of_text(found.overall)} ({words.interval_text(found.overall)})"
            for name, found in columns.items()
        ),
        _("Guessing: half."),
        "",
        *(
            f"{words.showing_text(showing)}: {words.of_text(told)}"
            for showing, told in grades_of(view).by_showing.items()
        ),
        words.kinds_text(view),
        words.sureness_text(view),
        "",
        _("Answers: {answers}").format(answers=selection.answers),
    ]
    return "\n".join(lines)


def _rows(view: QuizView) -> list[list[Any]]:
    readers, (p, q) = readers_of(view), view.pair
    names = {p: view.class_name(p), q: view.class_name(q), UNDECIDED: ""}
    circles = readers.on_trials(view.trials, readers.circles)
    network = readers.network_on(view.trials)
    probe = readers.on_trials(view.trials, readers.probes) if readers.probes else None
    letters, credit = view.selection.answers, grades_of(view).credit
    own = dict(zip(ANSWERS, (p, p, UNDECIDED, q, q), strict=True))
    return [
        [
            place + 1,
            trial.showing.way.value,
            trial.showing.layer,
            trial.image,
            "ambiguous" if trial.is_ambiguous else "clear",
            view.class_name(trial.label),
            names[own[letters[place]]],
            int(is_sure(letters)[place]),
            f"{credit[place]:g}",
            names[int(circles[place])],
            "" if probe is None else names[int(probe[place])],
            names[int(network[place])],
        ]
        for place, trial in enumerate(view.trials)
    ]


def register_routes(server: Flask, explorer: Explorer) -> None:
    """Add the files of a finished block, with the same query as the page."""

    @server.get(f"{_FILES}.<ending>")
    def quiz_result(ending: str) -> Response:
        if ending not in ("csv", "txt"):
            abort(404)
        search = request.query_string.decode("utf-8", "replace")
        selection, problems = read(search, explorer)
        if problems:
            return refused_link(problems)
        view = look(explorer, selection)
        if not view.is_done:
            n = f"{view.n_answered} of {len(view.trials)} questions are answered"
            return refusal(f"{n}: nothing is told before the last one", 409)
        name = f"quiz_{safe_name(selection.model)}_{selection.seed}.{ending}"
        if ending == "csv":
            return file_reply(csv_text(_HEAD, _rows(view)), name)
        with speaking(asked_language(search)):
            return file_reply(report_text(view, columns_of(view, readers_of(view))) + "\n", name)
