"""Circles drawn by hand: cells that a person names, weighed like those of the rule (NumPy only)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.circles.nulls import DRAWS, UniqueByChance, chance_across, chance_within
from cnn_core.circles.packed import PackedOn
from cnn_core.circles.rule import Circles, find_circles, same_cells
from cnn_core.errors import SelectionError


@dataclass(frozen=True, eq=False)
class HandCircles(Circles):
    """Circles by hand, with those of the rule on the same groups.

    What is circled for A stands for A, whatever the rule says of it: here `common_a` and `unique_a`
    are the cells circled for A, `shared` those of them that are on in an image of B as well.

    Attributes
    ----------
    rule
        The rule's circles of the same groups.
    """

    rule: Circles

    @property
    def fits_a(self) -> NDArray[np.bool]:
        """(*cells,): circled for A, and unique to A by the rule too."""
        return self.unique_a & self.rule.unique_a

    @property
    def fits_b(self) -> NDArray[np.bool]:
        """(*cells,): circled for B, and unique to B by the rule too."""
        return self.unique_b & self.rule.unique_b

    @property
    def n_fitting(self) -> int:
        """Circles of both groups that are unique by the rule too."""
        return int(self.fits_a.sum() + self.fits_b.sum())


def chosen_cells(
    chosen: ArrayLike | Sequence[tuple[int, int, int]], shape: tuple[int, ...]
) -> NDArray[np.bool]:
    """Which cells of a layer are chosen, in the layer's shape.

    Parameters
    ----------
    chosen : the layer's shape, bool, or a list of (unit, row, column)
        Row and column of a node are 0. None at all, and one twice, are fine.
    shape
        (height, width, units) or (units,).

    Raises
    ------
    SelectionError
        When a cell does not exist; its ``nearest`` is the nearest that does.
    """
    given = np.asarray(chosen)
    if given.dtype == bool and given.shape == shape:
        return given
    cells = np.zeros(shape, bool)
    if given.size == 0:
        return cells
    if given.dtype.kind not in "iu" or given.ndim != 2 or given.shape[1] != 3:
        raise SelectionError(
            f"chosen cells of shape {given.shape}: (unit, row, column) in whole numbers for each, "
            f"or true and false in the shape {shape}, are accepted"
        )
    height, width, n_units = shape if len(shape) == 3 else (1, 1, shape[0])
    sizes = np.array([n_units, height, width])
    outside = given[((given < 0) | (given >= sizes)).any(axis=1)]
    if len(outside):
        unit, row, column = outside[0].tolist()
        raise SelectionError(
            f"cell (unit {unit}, row {row}, column {column}): the layer has {n_units} units of "
            f"{height} × {width}",
            nearest=tuple(np.clip(outside[0], 0, sizes - 1).tolist()),
        )
    units, rows, columns = given.T
    cells.reshape(height, width, n_units)[rows, columns, units] = True
    return cells


def circles_by_hand(
    chosen_a: ArrayLike | Sequence[tuple[int, int, int]],
    chosen_b: ArrayLike | Sequence[tuple[int, int, int]],
    on_a: ArrayLike,
    on_b: ArrayLike,
) -> HandCircles:
    """Take the cells that a person has circled for two groups.

    The result is weighed by `cnn_core.circles.circle_reader.weigh_circles` like the rule's, and its
    number of circles compared with the counts of `cnn_core.circles.nulls`.

    Parameters
    ----------
    chosen_a, chosen_b
        As in `chosen_cells`.
    on_a, on_b : (n_a, *cells), (n_b, *cells) bool
        Which cells are on in each image of the groups.
    """
    on_a, on_b = same_cells(on_a, on_b)
    rule, shape = find_circles(on_a, on_b), on_a.shape[1:]
    cells_a, cells_b = (chosen_cells(chosen, shape) for chosen in (chosen_a, chosen_b))
    return HandCircles(
        common_a=cells_a,
        common_b=cells_b,
        unique_a=cells_a,
        unique_b=cells_b,
        shared=cells_a & np.logical_or.reduce(on_b),
        shared_b=cells_b & np.logical_or.reduce(on_a),
        n_a=rule.n_a,
        n_b=rule.n_b,
        silent_a=rule.silent_a,
        silent_b=rule.silent_b,
        rule=rule,
    )


@dataclass(frozen=True, eq=False)
class Luck:
    """How many of some circles are unique again where other images stand in the groups.

    Attributes
    ----------
    across
        Of random groups of p against random groups of q; `unique_a` counts A's circles alone, and
        `unique_b` B's.
    within_p, within_q
        Of random groups of one class against other images of it: what is unique there is luck.
        `unique_a` counts the circles for p, and those for q.
    """

    across: UniqueByChance
    within_p: UniqueByChance
    within_q: UniqueByChance

    @property
    def within_mean(self) -> float:
        """Mean number of all circles that are unique where nothing tells the groups apart."""
        return float(sum(one.unique_a.mean() for one in (self.within_p, self.within_q)))


def luck_of(
    on: ArrayLike | PackedOn,
    circles: Circles,
    labels: ArrayLike,
    p: int,
    q: int,
    *,
    left_out: ArrayLike = (),
    n_draws: int = DRAWS,
    seed: int = 0,
) -> Luck | None:
    """Count how often circles would be unique by chance, for these cells and no others.

    The nulls of the rule count whatever cells turn out to be unique; who has drawn circles asks
    about those that were drawn.

    Parameters
    ----------
    on : (n, *cells) bool, or packed
        Which cells of the layer are on in each image.
    circles
        With the sizes of their groups; those of B stand for q.
    labels, left_out, n_draws, seed
        As in `cnn_core.circles.nulls.chance_across`.

    Returns
    -------
    None where a class has too few images to draw from, a group is empty or the classes are one.
    """
    sizes = circles.n_a, circles.n_b
    if not min(sizes) or p == q:
        return None
    packed = PackedOn.of(on)
    on_a, on_b = (
        packed.columns(np.flatnonzero(mask)) for mask in (circles.unique_a, circles.unique_b)
    )
    across = partial(chance_across, left_out=left_out, n_draws=n_draws, seed=seed)
    within = partial(chance_within, left_out=left_out, n_draws=n_draws, seed=seed)
    of_a, of_b = (across(own, labels, p, q, *sizes) for own in (on_a, on_b))
    luck = Luck(
        across=replace(of_a, unique_b=of_b.unique_b),
        within_p=within(on_a, labels, p, *sizes),
        within_q=within(on_b, labels, q, *sizes[::-1]),
    )
    drawn = (luck.across, luck.within_p, luck.within_q)
    return luck if all(one.n_draws for one in drawn) else None
