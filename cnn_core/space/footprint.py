"""How the pixels that a cell can see grow from layer to layer (NumPy only)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from cnn_core.network.layers import LayerInfo, Window
from cnn_core.space.cells_read import Reading, mixes_units, outputs_per_unit, taps, window_slid_by

# A box is (top, left, bottom, right), half-open; any union swallows the empty one.
FAR = np.iinfo(np.int32).max // 4
EMPTY_BOX = np.array([FAR, FAR, -FAR, -FAR], dtype=np.int32)


@dataclass(frozen=True)
class Lattice:
    """Receptive fields on an endless image: all of one size, at equal distances.

    Cell (r, c) sees the rows from ``start + r * stride`` to ``start + r * stride + size``,
    half-open, and columns likewise. Every attribute is (y, x) in pixels.
    """

    start: tuple[int, int]
    stride: tuple[int, int]
    size: tuple[int, int]

    def through(self, window: Window) -> Lattice:
        """Lattice of a layer that slides `window` over this one."""
        down, across = self.stride
        (top, left), (height, width) = self.start, self.size
        rows, columns = window.extent
        return Lattice(
            start=(top - window.padding[0] * down, left - window.padding[2] * across),
            stride=(down * window.stride[0], across * window.stride[1]),
            size=(height + (rows - 1) * down, width + (columns - 1) * across),
        )

    def box(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Box of a cell on an endless image."""
        top = self.start[0] + row * self.stride[0]
        left = self.start[1] + column * self.stride[1]
        return (top, left, top + self.size[0], left + self.size[1])


@dataclass(frozen=True)
class Footprint:
    """Fields of all cells of a layer.

    Attributes
    ----------
    boxes : broadcastable to ``(*layout, 4)``
        Exact bounds within the image.
    layout
        Shape whose cells in C order are those of the layer, so that flattening costs nothing.
    lattices
        One for all units of the layout or one a unit; None where fields form no lattice.
    is_known
        False if the boxes are upper bounds.
    """

    boxes: NDArray[np.int32]
    layout: tuple[int, ...]
    lattices: tuple[Lattice, ...] | None
    is_known: bool

    @classmethod
    def of_image(cls, shape: tuple[int, int, int]) -> Footprint:
        """Footprint of the pixels themselves."""
        height, width, _ = shape
        boxes = np.empty((height, width, 1, 4), np.int32)
        boxes[..., 0] = np.arange(height)[:, None, None]
        boxes[..., 1] = np.arange(width)[:, None]
        boxes[..., 2:] = boxes[..., :2] + 1
        return cls(boxes, shape, (Lattice((0, 0), (1, 1), (1, 1)),), True)

    def shaped(self, shape: tuple[int, ...]) -> Footprint:
        """Return the same footprint with `shape`, the layer's own, as its layout."""
        if self.layout == shape:
            return self
        boxes = np.broadcast_to(self.boxes, (*self.layout, 4)).reshape(*shape, 4)
        return Footprint(boxes, shape, None, self.is_known)

    def whole(self) -> NDArray[np.int32]:
        """Box of all cells together, (4,)."""
        return np.asarray(joined(self.boxes.reshape(-1, 4), 0)[0])

    def common_lattice(self) -> Lattice | None:
        """Lattice of all units together, or None."""
        return None if self.lattices is None else _union_of_lattices(self.lattices)


def joined(boxes: NDArray[np.int32], axis: int | tuple[int, ...]) -> NDArray[np.int32]:
    """Bounding box of boxes (..., 4) along an axis, or several, that stay with length 1."""
    return np.concatenate(
        [
            boxes[..., :2].min(axis=axis, keepdims=True),
            boxes[..., 2:].max(axis=axis, keepdims=True),
        ],
        axis=-1,
    )


def footprint_behind(
    layer: LayerInfo,
    sources: Sequence[LayerInfo],
    footprints: Sequence[Footprint],
    reading: Reading,
) -> Footprint:
    """Footprint of a layer from those, one a source, of the layers that it so reads."""
    is_known = reading is not Reading.UNKNOWN and all(one.is_known for one in footprints)
    if reading is Reading.SAME_ORDER or (reading is Reading.SAME_CELL and not mixes_units(layer)):
        return footprints[0]
    if reading in (Reading.EVERYTHING, Reading.UNKNOWN):
        box = reduce(_union_of_boxes, (one.whole() for one in footprints))
        boxes = box.reshape((1,) * len(layer.shape) + (4,))
        return Footprint(boxes, layer.shape, None, is_known)
    own = [one.shaped(source.shape) for one, source in zip(footprints, sources, strict=True)]
    boxes, lattices = _CARRIED[reading](layer, sources, own)
    if mixes_units(layer):
        boxes = joined(boxes, -2)
        lattices = _one_lattice(lattices)
    return Footprint(boxes, layer.shape, lattices, is_known)


_Own = Sequence[Footprint]
_Carried = tuple[NDArray[np.int32], tuple[Lattice, ...] | None]


def _same_cell(layer: LayerInfo, sources: Sequence[LayerInfo], own: _Own) -> _Carried:
    return own[0].boxes, own[0].lattices


