"""Six questions before the lesson, and the same after it with other numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.fields import Selection, choice, shared_fields
from app.frame.links import LESSON
from app.frame.page import Page, Panel, Reply, View
from app.frame.words.language import LANGUAGES, N_, _, count_text
from app.pages.lesson.card import case_key, guess_buttons
from app.pages.lesson.facts import Case
from app.pages.lesson.step_page import case_of, lesson_links

ROUNDS = ("before", "after")
BODY = "lesson-questions"


@dataclass(frozen=True)
class Numbers:
    """What changes from one round of questions to the other."""

    maps: int
    inner: int
    cells: int
    marks: int
    left: int
    entries: tuple[int, int, int]
    network: int
    simple: int

    @property
    def field(self) -> int:
        """Width of what a cell sees through a window of 3 over one of `inner`, step by step."""
        return 3 + self.inner - 1

    @property
    def by_luck(self) -> int:
        """Cells on in three images and off in three others, if each is on in every second one."""
        return round(self.cells / 2**6)

    @property
    def left_over(self) -> int:
        """The margin once the second entry is silenced."""
        return sum(self.entries) - self.entries[1]


NUMBERS = {
    "before": Numbers(32, 3, 1024, 12, 3, (3, 2, -4), 6, 8),
    "after": Numbers(24, 5, 640, 20, 4, (5, 2, -4), 5, 6),
}


@dataclass(frozen=True)
class Question:
    """One question with its answers and the place of the right one."""

    text: str
    options: tuple[str, ...]
    right: int


def questions(case: Case, of_round: str) -> tuple[Question, ...]:
    """The six questions of a round, one for each step."""
    numbers = NUMBERS[of_round]
    p, q = case.names
    return (
        Question(
            _("The first layer turns an image into {n} maps. What does one map show?").format(
                n=numbers.maps
            ),
            (
                _("the whole image, a little smaller"),
                _("where in the image one small pattern was found"),
                _("one of {n} parts of the image").format(n=numbers.maps),
                _("how sure the network is of one class"),
            ),
            1,
        ),
        Question(
            _(
                "A cell looks at 3 × 3 cells of the layer before it; each of these looks at {k} × {k} pixels, "
                "and neighbours are one pixel apart. How many pixels can change the cell?"
            ).format(k=numbers.inner),
            tuple(count_text(one) for one in (9, numbers.field**2, 9 * numbers.inner**2, 28 * 28)),
            1,
        ),
        Question(
            _(
                "Each of {n} cells is on in every second image, by luck alone. About how many are on in all "
                "of three images and off in all of three others?"
            ).format(n=count_text(numbers.cells)),
            tuple(
                count_text(one)
                for one in (0, numbers.by_luck, numbers.cells // 8, numbers.cells // 2)
            ),
            1,
        ),
        Question(
            _(
                "Clear images of {p} share {n} marks. An unclear image of {p} has only {k} of them, and the "
                "network still says {p}. What follows?"
            ).format(p=p, n=numbers.marks, k=numbers.left),
            (
                _("The network guessed."),
                _("The image is not {p}.").format(p=p),
                _("The network does not need just these marks."),
                _("The marks were drawn wrongly."),
            ),
            2,
        ),
        Question(
            _(
                "Three nodes give {a}, {b} and {c} points for {p} over {q}. The second one is silenced. What "
                "does the network say?"
            ).format(p=p, q=q, **dict(zip("abc", map(_signed, numbers.entries), strict=True))),
            (p, q, _("neither"), _("it cannot answer any more")),
            0 if numbers.left_over > 0 else 1,
        ),
        Question(
            _(
                "On the same 2,000 images a network makes {n} mistakes and one weighted sum without hidden "
                "layer {k}. What may you say?"
            ).format(n=numbers.network, k=numbers.simple),
            (
                _("The hidden layer is useless."),
                _("The hidden layer is needed."),
                _("The difference is so small that it may be luck."),
                _("The weighted sum was trained badly."),
            ),
            2,
        ),
    )


def _signed(number: int) -> str:
    return f"{number:+d}".replace("-", "−")


@dataclass(frozen=True, kw_only=True)
class CheckSelection(Selection):
    """`round` is one of `ROUNDS`."""

    round: str = ROUNDS[0]


def _draw(view: View) -> dict[str, Any]:
    case, of_round = case_of(view), view.selection.round
    asked = [
        _question(case, of_round, number, one)
        for number, one in enumerate(questions(case, of_round), start=1)
    ]
    is_last = of_round == ROUNDS[-1]
    onward = html.A(
        _("To your result") if is_last else _("Go on to step 1"),
        href="#",
        className="button lesson-next",
        **{"data-link": "lesson-start" if is_last else "lesson-1"},
    )
    return {"body": [html.Ol(asked, className="lesson-check"), html.P(onward)]}


def _question(case: Case, of_round: str, number: int, one: Question) -> Component:
    name = f"{of_round}-{number}"
    return html.Li(
        [
            html.P(one.text, id=f"guess-title-{name}"),
            guess_buttons(
                one.options, one.right, name=name, case=case_key(case), label=f"guess-title-{name}"
            ),
            html.P(className="lesson-said", role="status"),
        ],
        className="panel",
    )


PANEL = Panel(
    name="lesson-questions",
    depends_on=("model", "p", "q", "lang", "round"),
    layout=lambda explorer: html.Div(id=BODY),
    draw=_draw,
    outputs={"body": (BODY, "children")},
)


def _arrange(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    return html.Div(placed[PANEL.name], className="lesson", **{"data-step": "check"})


def _reply(view: View) -> Reply:
    told = {
        "before": _("Answer as you think; whether it was right you learn at the end."),
        "after": _("The same six questions with other numbers. Each answer is told at once."),
    }
    return Reply(sentence=told[view.selection.round], links=lesson_links(view))


PAGE = Page(
    path=f"{LESSON}/check",
    title=N_("Six questions"),
    question=N_("What do you think, before and after the lesson?"),
    words=("map", "cell", "layer", "node", "MLP", "chance"),
    keys=((N_("Tab, Enter"), N_("choose an answer")),),
    help=N_("An answer counts as it is given first."),
    fields=(
        *shared_fields(),
        choice("round", "questions before or after the lesson", ROUNDS, ROUNDS[0]),
    ),
    selection=CheckSelection,
    look=lambda explorer, selection: View(explorer=explorer, selection=selection),
    panels=(PANEL,),
    arrange=_arrange,
    reply=_reply,
    languages=tuple(LANGUAGES),
    opened_from=(LESSON,),
)
