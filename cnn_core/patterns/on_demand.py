"""Patches, patterns and scores of a few units as they are found, for a model of one's own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.images.dataset import Dataset
from cnn_core.network.classifier import Network
from cnn_core.network.opened_layer import checked_units
from cnn_core.patterns.compute import FORMAT, check_fit
from cnn_core.patterns.files.stages import Stages
from cnn_core.patterns.habits import habits_of
from cnn_core.patterns.natural import NaturalSearch
from cnn_core.patterns.optimising.ascent import Ascender, Ascent, Recipe, silent_starts
from cnn_core.patterns.optimising.optimised import optimised
from cnn_core.patterns.peaks import read_peaks
from cnn_core.patterns.reading import SetReader, SetReading, rows_to_read
from cnn_core.patterns.results import UnitPatterns, as_stored, unit_from
from cnn_core.patterns.scoring.frames import frame_of
from cnn_core.patterns.scoring.judging import Judge
from cnn_core.space.receptive_fields import ReceptiveFields
from cnn_core.survey.identity import identity_of

FIRST_IMAGES = 256
IMAGES_A_STEP = 2_048


@dataclass(frozen=True, eq=False)
class Step:
    """What is known so far.

    Attributes
    ----------
    units
        Those that were asked for.
    done
        Share of the work, in 0…1.
    title
        What was done last.
    arrays
        By the names of `results.TABLE`, units first, as far as they are known.
    n_searched
        Training images searched so far.
    """

    layer: str
    grid: tuple[int, int]
    units: tuple[int, ...]
    done: float
    title: str
    arrays: Mapping[str, NDArray[Any]]
    n_searched: int

    def unit(self, number: int) -> UnitPatterns:
        """One of the units."""
        place = self.units.index(number)
        return unit_from(self.layer, number, self.grid, self.arrays, place)


class PatternBench:
    """Finds out about units of one layer, step by step; kept and compiled once for all of them.

    Parameters
    ----------
    train
        Where patches come from: of a large set as many images as `rows_to_read` takes, evenly.
    test
        Where everything is measured.
    cache_folder
        Where findings are kept; the user's by default.

    Attributes
    ----------
    frame
        Of the layer.
    n_of_class
        (n_classes,) test images of each class behind everything that is counted.

    Raises
    ------
    SelectionError
        When there is no such layer.
    DataError
        When the images do not fit the network.
    """

    def __init__(
        self,
        network: Network,
        layer: str,
        train: Dataset,
        test: Dataset,
        *,
        recipe: Recipe | None = None,
        cache_folder: Path | str | None = None,
    ) -> None:
        for dataset in (train, test):
            check_fit(network, dataset)
        self._network, self._train, self._test = network, train, test
        self._info = network.layer(layer)
        self._recipe = recipe if recipe is not None else Recipe()
        fields = ReceptiveFields.of(network.layers, network.input_shape)
        self.frame = frame_of(fields, self._info)
        self._ascender = Ascender(network, layer, self.frame, self._recipe)
        self._rows = rows_to_read(len(train), [self._info])
        read = test.labels[rows_to_read(len(test), [self._info])]
        self.n_of_class = np.bincount(read, minlength=test.n_classes)
        facts = (FORMAT, identity_of(network), train.digest, test.digest, layer, len(self._rows))
        self._readings = Stages(facts, cache_folder)
        self._findings = Stages((*facts, self._recipe), cache_folder)

    def steps(self, units: Sequence[int]) -> Iterator[Step]:
        """Find out about some units, all in one batch.

        The first step comes with patches among the first images, and the pattern grows under the
        eye; the last step has everything and is kept, as is what belongs to all units of the
        layer: the next one takes the ascent alone.

        Raises
        ------
        SelectionError
            When the layer has no such unit.
        """
        chosen = checked_units(self._info, units)
        stage = f"units {chosen}"
        kept = self._findings.load(stage)
        if kept is not None:
            yield self._step(chosen, 1.0, "kept", kept, len(self._rows))
            return
        yield from self._found(chosen)

    def _found(self, chosen: tuple[int, ...]) -> Iterator[Step]:
        name, units = self._info.name, np.asarray(chosen)
        search = self._search()
        found = search.found(name, units)
        yield self._step(chosen, 0.05, "patches", found, search.n_seen)
        for ascents in self._ascents(chosen):
            found |= optimised(ascents, self._recipe)
            share = 0.05 + 0.3 * ascents[-1].n_steps / self._recipe.n_steps
            yield self._step(chosen, share, "pattern", found, search.n_seen)
        while search.n_seen < len(self._rows):
            self._search_on(search, IMAGES_A_STEP)
            found |= search.found(name, units)
            share = 0.35 + 0.3 * search.n_seen / len(self._rows)
            yield self._step(chosen, share, "patches", found, search.n_seen)
        for share, reading in self._readings_on():
            if reading is None:
                yield self._step(chosen, 0.65 + 0.25 * share, "test images", found, search.n_seen)
                continue
            found |= habits_of(reading, name, units)
            found["is_dead"] = (search.silent[name] & reading.silent[name])[units]
            found["n_silent_starts"] = silent_starts(self._network, self._info, self.frame, units)
            yield self._step(chosen, 0.9, "habits", found, search.n_seen)
            judge = Judge(self._network, self._info, self.frame, self._train, self._test, reading)
            found |= {**judge.scores(units, found), **judge.quiz(units)}
            self._findings.save(f"units {chosen}", as_stored(found))
            yield self._step(chosen, 1.0, "scores", found, search.n_seen)

    def _ascents(self, chosen: tuple[int, ...]) -> Iterator[list[Ascent]]:
        """What the ascents have shown so far, each time there is more than the starts."""
        ascents: list[Ascent] = []
        for ascent in self._ascender.run(chosen):
            ascents.append(ascent)
            if len(ascents) > 1:
                yield ascents

    def _search(self) -> NaturalSearch:
        """The search that was kept, or one among the first images."""
        search = NaturalSearch((self._info,))
        kept = self._readings.load("search")
        if kept is not None:
            search.restore(kept)
        else:
            self._search_on(search, FIRST_IMAGES)
        return search

    def _search_on(self, search: NaturalSearch, n_images: int) -> None:
        rows = self._rows[search.n_seen : search.n_seen + n_images]
        for batch in read_peaks(self._network, self._train, [self._info], rows):
            search.add(batch)
        if search.n_seen == len(self._rows):
            self._readings.save("search", search.arrays())

    def _readings_on(self) -> Iterator[tuple[float, SetReading | None]]:
        """Share of the test images that were read, and at the end what was read."""
        kept = self._readings.load("reading")
        if kept is not None:
            yield 1.0, SetReading.restored(kept, self._test, [self._info.name])
            return
        reader = SetReader(self._test, [self._info])
        while reader.n_read < len(reader.rows):
            rows = reader.rows[reader.n_read : reader.n_read + IMAGES_A_STEP]
            for batch in read_peaks(self._network, self._test, [self._info], rows):
                reader.add(batch)
            yield reader.n_read / len(reader.rows), None
        reading = reader.reading()
        self._readings.save("reading", reading.arrays())
        yield 1.0, reading

    def _step(
        self,
        chosen: tuple[int, ...],
        done: float,
        title: str,
        found: Mapping[str, NDArray[Any]],
        n_searched: int,
    ) -> Step:
        return Step(
            self._info.name, self._info.grid, chosen, done, title, as_stored(found), n_searched
        )
