"""Draw the rooms of the house and who imports whom: python -m docs.draw_rooms writes docs/rooms.svg.

Rooms stand above those that they import. Of the arrows, those that follow from others are left out.
"""

import ast
from html import escape
from itertools import pairwise
from pathlib import Path

from tests.harness.imports import imports, modules

DRAWING = Path(__file__).parent / "rooms.svg"
ROOT = DRAWING.parent.parent
# Modules that stand for themselves, since rooms below and above need them.
SINGLE = ("app.bounded_cache", "app.explorer", "app.frame.words.wording", "cnn_core.__main__")
START, BASE = "app", "cnn_core"
TOLD = {
    START: "The command, the WSGI application, the list of pages.",
    BASE: "Errors, statistics, artifacts: modules that every room may use.",
}
WIDTH, BOX, STOP, HEIGHT, LEVEL, MARGIN = 1300, 144, 10, 36, 84, 16

Graph = dict[str, set[str]]
Point = tuple[int, int]
_FRONTS = {
    module
    for package in (START, BASE)
    for module, path in modules(package).items()
    if path.name == "__init__.py"
}


def room_of(module: str) -> str:
    """The room that a module stands in: a package, or the part of the house that holds it."""
    if module in SINGLE:
        return f"{module.replace('.', '/')}.py"
    parts = module.split(".")
    if parts[:2] == ["app", "pages"]:
        return "/".join(parts[:3]) if len(parts) > 2 else START
    return "/".join(parts[:2]) if ".".join(parts[:2]) in _FRONTS else parts[0]


def rooms() -> Graph:
    """Which rooms each room imports."""
    graph: Graph = {}
    for module, names in imports().items():
        # A front only hands out names, but that of the pages lists them.
        is_front = module in _FRONTS and module != "app.pages"
        others = set() if is_front else {room_of(name) for name in names}
        graph.setdefault(room_of(module), set()).update(others - {room_of(module)})
    return graph


def reached(graph: Graph) -> Graph:
    """Everything that each room leads to."""
    found = {room: set(others) for room, others in graph.items()}
    for middle in graph:
        for room in graph:
            if middle in found[room]:
                found[room] |= found[middle]
    return found


def without_shortcuts(graph: Graph) -> Graph:
    """Leave out what follows: an arrow to a room that another arrow leads to as well."""
    far = reached(graph)

    def follows(room: str, other: str, via: str) -> bool:
        is_between = other in far[via] and via not in far[other]
        return via != other and is_between and room not in far[via]

    return {
        room: {other for other in others if not any(follows(room, other, via) for via in others)}
        for room, others in graph.items()
    }


def levels(graph: Graph) -> dict[str, int]:
    """How high each room stands: above all that it imports; rooms in a circle stand level."""
    far = reached(graph)

    def height(room: str) -> int:
        return 1 + max((height(one) for one in far[room] if room not in far[one]), default=-1)

    return {room: height(room) for room in graph}


Stop = tuple[str, str, int]
"""A place on the way of an arrow past a level: from, to, level."""


def rows(graph: Graph, heights: dict[str, int]) -> list[list[str | Stop]]:
    """What stands on each level, the lowest first: rooms, and stops of arrows that pass by.

    Everything is drawn near what it is joined to, so that few arrows cross.
    """
    found: list[list[str | Stop]] = [[] for _ in range(max(heights.values()) + 1)]
    for room in sorted(graph):
        found[heights[room]].append(room)
        for other in sorted(graph[room]):
            for stop in way(room, other, heights)[1:-1]:
                found[stop[2]].append(stop)
    joined: dict[str | Stop, list[str | Stop]] = {one: [] for row in found for one in row}
    for room, others in graph.items():
        for other in sorted(others):
            ends = [room, *way(room, other, heights)[1:-1], other]
            for above, below in pairwise(ends):
                joined[above].append(below)
                joined[below].append(above)
    for _ in range(12):
        for row in (*found, *found[::-1]):
            centre = {one: x for level in found for one, x in centres(level).items()}
            row.sort(key=lambda one: _mean([centre[other] for other in joined[one]]))
    return found