def _same_place(layer: LayerInfo, sources: Sequence[LayerInfo], own: _Own) -> _Carried:
    return joined(own[0].boxes, -2), _one_lattice(own[0].lattices)


def _whole_map(layer: LayerInfo, sources: Sequence[LayerInfo], own: _Own) -> _Carried:
    boxes = joined(own[0].boxes, (0, 1)) if sources[0].is_spatial else own[0].boxes
    return boxes if layer.is_spatial else boxes.reshape(-1, 4), None


def _window(layer: LayerInfo, sources: Sequence[LayerInfo], own: _Own) -> _Carried:
    source, footprint, window = sources[0], own[0], window_slid_by(layer)
    boxes, lattices = footprint.boxes, footprint.lattices
    per_unit = outputs_per_unit(layer, source)
    if per_unit is None:
        boxes, lattices = joined(boxes, -2), _one_lattice(lattices)
    elif boxes.shape[-2] > 1:
        boxes = np.repeat(boxes, per_unit, axis=-2)
    boxes = np.broadcast_to(boxes, (*source.grid, *boxes.shape[2:]))
    for axis in (0, 1):
        boxes = _slid(boxes, window, axis, layer.grid[axis])
    if lattices is None:
        return boxes, None
    # More than one lattice there is only where each unit is read alone.
    times = per_unit if per_unit is not None and len(lattices) > 1 else 1
    return boxes, tuple(lattice.through(window) for lattice in lattices for _ in range(times))


def _slid(boxes: NDArray[np.int32], window: Window, axis: int, n_out: int) -> NDArray[np.int32]:
    """Boxes (h, w, units, 4) after a window has moved along one axis."""
    shape = list(boxes.shape)
    shape[axis] = n_out
    carried = np.broadcast_to(EMPTY_BOX, shape)
    for positions, inside in taps(window, axis, boxes.shape[axis], n_out):
        seen = boxes.take(positions, axis=axis)
        inside = inside.reshape((-1, 1, 1, 1) if axis == 0 else (-1, 1, 1))
        carried = _union_of_boxes(carried, np.where(inside, seen, EMPTY_BOX))
    return carried


def _broadcast(layer: LayerInfo, sources: Sequence[LayerInfo], own: _Own) -> _Carried:
    boxes = reduce(_union_of_boxes, (one.boxes for one in own))
    lattices = [one.lattices for one in own if one.lattices is not None]
    if len(lattices) < len(own) or any(one.layout[:-1] != layer.shape[:-1] for one in own):
        return boxes, None
    n = max(map(len, lattices))
    by_unit = zip(*(of_one * (n // len(of_one)) for of_one in lattices), strict=True)
    return boxes, _all_or_none(_union_of_lattices(fed) for fed in by_unit)


def _concatenated(layer: LayerInfo, sources: Sequence[LayerInfo], own: _Own) -> _Carried:
    first = own[0]
    if all(
        one.boxes.shape[-2] == 1
        and np.array_equal(one.boxes, first.boxes)
        and one.lattices == first.lattices
        for one in own
    ):
        return first.boxes, first.lattices
    boxes = [np.broadcast_to(one.boxes, (*one.layout, 4)) for one in own]
    lattices: list[Lattice] = []
    for one in own:
        if one.lattices is None:
            return np.concatenate(boxes, axis=-2), None
        lattices += one.lattices * (one.layout[-1] // len(one.lattices))
    return np.concatenate(boxes, axis=-2), tuple(lattices)


_CARRIED: dict[Reading, Callable[[LayerInfo, Sequence[LayerInfo], _Own], _Carried]] = {
    Reading.SAME_CELL: _same_cell,
    Reading.SAME_PLACE: _same_place,
    Reading.WHOLE_MAP: _whole_map,
    Reading.WINDOW: _window,
    Reading.BROADCAST: _broadcast,
    Reading.CONCATENATED: _concatenated,
}


def _union_of_boxes(one: NDArray[np.int32], other: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.concatenate(
        [np.minimum(one[..., :2], other[..., :2]), np.maximum(one[..., 2:], other[..., 2:])],
        axis=-1,
    )


def _union_of_lattices(lattices: Sequence[Lattice]) -> Lattice | None:
    """Lattice of the unions cell by cell; None unless all have the same strides."""
    stride = lattices[0].stride
    if any(lattice.stride != stride for lattice in lattices):
        return None
    boxes = np.array([lattice.box(0, 0) for lattice in lattices], np.int32)
    top, left, bottom, right = joined(boxes, 0)[0].tolist()
    return Lattice((top, left), stride, (bottom - top, right - left))


def _one_lattice(lattices: Sequence[Lattice] | None) -> tuple[Lattice, ...] | None:
    """One lattice for all units as a tuple of length 1, or None."""
    return None if lattices is None else _all_or_none([_union_of_lattices(lattices)])


def _all_or_none(lattices: Iterable[Lattice | None]) -> tuple[Lattice, ...] | None:
    given = tuple(lattices)
    found = tuple(lattice for lattice in given if lattice is not None)
    return found if len(found) == len(given) else None
