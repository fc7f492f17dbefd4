"""Compare: groups of images side by side, and the circles that they have in common, measured."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.links import COMPARE, QUIZ, link
from app.frame.page import Page, Reply, Steps
from app.pages.compare import words
from app.pages.compare.boards import BOARDS_PANEL
from app.pages.compare.circled import CIRCLES_PANEL
from app.pages.compare.controls import CONTROLS, choices, control_values
from app.pages.compare.downloads import register_routes
from app.pages.compare.groups.members import neighbours
from app.pages.compare.hand.panel import HAND_PANEL
from app.pages.compare.measured.class_statistics import STATISTIC_PANEL
from app.pages.compare.measured.fair import FAIR_PANEL
from app.pages.compare.measured.worth import TABLE_PANEL, THREES_PANEL, WORTH_PANEL
from app.pages.compare.state import FIELDS, CompareSelection, complete
from app.pages.compare.view import CompareView, look


def _arrange(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    left = (BOARDS_PANEL, TABLE_PANEL, STATISTIC_PANEL)
    right = (HAND_PANEL, WORTH_PANEL, FAIR_PANEL, THREES_PANEL)
    return html.Div(
        [
            choices(explorer),
            html.Div(
                [
                    html.Div([placed[panel.name] for panel in left], className="compare-main"),
                    html.Section(
                        [*(placed[panel.name] for panel in right), _door_to_quiz()],
                        className="panel worth",
                        **{"aria-label": "What is it worth?"},
                    ),
                ],
                className="compare-body",
            ),
        ],
        className="compare",
    )


def _door_to_quiz() -> Component:
    told = "Can your own eye do it? Twenty grids without their digit"
    return html.P(html.A(told, **{"data-link": "quiz"}), className="note")


def _reply(view: CompareView) -> Reply:
    selection, explorer = view.selection, view.explorer
    names = [info.name for info in explorer.network(selection.model).layers]
    place = names.index(selection.layer)
    labels = explorer.dataset(selection.set).labels
    return Reply(
        sentence=words.summary(view),
        values=control_values(selection),
        links={"quiz": link(explorer, QUIZ, model=selection.model, p=selection.p, q=selection.q)},
        steps=Steps(
            below=names[(place + 1) % len(names)],
            above=names[place - 1],
            more={"neighbours": neighbours(labels, selection.members)},
        ),
    )


PAGE = Page(
    path=COMPARE,
    title="Compare",
    question="What do {ps} share that {qs} lack? Is it enough?",
    words=(
        "map",
        "node",
        "cell",
        "on",
        "share of peak",
        "unique",
        "shared",
        "chance",
        "split",
        "hit rate",
        "95 % interval",
        "circle reader",
        "activation",
        "contribution",
        "AUC",
    ),
    keys=(
        (
            "← →",
            "exchange the outlined image for the previous, next one of its label; click an image "
            "to outline it",
        ),
        ("↑ ↓", "previous, next layer"),
        ("r", "random groups, with the next seed"),
        (
            "Tab, then ← → ↑ ↓ Enter",
            "on a grid: move over its cells (with Shift over whole units), point one out, or circle "
            "it while you draw",
        ),
    ),
    help="Point at a cell to read its value in every image and to see on each digit which pixels it "
    "can see. Click it to point it out or, while you draw circles, to circle it; drag over some units to enlarge them, drag an image to "
    "move it to another place or group.",
    fields=FIELDS,
    selection=CompareSelection,
    look=look,
    panels=(
        BOARDS_PANEL,
        CIRCLES_PANEL,
        CONTROLS,
        HAND_PANEL,
        WORTH_PANEL,
        FAIR_PANEL,
        TABLE_PANEL,
        THREES_PANEL,
        STATISTIC_PANEL,
    ),
    arrange=_arrange,
    reply=_reply,
    register_downloads=register_routes,
    complete=complete,
)
