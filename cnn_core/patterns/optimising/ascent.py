"""Patterns that excite a unit, found by gradient ascent on the pixels.

The pixels move along the gradient of the objective divided by its root mean square over the field,
in steps that fall linearly to 0, and stay within 0…1. The default objective is the pre-activation
of one cell: unlike the activation of a whole map it has a gradient where the unit is silent, and
asks for one motif and not for several side by side.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.errors import SelectionError
from cnn_core.network.backend import tf
from cnn_core.network.classifier import Network
from cnn_core.network.layers import LayerInfo
from cnn_core.network.opened_layer import checked_units
from cnn_core.patterns.optimising.starts import smooth_starts
from cnn_core.patterns.scoring.frames import Frame, cut, paste

GREY_STEP = 5
"""Pictures are kept in 52 grey levels from 0 to 255: the eye sees no more, and files are smaller."""

_BYTES_AT_ONCE = 192 * 2**20
_MOST_ROWS = 512


class Objective(StrEnum):
    """What of a unit is driven up."""

    CELL = "one cell"
    MAP = "mean of the whole map"


@dataclass(frozen=True)
class Recipe:
    """How patterns are sought.

    Attributes
    ----------
    objective
        What is driven up; of a node both are the same.
    before_activation
        Whether its values are taken before the non-linearity.
    length_scales
        Blur of the random starts, in pixels.
    repeats
        Starts a length scale.
    n_steps
        At least 1.
    first_step
        Length of the first step, as root mean square over the field, in grey levels of 0…1.
    shown_after
        Numbers of steps after which the picture is kept, rising, the last one `n_steps`.
    seed
        Of the starts.
    """

    objective: Objective = Objective.CELL
    before_activation: bool = True
    length_scales: tuple[float, ...] = (1.0, 2.0, 4.0)
    repeats: int = 2
    n_steps: int = 100
    first_step: float = 0.05
    shown_after: tuple[int, ...] = (0, 2, 5, 10, 25, 100)
    seed: int = 0

    def __post_init__(self) -> None:
        rising = list(self.shown_after) == sorted(set(self.shown_after))
        if not rising or self.shown_after[0] < 0 or self.shown_after[-1] != self.n_steps:
            raise SelectionError(
                f"pictures after {self.shown_after} steps: rising numbers that end with "
                f"{self.n_steps} are accepted"
            )

    @property
    def n_starts(self) -> int:
        """Starts a unit."""
        return len(self.length_scales) * self.repeats


THE_ARTICLES = Recipe(Objective.MAP, before_activation=False, repeats=4)
"""The article's own method: the mean of the whole map behind its non-linearity."""


@dataclass(frozen=True, eq=False)
class Ascent:
    """What the ascent has made of every start; the first axes are (units, starts).

    Attributes
    ----------
    units
        (units,) which ones.
    cell
        (units,) the cell that is driven up; 0 where the whole map is.
    corner
        (units, 2) top left pixel of the windows.
    n_steps
        Steps so far.
    windows
        (units, starts, rows, columns, channels) uint8: what stands in the window, 0…255 in steps
        of `GREY_STEP`.
    response
        (units, starts) float32: the objective before the non-linearity, of those very pixels on
        black ground: no pixel outside the window moves it.
    value
        (units, starts) float32: the same behind the non-linearity; of the output layer before it.
    """

    units: tuple[int, ...]
    cell: NDArray[np.int64]
    corner: NDArray[np.int64]
    n_steps: int
    windows: NDArray[np.uint8]
    response: NDArray[np.float32]
    value: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class _Rows:
    """Pictures under way, with the unit and the cell that each one drives up."""

    images: NDArray[np.float32]
    unit: NDArray[np.int64]
    cell: NDArray[np.int64]


