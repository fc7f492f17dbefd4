"""The same questions, answered by readers: circles, a linear probe, the network."""

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.figures import theme
from app.figures.charts.worth import intervals_figure
from app.frame.components import graph, table
from app.frame.page import Panel
from app.frame.words.language import _, count_text, percent_text
from app.pages.quiz import words
from app.pages.quiz.report import address_of, columns_of, report_text
from app.pages.quiz.trial import BLOCK
from app.pages.quiz.view import QuizView, readers_of, training_set
from cnn_core.blind_eye.grading import Grades
from cnn_core.blind_eye.readers import PairReaders
from cnn_core.statistics import paired_difference

_COMPARED = "quiz-compared"


def draw_compared(view: QuizView) -> dict[str, Any]:
    """Draw what readers get right on the same trials and on the whole set."""
    if not view.is_done:
        return {"compared": None}
    readers = readers_of(view)
    columns = columns_of(view, readers)
    rows = [(name, found.overall) for name, found in columns.items()]
    inks = (theme.ACCENT, *([theme.FAINT_INK] * (len(rows) - 1)))
    figure = intervals_figure(
        [
            (name, told.value, told.low, told.high, ink)
            for (name, told), ink in zip(rows, inks, strict=True)
        ]
    )
    summary = " ".join(
        f"{name}: {words.of_text(told)}, {words.interval_text(told)}." for name, told in rows
    )
    return {
        "compared": [
            html.H2(_("You and three readers")),
            html.P(_compared_sentence(columns), className="statement"),
            graph(
                "quiz-readers",
                _("Right on the same questions; dotted: guessing"),
                class_name="readers-chart quiz-chart",
                figure=figure,
                summary=summary,
            ),
            html.H3(_("On these questions")),
            table(_trial_rows(view, columns), (_("shown"), *columns)),
            html.H3(_("On all images of the two classes in the test set")),
            _whole_set(view, readers),
            html.P(_fine_print(view, readers), className="faint note"),
            html.H3(_("To hand in")),
            html.Pre(report_text(view, columns), className="quiz-report", tabIndex="0"),
            html.Div(_files(view), className="button-row"),
        ]
    }


def _compared_sentence(columns: Mapping[str, Grades]) -> str:
    """Who of the readers was better on the same questions, as far as so few can tell."""
    own, *others = columns.items()
    better = [
        name for name, found in others if paired_difference(found.credit, own[1].credit).low > 0
    ]
    if len(better) == len(others):
        return _("All readers did better than you, by more than chance.")
    if better:
        return _("Better than you by more than chance: {names}.").format(names=", ".join(better))
    return _("No reader did better than you by more than chance.")


def _trial_rows(view: QuizView, columns: Mapping[str, Grades]) -> list[list[str]]:
    rows = [
        [
            words.showing_text(one),
            *(words.of_text(found.by_showing[one]) for found in columns.values()),
        ]
        for one in view.showings
    ]
    rows.append([_("clear"), *(words.of_text(found.clear) for found in columns.values())])
    rows.append([_("ambiguous"), *(words.of_text(found.ambiguous) for found in columns.values())])
    rows.append([_("all"), *(words.of_text(found.overall) for found in columns.values())])
    return rows


def _whole_set(view: QuizView, readers: PairReaders) -> Component:
    head = [_("reads"), _("Circle reader")]
    head += [_("Linear probe")] if readers.probes else []
    rows = []
    for layer in view.layers:
        told = [readers.circles[layer], *([readers.probes[layer]] if readers.probes else [])]
        rows.append([layer, *(percent_text(one.overall.value, 1) for one in told), "–"])
    whole = ["–"] * (len(head) - 1)
    rows.append([_("everything"), *whole, percent_text(readers.network.overall.value, 1)])
    return table(rows, (*head, _("Network")))


def _fine_print(view: QuizView, readers: PairReaders) -> str:
    p, q = words.names_of(view)
    told = [
        _(
            'Right is what the label says; "can\'t tell" counts half, guessing gets half. Intervals: '
            "Wilson, 95 %; five questions to a grid say little about it."
        ),
        _(
            "The circle reader takes the class of whose circled cells the larger share is on; the circles "
            "are drawn on the three clearest images of {p} and of {q}."
        ).format(p=p, q=q),
    ]
    if training_set(view.explorer) is None:
        told.append(
            _(
                "These images are of the same set, which flatters the circles; they are not asked "
                "about."
            )
        )
    if readers.probes:
        counts = ", ".join(f"{layer} {count_text(n)}" for layer, n in readers.n_fitted.items())
        told.append(
            _(
                "The linear probe is one weighted sum, learned from training images ({counts})."
            ).format(counts=counts)
        )
    else:
        told.append(
            _("There are no training images of both classes: no linear probe can be learned.")
        )
    return " ".join(told)


def _files(view: QuizView) -> list[Component]:
    return [
        html.A(text, className="button", download="", href=address_of(view, ending))
        for ending, text in (("csv", _("Save as CSV")), ("txt", _("Save as text")))
    ]


COMPARED = Panel(
    name="quiz-compared",
    depends_on=(*BLOCK, "answers"),
    layout=lambda explorer: html.Section(
        html.P(_("Asking the readers …"), className="note"),
        id=_COMPARED,
        className="panel quiz-panel",
        **{"aria-label": _("You and three readers")},
    ),
    draw=draw_compared,
    outputs={"compared": (_COMPARED, "children")},
    is_slow=True,
)