def way(room: str, other: str, heights: dict[str, int]) -> list[Stop]:
    """Where the arrow from a room to another passes each level, both ends included."""
    down = range(heights[room], heights[other] - 1, -1)
    return [(room, other, level) for level in down]


def centres(row: list[str | Stop]) -> dict[str | Stop, int]:
    """Horizontal centre of each thing of a level, spread evenly."""
    widths = [BOX if isinstance(one, str) else STOP for one in row]
    gap = (WIDTH - sum(widths)) / (len(row) + 1)
    return {
        one: round(gap * (number + 1) + sum(widths[:number]) + widths[number] / 2)
        for number, one in enumerate(row)
    }


def _mean(numbers: list[int]) -> float:
    return sum(numbers) / len(numbers) if numbers else WIDTH / 2


def sentence_about(room: str) -> str:
    """First line of a room's docstring."""
    if room in TOLD:
        return TOLD[room]
    path = ROOT / room
    text = (path if path.suffix else path / "__init__.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]


def drawing() -> str:
    """Render the drawing as SVG."""
    heights = levels(rooms())
    graph = without_shortcuts(rooms())
    x_of = {one: x for row in rows(graph, heights) for one, x in centres(row).items()}
    top_of = {level: MARGIN + (max(heights.values()) - level) * LEVEL for level in range(99)}
    parts = [_HEAD.format(width=WIDTH, height=top_of[0] + HEIGHT + MARGIN)]
    for room in sorted(graph):
        for other in sorted(graph[room]):
            passed = [(x_of[stop], top_of[stop[2]]) for stop in way(room, other, heights)[1:-1]]
            ends = ((x_of[one], top_of[heights[one]]) for one in (room, other))
            parts.append(_arrow(*ends, passed))
    parts += [_box(room, x_of[room], top_of[heights[room]]) for room in sorted(graph)]
    return "\n".join((*parts, "</svg>", ""))


def _arrow(above: Point, below: Point, passed: list[Point]) -> str:
    (x, y), (to_x, to_y) = above, below
    if y == to_y:  # rooms that import each other
        side = BOX // 2 if to_x > x else -BOX // 2
        line = f"M{x + side} {y + HEIGHT // 2}H{to_x - side}"
        return f'<path d="{line}" marker-end="url(#tip)"/>'
    line = f"M{x} {y + HEIGHT}"
    y += HEIGHT
    for next_x, next_y in passed:
        line += f"{_bend(x, y, next_x, next_y)}V{next_y + HEIGHT}"
        x, y = next_x, next_y + HEIGHT
    return f'<path d="{line}{_bend(x, y, to_x, to_y - 2)}" marker-end="url(#tip)"/>'


def _bend(x: int, y: int, to_x: int, to_y: int) -> str:
    half = (y + to_y) // 2
    return f"C{x} {half} {to_x} {half} {to_x} {to_y}"


def _box(room: str, x: int, y: int) -> str:
    kind = "core" if room.startswith(BASE) else "app"
    return (
        f'<g class="{kind}"><title>{escape(sentence_about(room))}</title>'
        f'<rect x="{x - BOX // 2}" y="{y}" width="{BOX}" height="{HEIGHT}" rx="6"/>'
        f'<text x="{x}" y="{y + HEIGHT // 2}">{escape(room)}</text></g>'
    )


_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
 aria-label="Rooms of the house; an arrow leads from a room to one that it imports">
<style>
svg {{ background: #fff; font: 12px system-ui, sans-serif }}
path {{ fill: none; stroke: #8a8f98; stroke-width: 1.2 }}
text {{ text-anchor: middle; dominant-baseline: central; fill: #16202c }}
rect {{ stroke: #4b5563 }}
.app rect {{ fill: #dbe8fb }}
.core rect {{ fill: #ddf1e1 }}
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"
 orient="auto"><path d="M0 0L8 4L0 8z" style="fill: #8a8f98"/></marker></defs>"""


if __name__ == "__main__":
    DRAWING.write_text(drawing(), encoding="utf-8")
