"""What was found for the units of a network: plain arrays, read without Keras."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.errors import SelectionError
from cnn_core.patterns.scoring.scores import References
from cnn_core.statistics import wilson_interval

# Of each array how it is stored and its axes behind the units: p patches, k classes, h and w rows
# and columns of a map, b bins, s length scales, t pictures before the last, R C c a window, r kinds
# of references, q images for a quiz.
TABLE: Mapping[str, tuple[str, str]] = {
    "patch_image": ("u4", "p"),
    "patch_cell": ("u4", "p"),
    "patch_response": ("f4", "p"),
    "patch_activation": ("f4", "p"),
    "is_dead": ("?", ""),
    "n_fired": ("u4", "k"),
    "place": ("i1", "hw"),
    "place_scale": ("f4", ""),
    "counts": ("u4", "b"),
    "first_edge": ("f4", ""),
    "bin_width": ("f4", ""),
    "driven_cell": ("u4", ""),
    "pattern": ("u1", "sRCc"),
    "pattern_response": ("f4", "s"),
    "strip": ("u1", "tRCc"),
    "strip_response": ("f4", "t"),
    "n_reached": ("u2", ""),
    "n_silent_starts": ("u2", ""),
    "out_of_range": ("f4", ""),
    "consistency": ("f4", "3"),
    "rank_correlation": ("f4", "r3"),
    "right_choice": ("f4", "r3"),
    "n_top": ("u2", ""),
    "quiz_image": ("u4", "2q"),
    "quiz_cell": ("u4", "2q"),
    "quiz_response": ("f4", "2q"),
}


@dataclass(frozen=True)
class Patch:
    """What one image shows to one cell.

    Attributes
    ----------
    image
        Number in its set.
    row, column
        Of the cell.
    response, activation
        Of the cell, before and behind its non-linearity; of the output layer the logit twice.
    """

    image: int
    row: int
    column: int
    response: float
    activation: float


@dataclass(frozen=True, eq=False)
class UnitPatterns:
    """What was found for one unit; what is not known yet is None.

    Attributes
    ----------
    layer, unit
        Which one.
    grid
        Rows and columns of the unit.
    patch_image, patch_cell, patch_response, patch_activation
        (p,) what excites it most among the images that were searched; see `patches`.
    is_dead
        0 in every cell of every image.
    n_fired
        (n_classes,) images of each class in which its response is above 0.
    place, place_scale
        (rows, columns) int8: mean activation of each cell, 127 for `place_scale`.
    counts, first_edge, bin_width
        Histogram of its responses, one bin of which begins at 0.
    driven_cell
        The cell whose response the patterns drive up, ``row * columns + column``.
    pattern, pattern_response
        (s, R, C, c) uint8 and (s,): the best pattern from starts of each length scale and what it
        excites, the best of all first.
    strip, strip_response
        (t, R, C, c) uint8 and (t,): the first of them on its way, its start first.
    n_reached
        Starts from which ascent made the unit fire.
    n_silent_starts
        Starts in which the whole map is 0, from which the article's method cannot move.
    out_of_range
        Response to the best pattern over the largest among the searched images; nan if none fires
        it.
    consistency
        (3,) mean, smallest and largest correlation of the patterns from any two starts.
    rank_correlation, right_choice
        (r, 3) by kind of `References`: value and both ends of its 95 % interval.
    n_top
        Images behind `right_choice`.
    quiz_image, quiz_cell, quiz_response
        (2, q): images that excite it most, and images below the top 20 %.
    """

    layer: str
    unit: int
    grid: tuple[int, int]
    patch_image: NDArray[np.uint32] | None = None
    patch_cell: NDArray[np.uint32] | None = None
    patch_response: NDArray[np.float32] | None = None
    patch_activation: NDArray[np.float32] | None = None
    is_dead: bool | None = None
    n_fired: NDArray[np.uint32] | None = None
    place: NDArray[np.int8] | None = None
    place_scale: float | None = None
    counts: NDArray[np.uint32] | None = None
    first_edge: float | None = None
    bin_width: float | None = None
    driven_cell: int | None = None
    pattern: NDArray[np.uint8] | None = None
    pattern_response: NDArray[np.float32] | None = None
    strip: NDArray[np.uint8] | None = None
    strip_response: NDArray[np.float32] | None = None
    n_reached: int | None = None
    n_silent_starts: int | None = None
    out_of_range: float | None = None
    consistency: NDArray[np.float32] | None = None
    rank_correlation: NDArray[np.float32] | None = None
    right_choice: NDArray[np.float32] | None = None
    n_top: int | None = None
    quiz_image: NDArray[np.uint32] | None = None
    quiz_cell: NDArray[np.uint32] | None = None
    quiz_response: NDArray[np.float32] | None = None

    @property
    def is_complete(self) -> bool:
        """Whether everything is known."""
        return all(getattr(self, name) is not None for name in TABLE)

    @property
    def patches(self) -> tuple[Patch, ...]:
        """What excites it most, strongest first; none while the search has not begun."""
        if self.patch_image is None or self.patch_cell is None:
            return ()
        rows, columns = np.divmod(self.patch_cell, self.grid[1])
        columns_of_table = (
            self.patch_image,
            rows,
            columns,
            self.patch_response,
            self.patch_activation,
        )
        lists = (column.tolist() for column in columns_of_table if column is not None)
        return tuple(Patch(*numbers) for numbers in zip(*lists, strict=True))


@dataclass(frozen=True, eq=False)
class LayerPatterns:
    """What was found for all units of a layer.

    Attributes
    ----------
    name
        Of the layer.
    grid
        Rows and columns of a unit.
    size
        Rows and columns of a window; see `frames.Frame`.
    arrays
        By the names of `TABLE`, units first, read-only.
    """

    name: str
    grid: tuple[int, int]
    size: tuple[int, int]
    arrays: Mapping[str, NDArray[Any]] = field(repr=False)

    @property
    def n_units(self) -> int:
        """Number of units."""
        return len(self.arrays["is_dead"])

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.arrays[name]

    def unit(self, number: int) -> UnitPatterns:
        """Everything about one unit.

        Raises
        ------
        SelectionError
            When there is no such unit.
        """
        if not 0 <= number < self.n_units:
            raise SelectionError(
                f'unit {number}: the layer "{self.name}" has the units 0 to {self.n_units - 1}',
                nearest=int(np.clip(number, 0, self.n_units - 1)),
            )
        return unit_from(self.name, number, self.grid, self.arrays, number)


@dataclass(frozen=True, eq=False)
class ModelPatterns:
    """What was found for a network.

    Attributes
    ----------
    model_name, model_digest
        The network.
    train_digest, test_digest
        The images that patches come from, and those that everything else is measured on.
    n_searched
        Training images that were searched.
    n_of_class
        (n_classes,) int64: test images of each class that were read.
    layers
        By name.
    recipe
        How the patterns were sought: settings of `ascent.Recipe`.
    provenance
        Seed, versions, seconds.
    """

    model_name: str
    model_digest: str
    train_digest: str
    test_digest: str
    n_searched: int
    n_of_class: NDArray[np.int64]
    layers: Mapping[str, LayerPatterns]
    recipe: Mapping[str, Any]
    provenance: Mapping[str, Any]

    def layer(self, name: str) -> LayerPatterns:
        """Everything about one layer.

        Raises
        ------
        SelectionError
            When nothing was sought for that layer.
        """
        if name not in self.layers:
            raise SelectionError(
                f'layer "{name}": patterns of {", ".join(self.layers)} are there',
                nearest=next(iter(self.layers)),
            )
        return self.layers[name]

    def firing(self, layer: str, unit: int) -> NDArray[np.float64]:
        """Share of the images of each class in which a unit fires, with its Wilson interval.

        Returns
        -------
        ndarray
            (n_classes, 3), in 0…1; nan for a class without images.
        """
        n_fired = self.layer(layer)["n_fired"][unit]
        low, high = wilson_interval(n_fired, self.n_of_class)
        share = n_fired / np.where(self.n_of_class > 0, self.n_of_class, np.nan)
        return np.stack([share, low, high], axis=1)


REFERENCES = tuple(References)
_SCALARS = {name for name, (_, axes) in TABLE.items() if not axes}
_FIELDS = {one.name for one in fields(UnitPatterns)}


def unit_from(
    layer: str, unit: int, grid: tuple[int, int], arrays: Mapping[str, NDArray[Any]], place: int
) -> UnitPatterns:
    """One unit out of arrays that have units for their first axis, as far as they are known."""
    found = {
        name: array[place].item() if name in _SCALARS else array[place]
        for name, array in arrays.items()
        if name in _FIELDS
    }
    return UnitPatterns(layer, unit, grid, **found)


def as_stored(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Arrays in the dtypes of `TABLE`, read-only."""
    stored = {}
    for name, array in arrays.items():
        stored[name] = np.ascontiguousarray(array, np.dtype(TABLE[name][0]))
        stored[name].flags.writeable = False
    return stored
