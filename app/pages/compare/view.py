"""What the Compare page shows of the groups' images: numbers ready to be drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.explorer import Explorer
from app.figures.pictures.slots import Slots
from app.frame.page import View
from app.pages.compare.groups.members import GROUPS, OWN
from app.pages.compare.measured.measures import GroupValues, Measures, measures_of
from app.pages.compare.state import CompareSelection
from cnn_core.circles.rule import Circles
from cnn_core.network.layers import LayerInfo
from cnn_core.space.display import colour_range
from cnn_core.space.mosaic import Mosaic

SLOTS_IN_A_ROW = 7
LINES = (0, 1)
_FEWEST_SLOTS = 3
_ASPECT = 1.92
_NEARLY_AS_LARGE = 0.96
# Where more of the cells shown are circled, each ring would touch the next.
_MOST_RINGED = 0.2
# Where a ring is wider than so many cells, rings of neighbours would lie on one another.
_CELLS_TOO_SMALL = 1.8
_RINGS_APART = 1.9
Rings = Mapping[str, NDArray[np.float64]]
"""Points (k, 2) of a mosaic by the kind of their ring."""


@dataclass(frozen=True, eq=False)
class Tile:
    """One grid of a group: a summary of it, or one of its images.

    Attributes
    ----------
    kind
        "image", "mean" or "minimum".
    values
        Shape of the units shown.
    on
        Which cells are on, same shape; None of a summary.
    """

    kind: str
    values: NDArray[np.float32]
    on: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class ImageTile(Tile):
    """The grid of one image.

    Attributes
    ----------
    image
        Its number; `OWN` for the reader's own.
    position
        Place in the group.
    label
        None where nobody has told it.
    probabilities
        Shape (n_classes,).
    on_a, on_b
        How many of A's and B's unique cells are on in the image.
    """

    on: NDArray[np.bool_]
    image: int
    position: int
    label: int | None
    prediction: int
    probabilities: NDArray[np.float32]
    on_a: int
    on_b: int

    @property
    def is_own(self) -> bool:
        """Whether it is the grid of the reader's own image."""
        return self.image == OWN


@dataclass(frozen=True, eq=False, kw_only=True)
class CompareView(View):
    """Everything that is drawn of the groups.

    Attributes
    ----------
    units
        Numbers of the units shown.
    range
        The one colour range of all grids.
    mosaic
        Of the units shown.
    slots
        Places for the grids in a row.
    rings
        For each group the points of a mosaic to be ringed, by kind.
    n_left_out
        Rings that were left out of the pictures.
    outlined
        Kinds of which the outlines of the cells are drawn, since there are too many for rings.
    """

    selection: CompareSelection
    measures: Measures
    layer: LayerInfo
    groups: dict[str, tuple[Tile, ...]]
    circles: Circles
    units: NDArray[np.int64]
    range: tuple[float, float]
    mosaic: Mosaic
    slots: Slots
    rings: Mapping[str, Rings]
    n_left_out: int
    outlined: frozenset[str]


def look(explorer: Explorer, selection: CompareSelection) -> CompareView:
    """Look at the groups."""
    measures = measures_of(explorer)
    layer = explorer.network(selection.model).layer(selection.layer)
    group_values = measures.group_values(selection)
    circles, on = measures.circles(selection, group_values)
    units = _units_shown(selection, layer, circles)
    labels = explorer.dataset(selection.set).labels
    groups = {
        key: _tiles(selection, key, group_values, on[key], circles, labels, units) for key in GROUPS
    }
    n_slots = min(max(_FEWEST_SLOTS, *map(len, groups.values())), SLOTS_IN_A_ROW)
    everything = [array for array in group_values.values.values() if len(array)]
    # Maps touch, parted by lines: a gap of a cell would take two fifths of the room.
    height, width = layer.grid
    columns = widest_grid(len(units), height, width, _ASPECT)
    mosaic = Mosaic(len(units), height, width, columns=columns, gap=0)
    slots = Slots.around(mosaic.picture_shape, n_slots, _ASPECT)
    rings, n_left_out, outlined = _rings(
        selection, circles, group_values.values, units, mosaic, slots.ring_radius
    )
    return CompareView(
        explorer=explorer,
        measures=measures,
        selection=selection,
        layer=layer,
        groups=groups,
        circles=circles,
        units=units,
        range=colour_range(np.concatenate(everything)) if everything else (0.0, 1.0),
        mosaic=mosaic,
        slots=slots,
        rings=rings,
        n_left_out=n_left_out,
        outlined=outlined,
    )


