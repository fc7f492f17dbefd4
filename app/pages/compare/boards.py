"""The groups: every image's grid on its board, with the circles that the groups have in common."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.figures import theme
from app.figures.pictures.board import board_figure
from app.figures.pictures.grid import receptive_link
from app.frame.components import control, graph, labelled, picture_button, summary_id, switch
from app.frame.defaults import default_image, default_pair, stand_in_image
from app.frame.page import Panel
from app.frame.search import HELP
from app.frame.wording import number_text
from app.pages.compare import words
from app.pages.compare.captions import captions
from app.pages.compare.members import GROUPS, RULES
from app.pages.compare.state import write
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
_EMPTY = {"data": [], "layout": {"xaxis": {"visible": False}, "yaxis": {"visible": False}}}


def board(key: str, line: int) -> str:
    """Id of the picture of one line of a group's grids."""
    return f"compare-board-{key}{line}"


def _draw(view: CompareView) -> dict[str, Any]:
    selection, slots = view.selection, view.slots
    legend = words.legend(view.circles)
    shown: dict[str, Any] = {}
    for key in GROUPS:
        shown |= _group(view, key)
    return shown | {
        "legend": [
            html.Span(
                [html.Span(symbol, className=ink, **{"aria-hidden": "true"}), f" {legend[kind]}"],
                title=title,
            )
            for kind, symbol, ink, title in (
                ("A", "○", "ink-a", "Common to A and on in no image of B"),
                ("B", "□", "ink-b", "Common to B and on in no image of A"),
                ("shared", "◇", "ink-shared", words.shared_text(view.circles)),
            )
            if kind in legend
        ],
        "colour_bar": _colour_bar(view),
        "rings_note": words.rings_note(view),
        "threshold": f"{selection.t:.2f}",
        "class": "boards tight" if slots.n > _ROOMY else "boards",
        "style": {
            "--columns": str(slots.n),
            "--aspect": f"{slots.n * slots.columns / slots.rows:.4f}",
        },
        "downloads": _downloads(view),
    }


def _group(view: CompareView, key: str) -> dict[str, Any]:
    tiles, selection = view.groups[key], view.selection
    if selection.choices[key].rule == "none" and not tiles:
        told = "No group C: choose a rule or add an image."
    else:
        fault = selection.faults.get(key) or "no image fits"
        told = "" if tiles else f"No image is in this group: {fault}."
    shown: dict[str, Any] = {f"{key}_empty": told}
    for line in LINES:
        of_line = tiles[line * SLOTS_IN_A_ROW : (line + 1) * SLOTS_IN_A_ROW]
        parts = _line(view, key, line, of_line)
        shown |= {f"{key}{line}_{name}": value for name, value in parts.items()}
    return shown


def _line(view: CompareView, key: str, line: int, tiles: Sequence[Tile]) -> dict[str, Any]:
    if not tiles:
        return {"hidden": True, "captions": [], "figure": _EMPTY, "summary": ""}
    layer, selection = view.layer, view.selection
    sight = view.explorer.sight(selection.model, layer.name)
    figure = board_figure(
        view.mosaic,
        view.slots,
        [tile.values for tile in tiles],
        view.range,
        rings=view.rings[key],
        on=[tile.on for tile in tiles],
        outlined=view.outlined,
        colour_map=selection.colours,
        name=layer.name,
        fields=receptive_link(sight.summary, sight.boxes, layer.is_spatial),
        units=view.units if len(view.units) < layer.n_units else None,
    )
    more = f"More of group {key.upper()}."
    return {
        "hidden": False,
        "captions": captions(view, key, tiles),
        "figure": figure,
        "summary": words.board_summary(view, key) if line == 0 else more,
    }


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


def _downloads(view: CompareView) -> list[Component]:
    query = write(view.selection, view.explorer)
    selection = view.selection
    low, high = view.range
    stem = f"{selection.model}_{selection.set}_{selection.layer}"
    buttons = [
        picture_button(
            board(key, line),
            f"{stem}_{key.upper()}{line or ''} from {low:.3g} to {high:.3g}",
            f"{key.upper()}{'′' * line} PNG",
        )
        for key in GROUPS
        for line in LINES
        if len(view.groups[key]) > line * SLOTS_IN_A_ROW
    ]
    if view.selection.own:
        # A file is asked for by its address, where an own image has no place.
        return buttons
    return [
        *buttons,
        html.A(
            "Circles CSV",
            href=f"/download/circles.csv{query}",
            className="button small",
            download=f"{stem}_circles.csv",
            title="All circled cells with their numbers",
        ),
        html.A(
            "NPZ",
            href=f"/download/compare.npz{query}",
            className="button small",
            download=f"{stem}_compare.npz",
            title="Activations of all images, circles and what they are worth",
        ),
    ]


