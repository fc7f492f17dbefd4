"""Patches, patterns and scores of all units of a network; a killed run goes on where it was."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.errors import DataError
from cnn_core.images.dataset import Dataset
from cnn_core.network.classifier import Network
from cnn_core.network.layers import LayerInfo
from cnn_core.patterns.files.relatives_file import Relatives
from cnn_core.patterns.files.stages import Stages
from cnn_core.patterns.habits import habits_of
from cnn_core.patterns.natural import NaturalSearch
from cnn_core.patterns.optimising.ascent import Ascender, Recipe, silent_starts
from cnn_core.patterns.optimising.optimised import optimised
from cnn_core.patterns.peaks import layers_with_patterns, read_peaks
from cnn_core.patterns.reading import SetReading, read_set
from cnn_core.patterns.relatives import Match, matched
from cnn_core.patterns.results import LayerPatterns, ModelPatterns, as_stored
from cnn_core.patterns.scoring.frames import Frame, frame_of
from cnn_core.patterns.scoring.judging import Judge
from cnn_core.space.receptive_fields import ReceptiveFields
from cnn_core.survey.identity import identity_of
from cnn_core.training.versions import versions

FORMAT = 1
IMAGES_A_STEP = 5_000
Progress = Callable[[int, int, str], None]
"""Called with (steps done, steps in all, what comes next)."""


class PatternSurvey:
    """Everything about all units of a network, in steps that are kept when done.

    Parameters
    ----------
    train
        Where patches come from.
    test
        Where everything is measured.
    cache_folder
        Where finished steps are kept; the user's by default.
    anew
        Compute finished steps again.

    Raises
    ------
    DataError
        When the images do not fit the network.
    """

    def __init__(
        self,
        network: Network,
        train: Dataset,
        test: Dataset,
        *,
        recipe: Recipe | None = None,
        cache_folder: Path | str | None = None,
        anew: bool = False,
        progress: Progress | None = None,
    ) -> None:
        for dataset in (train, test):
            check_fit(network, dataset)
        self.network, self.train, self.test = network, train, test
        self.recipe = recipe if recipe is not None else Recipe()
        self.layers = layers_with_patterns(network)
        self._fields = ReceptiveFields.of(network.layers, network.input_shape)
        facts = (FORMAT, identity_of(network), train.digest, test.digest)
        self._readings = Stages(facts, cache_folder)
        self._stages = Stages((*facts, self.recipe), cache_folder)
        if anew:
            self._readings.forget()
            self._stages.forget()
        self._progress = progress
        self._n_steps = -(-len(train) // IMAGES_A_STEP) + 1 + len(self.layers)
        self._reading: SetReading | None = None

    def result(self) -> ModelPatterns:
        """Compute what is not there yet, and give everything."""
        search = self._search()
        reading = self.reading()
        layers = {info.name: self._layer(info, search, reading) for info in self.layers}
        self._tell(self._n_steps, "done")
        return ModelPatterns(
            model_name=self.network.name,
            model_digest=identity_of(self.network),
            train_digest=self.train.digest,
            test_digest=self.test.digest,
            n_searched=search.n_seen,
            n_of_class=np.bincount(reading.labels, minlength=reading.n_classes),
            layers=layers,
            recipe=asdict(self.recipe),
            provenance={
                "seed": self.recipe.seed,
                "images_read": len(reading.rows),
                "versions": versions(),
            },
        )

    def reading(self) -> SetReading:
        """Every unit's answer to the test images."""
        if self._reading is None:
            self._tell(self._n_steps - 1 - len(self.layers), f"{self.test.name} images")
            kept = self._readings.step(
                "reading", lambda: read_set(self.network, self.test, self.layers).arrays()
            )
            names = [info.name for info in self.layers]
            self._reading = SetReading.restored(kept, self.test, names)
        return self._reading

    def _search(self) -> NaturalSearch:
        search = NaturalSearch(self.layers)
        kept = self._readings.load("search")
        if kept is not None:
            search.restore(kept)
        while search.n_seen < len(self.train):
            self._tell(search.n_seen // IMAGES_A_STEP, f"{self.train.name} images")
            stop = min(search.n_seen + IMAGES_A_STEP, len(self.train))
            rows = np.arange(search.n_seen, stop)
            for batch in read_peaks(self.network, self.train, self.layers, rows):
                search.add(batch)
            self._readings.save("search", search.arrays())
        return search

    def _layer(self, info: LayerInfo, search: NaturalSearch, reading: SetReading) -> LayerPatterns:
        done = self._n_steps - len(self.layers) + self.layers.index(info)
        self._tell(done, info.name)
        frame = frame_of(self._fields, info)
        found = self._stages.step(
            f"layer {info.name}", lambda: as_stored(self._found(info, frame, search, reading))
        )
        return LayerPatterns(info.name, info.grid, frame.size, as_stored(found))

    def _found(
        self, info: LayerInfo, frame: Frame, search: NaturalSearch, reading: SetReading
    ) -> dict[str, NDArray[Any]]:
        units = np.arange(info.n_units)
        patterns = self._stages.step(
            f"patterns {info.name}",
            lambda: optimised(
                list(Ascender(self.network, info.name, frame, self.recipe).run()), self.recipe
            ),
        )
        judge = Judge(self.network, info, frame, self.train, self.test, reading, self.recipe.seed)
        found = {
            **search.found(info.name, units),
            **habits_of(reading, info.name, units),
            **patterns,
            "is_dead": search.silent[info.name] & reading.silent[info.name],
            "n_silent_starts": silent_starts(self.network, info, frame, units),
        }
        return {**found, **judge.scores(units, found), **judge.quiz(units)}

    def _tell(self, done: int, title: str) -> None:
        if self._progress is not None:
            self._progress(done, self._n_steps, title)


def relatives_among(
    models: Mapping[str, str],
    readings: Mapping[str, SetReading],
    untrained: Mapping[str, SetReading],
    test_digest: str,
) -> Relatives:
    """Match the units of every two networks, layer by layer of the same name.

    Parameters
    ----------
    models
        Names by digest.
    readings
        Answers to images of one test set, by digest.
    untrained
        Answers of the same networks before their training, as far as these are known: the chance
        level of each match.
    """
    return Relatives(
        models,
        test_digest,
        {
            (first, second, layer): match
            for first, second in combinations(models, 2)
            for layer, match in _matches(readings[first], readings[second]).items()
        },
        {
            (own, other, layer): match.correlation
            for own, other in permutations(models, 2)
            if other in untrained
            for layer, match in _matches(readings[own], untrained[other]).items()
        },
    )


def _matches(one: SetReading, other: SetReading) -> dict[str, Match]:
    """Matches of the layers that both have."""
    rows, *at = np.intersect1d(one.rows, other.rows, return_indices=True)
    return {
        layer: matched(peaks.activation[at[0]], other.peaks[layer].activation[at[1]])
        for layer, peaks in one.peaks.items()
        if layer in other.peaks and len(rows) > 1
    }


def check_fit(network: Network, dataset: Dataset) -> None:
    """Make sure that a network can look at the images of a set.

    Raises
    ------
    DataError
    """
    if dataset.input_shape != network.input_shape:
        raise DataError(
            f"image set {dataset.name}: images of shape {dataset.input_shape}, but the network "
            f"{network.name} takes {network.input_shape}"
        )
