"""Quiz: two classes told apart by the grids alone, with the image hidden."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.links import COMPARE, LESSON, QUIZ
from app.frame.page import Page, Reply
from app.frame.words.language import LANGUAGES, N_, _
from app.pages.quiz import words
from app.pages.quiz.compared import COMPARED
from app.pages.quiz.report import register_routes
from app.pages.quiz.result import RESULT, RESULTS
from app.pages.quiz.state import FIELDS, QuizSelection
from app.pages.quiz.trial import CHOICES, TRIAL, choose_block
from app.pages.quiz.view import QuizView, look


def _arrange(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    # Filled by the browser, which alone knows what it has kept.
    kept = html.Div(
        [
            html.Button(className="button", id="quiz-continue", **_kept_texts()),
            html.Button(_("Forget them"), className="button", id="quiz-forget"),
        ],
        id="quiz-kept",
        className="button-row",
        hidden=True,
    )
    results = html.Div(
        [placed[RESULT.name], placed[COMPARED.name]],
        id=RESULTS,
        className="quiz-results",
        hidden=True,
    )
    return html.Div(
        [kept, placed[TRIAL.name], results, choose_block(explorer)], className="blind-quiz"
    )


def _kept_texts() -> dict[str, str]:
    return {
        "data-begun": _("Go on: {n} of your answers to this block are kept in this browser"),
        "data-done": _("See your result: your answers to this block are kept in this browser"),
    }


def _reply(view: QuizView) -> Reply:
    return Reply(sentence=words.sentence(view))


PAGE = Page(
    path=QUIZ,
    title="Quiz",
    question=N_("{p} or {q}: can you tell from the grid alone?"),
    words=(
        "layer",
        "map",
        "node",
        "activation",
        "label",
        "margin",
        "circle reader",
        "linear probe",
        "Wilson interval",
        "chance",
    ),
    keys=(
        ("1 – 5", N_("the five answers, from left to right")),
        ("← →", N_("rather the left class, rather the right one")),
        ("⌫", N_("one question back")),
    ),
    help=N_("Choose one of the five answers under the grid; what was right is told at the end."),
    fields=FIELDS,
    selection=QuizSelection,
    look=look,
    panels=(TRIAL, CHOICES, RESULT, COMPARED),
    arrange=_arrange,
    reply=_reply,
    register_downloads=register_routes,
    languages=tuple(LANGUAGES),
    opened_from=(COMPARE, LESSON),
)
