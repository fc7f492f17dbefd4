"""L2-regularised logistic regression that is fitted until its gradient says so.

The objective is scikit-learn's. Its own fit turns float32 values into float64 at each step, several
times as slow for layers of thousands of cells, and stops where a warm start lets it: here the end
of a fit is a stated norm of the gradient, which is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

_MEMORY = 20
_FEW_CELLS = 200
_EXACTLY, _CLOSELY = 1e-6, 5e-4


@dataclass(frozen=True, eq=False)
class LogisticFit:
    """Weights, and how the fit ended.

    Attributes
    ----------
    weights : shape (n_cells, k)
        k is 1 for two classes: the second against the first.
    offsets : shape (k,)
    loss
        The objective at its end.
    gradient_norm
        Euclidean norm of the gradient at the end, as a share of that at zero weights.
    """

    weights: NDArray[np.floating] = field(repr=False)
    offsets: NDArray[np.float64] = field(repr=False)
    loss: float
    gradient_norm: float
    steps: int

    def scores(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """One score for each class, shape (n, n_classes), the largest for the one decided for."""
        raw = (values @ self.weights.astype(values.dtype) + self.offsets).astype(np.float64)
        return np.hstack([np.zeros_like(raw), raw]) if raw.shape[1] == 1 else raw


def stated_tolerance(n_cells: int) -> float:
    """Norm of the gradient, as a share of that at zero, at which a fit ends by itself."""
    return _EXACTLY if n_cells <= _FEW_CELLS else _CLOSELY


def fit_logistic(
    values: NDArray[np.float32],
    places: NDArray[np.int64],
    n_classes: int,
    penalty: float,
    *,
    tolerance: float,
    most_steps: int,
) -> LogisticFit:
    """Minimise the mean log loss plus ``penalty / 2 * |weights|^2`` by L-BFGS, from zero weights.

    Parameters
    ----------
    values : shape (n, n_cells)
        Of like size in all cells. Few cells are fitted in float64, which reaches the optimum to the
        last digit.
    places : shape (n,)
        Class of each image, 0 ... n_classes - 1.
    tolerance
        See `stated_tolerance`.
    """
    if values.shape[1] <= _FEW_CELLS:
        values = values.astype(np.float64)
    n_scores = 1 if n_classes == 2 else n_classes
    objective = _objective(values, places, n_scores, penalty)
    start = np.zeros((values.shape[1] + 1) * n_scores)
    # More threads than one wait for each other longer than they work on matrices this slim.
    with threadpool_limits(1, user_api="blas"):
        at_zero = float(np.linalg.norm(objective(start)[1])) or 1.0
        end = minimize(
            objective,
            start,
            jac=True,
            method="L-BFGS-B",
            callback=_stop_below(objective, tolerance * at_zero),
            options={"maxiter": most_steps, "maxcor": _MEMORY, "gtol": 0.0, "ftol": 0.0},
        )
        loss, gradient = objective(end.x)
    weights, offsets = _parted(end.x, n_scores)
    norm = float(np.linalg.norm(gradient)) / at_zero
    return LogisticFit(weights, offsets, float(loss), norm, int(end.nit))


class _Objective:
    """Loss and gradient, the norm of the last of which is kept."""

    def __init__(
        self,
        values: NDArray[np.float32],
        loss_and_slopes: Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]],
        n_scores: int,
        penalty: float,
    ) -> None:
        self._values = values
        self._loss_and_slopes = loss_and_slopes
        self._n_scores = n_scores
        self._penalty = penalty
        self.norm = np.inf

    def __call__(self, point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, offsets = _parted(point, self._n_scores)
        values = self._values
        raw = (values @ weights.astype(values.dtype)).astype(np.float64) + offsets
        loss, slopes = self._loss_and_slopes(raw)
        slopes /= len(values)
        by_weight = (values.T @ slopes.astype(values.dtype)).astype(np.float64)
        by_weight += self._penalty * weights
        gradient = np.concatenate([by_weight.ravel(), slopes.sum(axis=0)])
        self.norm = float(np.linalg.norm(gradient))
        return loss + self._penalty / 2 * float((weights**2).sum()), gradient


def _objective(
    values: NDArray[np.float32], places: NDArray[np.int64], n_scores: int, penalty: float
) -> _Objective:
    make = _two_classes if n_scores == 1 else _many_classes
    return _Objective(values, make(places), n_scores, penalty)


def _two_classes(
    places: NDArray[np.int64],
) -> Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]:
    signs = np.where(places == 1, 1.0, -1.0)[:, np.newaxis]

    def loss_and_slopes(raw: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * raw
        losses = np.logaddexp(0, -margins)
        # 1 / (1 + exp(m)) = exp(-m - log(1 + exp(-m))), which does not overflow.
        return float(losses.mean()), -signs * np.exp(-margins - losses)

    return loss_and_slopes


def _many_classes(
    places: NDArray[np.int64],
) -> Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]:
    rows = np.arange(len(places))

    def loss_and_slopes(raw: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        raw = raw - raw.max(axis=1, keepdims=True)
        chances = np.exp(raw)
        sums = chances.sum(axis=1)
        losses = np.log(sums) - raw[rows, places]
        chances /= sums[:, np.newaxis]
        chances[rows, places] -= 1
        return float(losses.mean()), chances

    return loss_and_slopes


def _parted(
    point: NDArray[np.float64], n_scores: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return point[:-n_scores].reshape(-1, n_scores), point[-n_scores:]


def _stop_below(objective: _Objective, norm: float) -> Callable[[NDArray[np.float64]], None]:
    def look(_: NDArray[np.float64]) -> None:
        # The point that L-BFGS takes is the last one that it asked for.
        if objective.norm <= norm:
            raise StopIteration

    return look
