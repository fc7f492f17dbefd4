"""Which cells of its inputs a layer reads (NumPy only)."""

from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from cnn_core.errors import ModelError
from cnn_core.network.layers import LayerInfo, LayerKind, Window

_SAME_CELL_KINDS = {
    LayerKind.ACTIVATION,
    LayerKind.BATCH_NORM,
    LayerKind.DROPOUT,
    LayerKind.AUGMENTATION,
}
_SAME_CELL_CLASSES = {"Rescaling", "Normalization", "Identity"}
_PER_UNIT_KINDS = {LayerKind.POOLING, LayerKind.DEPTHWISE_CONV, LayerKind.OTHER}
_UNIT_MIXING_ACTIVATIONS = {"softmax", "log_softmax", "sparsemax"}


class Reading(Enum):
    """How the cells of a layer depend on the cells of what feeds it."""

    WINDOW = "the cells under a window"
    SAME_CELL = "the same cell"
    SAME_PLACE = "all units at the same row and column"
    SAME_ORDER = "the cell at the same position in C order"
    BROADCAST = "the same cell of every input"
    CONCATENATED = "the same cell of the input that the unit comes from"
    WHOLE_MAP = "all cells of the same map"
    EVERYTHING = "all cells"
    UNKNOWN = "not known, all cells at most"


def reading_of(layer: LayerInfo, sources: Sequence[LayerInfo]) -> Reading:
    """Tell how a layer reads its inputs: what feeds it, in order, at least one.

    Raises
    ------
    ModelError
        When the layer's window does not lead from the input's grid to the layer's.
    """
    source = sources[0]
    if layer.kind is LayerKind.MERGE:
        return _reading_of_merge(layer, sources)
    if layer.window is not None:
        fits = layer.is_spatial and source.is_spatial
        if not fits or layer.window.output_grid(source.grid) != layer.grid:
            raise ModelError(
                f'layer "{layer.name}": {layer.window} over an input of {source.shape} does not '
                f"give {layer.shape}; the window of the layer is accepted"
            )
        return Reading.WINDOW
    if layer.class_name == "Softmax" and layer.is_spatial:
        # It may run over rows or columns as well as over the maps.
        return Reading.UNKNOWN
    keeps_shape = layer.shape == source.shape
    if keeps_shape and (layer.kind in _SAME_CELL_KINDS or layer.class_name in _SAME_CELL_CLASSES):
        return Reading.SAME_CELL
    is_reshape = layer.kind is LayerKind.FLATTEN or layer.class_name == "Reshape"
    if is_reshape and layer.n_cells == source.n_cells:
        return Reading.SAME_ORDER
    if layer.kind is LayerKind.GLOBAL_POOLING and layer.n_units == source.n_units:
        return Reading.WHOLE_MAP
    if layer.kind is LayerKind.DENSE:
        if layer.is_spatial and layer.grid == source.grid:
            return Reading.SAME_PLACE
        return Reading.EVERYTHING if not source.is_spatial else Reading.UNKNOWN
    return Reading.UNKNOWN


def _reading_of_merge(layer: LayerInfo, sources: Sequence[LayerInfo]) -> Reading:
    shapes = [source.shape for source in sources]
    try:
        if np.broadcast_shapes(*shapes) == layer.shape:
            return Reading.BROADCAST
    except ValueError:
        pass
    same_grid = all(shape[:-1] == layer.shape[:-1] for shape in shapes)
    if same_grid and sum(shape[-1] for shape in shapes) == layer.n_units:
        return Reading.CONCATENATED
    return Reading.UNKNOWN


def mixes_units(layer: LayerInfo) -> bool:
    """Tell whether the layer's non-linearity ties all units at a place together."""
    return layer.activation in _UNIT_MIXING_ACTIVATIONS


def outputs_per_unit(layer: LayerInfo, source: LayerInfo) -> int | None:
    """Count the output units that read one input unit alone; None if the layer mixes units."""
    # A window of another kind only moves cells, as zero padding does.
    own = layer.kind in _PER_UNIT_KINDS and layer.n_units % source.n_units == 0
    return layer.n_units // source.n_units if own else None


