"""The reader that weighs all cells."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cnn_core.readouts.readers.logistic import LogisticFit, fit_logistic, stated_tolerance
from cnn_core.readouts.readers.reader import FittedReader, classes_at, classes_to_learn
from cnn_core.readouts.results import Facts
from cnn_core.readouts.samples import Sample

STRENGTHS = tuple(10.0**power for power in range(-1, -9, -1))
FIRST_STRENGTH = 4
MOST_TRIED = 2_000
_HELD_OUT = 0.2
_MOST_STEPS = 400
_MOST_STEPS_TRIED = 60
_TOLERANCE_TRIED = 1e-3

Scores = Callable[[NDArray[np.float32]], NDArray[np.float64]]


class LinearProbe:
    """Logistic regression on all cells, its penalty chosen on training images alone.

    The values are centred, and divided by one number so that the mean variance of a cell is 1: the
    penalty then treats all directions alike, whatever the layer. The weights w minimise the mean
    log loss plus ``strength * n_cells / 2 * |w|^2``. The strength is one of 10^-1 ... 10^-8: from
    10^-5 on it is changed by steps of ten as long as the log loss on a held-out fifth of some
    images falls; then all images are fitted with it. Every fit begins at zero weights and ends
    where the norm of its gradient has fallen to a stated share.

    Parameters
    ----------
    most_tried
        Images that the strength is chosen on: the first so many.
    tolerance
        Share to which the norm of the gradient must fall; by default `stated_tolerance`.
    seed
        Of random labels that the same probe, with the same strength, is fitted to as well; None for
        none.
    """

    name = "linear_probe"

    def __init__(
        self,
        seed: int | None = None,
        *,
        most_tried: int = MOST_TRIED,
        tolerance: float | None = None,
    ) -> None:
        self._seed, self._most_tried, self._tolerance = seed, most_tried, tolerance

    def fit(self, sample: Sample) -> tuple[FittedReader, ...]:
        """Choose the strength and fit."""
        return (self.fit_scores(sample)[0],)

    def fit_scores(self, sample: Sample) -> tuple[FittedReader, Scores]:
        """Fit, and give the scores behind the decisions as well.

        Returns
        -------
        scores
            Values (n, n_cells) -> (n, n_classes), the largest for the class that is decided for; in
            the order of the classes.
        """
        classes = classes_to_learn(sample)
        places = np.searchsorted(classes, sample.labels)
        values, centre, scale = scaled(sample)
        tried = slice(self._most_tried)
        strength, losses = _choose_strength(values[tried], places[tried], len(classes))
        tolerance = self._tolerance or stated_tolerance(sample.n_cells)

        def fit(wanted: NDArray[np.int64]) -> LogisticFit:
            return fit_logistic(
                values,
                wanted,
                len(classes),
                strength * sample.n_cells,
                tolerance=tolerance,
                most_steps=_MOST_STEPS,
            )

        found = fit(places)
        facts = Facts(
            strength=strength,
            held_out_loss=losses,
            steps=found.steps,
            gradient_norm=found.gradient_norm,
            tolerance=tolerance,
            converged=found.gradient_norm <= tolerance,
        )
        if self._seed is not None:
            random = np.random.default_rng(self._seed).permutation(places)
            learned = fit(random).scores(values).argmax(axis=1)
            facts["control_right"] = int((learned == random).sum())
        weights = found.weights.astype(np.float32) * scale
        offsets = found.offsets - centre.astype(np.float64) @ weights
        in_place = replace(found, weights=weights, offsets=offsets)

        def decide(new_values: NDArray[np.float32]) -> NDArray[np.int64]:
            return classes_at(classes, in_place.scores(new_values).argmax(axis=1))

        fitted = FittedReader(self.name, None, len(sample), decide, facts, weights)
        return fitted, in_place.scores


def scaled(sample: Sample) -> tuple[NDArray[np.float32], NDArray[np.float32], np.float32]:
    """Centre the values and make the mean variance of a cell 1.

    Returns
    -------
    values
        As a new array.
    centre : shape (n_cells,)
    scale
        What the centred values were multiplied by.
    """
    centre = sample.values.mean(axis=0, dtype=np.float64).astype(np.float32)
    values = sample.values - centre
    variance = np.einsum("ij,ij->i", values, values).mean(dtype=np.float64) / sample.n_cells
    scale = np.float32(1 / np.sqrt(variance)) if variance > 0 else np.float32(1)
    values *= scale
    return values, centre, scale


def _choose_strength(
    values: NDArray[np.float32], places: NDArray[np.int64], n_classes: int
) -> tuple[float, dict[str, float]]:
    n_fitted = len(places) - int(_HELD_OUT * len(places))
    if n_fitted == len(places) or len(np.unique(places[:n_fitted])) < n_classes:
        # Too few images to hold any out.
        return STRENGTHS[FIRST_STRENGTH], {}
    losses: dict[float, float] = {}

    def loss(place: int) -> float:
        if not 0 <= place < len(STRENGTHS):
            return np.inf
        strength = STRENGTHS[place]
        if strength not in losses:
            found = fit_logistic(
                values[:n_fitted],
                places[:n_fitted],
                n_classes,
                strength * values.shape[1],
                tolerance=_TOLERANCE_TRIED,
                most_steps=_MOST_STEPS_TRIED,
            )
            losses[strength] = _log_loss(found.scores(values[n_fitted:]), places[n_fitted:])
        return losses[strength]

    place = FIRST_STRENGTH
    step = 1 if loss(place + 1) < loss(place) else -1
    while loss(place + step) < loss(place):
        place += step
    return STRENGTHS[place], {f"{key:g}": value for key, value in losses.items()}


def _log_loss(scores: NDArray[np.float64], places: NDArray[np.int64]) -> float:
    sums = np.logaddexp.reduce(scores, axis=1)
    return float((sums - scores[np.arange(len(places)), places]).mean())
