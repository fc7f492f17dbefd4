"""What the page measures over a whole image set, kept as long as there is room."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.bounded_cache import BoundedCache
from app.explorer import Explorer
from app.frame.subject import Subject
from app.pages.compare.groups.members import OWN
from app.pages.compare.hand.drawn import cells_of
from app.pages.compare.measured.chance import ByChance, chance_of
from app.pages.compare.state import CompareSelection
from cnn_core.circles.by_hand import HandCircles, circles_by_hand
from cnn_core.circles.cells.class_pass import on_over
from cnn_core.circles.cells.kept_facts import kept_pair_facts
from cnn_core.circles.cells.pair_facts import PairFacts, pair_facts
from cnn_core.circles.circle_reader import (
    CircleWorth,
    network_on_pair,
    pooled_difference,
    rows_of_classes,
    weigh_on,
)
from cnn_core.circles.packed import PackedOn
from cnn_core.circles.random_triples import RandomTriples, random_triples
from cnn_core.circles.rule import Circles, find_circles, on_cells, on_from_peak
from cnn_core.circles.thresholds import AtThreshold, cells_at_any_threshold, threshold_strip
from cnn_core.statistics import Accuracy, PairedDifference

TRIPLES = 200
_GROUP_BYTES = 32 * 2**20
_MEASURE_BYTES = 48 * 2**20
_SIZE_OF_GROUPS = 3


@dataclass(frozen=True, eq=False)
class GroupValues:
    """What the network makes of the images of all groups.

    Attributes
    ----------
    values : dict of str to ndarray, shape (n, *layer shape), float32
        Activations of each group's images in one layer.
    probabilities : dict of str to ndarray, shape (n, n_classes), float32
    predictions : dict of str to ndarray, shape (n,), int64
    """

    values: dict[str, NDArray[Any]]
    probabilities: dict[str, NDArray[Any]]
    predictions: dict[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Worth:
    """What the circles are worth.

    Attributes
    ----------
    chance
        How many are unique by chance; None where chance has nothing to say.
    worth
        On the set that is measured, the groups' own images left out.
    network
        Share of the same images that the network tells right when it is asked the same question.
    lead
        How much more often the network is right than the circles, image by image; None where
        nothing is judged.
    set_name
        The set that is measured.
    """

    circles: Circles
    chance: ByChance | None
    worth: CircleWorth
    network: Accuracy
    lead: PairedDifference | None
    set_name: str

    @property
    def n_unique(self) -> int:
        """Cells that are unique in the groups, of those that were drawn where some were."""
        if isinstance(self.circles, HandCircles):
            return self.circles.n_fitting
        return self.circles.n_unique_a + self.circles.n_unique_b


class Measures:
    """Measures groups and circles through an explorer; it holds no user's state."""

    def __init__(self, explorer: Explorer) -> None:
        self._explorer = explorer
        self._groups = BoundedCache(_GROUP_BYTES)
        self._measures = BoundedCache(_MEASURE_BYTES)

    @property
    def set_name(self) -> str:
        """The image set on which everything is measured: the test set where there is one."""
        return self._explorer.set_names[0]

    def group_values(self, selection: CompareSelection) -> GroupValues:
        """Run the network on the images of the groups."""
        everyone = tuple(
            dict.fromkeys(image for members in selection.members.values() for image in members)
        )
        network = self._explorer.network(selection.model)
        if not everyone:
            shape = network.layer(selection.layer).shape
            return GroupValues(
                {key: np.empty((0, *shape), np.float32) for key in "abc"},
                {key: np.empty((0, network.n_classes), np.float32) for key in "abc"},
                {key: np.empty(0, np.int64) for key in "abc"},
            )
        own = selection.own if OWN in everyone else ""
        activations = self._groups.get_or_make(
            (selection.model, selection.set, everyone, own),
            lambda: network.activations(self._member_images(selection, everyone)),
            lambda made: made.n_bytes,
        )
        place = {image: position for position, image in enumerate(everyone)}
        rows = {
            key: np.array([place[image] for image in members], np.int64)
            for key, members in selection.members.items()
        }
        values, probabilities, predictions = (
            {key: array[of_group] for key, of_group in rows.items()}
            for array in (
                activations[selection.layer],
                activations.probabilities,
                activations.predictions,
            )
        )
        return GroupValues(values, probabilities, predictions)

    def _member_images(
        self, selection: CompareSelection, members: tuple[int, ...]
    ) -> NDArray[np.float32]:
        own = Subject(selection.set, 0, selection.own)
        subjects = [own if one == OWN else Subject(selection.set, one) for one in members]
        return np.stack([self._explorer.image(subject) for subject in subjects])

    def circles(
        self, selection: CompareSelection, values: GroupValues
    ) -> tuple[Circles, dict[str, NDArray[np.bool_]]]:
        """Find the circles of A and B, or take those that the reader has drawn.

        Returns
        -------
        circles : Circles
        on : dict of str to ndarray, shape (n, *layer shape), bool
            Which cells are on in each image of each group.
        """
        on = {
            key: on_cells(array, selection.t) if len(array) else array.astype(bool)
            for key, array in values.values.items()
        }
        if selection.by_hand:
            drawn_a, drawn_b = cells_of(selection.hand_a), cells_of(selection.hand_b)
            return circles_by_hand(drawn_a, drawn_b, on["a"], on["b"]), on
        return find_circles(on["a"], on["b"]), on

    def worth(self, selection: CompareSelection) -> Worth:
        """Measure the circles of A and B, once for all who ask."""
        groups = (selection.set, selection.members["a"], selection.members["b"])
        own = selection.own if OWN in (*groups[1], *groups[2]) else ""
        drawn = (selection.hand_a, selection.hand_b) if selection.by_hand else None
        question = (selection.model, selection.layer, selection.p, selection.q, selection.t)
        n_cells = self._explorer.network(selection.model).layer(selection.layer).n_cells
        return self._measures.get_or_make(
            ("worth", *question, *groups, own, drawn),
            lambda: self._make_worth(selection),
            lambda made: 8 * n_cells + 60_000,
        )

    def _make_worth(self, selection: CompareSelection) -> Worth:
        circles, _ = self.circles(selection, self.group_values(selection))
        survey = self._explorer.survey(selection.model, self.set_name)
        p, q = selection.p, selection.q
        rows = rows_of_classes(survey.labels, (p, q))
        labels, on = survey.labels[rows], self._on_in_both(selection)
        own = np.flatnonzero(np.isin(rows, np.array(self._own_images(selection), np.int64)))
        worth = weigh_on(circles, on.columns(circles.cells), labels, p, q, own)
        network = network_on_pair(survey.logits[rows], labels, p, q, own)
        return Worth(
            circles,
            chance_of(circles, on, labels, p, q, own),
            worth,
            network.overall,
            pooled_difference([network], [worth.reader]) if worth.reader.judged.any() else None,
            self.set_name,
        )

    def strip(self, selection: CompareSelection) -> tuple[AtThreshold, ...]:
        """The rule's circles of the groups at several thresholds, weighed on the same images.

        Empty for a layer whose values no survey keeps: its images would be run for every group.
        """
        groups = (selection.set, selection.members["a"], selection.members["b"])
        own = selection.own if OWN in (*groups[1], *groups[2]) else ""
        question = (selection.model, selection.layer, selection.p, selection.q)
        return self._measures.get_or_make(
            ("strip", *question, *groups, own),
            lambda: self._make_strip(selection),
            lambda made: sum(6 * one.circles.common_a.nbytes + 60_000 for one in made) + 1,
        )

    def _make_strip(self, selection: CompareSelection) -> tuple[AtThreshold, ...]:
        survey = self._explorer.survey(selection.model, self.set_name)
        kept = survey.features.get(selection.layer)
        if kept is None:
            return ()
        values = self.group_values(selection).values
        cells = cells_at_any_threshold(values["a"], values["b"])
        rows = rows_of_classes(
            survey.labels, (selection.p, selection.q), self._own_images(selection)
        )
        return threshold_strip(
            values["a"],
            values["b"],
            cells,
            kept.reshape(len(kept), -1)[np.ix_(rows, cells)],
            survey.peak[selection.layer][rows],
            survey.labels[rows],
            selection.p,
            selection.q,
        )

    def facts(self, selection: CompareSelection) -> PairFacts:
        """Means, AUC and mean terms of every cell over all images of p and q."""
        key = ("facts", selection.model, selection.layer, selection.p, selection.q)
        return self._measures.get_or_make(
            key, lambda: self._make_facts(selection), lambda made: made.n_bytes
        )

    def facts_of_others(self, selection: CompareSelection) -> PairFacts:
        """The same with the images left out that the circles are drawn on; the AUC stays."""
        own = np.unique(np.array(self._own_images(selection), np.int64))
        key = ("others", selection.model, selection.layer, selection.p, selection.q, own.tobytes())
        return self._measures.get_or_make(
            key, lambda: self._without(selection, own), lambda made: made.n_bytes
        )

    def triples(self, selection: CompareSelection, first: int, n: int) -> RandomTriples:
        """Judge the circle readers of random groups of three.

        Parameters
        ----------
        selection
            Its `triples` is the seed.
        first, n
            Which part of the series.
        """
        survey = self._explorer.survey(selection.model, self.set_name)
        rows = rows_of_classes(survey.labels, (selection.p, selection.q))
        return random_triples(
            self._on_in_both(selection),
            survey.labels[rows],
            selection.p,
            selection.q,
            n,
            selection.triples or 0,
            size=_SIZE_OF_GROUPS,
            first=first,
        )

    def _own_images(self, selection: CompareSelection) -> tuple[int, ...]:
        """Images on which the circles were drawn, as far as they are among those measured."""
        if selection.set != self.set_name:
            return ()
        drawn_on = selection.members["a"] + selection.members["b"]
        return tuple(image for image in drawn_on if image != OWN)

    def _on_in_both(self, selection: CompareSelection) -> PackedOn:
        """Which cells are on in each image of p and of q."""
        return self._measures.get_or_make(
            ("on", selection.model, selection.layer, selection.p, selection.q, selection.t),
            lambda: self._find_on(selection),
            lambda made: made.bits.nbytes,
        )

    def _find_on(self, selection: CompareSelection) -> PackedOn:
        survey = self._explorer.survey(selection.model, self.set_name)
        rows = rows_of_classes(survey.labels, (selection.p, selection.q))
        kept, peak = survey.features.get(selection.layer), survey.peak[selection.layer][rows]
        if kept is not None:
            return PackedOn.of(on_from_peak(kept[rows], peak, selection.t))
        network = self._explorer.network(selection.model)
        return on_over(network, self._images(rows), selection.layer, peak, selection.t)

    def _make_facts(self, selection: CompareSelection) -> PairFacts:
        survey = self._explorer.survey(selection.model, self.set_name)
        network, dataset = (
            self._explorer.network(selection.model),
            self._explorer.dataset(self.set_name),
        )
        values = survey.features.get(selection.layer)
        asked = selection.layer, selection.p, selection.q
        folder = self._explorer.cache_folder
        if folder is None:
            return pair_facts(network, dataset.images, survey.labels, *asked, values=values)
        return kept_pair_facts(network, dataset, *asked, folder=folder, values=values)

    def _without(self, selection: CompareSelection, own: NDArray[np.int64]) -> PairFacts:
        labels = self._explorer.survey(selection.model, self.set_name).labels[own]
        network = self._explorer.network(selection.model)
        return self.facts(selection).without(network, selection.layer, self._images(own), labels)

    def _images(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._explorer.dataset(self.set_name).images[rows]


@lru_cache(maxsize=4)
def measures_of(explorer: Explorer) -> Measures:
    """The measures of what an explorer shows; they are kept for everybody."""
    return Measures(explorer)
