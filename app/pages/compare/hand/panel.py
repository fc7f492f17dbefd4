"""Circles by hand as a panel: where a reader draws, and what the circles are beside the rule's.

The circles themselves stand on the boards; every cell can be circled without a pointer here.
"""

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.page import Panel
from app.frame.words.wording import plural
from app.pages.compare.boards import GROUP_KEYS, HAND_KEYS
from app.pages.compare.hand import words as hand_words
from app.pages.compare.hand.drawn import MOST_DRAWN, Drawn, cell_name, cells_of
from app.pages.compare.view import CompareView
from cnn_core.circles.by_hand import HandCircles

HAND, HAND_FIT = "compare-hand", "compare-hand-fit"
_OF_GROUP = (("ha", "A", "○", "ink-a"), ("hb", "B", "□", "ink-b"))


def _draw(view: CompareView) -> dict[str, Any]:
    circles = view.circles
    if not isinstance(circles, HandCircles):
        return {"parts": _offer(view), "fit": ""}
    parts = [html.P(hand_words.how_to(view), className="note"), _cell_line(view), *_lists(view)]
    return {"parts": [*parts, _buttons(view)], "fit": hand_words.fit_text(circles)}


def _offer(view: CompareView) -> list[Component]:
    n_drawn = len(view.selection.hand_a) + len(view.selection.hand_b)
    text = f"Show my {plural(n_drawn, 'circle')}" if n_drawn else "Draw circles yourself"
    return [
        _setter(text, "hand", "1", title="As in the article: which cells tell the groups apart?")
    ]


def _setter(text: str | list[Any], key: str, value: str, **more: Any) -> Component:
    """Button that sets a key of the address."""
    told = {"className": "button small", **more}
    return html.Button(text, **told, **{"data-set-key": key, "data-set-value": value})


def _cell_line(view: CompareView) -> Component:
    """The cell pointed out: its name, the way to its neighbours, and a circle round it."""
    cell = view.selection.cell
    if cell is None:
        start = f"{view.units[0]}:0:0"
        return html.Div(_setter("Choose cells by buttons", "cell", start), className="button-row")
    return html.Div(
        [
            html.Span(hand_words.place_name(view.layer, cell), className="figures"),
            *_moves(view, cell),
            *(_toggle(view, cell, *group) for group in _OF_GROUP),
        ],
        className="button-row hand-cell",
    )


def _moves(view: CompareView, cell: tuple[int, int, int]) -> list[Component]:
    n_units, (height, width) = view.layer.n_units, view.layer.grid
    unit, row, column = cell
    places = {
        "previous": ("«", "Unit before", ((unit - 1) % n_units, row, column)),
        "next": ("»", "Unit behind", ((unit + 1) % n_units, row, column)),
        "left": ("←", "Cell to the left", (unit, row, (column - 1) % width)),
        "right": ("→", "Cell to the right", (unit, row, (column + 1) % width)),
        "up": ("↑", "Cell above", (unit, (row - 1) % height, column)),
        "down": ("↓", "Cell below", (unit, (row + 1) % height, column)),
    }
    chosen = places if view.layer.is_spatial else ("previous", "next")
    return [
        _setter(
            text,
            "cell",
            ":".join(map(str, target)),
            id=f"compare-cell-{name}",
            title=title,
            className="button small nudge",
            **{"aria-label": title},
        )
        for name, (text, title, target) in places.items()
        if name in chosen
    ]


def _toggle(
    view: CompareView, cell: tuple[int, int, int], key: str, group: str, symbol: str, ink: str
) -> Component:
    drawn, name = _drawn(view, key), cell_name(view.layer, cell)
    is_drawn = name in drawn
    other = "hb" if key == "ha" else "ha"
    return _setter(
        [html.Span(symbol, className=ink, **{"aria-hidden": "true"}), f" for {group}"],
        key,
        ",".join(_without(drawn, name) if is_drawn else (*drawn, name)),
        id=f"compare-circle-{key}",
        disabled=not is_drawn and (len(drawn) >= MOST_DRAWN or name in _drawn(view, other)),
        title=f"Take the circle for {group} away" if is_drawn else f"Circle this cell for {group}",
        **{"aria-pressed": "true" if is_drawn else "false"},
    )


def _lists(view: CompareView) -> list[Component]:
    return [
        html.Div(
            [_chip(view, key, name, symbol, ink) for name in _drawn(view, key)],
            className="chips",
            role="group",
            **{"aria-label": f"Circles for {group}"},
        )
        for key, group, symbol, ink in _OF_GROUP
        if _drawn(view, key)
    ]


def _chip(view: CompareView, key: str, name: str, symbol: str, ink: str) -> Component:
    [cell] = cells_of((name,))
    whole = hand_words.place_name(view.layer, cell)
    return _setter(
        [html.Span(symbol, className=ink, **{"aria-hidden": "true"}), f" {name} ×"],
        key,
        ",".join(_without(_drawn(view, key), name)),
        className="button small chip",
        title=f"Take the circle at {whole} away",
        **{"aria-label": f"Take the circle at {whole} away"},
    )


def _buttons(view: CompareView) -> Component:
    n_drawn = len(view.selection.hand_a) + len(view.selection.hand_b)
    parts = [_setter("Show the rule's circles", "hand", "0")]
    if n_drawn:
        parts.append(
            html.Button("Clear my circles", id="compare-hand-clear", className="button small")
        )
    return html.Div(parts, className="button-row")


def _drawn(view: CompareView, key: str) -> Drawn:
    return view.selection.hand_a if key == "ha" else view.selection.hand_b


def _without(drawn: Sequence[str], name: str) -> list[str]:
    return [other for other in drawn if other != name]


def _frame(explorer: Explorer) -> Component:
    return html.Section(
        [
            html.H2("Circles by hand"),
            html.Div(id=HAND, className="hand-parts"),
            html.P(id=HAND_FIT, className="note", role="status"),
        ],
        className="panel-part hand",
        **{"aria-label": "Circles by hand"},
    )


HAND_PANEL = Panel(
    name="compare-hand",
    depends_on=(*GROUP_KEYS, "layer", "t", "zoom", "cell", *HAND_KEYS),
    layout=_frame,
    draw=_draw,
    outputs={"parts": (HAND, "children")},
    texts={"fit": HAND_FIT},
)
"""Any page can embed it beside `BOARDS_PANEL`: it needs the fields that it depends on."""
