"""The wall: all units of a layer in one picture, each a link."""

from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component
from numpy.typing import NDArray

from app.explorer import Explorer
from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.components import select
from app.frame.page import Panel
from app.frame.words.wording import shape_text
from app.pages.patterns import words
from app.pages.patterns.view import PatternsView, wall_of

_WALL, _NOTE = "patterns-wall", "patterns-wall-note"
_MOST_LINKS = 512
_MOST_PICTURE = 90_000
_LINE = 0.45


def draw_wall(view: PatternsView) -> dict[str, Any]:
    """Draw the wall of a layer; without pictures where no file holds them."""
    windows = wall_of(view)
    n_units = view.layer.n_units if windows is None else len(windows)
    columns = _columns(n_units)
    style: dict[str, int | str] = {"--columns": columns}
    if windows is None:
        note = words.no_wall(view)
    else:
        style["--picture"] = f"url({wall_picture(windows, columns)})"
        real = view.selection.show == "patch"
        what = "strongest patch of a real image" if real else "pattern made for it"
        note = f"Every unit of {view.layer.name} with the {what}. Click one."
    kind = "wall" if windows is not None else "wall bare"
    links = [_unit_link(unit) for unit in range(min(n_units, _MOST_LINKS))]
    return {
        "wall": html.Div(links, className=kind, style=style),
        "note": note,
        "layer": [
            {"value": info.name, "label": f"{info.name} · {shape_text(info)}"}
            for info in view.explorer.network(view.selection.model).layers
        ],
    }


def _unit_link(unit: int) -> Component:
    return html.A(
        html.Span(str(unit)),
        className="wall-unit",
        title=f"Unit {unit}",
        **{"data-set-key": "unit", "data-set-value": str(unit), "aria-label": f"Unit {unit}"},
    )


def _columns(n_units: int) -> int:
    """The widest of the usual numbers that leaves no gap, 10 where none does."""
    return next((n for n in (16, 10, 8, 5, 4, 3, 2) if n_units % n == 0), min(n_units, 10))


def wall_picture(windows: NDArray[np.float32], columns: int) -> str:
    """All windows in one picture, a grey line between them; as coarse as its weight demands."""
    n, height, width, channels = windows.shape
    rows = -(-n // columns)
    size = (rows * (height + 1), columns * (width + 1), channels)
    wall = np.full(size, _LINE, np.float32)
    for place, window in enumerate(windows):
        top, left = place // columns * (height + 1), place % columns * (width + 1)
        wall[top : top + height, left : left + width] = window
    drawn = image_thumbnail(wall)
    for levels in (15, 7):
        if len(drawn) > _MOST_PICTURE:
            drawn = image_thumbnail(np.rint(wall * levels) / np.float32(levels))
    most = np.array([wall.shape[1], wall.shape[0]])
    while len(drawn) > _MOST_PICTURE and most.min() > 1:
        most = np.maximum(most * 3 // 4, 1)
        drawn = image_thumbnail(wall, most=(int(most[0]), int(most[1])))
    return drawn


def _frame(explorer: Explorer) -> Component:
    shown = [("patch", "real patches"), ("pattern", "made patterns")]
    head = [html.H2("All units of the layer"), select("show", "On the wall", shown)]
    return html.Section(
        [
            html.Div(head, className="panel-head"),
            html.P(id=_NOTE, className="note"),
            html.Div(id=_WALL),
        ],
        className="panel",
        **{"aria-label": "All units of the layer"},
    )


WALL = Panel(
    name="patterns-wall",
    depends_on=("model", "layer", "show"),
    layout=_frame,
    draw=draw_wall,
    outputs={"wall": (_WALL, "children")},
    texts={"note": _NOTE},
    options=("layer",),
)
