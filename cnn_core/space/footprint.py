"""How the pixels that a cell can see grow from layer to layer (NumPy only)."""

from dataclasses import dataclass
from functools import reduce

import numpy as np

from cnn_core.space.cells_read import Reading, mixes_units, outputs_per_unit, taps

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

    def through(self, window):
        """Lattice of a layer that slides `window` over this one."""
        axes = list(zip(self.start, self.stride, self.size, strict=True))
        return Lattice(
            start=tuple(
                start - pad * stride
                for (start, stride, _), pad in zip(axes, window.padding[::2], strict=True)
            ),
            stride=tuple(
                stride * step for (_, stride, _), step in zip(axes, window.stride, strict=True)
            ),
            size=tuple(
                size + (extent - 1) * stride
                for (_, stride, size), extent in zip(axes, window.extent, strict=True)
            ),
        )

    def box(self, row, column):
        """Box of a cell on an endless image."""
        top = self.start[0] + row * self.stride[0]
        left = self.start[1] + column * self.stride[1]
        return (top, left, top + self.size[0], left + self.size[1])


@dataclass(frozen=True)
class Footprint:
    """Fields of all cells of a layer.

    Attributes
    ----------
    boxes : ndarray
        int32, broadcastable to ``(*layout, 4)``: exact bounds within the image.
    layout : tuple of int
        Shape whose cells in C order are those of the layer, so that flattening costs nothing.
    lattices : tuple of Lattice or None
        One for all units of the layout or one a unit; None where fields form no lattice.
    is_known : bool
        False if the boxes are upper bounds.
    """

    boxes: np.ndarray
    layout: tuple[int, ...]
    lattices: tuple[Lattice, ...] | None
    is_known: bool

    @classmethod
    def of_image(cls, shape):
        """Footprint of the pixels themselves."""
        height, width, _ = shape
        boxes = np.empty((height, width, 1, 4), np.int32)
        boxes[..., 0] = np.arange(height)[:, None, None]
        boxes[..., 1] = np.arange(width)[:, None]
        boxes[..., 2:] = boxes[..., :2] + 1
        return cls(boxes, tuple(shape), (Lattice((0, 0), (1, 1), (1, 1)),), True)

    def shaped(self, shape):
        """Return the same footprint with `shape`, the layer's own, as its layout."""
        if self.layout == shape:
            return self
        boxes = np.broadcast_to(self.boxes, (*self.layout, 4)).reshape(*shape, 4)
        return Footprint(boxes, shape, None, self.is_known)

    def whole(self):
        """Box of all cells together, (4,) int32."""
        return joined(self.boxes.reshape(-1, 4), 0)[0]

    def common_lattice(self):
        """Lattice of all units together, or None."""
        return None if self.lattices is None else reduce(_union_of_lattices, self.lattices)


def joined(boxes, axis):
    """Bounding box of boxes (..., 4) along an axis, or several, that stay with length 1."""
    return np.concatenate(
        [
            boxes[..., :2].min(axis=axis, keepdims=True),
            boxes[..., 2:].max(axis=axis, keepdims=True),
        ],
        axis=-1,
    )


def footprint_behind(layer, sources, footprints, reading):
    """Footprint of a layer from those of the layers that feed it.

    Parameters
    ----------
    layer : LayerInfo
    sources : sequence of LayerInfo
    footprints : sequence of Footprint
        One a source.
    reading : Reading
        How the layer reads them.

    Returns
    -------
    Footprint
    """
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


def _same_cell(layer, sources, footprints):
    return footprints[0].boxes, footprints[0].lattices


def _same_place(layer, sources, footprints):
    return joined(footprints[0].boxes, -2), _one_lattice(footprints[0].lattices)


def _whole_map(layer, sources, footprints):
    boxes = joined(footprints[0].boxes, (0, 1)) if sources[0].is_spatial else footprints[0].boxes
    return boxes if layer.is_spatial else boxes.reshape(-1, 4), None


