"""One question: the grid alone, and the answers to choose from."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.pictures.grid import grid_figure
from app.frame.components import EMPTY_FIGURE, graph, number, select, summary_id
from app.frame.defaults import columns_for
from app.frame.page import Panel
from app.frame.subject import Subject
from app.frame.words.language import _
from app.pages.quiz import words
from app.pages.quiz.state import ways_to_show
from app.pages.quiz.view import QuizView
from cnn_core.blind_eye.grading import ANSWERS
from cnn_core.blind_eye.showings import Way
from cnn_core.decision.votes import vote_order
from cnn_core.space.display import colour_range
from cnn_core.space.mosaic import Mosaic

_TRIAL, _GRID, _TITLE = "quiz-trial", "quiz-grid", "quiz-title"
_NOTE, _ANSWERS, _BLOCK = "quiz-note", "quiz-answers", "quiz-block"
BLOCK = ("model", "p", "q", "seed", "show")
"""Parts of the address that say which block it is."""


def draw_trial(view: QuizView) -> dict[str, Any]:
    """Draw what a layer makes of the image; nothing tells which image it is."""
    trial = view.trial
    if trial is None:
        nothing: dict[str, Any] = {"grid": EMPTY_FIGURE, "title": None, "answers": None}
        return {**nothing, "hidden": True, "note": "", "summary": ""}
    title = [
        html.H2(words.progress_text(view)),
        html.Progress(value=str(view.n_answered), max=str(len(view.trials)), **_bar_label(view)),
        *_back(view),
        html.B(words.showing_text(trial.showing)),
        html.Span(words.layer_text(_layer(view)), className="faint"),
    ]
    return {
        "hidden": False,
        "grid": _grid(view),
        "title": title,
        "answers": _answer_buttons(view),
        "note": words.showing_note(view, trial.showing),
        "summary": f"{words.progress_text(view)}: {words.showing_text(trial.showing)}, "
        f"{words.layer_text(_layer(view))}.",
    }


def _bar_label(view: QuizView) -> dict[str, str]:
    return {"aria-label": words.progress_text(view)}


def _layer(view: QuizView) -> Any:
    assert view.trial is not None
    return view.explorer.network(view.selection.model).layer(view.trial.showing.layer)


def _grid(view: QuizView) -> dict[str, Any]:
    assert view.trial is not None
    model, layer, showing = view.selection.model, _layer(view), view.trial.showing
    network = view.explorer.network(model)
    values = view.explorer.activations(model, Subject(view.set_name, view.trial.image))
    shown = values[showing.layer][0]
    order = vote_order(network, *view.pair) if showing.way is Way.SORTED_NODES else None
    figure = grid_figure(
        Mosaic.of(layer.shape, columns_for(layer), order=order),
        shown,
        shown,
        colour_range(shown),
        name=layer.name,
        range_title=_("activation"),
    )
    # A click on a unit leads nowhere from here.
    figure["layout"]["meta"]["click"] = "none"
    return figure


def _answer_buttons(view: QuizView) -> list[Component]:
    return [
        html.Button(
            [html.B(name), html.Span(how)],
            className="quiz-answer",
            title=_("Key {n}").format(n=place + 1),
            **{
                "data-set-key": "answers",
                "data-set-value": view.selection.answers + letter,
                "data-quiz-key": str(place + 1),
            },
        )
        for place, (letter, (name, how)) in enumerate(
            zip(ANSWERS, words.answer_texts(view), strict=True)
        )
    ]


def _back(view: QuizView) -> list[Component]:
    """Way back to the question before."""
    if not view.n_answered:
        return []
    back = {"data-set-key": "answers", "data-set-value": view.selection.answers[:-1]}
    return [html.Button(_("one back"), className="button small quiz-back", **back)]


def _frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            html.Div(id=_TITLE, className="quiz-head"),
            graph(
                _GRID, _("Activation grid of a hidden image"), class_name="grid-figure quiz-grid"
            ),
            html.P(id=_NOTE, className="faint note"),
            html.Div(
                id=_ANSWERS, className="quiz-answers", role="group", **{"aria-label": _("Answers")}
            ),
            html.P(words.kept_text(), className="faint note"),
        ],
        id=_TRIAL,
        className="panel quiz-panel",
        **{"aria-label": _("Question")},
    )


def choose_block(explorer: Explorer) -> Component:
    """Controls that choose another block; they stand after the question."""
    models = [(name, name) for name in explorer.model_names]
    return html.Details(
        [
            html.Summary(_("Another block, another pair, another network")),
            html.P(id=_BLOCK, className="note"),
            html.Div(
                [
                    select("model", _("Model"), models),
                    number("p", "p", 0, None),
                    number("q", "q", 0, None),
                    select("show", _("Grids"), []),
                    number("seed", _("Block"), 0, None),
                ],
                className="choices",
            ),
        ],
        className="quiz-block",
    )


def _draw_block(view: QuizView) -> dict[str, Any]:
    model = {"model": view.selection.model}
    return {
        "block": words.block_text(view) if view.trials else words.no_quiz(view),
        "show": [
            {"value": way, "label": _(words.SHOWN[way])}
            for way in ways_to_show(view.explorer, model)
        ],
    }


TRIAL = Panel(
    name="quiz-trial",
    depends_on=(*BLOCK, "answers"),
    layout=_frame,
    draw=draw_trial,
    outputs={
        "hidden": (_TRIAL, "hidden"),
        "grid": (_GRID, "figure"),
        "title": (_TITLE, "children"),
        "answers": (_ANSWERS, "children"),
    },
    texts={"note": _NOTE, "summary": summary_id(_GRID)},
)
CHOICES = Panel(
    name="quiz-choices",
    depends_on=BLOCK,
    draw=_draw_block,
    texts={"block": _BLOCK},
    options=("show",),
)
