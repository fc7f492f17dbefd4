"""For the teacher: what each step is for, links with codes for the class, and how thirty join."""

from collections.abc import Mapping
from typing import Any

import segno
from dash import html
from dash.development.base_component import Component
from flask import has_request_context, request

from app.explorer import Explorer
from app.frame.fields import Selection, shared_fields
from app.frame.links import COMPARE, DECIDE, EVIDENCE, LESSON, QUIZ, link
from app.frame.page import Page, Panel, Reply, View
from app.frame.words.language import LANGUAGES, N_, _, spoken
from app.pages.lesson.circles import hard_image
from app.pages.lesson.facts import Case
from app.pages.lesson.step_page import case_of, lesson_link, lesson_links
from app.pages.lesson.steps import MINUTES, STEPS, Step

NOTES = "lesson-notes"
_HERE = "http://127.0.0.1:8050/"
_OWN = ("127.", "localhost", "[::1]", "0.0.0.0")


def server_address() -> str:
    """The address under which the reader's browser asked, with a slash at the end."""
    return request.url_root if has_request_context() else _HERE


def code(address: str) -> Component:
    """A QR code of an address, made here."""
    picture = segno.make(address, micro=False).svg_data_uri(scale=3, border=2, light="#fff")
    return html.Img(src=picture, alt="", className="lesson-code")


def coded_link(text: str, path: str) -> Component:
    """A link with its code and its whole address, to be read off a board."""
    address = server_address().rstrip("/") + path
    return html.Div(
        [
            code(address),
            html.Div(
                [html.A(text, href=path), html.Div(address, className="lesson-address figures")]
            ),
        ],
        className="lesson-coded",
    )


def _draw(view: View) -> dict[str, Any]:
    case = case_of(view)
    return {"notes": [_room(), *(_note(view, case, step) for step in STEPS), _prepared(view, case)]}


def _room() -> Component:
    host = server_address()
    is_own = host.split("//", 1)[-1].startswith(_OWN)
    address = (
        _("This page was opened as {address}: that is this computer alone. Open it by the computer's "
          "address in the room's network (shown by ipconfig or ip address), as in "
          "http://192.168.0.12:8050/lesson/teacher; links and codes then lead there.")
        if is_own
        else _("Links and codes on this page lead to {address}.")
    )  # fmt: skip
    items = [
        _("Start on your computer: docker run --rm -p 8050:8050 cnn-looking-glass, or python -m app "
          "--host 0.0.0.0. Nothing is loaded from the internet."),
        address.format(address=host),
        _("Students open the link in any browser, phones too: no account, nothing to install. One "
          "computer answers a class of thirty."),
        _("Projector: the button ▣ above. Then 1 shows the question, 2 the picture, 3 the finding, 4 the "
          "reasons; Page Down, or a presenter's button, goes on."),
        _("45 minutes: opening the page (6), six questions (5), six steps (6 × {n}), talk (5), the questions "
          "again (5). In 25 minutes: steps 1, 3, 4 and 5.").format(n=MINUTES),
        _("Guesses stay in each student's browser. To collect them, let students copy their result as "
          "text or save it as CSV on the lesson's first page."),
    ]  # fmt: skip
    return html.Section(
        [html.H2(_("A class of thirty: how to")), html.Ol([html.Li(one) for one in items])],
        className="panel lesson-room",
    )


def _note(view: View, case: Case, step: Step) -> Component:
    told = step.tell(case)
    p, q = case.names
    title = html.H2(f"{step.number} · {_(step.title)} ({MINUTES} min)")
    way = coded_link(_("Prepared: step {n}").format(n=step.number), _path(view, step.path))
    if told.fault:
        return html.Section([title, html.P(told.fault), way], className="panel lesson-note")
    rows = [
        (_("Ask"), _(step.question).format(p=p, q=q)),
        (_("Right"), told.options[told.right]),
        (_("Finding"), told.finding),
        (_("What people often think"), f"{told.belief} {told.reply}"),
        (_("If the class is quick"), told.quick),
    ]
    listed = html.Dl([part for name, text in rows for part in (html.Dt(name), html.Dd(text))])
    return html.Section([title, listed, way], className="panel lesson-note")


def _path(view: View, path: str, **more: Any) -> str:
    """Address for the class: as here, in the language that is spoken, and not for a projector."""
    return lesson_link(view, path, **{"lang": spoken(), "present": None, **more})


def _prepared(view: View, case: Case) -> Component:
    """Further links: questions, quiz, worksheet, and the pages at the lesson's cases."""
    hard = hard_image(case)
    at = {"model": case.model, "p": case.p, "q": case.q}
    name = {"p": case.names[0], "q": case.names[1]}
    links = [
        (_("Six questions before"), _path(view, f"{LESSON}/check")),
        (_("The same after it"), _path(view, f"{LESSON}/check", round="after")),
        (_("Blind quiz: {p} or {q} by the grid alone").format(**name), _path(view, QUIZ)),
        (_("Worksheet"), _path(view, f"{LESSON}/worksheet")),
        (_("Circles of {p} and {q}, with the unclear image").format(**name),
         link(view.explorer, COMPARE, **at, c=hard)),
        (_("The unclear image as a sum"), link(view.explorer, DECIDE, **at, image=hard)),
        (_("What each layer alone can tell"), link(view.explorer, EVIDENCE, **at)),
    ]  # fmt: skip
    return html.Section(
        [html.H2(_("Prepared links")), *(coded_link(text, path) for text, path in links)],
        className="panel lesson-prepared",
    )


PANEL = Panel(
    name="lesson-teacher",
    depends_on=("model", "p", "q", "lang"),
    layout=lambda explorer: html.Div(id=NOTES, className="lesson-notes"),
    draw=_draw,
    outputs={"notes": (NOTES, "children")},
)


def _arrange(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    home = html.A(_("Lesson"), href="#", **{"data-link": "lesson-start"})
    sheet = html.A(_("Answer key"), href="#", **{"data-link": "lesson-key"})
    return html.Div(
        [html.Div([home, sheet], className="lesson-top"), placed[PANEL.name]],
        className="lesson",
        **{"data-step": "teacher"},
    )


def _reply(view: View) -> Reply:
    key = lesson_link(view, f"{LESSON}/worksheet", key=1)
    return Reply(
        sentence=_(
            "Notes to each step, links with codes for the class, and how thirty students join."
        ),
        links={**lesson_links(view), "lesson-key": key},
    )


PAGE = Page(
    path=f"{LESSON}/teacher",
    title=N_("For teachers"),
    question=N_("How do you teach this in 45 minutes?"),
    words=("layer", "map", "cell", "chance", "MLP"),
    keys=((N_("Tab, Enter"), N_("choose a link")),),
    help=N_(
        "Print this page for the desk; codes and links lead to the address that it was opened by."
    ),
    fields=shared_fields(),
    selection=Selection,
    look=lambda explorer, selection: View(explorer=explorer, selection=selection),
    panels=(PANEL,),
    arrange=_arrange,
    reply=_reply,
    languages=tuple(LANGUAGES),
    opened_from=(LESSON,),
)
