"""What ascent found for some units, told as arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.patterns.optimising.ascent import Ascent, Objective, Recipe
from cnn_core.patterns.scoring.scores import consistency


def reached(ascent: Ascent, recipe: Recipe) -> NDArray[np.bool_]:
    """Starts from which the unit fires by now, (units, starts): else no reaction was found."""
    driven = ascent.response if recipe.objective is Objective.CELL else ascent.value
    fires: NDArray[np.bool_] = driven > 0
    return fires


def optimised(ascents: Sequence[Ascent], recipe: Recipe) -> dict[str, NDArray[Any]]:
    """The patterns that the ascents led to, and the way there, as `results.TABLE` names it.

    Parameters
    ----------
    ascents
        Of the same units, in order; the last one holds the patterns.
    """
    last, units = ascents[-1], np.arange(len(ascents[-1].units))[:, np.newaxis]
    driven = last.response if recipe.before_activation else last.value
    by_scale = driven.reshape(len(units), len(recipe.length_scales), recipe.repeats)
    best = by_scale.argmax(axis=2) + np.arange(len(recipe.length_scales)) * recipe.repeats
    order = np.argsort(-np.take_along_axis(driven, best, axis=1), axis=1, kind="stable")
    best = np.take_along_axis(best, order, axis=1)
    first = best[:, 0]
    return {
        "driven_cell": last.cell,
        "pattern": last.windows[units, best],
        "pattern_response": last.response[units, best],
        "strip": _on_the_way([ascent.windows for ascent in ascents[:-1]], first),
        "strip_response": _on_the_way([ascent.response for ascent in ascents[:-1]], first),
        "n_reached": reached(last, recipe).sum(axis=1),
        "consistency": consistency(last.windows),
    }


def _on_the_way(pictures: Sequence[NDArray[Any]], start: NDArray[np.int64]) -> NDArray[Any]:
    units = np.arange(len(start))
    return np.stack([picture[units, start] for picture in pictures], axis=1)
