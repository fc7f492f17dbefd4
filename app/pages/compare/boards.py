"""The groups: every image's grid on its board, with the circles that the groups have in common."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures import theme
from app.figures.pictures.board import EMPTY_BOARD, board_figure
from app.figures.pictures.grid import receptive_link
from app.frame.browsing.search import HELP
from app.frame.components import control, graph, labelled, switch
from app.frame.defaults import default_image, default_pair, stand_in_image
from app.frame.page import Panel
from app.frame.words.wording import number_text
from app.pages.compare.groups.members import GROUPS, RULES
from app.pages.compare.state import CompareSelection
from app.pages.compare.view import LINES, SLOTS_IN_A_ROW, CompareView, Tile
from app.reading import StillReading

BOARDS, LEGEND, COLOUR_BAR = "compare-boards", "compare-legend", "compare-colour-bar"
RINGS_NOTE, THRESHOLD_TEXT = "compare-rings-note", "compare-threshold"
DOWNLOADS = "compare-downloads"
GROUP_KEYS = (
    "model",
    "set",
    "own",
    *GROUPS,
    *(f"{sign}{key}" for sign in "rn" for key in GROUPS),
    *(f"add_{key}" for key in GROUPS),
    "p",
    "q",
    "seed",
)
"""Keys that tell which images stand in the groups."""
HAND_KEYS = ("hand", "ha", "hb")
"""Keys that tell which circles the reader has drawn."""
_ROOMY = 5
_SYMBOLS = {"a": "○", "b": "□", "c": ""}


def board_id(key: str, line: int) -> str:
    """Id of the picture of one line of a group's grids."""
    return f"compare-board-{key}{line}"


def rings_id(key: str, line: int) -> str:
    """Id of the text that holds what lies over such a picture; assets/board.js reads it."""
    return f"{board_id(key, line)}-rings"


def tiles_of_line(view: CompareView, key: str, line: int) -> Sequence[Tile]:
    """Grids that stand in one line of a group."""
    return view.groups[key][line * SLOTS_IN_A_ROW : (line + 1) * SLOTS_IN_A_ROW]


def _draw(view: CompareView) -> dict[str, Any]:
    slots = view.slots
    shown: dict[str, Any] = {f"{key}_empty": _why_empty(view, key) for key in GROUPS}
    for key in GROUPS:
        for line in LINES:
            figure = _line(view, tiles_of_line(view, key, line))
            shown |= {f"{key}{line}_hidden": figure is None}
            shown |= {f"{key}{line}_figure": EMPTY_BOARD if figure is None else figure}
    return shown | {
        "colour_bar": _colour_bar(view),
        "class": _class_of(view),
        "style": {
            "--columns": str(slots.n),
            "--aspect": f"{slots.n * slots.columns / slots.rows:.4f}",
        },
    }


def _class_of(view: CompareView) -> str:
    last, n_slots = len(view.groups[GROUPS[-1]]), view.slots.n
    told = {"tight": n_slots > _ROOMY, "with-room": 0 < last < n_slots}
    return " ".join(["boards", *(name for name, holds in told.items() if holds)])


def _why_empty(view: CompareView, key: str) -> str:
    """Why a group has no image, "" where it has."""
    if view.groups[key]:
        return ""
    if view.selection.choices[key].rule == "none":
        return "No group C: choose a rule or add an image."
    fault = view.selection.faults.get(key) or "no image fits"
    return f"No image is in this group: {fault}."


def _line(view: CompareView, tiles: Sequence[Tile]) -> dict[str, Any] | None:
    if not tiles:
        return None
    layer, selection = view.layer, view.selection
    sight = view.explorer.sight(selection.model, layer.name)
    return board_figure(
        view.mosaic,
        view.slots,
        [tile.values for tile in tiles],
        view.range,
        colour_map=selection.colours,
        name=layer.name,
        fields=receptive_link(sight.summary, sight.boxes, layer.is_spatial),
        units=view.units if len(view.units) < layer.n_units else None,
    )


def _colour_bar(view: CompareView) -> list[Component]:
    stops = ", ".join(colour for _, colour in theme.colour_stops(view.selection.colours))
    low, high = view.range
    return [
        html.Span(number_text(low), className="figures"),
        html.Span(
            className="colour-stripe", style={"background": f"linear-gradient(90deg, {stops})"}
        ),
        html.Span(number_text(high), className="figures"),
        html.Span(" activation, all grids", className="faint"),
    ]


