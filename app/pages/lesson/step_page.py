"""A page for each step: the lesson's own card beside the panels of another page.

The panels are those of the other page, drawn from its own view; the step only chooses what they show
first. So whatever works there works here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.fields import Field, Values
from app.frame.links import LESSON, link
from app.frame.page import Page, Panel, Reply
from app.frame.query import Query
from app.frame.words.language import LANGUAGES, N_, _, browser_language
from app.pages.lesson import facts
from app.pages.lesson.card import card, foot, step_links
from app.pages.lesson.facts import Case
from app.pages.lesson.steps import STEPS, Step
from app.pages.lesson.told import Told

KEYS = (
    (N_("a – e"), N_("choose a guess")),
    (N_("Page Up, Page Down"), N_("previous, next step; on a projector: stage by stage")),
    ("1 – 4", N_("on a projector: question, picture, finding, why")),
)
WORDS = ("layer", "map", "node", "cell", "filter", "activation", "silent", "receptive field")
MORE_WORDS = {
    3: ("on", "chance", "circle reader", "unique"),
    4: ("on", "margin", "circle reader", "probability"),
    5: ("margin", "MLP", "hidden layer", "contribution", "logit"),
    6: ("MLP", "linear probe", "best cell", "untrained twin", "95 % interval"),
}


def step_page(step: Step, guest: Page[Any]) -> Page[Any]:
    """Make the page of a step of the page that lends it panels."""
    by_name = {panel.name: panel for panel in guest.panels}
    lent = tuple(by_name[name] for name in (*step.main, *step.side, *step.unseen))
    return Page(
        path=step.path,
        title=step.title,
        question=step.question,
        words=(*WORDS, *MORE_WORDS.get(step.number, ())),
        keys=(*KEYS, *guest.keys),
        help=guest.help,
        fields=tuple(_prepared(one, step) for one in guest.fields),
        selection=guest.selection,
        look=guest.look,
        panels=(_card_panel(step), *lent),
        arrange=lambda explorer, placed: _arrange(step, placed),
        reply=lambda view: _reply(step, guest, view),
        complete=guest.complete,
        languages=tuple(LANGUAGES),
        opened_from=(LESSON,),
    )


def _prepared(one: Field, step: Step) -> Field:
    """A field of the other page that shows what the step prepares where nothing is asked for."""
    rule = step.prepared.get(one.key)
    if rule is None:
        return one

    def read(query: Query, explorer: Explorer, values: Values) -> Any:
        # A rule for a group of images takes the place of the prepared ones.
        if any(query.has(key) for key in (one.key, f"r{one.key}", f"n{one.key}")):
            return one.read(query, explorer, values)
        one.read(query, explorer, values)
        last = explorer.network(values["model"]).n_classes - 1
        asked = (query.peek_number(key, 0, last) for key in "pq")
        return rule(Case(explorer, values["model"], *facts.pair_of_lesson(explorer, *asked)))

    def default(explorer: Explorer, values: Values) -> Any:
        pair, usual = (values["p"], values["q"]), facts.pair_of_lesson(explorer, None, None)
        # Half a pair would be completed by another rule.
        if one.key in ("p", "q"):
            return values[one.key] if pair == usual else None
        return rule(Case(explorer, values["model"], *facts.pair_of_lesson(explorer, *pair)))

    return replace(one, read=read, default=default)


def case_of(view: Any) -> Case:
    """What the lesson is about, of a page's view."""
    selection, explorer = view.selection, view.explorer
    pair = facts.pair_of_lesson(explorer, selection.p, selection.q)
    return Case(explorer, selection.model, *pair)


def _card_panel(step: Step) -> Panel:
    name = f"lesson-{step.number}"

    def draw(view: Any) -> dict[str, Any]:
        case = case_of(view)
        told = step.tell(case)
        return {"card": card(step, case, told), "foot": foot(told, step)}

    return Panel(
        name=name,
        depends_on=("model", "p", "q", "lang"),
        layout=lambda explorer: html.Div(
            [
                html.Section(id=f"{name}-card", className="panel lesson-card"),
                html.Section(id=f"{name}-foot", className="lesson-foot"),
            ],
            className="panel-part",
        ),
        draw=draw,
        outputs={"card": (f"{name}-card", "children"), "foot": (f"{name}-foot", "children")},
    )


def _arrange(step: Step, placed: Mapping[str, Component]) -> Component:
    """The card on the left, the other page's panels beside it, reasons below."""
    waiting = html.P(_("Guess first: then comes the picture."), className="lesson-waiting faint")
    frame = "lesson-main panel" if step.is_framed else "lesson-main"
    columns = [_column(step, placed, step.main, frame)]
    if step.side:
        columns.append(_column(step, placed, step.side, "lesson-side panel"))
    # The other page's words are in English.
    picture = html.Div(columns, className=f"lesson-picture of-{step.number}", lang="en")
    stage = html.Div([waiting, picture], className="lesson-stage")
    return html.Div(
        [
            step_links(step.number),
            html.Div([placed[f"lesson-{step.number}"], stage], className="lesson-body"),
        ],
        className="lesson",
        **{"data-step": str(step.number), "data-stage": "1"},
    )


def _column(
    step: Step, placed: Mapping[str, Component], names: Sequence[str], class_name: str
) -> Component:
    parts = [
        html.Div(placed[name], className="lesson-part late" if name in step.late else "lesson-part")
        for name in names
    ]
    is_late = set(names) <= set(step.late)
    return html.Div(parts, className=f"{class_name} late" if is_late else class_name)


def _reply(step: Step, guest: Page[Any], view: Any) -> Reply:
    reply, selection, explorer = guest.reply(view), view.selection, view.explorer
    told: Told = step.tell(case_of(view))
    return replace(
        reply,
        sentence=told.lead or told.fault,
        links={
            **reply.links,
            **lesson_links(view),
            "lesson-door": guest.path + guest.write(selection, explorer),
        },
        remedy=None,
    )


def lesson_links(view: Any) -> dict[str, str]:
    """Addresses of the lesson's pages on the same model, classes and language."""
    paths = {f"lesson-{one.number}": one.path for one in STEPS}
    parts = {f"lesson-{name}": f"{LESSON}/{name}" for name in ("check", "teacher", "worksheet")}
    return {
        name: lesson_link(view, path)
        for name, path in {**paths, **parts, "lesson-start": LESSON}.items()
    }


def lesson_link(view: Any, path: str, **more: Any) -> str:
    """Address of a page of the lesson on the same model, classes and language."""
    case, selection = case_of(view), view.selection
    usual = facts.pair_of_lesson(view.explorer, None, None)
    told = {
        "model": selection.model,
        **({} if (case.p, case.q) == usual else {"p": case.p, "q": case.q}),
        "present": 1 if selection.present else None,
        "lang": None if selection.lang == browser_language() else selection.lang,
    }
    return link(view.explorer, path, **{**told, **more})
