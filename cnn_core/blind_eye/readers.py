"""Readers that answer the same question from the same layer: circles, a weighted sum, the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnn_core.blind_eye.trials import Trial
from cnn_core.circles.choice import ClearGroups
from cnn_core.circles.circle_reader import (
    CircleReader,
    PairAnswers,
    answered,
    circle_reader,
    network_on_pair,
    rows_of_classes,
)
from cnn_core.circles.rule import Circles, find_circles, on_cells, on_from_peak
from cnn_core.readouts.readers.linear_probe import LinearProbe, Scores
from cnn_core.readouts.samples import Sample, n_cells_of, passes, values_of
from cnn_core.readouts.task import training_rows

if TYPE_CHECKING:
    from cnn_core.images.dataset import Dataset
    from cnn_core.network.classifier import Network

MOST_FITTED = 4_000
MOST_FITTED_BYTES = 32 * 2**20
"""Bounds of the training images that a linear probe is fitted on: their number, and their values."""

_SEED = 0  # of the training images' order: that of the stored readouts


@dataclass(frozen=True, eq=False)
class PairReaders:
    """What each reader answers on all images of p and q of a set.

    Attributes
    ----------
    rows : (k,)
        Numbers of these images, ascending; the order of all answers.
    network
        Which of the two logits is larger.
    circles
        By layer: the reader of the circles drawn there.
    probes
        By layer: a linear probe. Empty where there are no training images.
    n_fitted
        By layer: training images that its probe was fitted on.
    """

    rows: NDArray[np.int64]
    network: PairAnswers
    circles: Mapping[str, CircleReader]
    probes: Mapping[str, PairAnswers]
    n_fitted: Mapping[str, int]

    def on_trials(
        self, trials: Sequence[Trial], by_layer: Mapping[str, PairAnswers]
    ) -> NDArray[np.int64]:
        """Answers (n,) to the trials, each by the reader of the layer that the trial shows."""
        places = np.searchsorted(self.rows, [trial.image for trial in trials])
        return np.array(
            [
                by_layer[trial.showing.layer].decisions[place]
                for trial, place in zip(trials, places, strict=True)
            ],
            np.int64,
        )

    def network_on(self, trials: Sequence[Trial]) -> NDArray[np.int64]:
        """The network's answers (n,) to the trials."""
        return self.on_trials(
            trials, dict.fromkeys((trial.showing.layer for trial in trials), self.network)
        )


def read_pair(
    network: Network,
    layers: Sequence[str],
    scored: Dataset,
    logits: NDArray[np.float32],
    p: int,
    q: int,
    *,
    groups: ClearGroups,
    chosen_in: Dataset,
    train: Dataset | None,
    threshold: float,
) -> PairReaders:
    """Let every reader answer on all images of p and q.

    Parameters
    ----------
    layers
        Each once.
    scored, logits
        The set, and the network's logits (n, n_classes) for all of it.
    groups, chosen_in
        The clear images that the circles are drawn on, and the set that they are from.
    train
        Images that the linear probes are fitted on; None for no probes. They must not be `scored`.
    threshold
        Share of the layer's largest activation from which on a cell is on, in [0, 1].
    """
    rows = rows_of_classes(scored.labels, (p, q))
    labels = scored.labels[rows]
    left_out = np.searchsorted(rows, np.sort(np.array(groups.left_out, np.int64)))
    drawn = _draw_circles(network, layers, chosen_in, groups, threshold)
    fitted = {} if train is None else {one: _fit(network, train, one, p, q) for one in layers}
    on_a, on_b, leads = _read(network, layers, scored, rows, drawn, fitted, threshold)
    return PairReaders(
        rows=rows,
        network=network_on_pair(logits[rows], labels, p, q),
        circles={
            one: circle_reader(on_a[one], on_b[one], labels, p, q, left_out) for one in layers
        },
        probes={
            # Scores stand in the order of the classes.
            one: answered(lead if p < q else -lead, labels, p, q)
            for one, lead in leads.items()
        },
        n_fitted={one: n for one, (_, n) in fitted.items()},
    )


def _draw_circles(
    network: Network,
    layers: Sequence[str],
    chosen_in: Dataset,
    groups: ClearGroups,
    threshold: float,
) -> dict[str, Circles]:
    n_a = len(groups.members_a)
    members = np.array((*groups.members_a, *groups.members_b), np.int64)
    values = values_of(network, chosen_in, layers, members)
    on = {one: on_cells(values[one], threshold) for one in layers}
    return {one: find_circles(on[one][:n_a], on[one][n_a:]) for one in layers}


def _fit(network: Network, train: Dataset, layer: str, p: int, q: int) -> tuple[Scores, int]:
    """Scores of a linear probe, and on how many images it was fitted."""
    within = MOST_FITTED_BYTES // (4 * n_cells_of(network, layer))
    rows = training_rows(train.labels, (p, q), _SEED, min(MOST_FITTED, within))
    sample = Sample(values_of(network, train, [layer], rows)[layer], train.labels[rows])
    return LinearProbe().fit_scores(sample)[1], len(rows)


def _read(
    network: Network,
    layers: Sequence[str],
    scored: Dataset,
    rows: NDArray[np.int64],
    drawn: Mapping[str, Circles],
    fitted: Mapping[str, tuple[Scores, int]],
    threshold: float,
) -> tuple[
    dict[str, NDArray[np.bool]], dict[str, NDArray[np.bool]], dict[str, NDArray[np.float64]]
]:
    """Unique cells of A and of B that are on in each image, and how far each probe leads.

    Of the layers' values no more than a batch is held.
    """
    on_a = {one: np.empty((len(rows), drawn[one].n_unique_a), bool) for one in layers}
    on_b = {one: np.empty((len(rows), drawn[one].n_unique_b), bool) for one in layers}
    leads = {one: np.empty(len(rows)) for one in fitted}
    for places, _, activations in passes(network, scored, layers, rows):
        for one in layers:
            values = activations[one].reshape(places.stop - places.start, -1)
            peak = values.max(axis=1)
            for unique, on in ((drawn[one].unique_a, on_a), (drawn[one].unique_b, on_b)):
                cells = np.flatnonzero(unique.reshape(-1))
                on[one][places] = on_from_peak(values[:, cells], peak, threshold)
            if one in fitted:
                scores = fitted[one][0](values)
                leads[one][places] = scores[:, 0] - scores[:, 1]
    return on_a, on_b, leads