def _frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            html.Div([_head(explorer, key) for key in GROUPS], className="group-heads"),
            html.Div([_group_frame(key) for key in GROUPS], id=BOARDS, className="boards"),
        ],
        className="panel",
        **{"aria-label": "Groups"},
    )


def _foot() -> Component:
    """Legend and files; they stand beside the last group's grids where these leave room."""
    summaries = [
        switch("mean", "mean", title="Mean over each group"),
        switch("min", "minimum", title="Minimum over each group"),
    ]
    return html.Div(
        [
            html.Div(id=LEGEND, className="legend"),
            html.Div(id=COLOUR_BAR, className="range-bar"),
            html.Div(summaries, className="summaries"),
            html.P(id=RINGS_NOTE, className="faint note"),
            html.Div(id=DOWNLOADS, className="button-row"),
        ],
        className="boards-foot",
    )


def _example(explorer: Explorer) -> str:
    """Words that the search takes, made of an image and a class that exist."""
    p, _ = default_pair(explorer.class_names)
    try:
        image = default_image(explorer, explorer.model_names[0], explorer.set_names[0])
    except StillReading:
        image = stand_in_image(explorer, explorer.set_names[0])
    return f"add: {image} or label:{explorer.class_name(p)} wrong"


def _head(explorer: Explorer, key: str) -> Component:
    name = key.upper()
    symbol = html.Span(_SYMBOLS[key], className=f"ink-{key}", **{"aria-hidden": "true"})
    return html.Div(
        [
            html.H2([symbol, f" {name}"], id=f"compare-head-{key}"),
            labelled(
                f"Rule of group {name}",
                dbc.Select(
                    id=control(f"r{key}"),
                    options=[{"value": rule, "label": rule} for rule in RULES],
                ),
                class_name="field inline ruler",
                hide_label=True,
            ),
            labelled(
                f"Number of images in group {name}",
                dbc.Input(
                    id=control(f"n{key}"),
                    type="number",
                    min=1,
                    max=12,
                    step=1,
                    debounce=True,
                    className="few",
                ),
                class_name="field inline",
                hide_label=True,
                title="1 to 12 images",
            ),
            labelled(
                f"Add an image to group {name}",
                dbc.Input(
                    id=control(f"add_{key}"),
                    type="text",
                    debounce=True,
                    placeholder=_example(explorer),
                    maxlength=200,
                    autocomplete="off",
                    className="adder",
                ),
                class_name="field inline adding",
                hide_label=True,
                title=HELP,
            ),
        ],
        className="group-head",
        **{"data-drop": key},
    )


def _group_frame(key: str) -> Component:
    return html.Div(
        [
            html.Span(id=f"compare-empty-{key}", className="faint note"),
            *(_line_frame(key, line) for line in LINES),
            *([_foot()] if key == GROUPS[-1] else []),
        ],
        id=f"compare-group-{key}",
        className="group",
        role="group",
        **{"data-drop": key, "aria-labelledby": f"compare-head-{key}"},
    )


def _line_frame(key: str, line: int) -> Component:
    return html.Div(
        [
            html.Div(id=f"compare-captions-{key}{line}", className="captions"),
            graph(board_id(key, line), f"Grids of group {key.upper()}", class_name="board"),
            html.Div(id=rings_id(key, line), hidden=True),
        ],
        id=f"compare-line-{key}{line}",
        className="group-line",
        hidden=True,
        **{"data-head": LEGEND},
    )


def _group_outputs() -> dict[str, tuple[str, str]]:
    outputs: dict[str, Any] = {}
    for key in GROUPS:
        for line in LINES:
            outputs |= {
                f"{key}{line}_hidden": (f"compare-line-{key}{line}", "hidden"),
                f"{key}{line}_figure": (board_id(key, line), "figure"),
            }
    return outputs


BOARDS_PANEL = Panel(
    name="compare-boards",
    depends_on=(*GROUP_KEYS, "layer", "zoom", "mean", "min", "colours"),
    layout=_frame,
    draw=_draw,
    outputs={**_group_outputs(), "class": (BOARDS, "className"), "style": (BOARDS, "style")},
    markup={"colour_bar": COLOUR_BAR},
    texts={f"{key}_empty": f"compare-empty-{key}" for key in GROUPS},
    # Only units with a ring are shown: which these are follows from the circles.
    seen={"zoom": lambda selection: (selection.zoom, _circled(selection))},
)


def _circled(selection: CompareSelection) -> tuple[Any, ...]:
    """What the choice of the units with a ring follows from."""
    if selection.zoom != "circled":
        return ()
    return selection.t, selection.by_hand, selection.hand_a, selection.hand_b