def widest_grid(n_units: int, height: int, width: int, aspect: float) -> int:
    """Choose the columns with which the cells of a mosaic become largest in a place.

    Of nearly equal choices one with full rows, then an even number.

    Parameters
    ----------
    aspect
        Width of the place over its height.
    """
    columns = np.arange(1, n_units + 1)
    rows = -(-n_units // columns)
    size = np.minimum(aspect / (columns * width), 1 / (rows * height))
    good = columns[size >= _NEARLY_AS_LARGE * size.max()]
    return int(min(good, key=lambda n: (-(-n_units // n) * n - n_units, n % 2, n)))


def circled_units(circles: Circles, layer: LayerInfo) -> NDArray[np.int64]:
    """Numbers of the units that have a circled cell, ascending."""
    return np.unique(circles.cells % layer.n_units)


def cells_by_kind(circles: Circles) -> dict[str, NDArray[np.int64]]:
    """Flat numbers of the circled cells, by the kind of their ring."""
    unique = circles.unique_a | circles.unique_b
    return {
        "A": np.flatnonzero(circles.unique_a),
        "B": np.flatnonzero(circles.unique_b),
        # What is drawn by hand for a group stands for it, whatever else it is.
        "shared": np.flatnonzero((circles.shared | circles.shared_b) & ~unique),
    }


def _units_shown(
    selection: CompareSelection, layer: LayerInfo, circles: Circles
) -> NDArray[np.int64]:
    everyone = np.arange(layer.n_units)
    if selection.zoom == "circled":
        found = circled_units(circles, layer)
        return found if len(found) else everyone
    return np.array(selection.zoom, np.int64) if selection.zoom else everyone


def _tiles(
    selection: CompareSelection,
    key: str,
    group_values: GroupValues,
    on: NDArray[np.bool_],
    circles: Circles,
    labels: NDArray[np.int64],
    units: NDArray[np.int64],
) -> tuple[Tile, ...]:
    values, members = group_values.values[key], selection.members[key]
    if not members:
        return ()
    n_on = [np.count_nonzero(on[:, mask], axis=1) for mask in (circles.unique_a, circles.unique_b)]
    tiles: list[Tile] = [
        ImageTile(
            "image",
            values[place][..., units],
            on=on[place][..., units],
            image=image,
            position=place,
            label=None if image == OWN else int(labels[image]),
            prediction=int(group_values.predictions[key][place]),
            probabilities=group_values.probabilities[key][place],
            on_a=int(n_on[0][place]),
            on_b=int(n_on[1][place]),
        )
        for place, image in enumerate(members)
    ]
    if selection.mean:
        tiles.append(Tile("mean", values.mean(axis=0)[..., units]))
    if selection.minimum:
        tiles.append(Tile("minimum", values.min(axis=0)[..., units]))
    return tuple(tiles)


def _rings(
    selection: CompareSelection,
    circles: Circles,
    values: Mapping[str, NDArray[np.float32]],
    units: NDArray[np.int64],
    mosaic: Mosaic,
    radius: float,
) -> tuple[dict[str, Rings], int, frozenset[str]]:
    """Points to be ringed in each group's grids, how many were left out, and what is outlined."""
    place_of = {int(unit): place for place, unit in enumerate(units)}
    points: dict[str, NDArray[np.float64]] = {}
    n_left_out, outlined = 0, set()
    n_shown = len(units) * mosaic.height * mosaic.width
    for kind, cells in cells_by_kind(circles).items():
        if radius > _CELLS_TOO_SMALL and len(cells):
            strength = _strength(values["b" if kind == "B" else "a"])
            cells = cells[np.argsort(-strength[cells], kind="stable")]
        located = np.array(
            [
                _point(mosaic, place_of, where)
                for where in zip(*np.unravel_index(cells, circles.unique_a.shape), strict=True)
                if int(where[-1]) in place_of
            ]
        ).reshape(-1, 2)
        if len(located) > _MOST_RINGED * n_shown:
            outlined.add(kind)
        is_crowded = radius > _CELLS_TOO_SMALL and kind not in outlined
        points[kind] = _apart(located, _RINGS_APART * radius) if is_crowded else located
        n_left_out += len(located) - len(points[kind])
    pointed = np.empty((0, 2))
    if selection.cell is not None and selection.cell[0] in place_of:
        unit, row, column = selection.cell
        pointed = np.array([mosaic.position_of(place_of[unit], row, column)])
    none = np.empty((0, 2))
    kinds = {"a": ("A", "shared"), "b": ("B", "shared"), "c": ("A", "B", "shared")}
    return (
        {
            key: {
                **{kind: points[kind] if kind in own else none for kind in points},
                "cell": pointed,
            }
            for key, own in kinds.items()
        },
        n_left_out,
        frozenset(outlined),
    )


def _apart(points: NDArray[np.float64], distance: float) -> NDArray[np.float64]:
    """Those points (k, 2) that keep their distance from all before them."""
    kept = points[:0]
    for point in points:
        if not len(kept) or ((kept - point) ** 2).sum(axis=1).min() >= distance**2:
            kept = np.vstack([kept, point])
    return kept


def _strength(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Least share of the image's peak that each cell reaches in a group, flat."""
    flat = values.reshape(len(values), -1)
    top = flat.max(axis=1, keepdims=True)
    return (flat / np.where(top > 0, top, 1)).min(axis=0)


def _point(
    mosaic: Mosaic, place_of: Mapping[int, int], where: Sequence[int]
) -> tuple[float, float]:
    row, column = where[:-1] if len(where) == 3 else (0, 0)
    return mosaic.position_of(place_of[int(where[-1])], int(row), int(column))
