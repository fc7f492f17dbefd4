"""Receptive fields: which input pixels can influence a cell, from windows alone (NumPy only)."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cnn_core.errors import ModelError, SelectionError
from cnn_core.network.layers import LayerInfo, LayerKind
from cnn_core.space.cells_read import Reading, cells_read, reading_of
from cnn_core.space.footprint import Footprint, Lattice, footprint_behind
from cnn_core.space.mosaic import require_within


@dataclass(frozen=True)
class Field:
    """The pixels that can influence one cell, as a bounding box.

    Attributes
    ----------
    box
        (top, left, bottom, right) in pixels, half-open, within the image; (0, 0, 0, 0) if no
        pixel reaches the cell. Wide strides or dilation can leave pixels inside it unread, see
        `ReceptiveFields.pixels_seen`.
    unclipped
        The same where the image has no borders: padding and the ends of earlier maps are not cut
        off. Equal to `box` where cells have no place on a grid of equal fields.
    """

    box: tuple[int, int, int, int]
    unclipped: tuple[int, int, int, int]


@dataclass(frozen=True)
class FieldSummary:
    """The receptive fields of a layer in short.

    Attributes
    ----------
    size
        Rows and columns from the first pixel that a cell sees to the last: on an endless image
        where the fields form a grid, else of the largest box in the image.
    stride
        Pixels between the fields of neighbouring cells; None where they form no grid.
    start
        Top left pixel of the field of cell (0, 0); negative with padding, None without a grid.
    n_pixels, n_in_box
        Pixels that the cell with the largest box in the image really sees, and pixels of that box:
        fewer are seen where dilation or strides leave holes.
    whole
        Bounding box of the pixels that any cell sees: (top, left, bottom, right), half-open.
    is_known
        False behind a layer whose inner workings are not known: the size is an upper bound.
    text
        The same in one sentence.
    """

    size: tuple[int, int]
    stride: tuple[int, int] | None
    start: tuple[int, int] | None
    n_pixels: int
    n_in_box: int
    whole: tuple[int, int, int, int]
    is_known: bool
    text: str


class ReceptiveFields:
    """Receptive fields of every cell of a network.

    Build with `ReceptiveFields.of`. Boxes are exact bounds: padding never counts as a pixel, and
    pixels that an earlier layer leaves unread are not seen by a later one.
    """

    def __init__(
        self,
        layers: Mapping[str, LayerInfo],
        readings: Mapping[str, Reading],
        footprints: Mapping[str, Footprint],
    ) -> None:
        self._layers = dict(layers)
        self._readings = readings
        self._footprints = footprints

    @classmethod
    def of(
        cls,
        layers: Iterable[LayerInfo],
        input_shape: tuple[int, ...],
        indirect: Container[str] = (),
    ) -> Self:
        """Follow the windows from the image to every layer.

        Parameters
        ----------
        layers
            Each after the layers that feed it.
        input_shape
            (height, width, channels) of an image.
        indirect
            Layers that are not fed by their `inputs` themselves: something that is not in
            `layers` stands between. They count as reading all of their inputs, at most.

        Raises
        ------
        ModelError
            When a layer is fed by one that has not come yet, or a window does not lead from the
            input's grid to the layer's.
        """
        if len(input_shape) != 3:
            raise ModelError(
                f"network input {tuple(input_shape)}: (height, width, channels) is accepted"
            )
        height, width, channels = map(int, input_shape)
        pixels = (height, width, channels)
        layers_by_name = {"": LayerInfo("", LayerKind.OTHER, "InputLayer", pixels, inputs=())}
        footprints = {"": Footprint.of_image(pixels)}
        readings: dict[str, Reading] = {}
        for layer in layers:
            if (
                layer.name in footprints
                or not layer.inputs
                or any(name not in footprints for name in layer.inputs)
            ):
                raise ModelError(
                    f'layer "{layer.name}" fed by {list(layer.inputs)}: layers with names of '
                    "their own, each after the layers that feed it, are accepted"
                )
            sources = [layers_by_name[name] for name in layer.inputs]
            reading = Reading.UNKNOWN if layer.name in indirect else reading_of(layer, sources)
            footprints[layer.name] = footprint_behind(
                layer, sources, [footprints[name] for name in layer.inputs], reading
            )
            layers_by_name[layer.name] = layer
            readings[layer.name] = reading
        return cls(layers_by_name, readings, footprints)

    def field(self, layer: str, unit: int, row: int = 0, column: int = 0) -> Field:
        """Receptive field of one cell; row and column are 0 for a node.

        Raises
        ------
        SelectionError
            When there is no such layer or cell.
        """
        info = self._layer(layer)
        cell = _checked_cell(info, unit, row, column)
        footprint = self._footprints[layer]
        place = np.unravel_index(np.ravel_multi_index(cell, info.shape), footprint.layout)
        # Boxes that are the same along an axis are stored once.
        stored = footprint.boxes.shape[:-1]
        entry = footprint.boxes[
            tuple(int(at) if size > 1 else 0 for at, size in zip(place, stored, strict=True))
        ]
        box = _box(entry)
        if footprint.lattices is None:
            return Field(box, box)
        row, column, unit = map(int, place)
        lattice = footprint.lattices[unit if len(footprint.lattices) > 1 else 0]
        return Field(box, lattice.box(row, column))

    def boxes(self, layer: str) -> NDArray[np.int32]:
        """Receptive fields of all cells of a layer, (h, w, units, 4) or (units, 4), read-only.

        Top, left, bottom, right in pixels, half-open, within the image; 0 four times for a cell
        that no pixel reaches.
        """
        info = self._layer(layer)
        boxes = self._footprints[layer].shaped(info.shape).boxes
        boxes = np.where(boxes[..., :1] < boxes[..., 2:3], boxes, np.int32(0))
        return np.broadcast_to(boxes, (*info.shape, 4))

    def describe(self, layer: str) -> FieldSummary:
        """Size and stride of a layer's receptive fields."""
        info, footprint = self._layer(layer), self._footprints[layer]
        lattice = footprint.common_lattice()
        boxes = self.boxes(layer).reshape(-1, 4)
        high, wide = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
        largest = int((high * wide).argmax())
        used = np.zeros(info.shape, bool)
        used.reshape(-1)[largest] = True
        seen = int(self._pixels_behind(layer, used).sum())
        n_in_box = int(high[largest] * wide[largest])
        size = lattice.size if lattice is not None else (int(high.max()), int(wide.max()))
        return FieldSummary(
            size,
            None if lattice is None else lattice.stride,
            None if lattice is None else lattice.start,
            seen,
            n_in_box,
            _box(footprint.whole()),
            footprint.is_known,
            _sentence(size, lattice, seen, n_in_box, footprint.is_known),
        )

    def pixels_reaching(self, layer: str) -> NDArray[np.bool]:
        """Tell which pixels, (height, width), reach any cell of a layer.

        Exact, holes that strides and dilation leave included; behind a layer whose inner workings
        are not known every cell counts as read.
        """
        return self._pixels_behind(layer, np.ones(self._layer(layer).shape, bool))

    def pixels_seen(self, layer: str, unit: int, row: int = 0, column: int = 0) -> NDArray[np.bool]:
        """Tell which pixels, (height, width), one cell sees, as exactly as `pixels_reaching`."""
        info = self._layer(layer)
        used = np.zeros(info.shape, bool)
        used[_checked_cell(info, unit, row, column)] = True
        return self._pixels_behind(layer, used)

    def _pixels_behind(self, layer: str, cells: NDArray[np.bool]) -> NDArray[np.bool]:
        used = {layer: cells}
        # Backwards through the network, every layer comes before those that feed it.
        for name in reversed(self._layers):
            if name not in used or name == "":
                continue
            info = self._layers[name]
            sources = [self._layers[source] for source in info.inputs]
            read = cells_read(info, sources, self._readings[name], used.pop(name))
            for source, mask in zip(info.inputs, read, strict=True):
                used[source] = used[source] | mask if source in used else mask
        return np.asarray(np.logical_or.reduce(used[""], axis=-1))

    def _layer(self, name: str) -> LayerInfo:
        if name not in self._layers or name == "":
            names = [known for known in self._layers if known]
            nearest = next(iter(get_close_matches(str(name), names, 1, 0)), None)
            raise SelectionError(f'layer "{name}": {", ".join(names)} are accepted', nearest)
        return self._layers[name]


