"""After the last question: the score, and every question with its image."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.links import EXPLORE, link
from app.frame.page import Panel
from app.frame.recorded.records import disputed_in
from app.frame.subject import Subject
from app.frame.words.language import _
from app.pages.quiz import words
from app.pages.quiz.trial import BLOCK
from app.pages.quiz.view import QuizView, grades_of
from cnn_core.blind_eye.grading import ANSWERS, Grades
from cnn_core.blind_eye.trials import Trial

RESULTS = "quiz-results"
"""Id of the part that stands once all is answered."""

_RESULT = "quiz-result"
_MARKS = {1.0: ("✓", "right"), 0.5: ("½", "faint"), 0.0: ("✗", "wrong")}
_THUMBNAIL = (64, 64)


def draw_result(view: QuizView) -> dict[str, Any]:
    """Draw the score and every question; nothing before the last one is answered."""
    if not view.is_done:
        return {"hidden": True, "result": None}
    found = grades_of(view)
    parts = [
        html.H2(_("Your answers")),
        html.P(words.kinds_text(view), className="statement"),
        html.P(words.sureness_text(view)),
        html.Ol(
            [_card(view, place, found) for place in range(len(view.trials))], className="quiz-cards"
        ),
        html.Div([*_ways_on(view)], className="button-row"),
    ]
    return {"hidden": False, "result": parts}


def _card(view: QuizView, place: int, found: Grades) -> Component:
    trial, explorer = view.trials[place], view.explorer
    image = explorer.shown(explorer.image(Subject(view.set_name, trial.image)))
    mark, kind = _MARKS[float(found.credit[place])]
    name, how = words.answer_texts(view)[ANSWERS.index(view.selection.answers[place])]
    label = view.class_name(trial.label)
    told = _("{n}: {mark} label {label}; you: {answer}, {how}")
    values = {"n": place + 1, "mark": mark, "label": label, "answer": name, "how": how}
    return html.Li(
        html.A(
            [
                html.Img(
                    src=image_thumbnail(image, most=_THUMBNAIL), alt="", className="card-picture"
                ),
                html.Span(
                    [
                        html.Span(f"{place + 1}", className="faint"),
                        html.Span([html.B(label), " ", html.Span(mark, className=kind)]),
                        html.Span(_("you: {answer}").format(answer=f"{name} ({how})")),
                        html.Span(words.showing_text(trial.showing), className="faint"),
                        html.Span(", ".join(_kinds(view, trial)), className="faint"),
                    ],
                    className="card-text",
                ),
            ],
            href=link(
                explorer,
                EXPLORE,
                model=view.selection.model,
                set=view.set_name,
                image=trial.image,
                layer=trial.showing.layer,
            ),
            className="card-link",
            **{"aria-label": told.format(**values)},
        )
    )


def _kinds(view: QuizView, trial: Trial) -> list[str]:
    """What kind of image it is, and whether others would have labelled it otherwise."""
    found, _fault = disputed_in(view.explorer.dataset(view.set_name))
    disputed = {one.image for one in found.labels} if found else set()
    kind = _("ambiguous") if trial.is_ambiguous else _("clear")
    return [kind, _("label disputed")] if trial.image in disputed else [kind]


def _ways_on(view: QuizView) -> list[Component]:
    values = {"seed": str(view.selection.seed + 1), "answers": ""}
    texts = {"seed": _("Next block"), "answers": _("The same block again")}
    return [
        html.Button(
            texts[key], className="button", **{"data-set-key": key, "data-set-value": value}
        )
        for key, value in values.items()
    ]


RESULT = Panel(
    name="quiz-result",
    depends_on=(*BLOCK, "answers"),
    layout=lambda explorer: html.Section(
        id=_RESULT, className="panel quiz-panel", **{"aria-label": _("Your answers")}
    ),
    draw=draw_result,
    outputs={"hidden": (RESULTS, "hidden"), "result": (_RESULT, "children")},
)