def window_slid_by(layer: LayerInfo) -> Window:
    """Window of a layer that reads through one."""
    if layer.window is None:
        raise ModelError(f'layer "{layer.name}" slides no window: convolutions and pooling do')
    return layer.window


def taps(
    window: Window, axis: int, size: int, n_out: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.bool]]]:
    """Input positions under each tap of a window along one axis, 0 down or 1 to the right.

    `size` and `n_out` are the positions of the input and of the output along it.

    Yields
    ------
    positions : (n_out,)
        What output position k reads through this tap, moved into the input where it stands in the
        padding.
    inside : (n_out,)
        False in the padding.
    """
    first = np.arange(n_out) * window.stride[axis] - window.padding[2 * axis]
    for tap in range(window.kernel[axis]):
        positions = first + tap * window.dilation[axis]
        yield np.clip(positions, 0, size - 1), (positions >= 0) & (positions < size)


def cells_read(
    layer: LayerInfo, sources: Sequence[LayerInfo], reading: Reading, used: NDArray[np.bool]
) -> list[NDArray[np.bool]]:
    """Tell which cells of its inputs a layer reads for some of its own cells.

    Parameters
    ----------
    sources
        What feeds it, in order.
    reading
        `reading_of` the two.
    used : the layer's shape
        The cells that count.

    Returns
    -------
    One a source, of its shape.
    """
    if mixes_units(layer):
        used = np.broadcast_to(used.any(axis=-1, keepdims=True), layer.shape)
    source = sources[0]
    if reading is Reading.WINDOW:
        return [_under_window(layer, source, used)]
    if reading is Reading.SAME_CELL:
        return [used]
    if reading is Reading.SAME_ORDER:
        return [used.reshape(source.shape)]
    if reading is Reading.SAME_PLACE:
        return [np.broadcast_to(used.any(axis=-1, keepdims=True), source.shape)]
    if reading is Reading.WHOLE_MAP:
        by_unit = used.reshape(-1, layer.n_units).any(axis=0)
        return [np.broadcast_to(by_unit, source.shape)]
    if reading is Reading.BROADCAST:
        return [_unbroadcast(used, fed.shape) for fed in sources]
    if reading is Reading.CONCATENATED:
        starts = list(accumulate((fed.n_units for fed in sources), initial=0))
        return [
            used[..., start : start + fed.n_units]
            for start, fed in zip(starts, sources, strict=False)
        ]
    return [np.full(fed.shape, used.any()) for fed in sources]


def _under_window(layer: LayerInfo, source: LayerInfo, used: NDArray[np.bool]) -> NDArray[np.bool]:
    """Cells of `source` that the used cells of a windowed layer read."""
    own = outputs_per_unit(layer, source)
    if own is None:
        used = np.logical_or.reduce(used, axis=-1, keepdims=True)
    else:
        by_source = used.reshape(*layer.grid, source.n_units, own)
        used = np.logical_or.reduce(by_source, axis=-1)
    window = window_slid_by(layer)
    rows, columns = source.grid
    down = np.zeros((rows, *used.shape[1:]), bool)
    for positions, inside in taps(window, 0, rows, layer.grid[0]):
        down[positions[inside]] |= used[inside]
    across = np.zeros((rows, columns, used.shape[2]), bool)
    for positions, inside in taps(window, 1, columns, layer.grid[1]):
        across[:, positions[inside]] |= down[:, inside]
    return np.broadcast_to(across, source.shape)


def _unbroadcast(used: NDArray[np.bool], shape: tuple[int, ...]) -> NDArray[np.bool]:
    """Cells of a smaller input that stand behind the used cells of the broadcast output."""
    missing = used.ndim - len(shape)
    padded = (1,) * missing + tuple(shape)
    axes = tuple(axis for axis, size in enumerate(padded) if size != used.shape[axis])
    return used.any(axis=axes, keepdims=True).reshape(shape)
