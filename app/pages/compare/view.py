"""What the Compare page shows of the groups' images: numbers ready to be drawn."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.explorer import Explorer
from app.figures.pictures.board import Slots
from app.frame.page import View
from app.pages.compare.measures import Measures, measures_of
from app.pages.compare.members import GROUPS, OWN
from app.pages.compare.state import CompareSelection
from cnn_core.circles.rule import Circles
from cnn_core.network.layers import LayerInfo
from cnn_core.space.display import colour_range
from cnn_core.space.mosaic import Mosaic

SLOTS_IN_A_ROW = 7
LINES = (0, 1)
_FEWEST_SLOTS = 3
_ASPECT = 2.0
_NEARLY_AS_LARGE = 0.96
# Where more of the cells shown are circled, each ring would touch the next.
_MOST_RINGED = 0.2
# Where a ring is wider than so many cells, rings of neighbours would lie on one another.
_CELLS_TOO_SMALL = 1.8
_RINGS_APART = 1.9


@dataclass(frozen=True, eq=False)
class Tile:
    """One grid of a group: an image's, or a summary of the group.

    Attributes
    ----------
    kind : {"image", "mean", "minimum"}
    values : ndarray, shape of the units shown, float32
    image : int or None
        Number of the image.
    position : int or None
        Place in the group.
    label, prediction : int or None
    probabilities : ndarray, shape (n_classes,), or None
    on_a, on_b : int
        How many of A's and B's unique cells are on in the image.
    on : ndarray, shape of the units shown, bool, or None
        Which cells are on in the image.
    """

    kind: str
    values: np.ndarray
    image: int | None = None
    position: int | None = None
    label: int | None = None
    prediction: int | None = None
    probabilities: np.ndarray | None = None
    on_a: int = 0
    on_b: int = 0
    on: np.ndarray | None = None

    @property
    def is_own(self) -> bool:
        """Whether it is the grid of the reader's own image."""
        return self.image == OWN


@dataclass(frozen=True, eq=False, kw_only=True)
class CompareView(View):
    """Everything that is drawn of the groups.

    Attributes
    ----------
    selection : CompareSelection
    layer : LayerInfo
    groups : dict of str to tuple of Tile
    circles : Circles
    units : ndarray of int
        Numbers of the units shown.
    range : tuple of float
        The one colour range of all grids.
    mosaic : Mosaic
        Of the units shown.
    slots : Slots
        Places for the grids in a row.
    rings : dict of str to dict
        For each group the points of a mosaic to be ringed, by kind.
    n_left_out : int
        Rings that were left out of the pictures.
    outlined : frozenset of str
        Kinds of which the outlines of the cells are drawn, since there are too many for rings.
    """

    selection: CompareSelection
    measures: Measures
    layer: LayerInfo
    groups: dict[str, tuple[Tile, ...]]
    circles: Circles
    units: np.ndarray
    range: tuple[float, float]
    mosaic: Mosaic
    slots: Slots
    rings: dict[str, dict[str, Any]]
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
    columns = widest_grid(len(units), *layer.grid, _ASPECT)
    mosaic = Mosaic(len(units), *layer.grid, columns=columns, gap=0)
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


def widest_grid(n_units, height, width, aspect):
    """Choose the columns with which the cells of a mosaic become largest in a place.

    Parameters
    ----------
    n_units, height, width : int
    aspect : float
        Width of the place over its height.

    Returns
    -------
    int
        Of nearly equal choices one with full rows, then an even number.
    """
    columns = np.arange(1, n_units + 1)
    rows = -(-n_units // columns)
    size = np.minimum(aspect / (columns * width), 1 / (rows * height))
    good = columns[size >= _NEARLY_AS_LARGE * size.max()]
    return int(min(good, key=lambda n: (-(-n_units // n) * n - n_units, n % 2, n)))


def circled_units(circles, layer):
    """Numbers of the units that have a circled cell, ascending."""
    return np.unique(circles.cells % layer.n_units)


def cells_by_kind(circles):
    """Flat numbers of the circled cells, by the kind of their ring."""
    return {
        "A": np.flatnonzero(circles.unique_a),
        "B": np.flatnonzero(circles.unique_b),
        "shared": np.flatnonzero(circles.shared | circles.shared_b),
    }


def _units_shown(selection, layer, circles):
    everyone = np.arange(layer.n_units)
    if selection.zoom == "circled":
        found = circled_units(circles, layer)
        return found if len(found) else everyone
    return np.array(selection.zoom, np.int64) if selection.zoom else everyone


def _tiles(selection, key, group_values, on, circles, labels, units):
    values, members = group_values.values[key], selection.members[key]
    if not members:
        return ()
    n_on = [np.count_nonzero(on[:, mask], axis=1) for mask in (circles.unique_a, circles.unique_b)]
    tiles = [
        Tile(
            "image",
            values[place][..., units],
            image,
            place,
            None if image == OWN else int(labels[image]),
            int(group_values.predictions[key][place]),
            group_values.probabilities[key][place],
            int(n_on[0][place]),
            int(n_on[1][place]),
            on[place][..., units],
        )
        for place, image in enumerate(members)
    ]
    if selection.mean:
        tiles.append(Tile("mean", values.mean(axis=0)[..., units]))
    if selection.minimum:
        tiles.append(Tile("minimum", values.min(axis=0)[..., units]))
    return tuple(tiles)


def _rings(selection, circles, values, units, mosaic, radius):
    """Points to be ringed in each group's grids, how many were left out, and what is outlined."""
    place_of = {int(unit): place for place, unit in enumerate(units)}
    points, n_left_out, outlined = {}, 0, set()
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


def _apart(points, distance):
    """Those points (k, 2) that keep their distance from all before them."""
    kept = points[:0]
    for point in points:
        if not len(kept) or ((kept - point) ** 2).sum(axis=1).min() >= distance**2:
            kept = np.vstack([kept, point])
    return kept


def _strength(values):
    """Least share of the image's peak that each cell reaches in a group, flat."""
    flat = values.reshape(len(values), -1)
    top = flat.max(axis=1, keepdims=True)
    return (flat / np.where(top > 0, top, 1)).min(axis=0)


def _point(mosaic, place_of, where):
    row, column = where[:-1] if len(where) == 3 else (0, 0)
    return mosaic.position_of(place_of[int(where[-1])], int(row), int(column))