def _frame(explorer: Explorer) -> Component:
    summaries = [
        switch("mean", "mean", title="Mean over each group"),
        switch("min", "minimum", title="Minimum over each group"),
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.Div(id=LEGEND, className="legend"),
                    html.Div(summaries, className="summaries"),
                    html.Div(id=COLOUR_BAR, className="range-bar"),
                ],
                className="panel-head",
            ),
            html.Div(
                [_group_frame(explorer, key) for key in GROUPS], id=BOARDS, className="boards"
            ),
            html.P(id=RINGS_NOTE, className="faint note"),
            html.Div(id=DOWNLOADS, className="button-row"),
        ],
        className="panel",
        **{"aria-label": "Groups"},
    )


def _example(explorer: Explorer) -> str:
    """Words that the search takes, made of an image and a class that exist."""
    p, _ = default_pair(explorer.class_names)
    model, set_name = explorer.model_names[0], explorer.set_names[0]
    try:
        image = default_image(explorer, model, set_name)
    except StillReading:
        image = stand_in_image(explorer, set_name)
    return f"add: {image} or label:{explorer.class_name(p)} wrong"


def _group_frame(explorer: Explorer, key: str) -> Component:
    name = key.upper()
    return html.Div(
        [
            html.Div(
                [
                    html.H2(
                        [
                            html.Span(
                                _SYMBOLS[key], className=f"ink-{key}", **{"aria-hidden": "true"}
                            ),
                            f" {name}",
                        ]
                    ),
                    labelled(
                        f"Rule of group {name}",
                        dbc.Select(
                            id=control(f"r{key}"),
                            options=[{"value": rule, "label": rule} for rule in RULES],
                        ),
                        class_name="field inline",
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
                        class_name="field inline",
                        hide_label=True,
                        title=HELP,
                    ),
                    html.Span(id=f"compare-empty-{key}", className="faint note"),
                ],
                className="group-head",
            ),
            *(_line_frame(key, line) for line in LINES),
        ],
        id=f"compare-group-{key}",
        className="group",
        **{"data-drop": key},
    )


def _line_frame(key: str, line: int) -> Component:
    return html.Div(
        [
            html.Div(id=f"compare-captions-{key}{line}", className="captions"),
            graph(board(key, line), f"Grids of group {key.upper()}", class_name="board"),
        ],
        id=f"compare-line-{key}{line}",
        className="group-line",
        hidden=True,
    )


def _group_outputs() -> dict[str, tuple[str, str]]:
    outputs: dict[str, Any] = {}
    for key in GROUPS:
        for line in LINES:
            outputs |= {
                f"{key}{line}_hidden": (f"compare-line-{key}{line}", "hidden"),
                f"{key}{line}_captions": (f"compare-captions-{key}{line}", "children"),
                f"{key}{line}_figure": (board(key, line), "figure"),
            }
    return outputs


BOARDS_PANEL = Panel(
    name="compare-boards",
    depends_on=(*GROUP_KEYS, "layer", "t", "zoom", "mean", "min", "colours", "cell", *HAND_KEYS),
    layout=_frame,
    draw=_draw,
    outputs={
        **_group_outputs(),
        "legend": (LEGEND, "children"),
        "colour_bar": (COLOUR_BAR, "children"),
        "class": (BOARDS, "className"),
        "style": (BOARDS, "style"),
        "downloads": (DOWNLOADS, "children"),
    },
    texts={
        **{f"{key}_empty": f"compare-empty-{key}" for key in GROUPS},
        **{
            f"{key}{line}_summary": summary_id(board(key, line)) for key in GROUPS for line in LINES
        },
        "rings_note": RINGS_NOTE,
        "threshold": THRESHOLD_TEXT,
    },
)