def _checked_cell(info: LayerInfo, unit: int, row: int, column: int) -> tuple[int, ...]:
    """Place of a cell in the layer's shape."""
    for what, number, size in zip(
        ("unit", "row", "column"), (unit, row, column), (info.n_units, *info.grid), strict=True
    ):
        require_within(f'{what} of layer "{info.name}"', number, size)
    return (int(row), int(column), int(unit)) if info.is_spatial else (int(unit),)


def _box(entry: NDArray[np.int32]) -> tuple[int, int, int, int]:
    top, left, bottom, right = entry.tolist()
    return (top, left, bottom, right) if top < bottom else (0, 0, 0, 0)


def _sentence(
    size: tuple[int, int], lattice: Lattice | None, seen: int, n_in_box: int, is_known: bool
) -> str:
    area = f"{size[0]} × {size[1]} pixels"
    if seen < n_in_box:
        area = f"{seen:,} of {n_in_box:,} pixels in a field of {size[0]} × {size[1]}"
    if lattice is not None:
        down, across = lattice.stride
        step = str(down) if down == across else f"{down} × {across}"
        return f"A cell sees {area}, stride {step}."
    text = f"A cell sees up to {area} of the image"
    if not is_known:
        text += "; the inner workings of a layer on the way are not known, it may see fewer"
    return f"{text}."
