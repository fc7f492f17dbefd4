"""Circles that a reader draws by hand, as they stand in an address."""

from collections.abc import Sequence

from app.explorer import Explorer
from app.frame.fields import Field, Values
from app.frame.query import Problem, Query
from app.frame.words.wording import quoted_part
from app.plain_numbers import count_in
from cnn_core.network.layers import LayerInfo

MOST_DRAWN = 100
"""Circles that a reader can draw for a group: more would not fit into a link."""

Drawn = tuple[str, ...]
"""Cells as "unit:row:column", nodes as "unit", each once, in the order in which they were drawn."""


def cells_of(drawn: Drawn) -> list[tuple[int, int, int]]:
    """Unit, row and column of each; those of a node are 0."""
    cells = []
    for name in drawn:
        unit, row, column = (*map(int, name.split(":")), 0, 0)[:3]
        cells.append((unit, row, column))
    return cells


def cell_name(layer: LayerInfo, cell: Sequence[int]) -> str:
    """How an address names a cell of a layer."""
    return ":".join(map(str, cell if layer.is_spatial else cell[:1]))


def drawn_field(key: str, group: str, other: str = "") -> Field:
    """Cells that a reader has circled for a group; those of the `other` key are not taken again."""

    def read(query: Query, explorer: Explorer, values: Values) -> Drawn:
        layer = explorer.network(values["model"]).layer(values["layer"])
        given = query.text(key, longest=MOST_DRAWN * 24)
        taken: dict[str, None] = {}
        refused = []
        for part in filter(None, given.split(",")):
            name = _checked(part, layer)
            if name is None or name in values.get(other, ()):
                refused.append(part)
            else:
                taken[name] = None
        drawn = tuple(taken)[:MOST_DRAWN]
        told = _told(layer, group, refused, len(taken))
        if told:
            query.problems.append(Problem(told, key, ",".join(drawn)))
        return drawn

    return Field(key, f"cells circled by hand for {group}", read, lambda explorer, values: ())


def _checked(text: str, layer: LayerInfo) -> str | None:
    """The cell's name in its shortest form, None where the layer has no such cell."""
    parts = text.strip().split(":")
    if not layer.is_spatial and len(parts) == 1:
        parts += ["0", "0"]
    cell = tuple(number for part in parts if (number := count_in(part)) is not None)
    if len(parts) != 3 or len(cell) != 3:
        return None
    sizes = (layer.n_units, *layer.grid)
    is_there = all(number < size for number, size in zip(cell, sizes, strict=True))
    return cell_name(layer, cell) if is_there else None


def _told(layer: LayerInfo, group: str, refused: Sequence[str], n_taken: int) -> str:
    told = []
    if refused:
        last = cell_name(layer, (layer.n_units - 1, layer.grid[0] - 1, layer.grid[1] - 1))
        told.append(
            f"{quoted_part(', '.join(refused))} cannot be circled for {group}: a cell of "
            f"{layer.name} is {'unit:row:column' if layer.is_spatial else 'a number'}, up to "
            f"{last}, and stands for one group only."
        )
    if n_taken > MOST_DRAWN:
        told.append(f"A link holds {MOST_DRAWN} circles for {group}; the others are left out.")
    return " ".join(told)
