"""All units of a layer tiled in one picture, and the way back from the picture to a cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from operator import index
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import SelectionError
from cnn_core.space.display import (
    COLOUR_MODES,
    colour_range,
    dead_units,
    display_values,
    standardise_and_clip,
)

__all__ = [
    "COLOUR_MODES",
    "Mosaic",
    "colour_range",
    "dead_units",
    "default_columns",
    "display_values",
    "require_within",
    "standardise_and_clip",
]

LONGEST_ROW_OF_NODES = 16
LANDSCAPE = 2.0


@dataclass(frozen=True, init=False)
class Mosaic:
    """Where each cell of a layer stands in the picture of all its units.

    Tiles fill the picture row by row; a last row may stay part empty. Every unit has a tile,
    whatever the number of columns. Picture coordinates are (y, x) counted from 0 at the top left.

    Attributes
    ----------
    n_units, height, width
        Number of units and the rows and columns of one, (1, 1) for nodes.
    columns
        Tiles in a row, at least 1; None takes `default_columns`. More columns than units are the
        same as one column a unit.
    gap
        Cells left empty between neighbouring tiles; None takes 1, or 0 for units of one cell.
    order
        Tile k shows unit ``order[k]``; None keeps the natural order. Units are always named by
        their number in the layer.

    Raises
    ------
    SelectionError
        When there is no unit or no cell, the columns or the gap are out of range, or the order
        does not name each unit once.
    """

    n_units: int
    height: int
    width: int
    columns: int
    gap: int
    order: tuple[int, ...] | None

    def __init__(
        self,
        n_units: int,
        height: int,
        width: int,
        columns: int | None = None,
        gap: int | None = None,
        order: Sequence[int] | None = None,
    ) -> None:
        n_units = _whole(n_units, "n_units", least=1)
        height, width = _whole(height, "height", least=1), _whole(width, "width", least=1)
        if columns is None:
            columns = default_columns(n_units, height, width)
        if gap is None:
            gap = int(height * width > 1)
        settled = {
            "n_units": n_units,
            "height": height,
            "width": width,
            "columns": min(_whole(columns, "columns", least=1), n_units),
            "gap": _whole(gap, "gap", least=0),
            "order": None if order is None else _checked_order(order, n_units),
        }
        for name, value in settled.items():
            object.__setattr__(self, name, value)

    @classmethod
    def of(
        cls,
        shape: tuple[int, ...],
        columns: int | None = None,
        gap: int | None = None,
        order: Sequence[int] | None = None,
    ) -> Self:
        """Mosaic of a layer of shape (height, width, units) or (units,)."""
        height, width = shape[:2] if len(shape) == 3 else (1, 1)
        return cls(shape[-1], height, width, columns=columns, gap=gap, order=order)

    @property
    def rows(self) -> int:
        """Rows of tiles."""
        return -(-self.n_units // self.columns)

    @property
    def picture_shape(self) -> tuple[int, int]:
        """Height and width of the picture in cells."""
        return (
            self.rows * (self.height + self.gap) - self.gap,
            self.columns * (self.width + self.gap) - self.gap,
        )

    def tile(self, values: ArrayLike) -> NDArray[np.float32]:
        """Picture of a layer's values, (H, W) or (n, H, W), a new array; NaN where no cell stands.

        Parameters
        ----------
        values
            (height, width, units) or, for units of one cell, (units,); with a leading axis of n
            images for a batch. Any real dtype.

        Raises
        ------
        SelectionError
            When the shape is not that of the layer.
        """
        values = np.asarray(values)
        shape = values.shape
        grid = (self.height, self.width, self.n_units)
        nodes = (self.n_units,) if grid[:2] == (1, 1) else grid
        if shape in (grid, nodes):
            return np.asarray(self._picture(values.reshape(1, *grid))[0])
        if shape[1:] in (grid, nodes):
            return self._picture(values.reshape(-1, *grid))
        raise SelectionError(
            f"values of shape {shape} for a mosaic of cells {grid}: "
            f"{nodes} or (n, {', '.join(map(str, nodes))}) are accepted"
        )

    def cell_at(self, y: float, x: float) -> tuple[int, int, int] | None:
        """Cell (unit, row, column) at a point of the picture, None in a gap and outside.

        The cell at k reaches from k - 0.5 to k + 0.5, as on the axes of a drawn heat map.
        """
        if not (isfinite(y) and isfinite(x)):
            return None
        tile_row, row = divmod(int(np.floor(y + 0.5)), self.height + self.gap)
        tile_column, column = divmod(int(np.floor(x + 0.5)), self.width + self.gap)
        tile = tile_row * self.columns + tile_column
        if not (
            row < self.height
            and column < self.width
            and tile_row >= 0
            and 0 <= tile_column < self.columns
            and tile < self.n_units
        ):
            return None
        return (tile if self.order is None else self.order[tile], row, column)

    def position_of(self, unit: int, row: int = 0, column: int = 0) -> tuple[int, int]:
        """Picture coordinates (y, x) of a cell; the inverse of `cell_at`.

        Raises
        ------
        SelectionError
            When the layer has no such unit, row or column.
        """
        for what, number, size in (
            ("unit", unit, self.n_units),
            ("row", row, self.height),
            ("column", column, self.width),
        ):
            require_within(what, number, size)
        tile_row, tile_column = divmod(int(self._tile_of[unit]), self.columns)
        return (
            tile_row * (self.height + self.gap) + int(row),
            tile_column * (self.width + self.gap) + int(column),
        )

    def cells(self) -> NDArray[np.int32]:
        """Cell at every point of the picture, a new array.

        (H, W, 3): unit, row, column; -1 thrice where no cell stands.
        """
        grid = (1, self.height, self.width, self.n_units)
        parts = [
            self._picture(np.broadcast_to(numbers, grid), np.int32, -1)[0]
            for numbers in (
                np.arange(self.n_units),
                np.arange(self.height)[:, None, None],
                np.arange(self.width)[:, None],
            )
        ]
        return np.stack(parts, axis=-1)

    def unit_boxes(self) -> NDArray[np.int32]:
        """Place of every unit in the picture.

        (n_units, 4): top, left, bottom, right, half-open; row u is unit u.
        """
        tile_row, tile_column = np.divmod(self._tile_of, self.columns)
        top = tile_row * (self.height + self.gap)
        left = tile_column * (self.width + self.gap)
        return np.stack([top, left, top + self.height, left + self.width], 1).astype(np.int32)

    @cached_property
    def _tile_of(self) -> NDArray[np.int64]:
        """(n_units,): the tile of each unit."""
        tiles = np.arange(self.n_units)
        if self.order is None:
            return tiles
        return np.argsort(self.order)

    def _picture(
        self, values: NDArray[Any], dtype: type[np.number] = np.float32, blank: float = np.nan
    ) -> NDArray[Any]:
        """(n, H, W) picture of `values` (n, height, width, units), `blank` where no cell is."""
        n_images = len(values)
        by_unit = values.transpose(0, 3, 1, 2)
        if self.order is not None:
            by_unit = by_unit[:, np.asarray(self.order)]
        # One more gap below and to the right makes all tiles alike, so that one strided
        # assignment places a whole row of them; it is cut off at the end.
        tall, wide = self.height + self.gap, self.width + self.gap
        board = np.full((n_images, self.rows, tall, self.columns, wide), blank, dtype)
        full = self.n_units // self.columns
        tiles = board[:, :, : self.height, :, : self.width].transpose(0, 1, 3, 2, 4)
        tiles[:, :full] = by_unit[:, : full * self.columns].reshape(
            n_images, full, self.columns, self.height, self.width
        )
        rest = self.n_units - full * self.columns
        if rest:
            tiles[:, full, :rest] = by_unit[:, full * self.columns :]
        picture = board.reshape(n_images, self.rows * tall, self.columns * wide)
        high, broad = self.picture_shape
        return np.ascontiguousarray(picture[:, :high, :broad])


def default_columns(n_units: int, height: int, width: int, aspect: float = LANDSCAPE) -> int:
    """Choose the columns, 1 to `n_units`, of a mosaic that fills a panel and reads easily.

    A picture close to `aspect`, its width over its height, is wanted, then full rows, then round
    numbers of columns; a few nodes stand in one row. Height and width are those of one unit.
    """
    if not (isfinite(aspect) and aspect > 0):
        raise SelectionError(f"aspect {aspect} of a mosaic: numbers above 0 are accepted")
    if height * width == 1 and n_units <= LONGEST_ROW_OF_NODES:
        return int(n_units)
    columns = np.arange(1, n_units + 1)
    rows = -(-n_units // columns)
    off_shape = np.abs(np.log(columns * width / (rows * height) / aspect))
    empty = rows * columns - n_units
    ragged = np.where(empty > 0, 0.8 + empty / (rows * columns), 0.0)
    is_round = (columns % 8 == 0) | (columns % 10 == 0) | (columns <= 6)
    is_even = (columns % 2 == 0) | (columns % 5 == 0)
    odd_number = np.where(is_round, 0.0, np.where(is_even, 0.15, 0.3))
    # Rounded, so that of two choices that are equally good the narrower one is taken everywhere.
    return int(columns[np.argmin(np.round(off_shape + ragged + odd_number, 9))])


def require_within(what: str, number: float, size: int) -> None:
    """Raise SelectionError unless `number` is one of 0 .. size - 1."""
    if not 0 <= number < size or number != int(number):
        nearest = min(max(int(number), 0), size - 1) if isfinite(number) else 0
        raise SelectionError(f"{what} {number}: 0 to {size - 1} are accepted", nearest)


def _checked_order(order: Sequence[int], n_units: int) -> tuple[int, ...]:
    named = np.asarray(order)
    if named.shape != (n_units,) or not np.array_equal(np.sort(named), np.arange(n_units)):
        raise SelectionError(
            f"order of a mosaic: a list that names each of the {n_units} units once is accepted"
        )
    return tuple(named.astype(np.int64).tolist())


def _whole(number: Any, what: str, least: int) -> int:
    try:
        whole = index(number)
    except TypeError:
        whole = None
    if whole is None or whole < least or isinstance(number, bool):
        raise SelectionError(
            f"{what} {number!r} of a mosaic: whole numbers of at least {least} are accepted", least
        )
    return whole
