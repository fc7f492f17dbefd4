"""How many cells are unique in random groups: what the circles stand beside."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn_core.circles.by_hand import HandCircles, luck_of
from cnn_core.circles.nulls import UniqueByChance, chance_across, chance_within
from cnn_core.circles.packed import PackedOn
from cnn_core.circles.rule import Circles


@dataclass(frozen=True, eq=False)
class ByChance:
    """How many cells are unique in random groups: whichever, or of those drawn by hand.

    Attributes
    ----------
    across
        Random p against random q.
    within_mean
        Mean of p against other p, of circles for q of q against other q; nan where too few are
        left.
    within : dict of str to ndarray, shape (n_draws,), int64
        The counts of its draws, by "p" and "q".
    """

    across: UniqueByChance
    within_mean: float
    within: dict[str, NDArray[np.int64]]


def chance_of(
    circles: Circles,
    on: PackedOn,
    labels: NDArray[np.int64],
    p: int,
    q: int,
    own: NDArray[np.int64],
) -> ByChance | None:
    """Count unique cells in random groups of the same sizes, the groups' own images left out."""
    if not circles.n_a or not circles.n_b:
        return None
    if isinstance(circles, HandCircles):
        luck = luck_of(on, circles, labels, p, q, left_out=own)
        if luck is None:
            return None
        within = {"p": luck.within_p.unique_a, "q": luck.within_q.unique_a}
        return ByChance(luck.across, luck.within_mean, within)
    sizes = circles.n_a, circles.n_b
    across = chance_across(on, labels, p, q, *sizes, left_out=own)
    of_p = chance_within(on, labels, p, *sizes, left_out=own)
    return ByChance(across, of_p.mean, {"p": of_p.unique}) if across.n_draws else None
