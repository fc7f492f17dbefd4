"""Patterns: what does this unit respond to? Real patches first, then the pattern made for it."""

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.browsing.image_chooser import image_steps
from app.frame.browsing.search import steps
from app.frame.components import number, select
from app.frame.links import PATTERNS
from app.frame.page import Page, Reply
from app.pages.patterns import words
from app.pages.patterns.article import ARTICLE
from app.pages.patterns.quiz import QUIZ
from app.pages.patterns.scores import SCORES
from app.pages.patterns.seek import SEARCH
from app.pages.patterns.state import FIELDS, PatternsSelection
from app.pages.patterns.unit import UNIT
from app.pages.patterns.view import PatternsView, look
from app.pages.patterns.wall import WALL


def _arrange(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    models = [(name, name) for name in explorer.model_names]
    choices: Sequence[Component] = [
        select("model", "Model", models),
        select("layer", "Layer", []),
        number("unit", "Unit", 0, None),
        image_steps(),
    ]
    return html.Div(
        [
            html.Div(choices, className="choices"),
            placed[SEARCH.name],
            placed[QUIZ.name],
            html.Div(
                [
                    placed[UNIT.name],
                    placed[SCORES.name],
                    html.Div([placed[WALL.name], placed[ARTICLE.name]], className="patterns-side"),
                ],
                className="patterns-body",
            ),
        ],
        className="patterns",
    )


def _reply(view: PatternsView) -> Reply:
    return Reply(sentence=words.sentence(view), steps=steps(view, None))


PAGE = Page(
    path=PATTERNS,
    title="Patterns",
    question="What does this unit respond to?",
    words=(
        "unit",
        "map",
        "node",
        "layer",
        "cell",
        "activation",
        "receptive field",
        "dead",
        "OIP",
        "rank correlation",
        "95 % interval",
    ),
    keys=(
        ("← →", "previous, next image"),
        ("↑ ↓", "previous, next layer"),
        ("r", "random image"),
        ("w", "next misclassified image"),
    ),
    help="Click a unit on the wall. A patch opens its image in Explore.",
    fields=FIELDS,
    selection=PatternsSelection,
    look=look,
    panels=(WALL, UNIT, SCORES, SEARCH, QUIZ, ARTICLE),
    arrange=_arrange,
    reply=_reply,
)