def _window(layer, sources, footprints):
    source, footprint = sources[0], footprints[0]
    boxes, lattices = footprint.boxes, footprint.lattices
    per_unit = outputs_per_unit(layer, source)
    if per_unit is None:
        boxes, lattices = joined(boxes, -2), _one_lattice(lattices)
    elif boxes.shape[-2] > 1:
        boxes = np.repeat(boxes, per_unit, axis=-2)
    boxes = np.broadcast_to(boxes, (*source.grid, *boxes.shape[2:]))
    for axis in (0, 1):
        boxes = _slid(boxes, layer.window, axis, layer.grid[axis])
    if lattices is None:
        return boxes, None
    if len(lattices) > 1:
        lattices = tuple(lattice for lattice in lattices for _ in range(per_unit))
    return boxes, tuple(lattice.through(layer.window) for lattice in lattices)


def _slid(boxes, window, axis, n_out):
    """Boxes (h, w, units, 4) after a window has moved along one axis."""
    shape = list(boxes.shape)
    shape[axis] = n_out
    carried = np.broadcast_to(EMPTY_BOX, shape)
    for positions, inside in taps(window, axis, boxes.shape[axis], n_out):
        seen = boxes.take(positions, axis=axis)
        inside = inside.reshape((-1, 1, 1, 1) if axis == 0 else (-1, 1, 1))
        carried = _union_of_boxes(carried, np.where(inside, seen, EMPTY_BOX))
    return carried


def _broadcast(layer, sources, footprints):
    boxes = reduce(_union_of_boxes, (one.boxes for one in footprints))
    if any(one.lattices is None or one.layout[:-1] != layer.shape[:-1] for one in footprints):
        return boxes, None
    n = max(len(one.lattices) for one in footprints)
    by_unit = zip(*(one.lattices * (n // len(one.lattices)) for one in footprints), strict=True)
    return boxes, _all_or_none(reduce(_union_of_lattices, fed) for fed in by_unit)


def _concatenated(layer, sources, footprints):
    first = footprints[0]
    if all(
        one.boxes.shape[-2] == 1
        and np.array_equal(one.boxes, first.boxes)
        and one.lattices == first.lattices
        for one in footprints
    ):
        return first.boxes, first.lattices
    boxes = [np.broadcast_to(one.boxes, (*one.layout, 4)) for one in footprints]
    if any(one.lattices is None for one in footprints):
        return np.concatenate(boxes, axis=-2), None
    lattices = [one.lattices * (one.layout[-1] // len(one.lattices)) for one in footprints]
    return np.concatenate(boxes, axis=-2), sum(lattices, ())


_CARRIED = {
    Reading.SAME_CELL: _same_cell,
    Reading.SAME_PLACE: _same_place,
    Reading.WHOLE_MAP: _whole_map,
    Reading.WINDOW: _window,
    Reading.BROADCAST: _broadcast,
    Reading.CONCATENATED: _concatenated,
}


def _union_of_boxes(one, other):
    return np.concatenate(
        [np.minimum(one[..., :2], other[..., :2]), np.maximum(one[..., 2:], other[..., 2:])],
        axis=-1,
    )


def _union_of_lattices(one, other):
    """Lattice of the unions cell by cell; None unless both have the same strides."""
    if one is None or other is None or one.stride != other.stride:
        return None
    boxes = np.array([one.box(0, 0), other.box(0, 0)])
    top, left, bottom, right = joined(boxes, 0)[0].tolist()
    return Lattice((top, left), one.stride, (bottom - top, right - left))


def _one_lattice(lattices):
    """One lattice for all units as a tuple of length 1, or None."""
    return None if lattices is None else _all_or_none([reduce(_union_of_lattices, lattices)])


def _all_or_none(lattices):
    lattices = tuple(lattices)
    return None if None in lattices else lattices