class Ascender:
    """Gradient ascent for the units of one layer, compiled once.

    Parameters
    ----------
    frame
        Of the layer.
    """

    def __init__(self, network: Network, layer: str, frame: Frame, recipe: Recipe) -> None:
        self.layer = network.layer(layer)
        self.recipe = recipe
        is_output = layer == network.output_layer.name
        self.frame = frame if recipe.objective is Objective.CELL else frame.whole()
        self._image_shape = network.input_shape
        self._rows_at_once = _rows_at_once(network, self.layer)
        forward = network.in_front_of(layer)
        measure = _measure(forward, self.layer, recipe.objective, is_output)
        which = 0 if recipe.before_activation else 1
        pictures = tf.TensorSpec((None, *self._image_shape), tf.float32)
        field = tf.TensorSpec((None, *self._image_shape[:2], 1), tf.float32)
        place, number = tf.TensorSpec((None,), tf.int64), tf.TensorSpec((), tf.float32)
        self._measure = tf.function(measure, [pictures, place], autograph=False)
        self._advance = tf.function(
            _advance(measure, which, recipe),
            [pictures, field, place, number, number],
            autograph=False,
        )

    def run(self, units: Sequence[int] | None = None) -> Iterator[Ascent]:
        """Drive units up, all in one batch, and show the pictures on the way.

        Parameters
        ----------
        units
            All by default.

        Yields
        ------
        Ascent
            After each number of steps in `Recipe.shown_after`.
        """
        chosen = checked_units(self.layer, range(self.layer.n_units) if units is None else units)
        recipe = self.recipe
        starts = smooth_starts(self._image_shape, recipe.length_scales, recipe.repeats, recipe.seed)
        cells = [self.frame.middle_cell(unit) for unit in chosen]
        rows = _Rows(
            np.tile(starts, (len(chosen), 1, 1, 1)),
            np.repeat(np.asarray(chosen, np.int64), recipe.n_starts),
            np.repeat(np.asarray(cells, np.int64), recipe.n_starts),
        )
        fields = _fields_of(self.frame, rows.unit, rows.cell, self._image_shape)
        done = 0
        for stop in recipe.shown_after:
            for part in self._parts(len(fields) if stop > done else 0):
                rows.images[part] = self._advance(
                    rows.images[part], fields[part], self._place(rows, part), done, stop
                ).numpy()
            done = stop
            yield self._shown(chosen, rows, done)

    def _parts(self, n_rows: int) -> Iterator[slice]:
        for start in range(0, n_rows, self._rows_at_once):
            yield slice(start, min(start + self._rows_at_once, n_rows))

    def _place(self, rows: _Rows, part: slice) -> Any:
        """Where what each picture drives up stands among the values of all pictures of a part."""
        n_cells = 1 if self.recipe.objective is Objective.MAP else prod(self.layer.grid)
        unit, cell = rows.unit[part], rows.cell[part]
        return tf.constant((np.arange(len(unit)) * n_cells + cell) * self.layer.n_units + unit)

    def _shown(self, chosen: tuple[int, ...], rows: _Rows, n_steps: int) -> Ascent:
        corner = self.frame.corner(rows.unit, rows.cell)
        levels = np.round(cut(rows.images, corner, self.frame.size) * (255 // GREY_STEP))
        windows = levels.astype(np.uint8) * np.uint8(GREY_STEP)
        found = [
            self._respond(windows[part], corner[part], rows, part)
            for part in self._parts(len(windows))
        ]
        response, value = (np.concatenate(parts) for parts in zip(*found, strict=True))
        shape = (len(chosen), self.recipe.n_starts)
        first = slice(None, None, self.recipe.n_starts)
        return Ascent(
            chosen,
            rows.cell[first],
            corner[first],
            n_steps,
            windows.reshape(*shape, *windows.shape[1:]),
            response.reshape(shape),
            value.reshape(shape),
        )

    def _respond(
        self, windows: NDArray[np.uint8], corner: NDArray[np.int64], rows: _Rows, part: slice
    ) -> list[NDArray[np.float32]]:
        shown = paste(windows.astype(np.float32) / np.float32(255), corner, self._image_shape)
        return [found.numpy() for found in self._measure(shown, self._place(rows, part))]


def _rows_at_once(network: Network, layer: LayerInfo) -> int:
    """Pictures to drive up at once so that values and slopes of all layers fit into memory."""
    upto = network.layers[: network.layers.index(layer) + 1]
    bytes_each = 4 * 4 * sum(info.n_cells for info in upto)
    return int(np.clip(_BYTES_AT_ONCE // bytes_each, 1, _MOST_ROWS))


def _fields_of(
    frame: Frame,
    unit: NDArray[np.int64],
    cell: NDArray[np.int64],
    image_shape: tuple[int, int, int],
) -> NDArray[np.float32]:
    """Give 1 in the field of each row's cell and 0 elsewhere, (n, height, width, 1)."""
    row, column = np.divmod(cell, frame.grid[1])
    box = frame.boxes[row, column, unit][:, :, np.newaxis, np.newaxis]
    rows, columns = np.indices(image_shape[:2])
    inside = (rows >= box[:, 0]) & (rows < box[:, 2]) & (columns >= box[:, 1])
    field: NDArray[np.bool_] = inside & (columns < box[:, 3])
    return field[..., np.newaxis].astype(np.float32)


def _measure(
    forward: Callable[[Any], tuple[Any, Any]],
    layer: LayerInfo,
    objective: Objective,
    is_output: bool,
) -> Callable[[Any, Any], tuple[Any, Any]]:
    """Build the function that gives the objective before and behind the non-linearity."""

    def one_each(values: Any, place: Any) -> Any:
        if objective is Objective.MAP and layer.is_spatial:
            values = tf.reduce_mean(values, axis=(1, 2))
        return tf.cast(tf.gather(tf.reshape(values, [-1]), place), tf.float32)

    def measure(images: Any, place: Any) -> tuple[Any, Any]:
        before, after = forward(images)
        response = one_each(before, place)
        return response, response if is_output else one_each(after, place)

    return measure


def _advance(
    measure: Callable[[Any, Any], tuple[Any, Any]], which: int, recipe: Recipe
) -> Callable[..., Any]:
    """Build the function that takes the pictures from one number of steps to another."""

    def advance(images: Any, field: Any, place: Any, done: Any, stop: Any) -> Any:
        n_pixels = tf.reduce_sum(field, axis=(1, 2, 3), keepdims=True) * images.shape[-1]

        def step(number: Any, pictures: Any) -> tuple[Any, Any]:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(pictures)
                total = tf.reduce_sum(measure(pictures, place)[which])
            slope = tape.gradient(total, pictures) * field
            squares = tf.reduce_sum(tf.square(slope), axis=(1, 2, 3), keepdims=True)
            length = recipe.first_step * (1 - number / recipe.n_steps)
            # Where nothing has a slope nothing moves, and nothing is divided by 0.
            moved = length * tf.math.divide_no_nan(
                slope, tf.sqrt(squares / tf.maximum(n_pixels, 1.0))
            )
            return number + 1, tf.clip_by_value(pictures + moved, 0.0, 1.0)

        return tf.while_loop(lambda number, _: number < stop, step, (done, images))[1]

    return advance


def silent_starts(
    network: Network, info: LayerInfo, frame: Frame, units: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count the starts of the article's method in which the whole map is 0, (units,).

    Such a start has no slope, so that no step moves it: "no reaction" is found before the first.
    """
    at_first = next(Ascender(network, info.name, frame, THE_ARTICLES).run(units.tolist()))
    counts: NDArray[np.int64] = (at_first.value == 0).sum(axis=1)
    return counts
