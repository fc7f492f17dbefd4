"""Compare: groups of images side by side, and the circles that they have in common, measured."""

from dash import Input, Output, State

from app.frame.address import ANSWER, NOTICES, query_store, search_of
from app.frame.components import notices, summary_id
from app.pages.compare import parts
from app.pages.compare.drawing import drawn_groups, drawn_statistic, drawn_triples, drawn_worth
from app.pages.compare.files import register_routes
from app.pages.compare.layout import layout
from app.pages.compare.measures import Measures
from app.pages.compare.members import GROUPS
from app.pages.compare.replies import reply
from app.pages.compare.state import read, write
from app.pages.compare.view import LINES, look

PATH = "/compare"
TITLE = "Compare"
KEYS = (
    (
        "← →",
        "exchange the outlined image for the previous, next one of its label; click an image "
        "to outline it",
    ),
    ("↑ ↓", "previous, next layer"),
    ("r", "random groups, with the next seed"),
)
HELP = (
    "Point at a cell to read its value in every image and to see on each digit which pixels it "
    "can see. Click it to point it out, drag over some units to enlarge them, drag an image to "
    "move it to another place or group."
)

__all__ = ["HELP", "KEYS", "PATH", "TITLE", "layout", "register_callbacks"]


def register_callbacks(app, explorer):
    """Connect the page.

    Parameters
    ----------
    app : dash.Dash
    explorer : Explorer
    """
    measures = Measures(explorer)
    register_routes(app.server, explorer, measures)

    @app.callback(
        output={
            "groups": _group_outputs(),
            "legend": Output(parts.LEGEND, "children"),
            "colour_bar": Output(parts.COLOUR_BAR, "children"),
            "rings_note": Output(parts.RINGS_NOTE, "children"),
            "threshold": Output(parts.THRESHOLD_TEXT, "children"),
            "boards_class": Output(parts.BOARDS, "className"),
            "boards_style": Output(parts.BOARDS, "style"),
            "downloads": Output(parts.DOWNLOADS, "children"),
            "run": Output(parts.TRIPLES_RUN, "title"),
            "asked": Output(parts.ASKED, "data"),
            "notices": Output(NOTICES, "children", allow_duplicate=True),
            "answer": Output(ANSWER, "data", allow_duplicate=True),
        },
        inputs=[Input(query_store(PATH), "data")],
        prevent_initial_call="initial_duplicate",
    )
    def show(address):
        selection, problems = read(search_of(address), explorer)
        view, query = look(explorer, measures, selection), write(selection, explorer)
        return {
            **drawn_groups(explorer, view, PATH, query),
            "asked": {"search": query},
            "notices": notices(problems),
            "answer": reply(explorer, view, PATH, query),
        }

    @app.callback(
        output={
            "warnings": Output(parts.WARNINGS, "children"),
            "sentence": Output(parts.SENTENCE, "children"),
            "chance": Output(parts.CHANCE, "figure"),
            "chance_note": Output(parts.CHANCE_NOTE, "children"),
            "readers": Output(parts.READERS, "figure"),
            "readers_note": Output(parts.READERS_NOTE, "children"),
            "table": Output(parts.TABLE, "children"),
            "table_note": Output(parts.TABLE_NOTE, "children"),
        },
        inputs=[Input(parts.ASKED, "data")],
        prevent_initial_call=True,
    )
    def weigh(asked):
        selection, _ = read(search_of(asked), explorer)
        return drawn_worth(explorer, measures, selection, PATH)

    @app.callback(
        output={
            "figure": Output(parts.STATISTIC, "figure"),
            "title": Output(parts.STATISTIC_TITLE, "children"),
            "note": Output(parts.STATISTIC_NOTE, "children"),
            "downloads": Output(parts.STATISTIC_DOWNLOADS, "children"),
            "shown": Output(parts.STATISTIC_SHOWN, "data"),
        },
        inputs=[Input(parts.ASKED, "data")],
        state=[State(parts.STATISTIC_SHOWN, "data")],
        prevent_initial_call=True,
    )
    def summarise(asked, shown):
        selection, _ = read(search_of(asked), explorer)
        return drawn_statistic(explorer, measures, selection, shown)

    @app.callback(
        output={
            "figure": Output(parts.TRIPLES, "figure"),
            "note": Output(parts.TRIPLES_NOTE, "children"),
        },
        inputs=[Input(parts.FOUND_TRIPLES, "data")],
        prevent_initial_call=True,
    )
    def distribute(found):
        selection, _ = read(search_of(found), explorer)
        return drawn_triples(measures, selection, found)


def _group_outputs():
    return {
        key: {
            "empty": Output(parts.empty_note(key), "children"),
            "lines": [
                {
                    "hidden": Output(parts.line_box(key, line), "hidden"),
                    "captions": Output(parts.captions_of(key, line), "children"),
                    "figure": Output(parts.board(key, line), "figure"),
                    "summary": Output(summary_id(parts.board(key, line)), "children"),
                }
                for line in LINES
            ],
        }
        for key in GROUPS
    }
