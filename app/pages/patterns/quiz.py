"""The quiz: which of two patches excites the unit more? All answers stand in the address."""

from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component
from numpy.typing import NDArray

from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.page import Panel
from app.frame.words.wording import number_text
from app.pages.patterns.state import N_QUESTIONS
from app.pages.patterns.view import PatternsView, has_training_images
from cnn_core.errors import SelectionError
from cnn_core.patterns.scoring.frames import frame_of
from cnn_core.patterns.scoring.quiz import Trial, quiz_trials

_QUIZ = "patterns-quiz"


def draw_quiz(view: PatternsView) -> dict[str, Any]:
    """Draw the answer to the last question, the next one and the score, nothing without a quiz."""
    quiz = view.selection.quiz
    if not quiz or view.unit_found is None or not has_training_images(view):
        return {"quiz": None}
    try:
        trials = _trials(view)
    except SelectionError:
        told = "There is nothing to ask here: no image excites this unit."
        return {"quiz": html.P(told, className="note")}
    said = ["ab".index(letter) for letter in quiz[1:] if letter in "ab"][:N_QUESTIONS]
    parts: list[Component] = [html.H2("Which one excites it more?")]
    if said:
        parts.append(html.P(_verdict(trials[len(said) - 1], said[-1]), className="statement"))
        parts.append(html.P(_score(trials, said), className="note"))
    if len(said) < N_QUESTIONS:
        parts += _question(trials[len(said)], quiz, len(said))
    parts.append(
        html.Div([_set("Start again", "q"), _set("End the quiz", "")], className="button-row")
    )
    return {"quiz": html.Section(parts, className="panel quiz", **{"aria-label": "Quiz"})}


def _trials(view: PatternsView) -> tuple[Trial, ...]:
    assert view.unit_found is not None
    explorer = view.explorer
    frame = frame_of(explorer.receptive_fields(view.selection.model), view.layer)
    train, test = explorer.dataset("train"), explorer.dataset("test")
    return quiz_trials(view.unit_found, frame, train, test, N_QUESTIONS)


def _question(trial: Trial, quiz: str, place: int) -> list[Component]:
    return [
        html.P(f"Question {place + 1} of {N_QUESTIONS}. These two excite the unit:"),
        html.Div([_picture(one, "Reference") for one in trial.references], className="patches"),
        html.P("Which of these two excites it more?"),
        html.Div(
            [
                html.Button(
                    [_picture(one, f"Choice {letter.upper()}"), html.Span(letter.upper())],
                    className="button quiz-choice",
                    **{"data-set-key": "quiz", "data-set-value": quiz + letter},
                )
                for letter, one in zip("ab", trial.queries, strict=True)
            ],
            className="patches",
        ),
    ]


def _picture(window: NDArray[np.float32], told: str) -> Component:
    return html.Img(src=image_thumbnail(window), alt=told, className="patch")


def _verdict(trial: Trial, said: int) -> str:
    answers = [number_text(float(value), ".2f") for value in trial.query_response]
    right = "Right" if said == trial.answer else "Not so"
    return f"{right}: A excites it to {answers[0]}, B to {answers[1]}."


def _score(trials: tuple[Trial, ...], said: list[int]) -> str:
    asked = trials[: len(said)]
    yours = sum(one.answer == own for one, own in zip(asked, said, strict=True))
    machine = sum(one.answer == one.machine for one in asked)
    return (
        f"You: {yours} of {len(said)}. A machine that only compares pixels with the two "
        f"references: {machine} of {len(said)}."
    )


def _set(text: str, value: str) -> Component:
    return html.Button(
        text, className="button small", **{"data-set-key": "quiz", "data-set-value": value}
    )


QUIZ = Panel(
    name="patterns-quiz",
    depends_on=("model", "layer", "unit", "quiz"),
    layout=lambda explorer: html.Div(id=_QUIZ, role="status"),
    draw=draw_quiz,
    outputs={"quiz": (_QUIZ, "children")},
    is_empty=lambda selection: not selection.quiz,
)
