"""Receptive fields: which input pixels can influence a cell, from windows alone (NumPy only)."""

from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from cnn_core.errors import ModelError, SelectionError
from cnn_core.network.layers import LayerInfo, LayerKind
from cnn_core.space.cells_read import Reading, cells_read, reading_of
from cnn_core.space.footprint import Footprint, footprint_behind
from cnn_core.space.mosaic import require_within


@dataclass(frozen=True)
class Field:
    """The pixels that can influence one cell, as a bounding box.

    Attributes
    ----------
    box : tuple of int
        (top, left, bottom, right) in pixels, half-open, within the image; (0, 0, 0, 0) if no
        pixel reaches the cell. Wide strides or dilation can leave pixels inside it unread.
    unclipped : tuple of int
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
    size : tuple of int
        Rows and columns of pixels that a cell sees: on an endless image where the fields form a
        grid, else of the largest box in the image.
    stride : tuple of int or None
        Pixels between the fields of neighbouring cells; None where they form no grid.
    start : tuple of int or None
        Top left pixel of the field of cell (0, 0); negative with padding, None without a grid.
    is_known : bool
        False behind a layer whose inner workings are not known: the size is an upper bound.
    text : str
        The same in one sentence.
    """

    size: tuple[int, int]
    stride: tuple[int, int] | None
    start: tuple[int, int] | None
    is_known: bool
    text: str


class ReceptiveFields:
    """Receptive fields of every cell of a network.

    Build with `ReceptiveFields.of`. Boxes are exact bounds: padding never counts as a pixel, and
    pixels that an earlier layer leaves unread are not seen by a later one.
    """

    def __init__(self, layers, readings, footprints):
        self._layers = layers
        self._readings = readings
        self._footprints = footprints

    @classmethod
    def of(cls, layers, input_shape, indirect=()):
        """Follow the windows from the image to every layer.

        Parameters
        ----------
        layers : iterable of LayerInfo
            Each after the layers that feed it.
        input_shape : tuple of int
            (height, width, channels) of an image.
        indirect : container of str
            Layers that are not fed by their `inputs` themselves: something that is not in
            `layers` stands between. They count as reading all of their inputs, at most.

        Returns
        -------
        ReceptiveFields

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
        input_shape = tuple(int(size) for size in input_shape)
        layers_by_name = {"": LayerInfo("", LayerKind.OTHER, "InputLayer", input_shape, inputs=())}
        footprints = {"": Footprint.of_image(input_shape)}
        readings = {}
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

    def field(self, layer, unit, row=0, column=0):
        """Receptive field of one cell.

        Parameters
        ----------
        layer : str
            Name of the layer.
        unit, row, column : int
            The cell; row and column are 0 for a node.

        Returns
        -------
        Field

        Raises
        ------
        SelectionError
            When there is no such layer or cell.
        """
        info = self._layer(layer)
        for what, number, size in zip(
            ("unit", "row", "column"), (unit, row, column), (info.n_units, *info.grid), strict=True
        ):
            require_within(f'{what} of layer "{layer}"', number, size)
        cell = (int(row), int(column), int(unit)) if info.is_spatial else (int(unit),)
        footprint = self._footprints[layer]
        place = np.unravel_index(np.ravel_multi_index(cell, info.shape), footprint.layout)
        # Boxes that are the same along an axis are stored once.
        stored = footprint.boxes.shape[:-1]
        entry = footprint.boxes[
            tuple(int(at) if size > 1 else 0 for at, size in zip(place, stored, strict=True))
        ]
        box = tuple(entry.tolist()) if entry[0] < entry[2] else (0, 0, 0, 0)
        if footprint.lattices is None:
            return Field(box, box)
        row, column, unit = map(int, place)
        lattice = footprint.lattices[unit if len(footprint.lattices) > 1 else 0]
        return Field(box, lattice.box(row, column))

    def boxes(self, layer):
        """Receptive fields of all cells of a layer.

        Parameters
        ----------
        layer : str
            Name of the layer.

        Returns
        -------
        ndarray
            (h, w, units, 4) or (units, 4) int32, read-only: top, left, bottom, right in pixels,
            half-open, within the image; 0 four times for a cell that no pixel reaches.
        """
        info = self._layer(layer)
        boxes = self._footprints[layer].shaped(info.shape).boxes
        boxes = np.where(boxes[..., :1] < boxes[..., 2:3], boxes, np.int32(0))
        return np.broadcast_to(boxes, (*info.shape, 4))

    def describe(self, layer):
        """Size and stride of a layer's receptive fields.

        Parameters
        ----------
        layer : str
            Name of the layer.

        Returns
        -------
        FieldSummary
        """
        self._layer(layer)
        footprint = self._footprints[layer]
        lattice = footprint.common_lattice()
        if lattice is not None:
            down, across = lattice.stride
            step = str(down) if down == across else f"{down} × {across}"
            return FieldSummary(
                lattice.size,
                lattice.stride,
                lattice.start,
                footprint.is_known,
                "A cell sees {} × {} pixels, stride {}.".format(*lattice.size, step),
            )
        boxes = footprint.boxes.reshape(-1, 4)
        size = tuple(max(int(np.max(boxes[:, end + 2] - boxes[:, end])), 0) for end in (0, 1))
        text = "A cell sees up to {} × {} pixels of the image".format(*size)
        if not footprint.is_known:
            text += "; the inner workings of a layer on the way are not known, it may see fewer"
        return FieldSummary(size, None, None, footprint.is_known, f"{text}.")

    def pixels_reaching(self, layer):
        """Tell which pixels reach any cell of a layer.

        Parameters
        ----------
        layer : str
            Name of the layer.

        Returns
        -------
        ndarray
            (height, width) bool. Exact, holes that strides and dilation leave included; behind a
            layer whose inner workings are not known every cell counts as read.
        """
        used = {layer: np.ones(self._layer(layer).shape, bool)}
        # Backwards through the network, every layer comes before those that feed it.
        for name in reversed(self._layers):
            if name not in used or name == "":
                continue
            info = self._layers[name]
            sources = [self._layers[source] for source in info.inputs]
            read = cells_read(info, sources, self._readings[name], used.pop(name))
            for source, mask in zip(info.inputs, read, strict=True):
                used[source] = used[source] | mask if source in used else mask
        return used[""].any(axis=-1)

    def _layer(self, name):
        if name not in self._layers or name == "":
            names = [known for known in self._layers if known]
            nearest = next(iter(get_close_matches(str(name), names, 1, 0)), None)
            raise SelectionError(f'layer "{name}": {", ".join(names)} are accepted', nearest)
        return self._layers[name]
