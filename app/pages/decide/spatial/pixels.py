"""The ledger over the pixels, from a reference that the reader chooses, and the path from there."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures.pictures.signed import signed_image
from app.frame.browsing.answer import ONE
from app.frame.components import EMPTY_FIGURE, graph, select, summary_id, table
from app.frame.page import Panel
from app.pages.decide.image import DIGIT
from app.pages.decide.slow.results import path_of
from app.pages.decide.spatial import pixels_words as words
from app.pages.decide.spatial.sums import sum_line
from app.pages.decide.view import DecideView, pixels_of

PIXELS, TITLE, SUM, NOTE, CONSTANT = (
    "decide-pixels",
    "decide-pixels-title",
    "decide-pixels-sum",
    "decide-pixels-note",
    "decide-pixels-constant",
)
PATH, PATH_BOX, PATH_SUM, PATH_NOTE = (
    "decide-path",
    "decide-path-box",
    "decide-path-sum",
    "decide-path-note",
)
DOWNLOADS = "decide-downloads"


def _draw_pixels(view: DecideView) -> dict[str, Any]:
    opened = pixels_of(view)
    note = words.pixels_note(view, opened)
    rows = words.constant_rows(view, opened)
    return {
        "pixels": signed_image(opened.terms[0].sum(axis=-1), view.p, view.q),
        "sum": sum_line(opened),
        "constant": [table(rows, ("what adds to the constant", "points")), words.CONSTANT],
        "title": words.pixels_title(view),
        "summary": note,
        "note": note,
    }


def draw_path(view: DecideView) -> dict[str, Any]:
    """Draw integrated gradients, where the reader asks for them."""
    if view.selection.view != "integrated":
        return {"figure": EMPTY_FIGURE, "sum": [], "is_hidden": True, "note": "", "summary": ""}
    found = path_of(view)
    equation, is_reached = words.path_sum(found)
    note = words.path_note(view, found)
    tag = html.Span(
        "adds up" if is_reached else "does not add up yet",
        className="tag right" if is_reached else "tag wrong",
    )
    return {
        "figure": signed_image(found.terms.sum(axis=-1), view.p, view.q),
        "sum": [
            html.Span(equation, className="equation"),
            tag,
            html.Span(words.path_residual(found), className="faint"),
        ],
        "is_hidden": False,
        "note": note,
        "summary": note,
    }


def _pixels_frame(explorer: Explorer) -> Component:
    choices = [
        select("ref", "Counted from", words.reference_choices(explorer)),
        select(
            "view",
            "Shown",
            [("ledger", "the ledger"), ("integrated", "and integrated gradients")],
            title="Integrated gradients count every gate between the reference and the image",
        ),
    ]
    return html.Section(
        [
            html.Div(
                [html.H2(id=TITLE), html.Div(choices, className="button-row on-line")],
                className="panel-head",
            ),
            html.Div(
                [
                    html.Div(id=DIGIT),
                    graph(PIXELS, "Contribution of every pixel", class_name="pixel-figure"),
                    html.Div(
                        [
                            html.P(id=NOTE, className="statement"),
                            html.Div(id=SUM, className="sum figures"),
                            html.Details(
                                [
                                    html.Summary("What the constant is made of"),
                                    html.Div(id=CONSTANT, className="faint figures"),
                                ]
                            ),
                            html.Div(id=DOWNLOADS, className="button-row"),
                        ]
                    ),
                ],
                className="beside",
            ),
        ],
        **{"aria-label": "Ledger over the pixels"},
    )


def _path_frame(explorer: Explorer) -> Component:
    picture = graph(PATH, "Integrated gradient of every pixel", class_name="pixel-figure")
    return html.Section(
        [
            html.H3("Integrated gradients"),
            html.Div(
                [
                    html.Div(),
                    picture,
                    html.Div(
                        [
                            html.P(id=PATH_NOTE, className="statement", role="status"),
                            html.Div(id=PATH_SUM, className="sum figures"),
                        ]
                    ),
                ],
                className="beside",
            ),
        ],
        id=PATH_BOX,
        hidden=True,
        **{"aria-label": "Integrated gradients"},
    )


PIXELS_PANEL = Panel(
    name="decide-pixels",
    depends_on=(*ONE, "p", "q", "ref"),
    layout=_pixels_frame,
    draw=_draw_pixels,
    outputs={"pixels": (PIXELS, "figure")},
    markup={"sum": SUM, "constant": CONSTANT},
    texts={"title": TITLE, "summary": summary_id(PIXELS), "note": NOTE},
)
PATH_PANEL = Panel(
    name="decide-path",
    depends_on=(*ONE, "p", "q", "ref", "view"),
    layout=_path_frame,
    draw=draw_path,
    outputs={"figure": (PATH, "figure"), "is_hidden": (PATH_BOX, "hidden")},
    markup={"sum": PATH_SUM},
    texts={"note": PATH_NOTE, "summary": summary_id(PATH)},
    is_empty=lambda selection: selection.view != "integrated",
    is_slow=True,
)
