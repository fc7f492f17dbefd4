"""The article's circles, drawn as one picture that lies over the grids.

A ring is told by its shape as well as by its colour. All rings of a kind are one path: thousands
cost no more than one, where as many markers of a plot would take longer than the grids.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from app.figures.pictures.slots import Slots
from app.figures.pictures.svg import svg_address

KINDS = ("A", "B", "shared", "cell")
"""Unique to A: circle, red. Unique to B: square, blue. Shared: diamond, yellow and dashed. The cell
pointed out: large square."""

Points = Sequence[Sequence[float]] | NDArray[np.float64] | NDArray[np.int64]
"""Places (y, x) in a mosaic, shape (k, 2)."""
Rings = Mapping[str, NDArray[np.float64] | NDArray[np.int64]]
"""Such places by kind."""
NO_RINGS: Rings = MappingProxyType({})

_STROKES = {
    "A": ("#ff5a5a", 1.6, ""),
    "B": ("#59a9ff", 1.6, ""),
    "shared": ("#ffd21f", 1.6, "2.6 1.7"),
    "cell": ("#ff3d81", 3, ""),
}
_CASING = ("#000000", 1.4)
_EDGE_DASHES = {"A": "", "B": "0.3 2.6", "shared": "2.6 1.7"}


def rings_picture(
    rings: Rings,
    n_tiles: int,
    slots: Slots,
    outlined: Collection[str] = (),
    *,
    on: Sequence[NDArray[np.bool_] | None] = (),
    lines: str = "",
    line_width: float = 0.22,
) -> str:
    """Draw the rings of a board.

    Parameters
    ----------
    rings : shape (k, 2)
        Points (y, x) of a mosaic, by kind; the same in every tile.
    n_tiles
        Tiles that are ringed.
    outlined
        Kinds whose cells are so many that rings would hide them: the edges between them and the
        others are drawn instead, each kind with dashes of its own.
    on : shape of the mosaic's picture
        Of each tile which cells are on: rings of the others are faint.
    lines
        Path of the lines between the maps, so many cells wide.

    Returns
    -------
    str
        Data address of an SVG whose unit is a cell.
    """
    common = [path for kind in outlined for path in _paths(kind, rings.get(kind, ()), slots, True)]
    if lines:
        stroke = f'stroke="#0b0d12" stroke-width="{line_width}"'
        common.insert(0, f'<path d="{lines}" fill="none" {stroke}/>')
    tiles = []
    for place in range(n_tiles):
        mask = on[place] if place < len(on) else None
        own = [
            path
            for kind in KINDS
            if kind not in outlined
            for path in _ringed(kind, rings.get(kind, ()), slots, mask)
        ]
        tiles.append(
            f'<g transform="translate({place * slots.columns})"><use href="#r"/>{"".join(own)}</g>'
        )
    return svg_address(
        -slots.margin,
        -slots.margin,
        slots.n * slots.columns,
        slots.rows,
        f'<defs><g id="r">{"".join(common)}</g></defs>{"".join(tiles)}',
    )


def _ringed(kind: str, points: Points, slots: Slots, mask: NDArray[np.bool_] | None) -> list[str]:
    """Rings of a kind: those of cells that are on, and faint ones of the others."""
    if mask is None or kind == "cell" or not len(points):
        return _paths(kind, points, slots, False)
    is_on = [bool(mask[int(y), int(x)]) for y, x in points]
    shown = [point for point, lit in zip(points, is_on, strict=True) if lit]
    others = [point for point, lit in zip(points, is_on, strict=True) if not lit]
    faint = "".join(_paths(kind, others, slots, False))
    return [*_paths(kind, shown, slots, False), f'<g class="off" opacity=".3">{faint}</g>']


def _paths(kind: str, points: Points, slots: Slots, is_outlined: bool) -> list[str]:
    if not len(points):
        return []
    colour, width, dashes = _STROKES[kind]
    if is_outlined:
        outline, dashes = _edges(points), _EDGE_DASHES[kind]
    else:
        radius = slots.ring_radius
        outline = "".join(_OUTLINES[kind](x + 0.5, y + 0.5, radius) for y, x in points)
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    shared = f'd="{outline}" fill="none" vector-effect="non-scaling-stroke"'
    return [
        f'<path {shared} stroke="{_CASING[0]}" stroke-opacity=".55" '
        f'stroke-width="{width + _CASING[1]}"/>',
        f'<path class="{kind}" {shared} stroke="{colour}" stroke-width="{width}"{dash}/>',
    ]


def _edges(points: Points) -> str:
    """Edges of cells behind which no cell of the same kind lies."""
    cells = {(int(y), int(x)) for y, x in points}
    parts = []
    for y, x in sorted(cells):
        parts += [f"M{x} {y}h1"] * ((y - 1, x) not in cells)
        parts += [f"M{x} {y + 1}h1"] * ((y + 1, x) not in cells)
        parts += [f"M{x} {y}v1"] * ((y, x - 1) not in cells)
        parts += [f"M{x + 1} {y}v1"] * ((y, x + 1) not in cells)
    return "".join(parts)


def _circle(x: float, y: float, radius: float) -> str:
    across = _short(2 * radius)
    r = _short(radius)
    return f"M{_short(x - radius)} {_short(y)}a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0-{across} 0z"


def _square(x: float, y: float, radius: float) -> str:
    side = _short(1.8 * radius)
    return f"M{_short(x - 0.9 * radius)} {_short(y - 0.9 * radius)}h{side}v{side}h-{side}z"


def _diamond(x: float, y: float, radius: float) -> str:
    reach = _short(1.25 * radius)
    return (
        f"M{_short(x)} {_short(y - 1.25 * radius)}l{reach} {reach}l-{reach} {reach}"
        f"l-{reach}-{reach}z"
    )


def _frame(x: float, y: float, radius: float) -> str:
    return _square(x, y, 2.1 * radius)


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


_OUTLINES = {"A": _circle, "B": _square, "shared": _diamond, "cell": _frame}
