"""What stands on the groups' boards besides the activations: circles, cards, legend, files."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from app.figures.pictures.board import rings_on_board
from app.frame.components import picture_button, summary_id
from app.frame.page import Panel
from app.pages.compare import words
from app.pages.compare.boards import (
    DOWNLOADS,
    GROUP_KEYS,
    HAND_KEYS,
    LEGEND,
    RINGS_NOTE,
    THRESHOLD_TEXT,
    board_id,
    rings_id,
    tiles_of_line,
)
from app.pages.compare.captions import captions
from app.pages.compare.groups.members import GROUPS
from app.pages.compare.state import write
from app.pages.compare.view import LINES, SLOTS_IN_A_ROW, CompareView


def _draw(view: CompareView) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for key in GROUPS:
        for line in LINES:
            parts = _line(view, key, line)
            shown |= {f"{key}{line}_{name}": value for name, value in parts.items()}
    return shown | {
        "legend": _legend(view),
        "rings_note": words.rings_note(view),
        "threshold": f"{view.selection.t:.2f}",
        "downloads": _downloads(view),
    }


def _line(view: CompareView, key: str, line: int) -> dict[str, Any]:
    tiles = tiles_of_line(view, key, line)
    if not tiles:
        return {"captions": [], "rings": "", "summary": ""}
    on = [tile.on for tile in tiles]
    more = f"More of group {key.upper()}."
    return {
        "captions": captions(view, key, tiles),
        "rings": rings_on_board(view.mosaic, view.slots, on, view.rings[key], view.outlined),
        "summary": words.board_summary(view, key) if line == 0 else more,
    }


def _legend(view: CompareView) -> list[Component]:
    legend = words.legend(view.circles)
    return [
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
    ]


def _downloads(view: CompareView) -> list[Component]:
    query = write(view.selection, view.explorer)
    selection = view.selection
    low, high = view.range
    stem = f"{selection.model}_{selection.set}_{selection.layer}"
    buttons = [
        picture_button(
            board_id(key, line),
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


def _each_line(name: str, of_line: Any) -> dict[str, Any]:
    return {f"{key}{line}_{name}": of_line(key, line) for key in GROUPS for line in LINES}


CIRCLES_PANEL = Panel(
    name="compare-circles",
    depends_on=(*GROUP_KEYS, "layer", "t", "zoom", "mean", "min", "colours", "cell", *HAND_KEYS),
    draw=_draw,
    markup={
        **_each_line("captions", lambda key, line: f"compare-captions-{key}{line}"),
        "legend": LEGEND,
        "downloads": DOWNLOADS,
    },
    texts={
        **_each_line("rings", rings_id),
        **_each_line("summary", lambda key, line: summary_id(board_id(key, line))),
        "rings_note": RINGS_NOTE,
        "threshold": THRESHOLD_TEXT,
    },
)
