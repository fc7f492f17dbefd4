"""Where the lesson starts and ends: the way through it, what was guessed so far, the answer."""

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.fields import Selection, shared_fields
from app.frame.links import LESSON, QUIZ
from app.frame.page import Page, Panel, Reply, View
from app.frame.words.language import (
    LANGUAGES,
    N_,
    _,
    count_text,
    decimal_text,
    percent_text,
    spoken,
)
from app.pages.lesson import facts
from app.pages.lesson.card import case_key
from app.pages.lesson.circles import circle_facts
from app.pages.lesson.facts import Case
from app.pages.lesson.step_page import case_of, lesson_link, lesson_links
from app.pages.lesson.steps import MINUTES, STEPS

WAY, RESULT, ANSWER = "lesson-way", "lesson-result", "lesson-answer-text"
_MOSTLY, _CHANCE = 0.9, 0.5


def _link(name: str, text: str | list[Any], class_name: str = "button") -> Component:
    return html.A(text, href="#", className=class_name, **{"data-link": f"lesson-{name}"})


def answer_text(case: Case) -> str:
    """The answer to the lesson's question, as far as this model's numbers give one."""
    circles, ladder = circle_facts(case), facts.ladder_facts(case)
    told = []
    texts = {"p": case.names[0], "q": case.names[1], "layer": facts.last_maps(case.network).name}
    if circles is not None and circles.circles.n:
        texts |= {
            "circles": percent_text(circles.circles.value, 1),
            "network": percent_text(circles.network.value, 1),
        }
        low = circles.circles.low
        told.append(_("Mostly.") if low > _MOSTLY else _("In part.") if low > _CHANCE else _("No."))
        told.append(
            _(
                "Whoever sees only the circles of six clear images tells {circles} of the other {p} and {q} "
                "apart; the network, asked the same, {network}."
            )
        )
        if circles.chance >= 1:
            texts |= {"n": count_text(circles.n), "chance": decimal_text(circles.chance, 0)}
            told.append(_("But random images have {chance} circles too, where these have {n}."))
        if circles.fades:
            told.append(_("In unclear images the circles fade."))
    if ladder is not None:
        texts |= {"probe": percent_text(ladder.probe, 1), "share": percent_text(ladder.network, 1)}
        told.append(
            _(
                "The network weighs all cells of {layer}: one weighted sum alone gets {probe} right, the "
                "whole network with its MLP {share}."
            )
        )
    if not told:
        return _("This model leaves the question open: nothing of it was measured.")
    return " ".join(told).format(**texts)


def _draw(view: View) -> dict[str, Any]:
    case = case_of(view)
    p, q = case.names
    items = [
        html.Li(
            [
                _link(str(one.number), _(one.question).format(p=p, q=q), "lesson-way-link"),
                html.Span(className="lesson-mark"),
            ],
            **{"data-of-step": str(one.number)},
        )
        for one in STEPS
    ]
    return {
        "way": [
            html.Div(
                [
                    html.H2(_("Six steps")),
                    html.P(
                        _(
                            "Each takes about {n} minutes: guess first, then look, then see why. You may "
                            "change every picture."
                        ).format(n=MINUTES)
                    ),
                    html.Ol(items, className="lesson-way"),
                    html.P(
                        [
                            _link("1", _("Start with step 1"), "button lesson-next"),
                            _link("check", _("Six questions first")),
                            _link("quiz", _("Blind quiz"), ""),
                        ],
                        className="lesson-ways",
                    ),
                ],
                className="panel",
            ),
            html.Div(
                [
                    html.H2(_("The answer")),
                    html.P(
                        _("It stands here once you have guessed in every step that applies."),
                        className="lesson-not-yet faint",
                    ),
                    html.P(answer_text(case), id=ANSWER, className="lesson-finding lesson-end"),
                    html.P(
                        html.A(
                            _("The six questions again, with other numbers"),
                            href="#",
                            className="button lesson-end",
                            **{"data-link": "lesson-again"},
                        )
                    ),
                    _result(case),
                ],
                className="panel",
            ),
        ]
    }


def _result(case: Case) -> Component:
    heads = [_("part"), _("question"), _("answer"), _("right answer"), _("right?")]
    return html.Div(
        [
            html.H2(_("Your result")),
            html.P(className="lesson-score", role="status"),
            html.Label(
                [_("Your name, if you hand it in"), " ", html.Span(className="lesson-name-place")],
                className="field-label",
            ),
            html.Pre(className="lesson-report", tabIndex="0", **{"aria-label": _("Your result")}),
            html.P(
                [
                    html.Button(_("Copy as text"), type="button", className="button", **{"data-lesson": "copy"}),
                    html.Button(_("Save as CSV"), type="button", className="button", **{"data-lesson": "csv"}),
                    html.Button(_("Clear all"), type="button", className="button", **{"data-lesson": "clear"}),
                ],
                className="lesson-ways",
            ),
            html.P(
                _(
                    "Your guesses and your name stay in this browser. The server learns nothing of them; "
                    "“Clear all” forgets them here too."
                ),
                className="faint note",
            ),
        ],
        className="lesson-result",
        **{
            "data-case": case_key(case),
            "data-heads": "|".join(heads),
            "data-yes": _("yes"),
            "data-no": _("no"),
            "data-parts": "|".join((_("before"), _("after"), _("step"))),
            "data-score": _("Before: {before} of 6 right. After: {after} of 6. Right guesses in the steps: {steps}."),
            "data-none": _("Nothing is answered yet."),
        },
    )  # fmt: skip


PANEL = Panel(
    name="lesson-start",
    depends_on=("model", "p", "q", "lang"),
    layout=lambda explorer: html.Div(id=WAY, className="lesson-start"),
    draw=_draw,
    outputs={"way": (WAY, "children")},
)


def languages_line() -> Component:
    """The lesson in every language; each is a document of its own."""
    links = [
        html.A(
            name,
            href=f"?lang={key}",
            hrefLang=key,
            lang=key,
            className="lesson-language",
            **({"aria-current": "true"} if key == spoken() else {}),
        )
        for key, name in LANGUAGES.items()
    ]
    return html.Div(links, className="lesson-languages")


def _arrange(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    return html.Div(
        [
            html.Div(
                [
                    languages_line(),
                    _link("teacher", _("For teachers"), ""),
                    _link("worksheet", _("Worksheet"), ""),
                ],
                className="lesson-top",
            ),
            placed[PANEL.name],
        ],
        className="lesson",
        **{"data-step": "start"},
    )


def _look(explorer: Explorer, selection: Selection) -> View:
    return View(explorer=explorer, selection=selection)


def _reply(view: View) -> Reply:
    links = lesson_links(view)
    check = links["lesson-check"]
    again = check + ("&" if "?" in check else "?") + "round=after"
    return Reply(
        sentence=_(
            "A lesson for 25 to 45 minutes. You look inside a small network and check by numbers what your "
            "eye believes."
        ),
        links={**links, "lesson-again": again, "lesson-quiz": lesson_link(view, QUIZ)},
    )


PAGE = Page(
    path=LESSON,
    title=N_("Lesson"),
    question=N_("{p} or {q}: can you see how the network tells them apart?"),
    words=("layer", "map", "cell", "MLP", "circle reader", "chance", "probe"),
    keys=((N_("Tab, Enter"), N_("choose a step")),),
    help=N_("Choose a step, or start with the first."),
    fields=shared_fields(),
    selection=Selection,
    look=_look,
    panels=(PANEL,),
    arrange=_arrange,
    reply=_reply,
    languages=tuple(LANGUAGES),
)
