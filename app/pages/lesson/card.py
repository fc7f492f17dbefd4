"""The parts of a step that are the lesson's own: guesses, finding, reasons, ways on."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app.frame.words.language import _
from app.pages.lesson.facts import Case
from app.pages.lesson.steps import STEPS, Step
from app.pages.lesson.told import Told

LETTERS = "abcde"


def card(step: Step, case: Case, told: Told) -> list[Component]:
    """Guesses and, once one is made, the finding."""
    if told.fault:
        return [html.P(told.fault, className="lesson-fault notice"), _ways(step)]
    return [
        html.H2(_("Your guess"), id=f"guess-title-{step.number}"),
        guess_buttons(
            told.options, told.right, name=str(step.number), case=case_key(case),
            label=f"guess-title-{step.number}",
        ),
        html.P(className="lesson-said", role="status"),
        html.Div(
            [
                html.P(told.finding, className="lesson-finding"),
                html.P([html.B(_("Try it: ")), told.to_do], className="lesson-to-do"),
                _ways(step),
            ],
            className="lesson-answer",
        ),
    ]  # fmt: skip


def case_key(case: Case) -> str:
    """Under what the browser keeps guesses: they belong to one model and two classes."""
    return f"{case.model}|{case.p}|{case.q}"


def guess_buttons(
    options: Sequence[str], right: int, *, name: str, case: str, label: str
) -> Component:
    """Answers to choose from; which is right the browser tells once one is chosen."""
    buttons = [
        html.Button(
            [html.Kbd(LETTERS[place], **{"aria-hidden": "true"}), html.Span(option)],
            type="button",
            className="button lesson-option",
            **{"data-guess": str(place), "aria-pressed": "false"},
        )
        for place, option in enumerate(options)
    ]
    return html.Div(
        buttons,
        className="lesson-options",
        role="group",
        **{
            "aria-labelledby": label,
            "data-name": name,
            "data-case": case,
            "data-right": str(right),
            "data-said-right": _("Your guess was right: {answer}").format(answer=options[right]),
            "data-said-wrong": _("Your guess: {guess}. Right: {answer}").format(
                guess="{guess}", answer=options[right]
            ),
        },
    )


def foot(told: Told, step: Step) -> list[Component]:
    """Why it is so, and what people often think."""
    if told.fault:
        return []
    return [
        html.Div([html.H2(_("Why?")), html.P(told.why)], className="panel lesson-why"),
        html.Div(
            [html.H2(_("What people often think")), html.P([html.B(told.belief), " ", told.reply])],
            className="panel lesson-belief",
        ),
    ]


def _ways(step: Step) -> Component:
    is_last = step.number == len(STEPS)
    onward = "lesson-start" if is_last else f"lesson-{step.number + 1}"
    text = _("To the answer") if is_last else _("Next step")
    return html.P(
        [
            html.A(f"{text} →", href="#", className="button lesson-next", **{"data-link": onward}),
            html.A(_("Open this page"), href="#", **{"data-link": "lesson-door"}),
        ],
        className="lesson-ways",
    )


def step_links(here: int | None) -> Component:
    """Ways to all steps; the browser marks those that are done."""
    links = [
        html.A(
            [
                html.Span(str(one.number), className="lesson-number"),
                html.Span(_(one.title), className="lesson-title"),
            ],
            href="#",
            className="lesson-step",
            **{
                "data-link": f"lesson-{one.number}",
                "data-of-step": str(one.number),
                **({"aria-current": "step"} if one.number == here else {}),
            },
        )
        for one in STEPS
    ]
    start = html.A(_("Lesson"), href="#", className="lesson-home", **{"data-link": "lesson-start"})
    return html.Nav([start, *links], className="lesson-steps", **{"aria-label": _("Steps")})
