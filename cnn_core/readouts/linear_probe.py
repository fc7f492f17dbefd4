"""The reader that weighs all cells."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from cnn_core.readouts.reader import FittedReader, classes_to_learn
from cnn_core.readouts.samples import within_memory

STRENGTHS = tuple(10.0**power for power in range(-1, -9, -1))
_FIRST_STRENGTH = 4
_MOST_VALUES_TRIED = 2**27
_HELD_OUT = 0.2
_MOST_STEPS = 150
_MOST_STEPS_TRIED = 60
_TOLERANCE = 1e-4


class LinearProbe:
    """Logistic regression on all cells, its penalty chosen on training images alone.

    The values are centred, and divided by one number so that the mean variance of a cell is 1: the
    penalty then treats all directions alike, whatever the layer. The weights w minimise the mean
    log loss plus ``strength * n_cells / 2 * |w|^2``. The strength is one of 10^-1 ... 10^-8: from
    10^-5 on it is changed by steps of ten as long as the log loss on a held-out fifth of the
    training images falls; then all of them are fitted with it. Layers with very many cells have it
    chosen on as many images as make 2^27 values. A fit ends after 150 steps of L-BFGS at the
    latest, a trial after 60; "converged" tells whether the fit ended by itself.
    """

    name = "linear_probe"

    def fit(self, sample):
        """Choose the strength and fit.

        Parameters
        ----------
        sample : LayerSample or ArraySample
            Its images must be in random order.

        Returns
        -------
        tuple of FittedReader
        """
        return (self.fit_scores(sample)[0],)

    def fit_scores(self, sample):
        """Fit, and give the scores behind the decisions as well.

        Parameters
        ----------
        sample : LayerSample or ArraySample

        Returns
        -------
        fitted : FittedReader
            Facts: "strength"; "held_out_loss", by strength; "steps" and "converged" of the fit.
        scores : callable
            Values (n, n_cells) float32 -> (n, n_classes) float64, the largest for the class that is
            decided for; in the order of the classes.
        """
        sample = within_memory(sample)
        classes = classes_to_learn(sample)
        values, labels = sample.matrix(), sample.labels
        centre = values.mean(axis=0, dtype=np.float64).astype(np.float32)
        values -= centre
        variance = np.einsum("ij,ij->i", values, values).mean(dtype=np.float64) / sample.n_cells
        scale = np.float32(1 / np.sqrt(variance)) if variance > 0 else np.float32(1)
        values *= scale
        n_tried = max(1, _MOST_VALUES_TRIED // sample.n_cells)
        strength, losses, model = self._choose_strength(values[:n_tried], labels[:n_tried])
        model.max_iter = _MOST_STEPS
        # A warm start needs the same classes; a small part of the images may lack one.
        model.warm_start = np.array_equal(getattr(model, "classes_", classes), classes)
        _fit(model, values, labels, strength)
        weights = model.coef_.T.astype(np.float32) * scale
        offset = model.intercept_.astype(np.float64) - centre.astype(np.float64) @ weights

        def scores(new_values):
            raw = new_values @ weights + offset
            return np.hstack([np.zeros_like(raw), raw]) if len(classes) == 2 else raw

        def decide(new_values):
            return classes[scores(new_values).argmax(axis=1)]

        steps = int(model.n_iter_.max())
        facts = {
            "strength": strength,
            "held_out_loss": losses,
            "steps": steps,
            "converged": steps < _MOST_STEPS,
        }
        return FittedReader(self.name, None, len(labels), decide, facts), scores

    def _choose_strength(self, values, labels):
        n_tried = len(labels) - int(_HELD_OUT * len(labels))
        model = LogisticRegression(tol=_TOLERANCE, max_iter=_MOST_STEPS_TRIED, warm_start=True)
        known = np.unique(labels)
        if (
            n_tried == len(labels)
            or len(np.unique(labels[:n_tried])) < len(known)
            or (len(known) < 2)
        ):
            # Too few images to hold any out.
            return STRENGTHS[_FIRST_STRENGTH], {}, model
        losses = {}

        def loss(place):
            if not 0 <= place < len(STRENGTHS):
                return np.inf
            strength = STRENGTHS[place]
            if strength not in losses:
                _fit(model, values[:n_tried], labels[:n_tried], strength)
                probabilities = model.predict_proba(values[n_tried:]).astype(np.float64)
                probabilities /= probabilities.sum(axis=1, keepdims=True)
                losses[strength] = float(log_loss(labels[n_tried:], probabilities, labels=known))
            return losses[strength]

        place = _FIRST_STRENGTH
        step = 1 if loss(place + 1) < loss(place) else -1
        while loss(place + step) < loss(place):
            place += step
        return STRENGTHS[place], {f"{key:g}": value for key, value in losses.items()}, model


def _fit(model, values, labels, strength):
    """Fit from where the last fit ended; scikit-learn's C is for the sum and not the mean loss."""
    model.C = 1 / (strength * values.shape[1] * len(labels))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(values, labels)
