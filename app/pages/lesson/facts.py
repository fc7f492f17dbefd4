"""What the lesson tells of one model and one pair of classes: numbers and images, found by rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from app.explorer import Explorer
from app.frame.defaults import default_layer, default_pair
from app.frame.readouts import find_results
from app.frame.subject import Subject
from cnn_core.circles.circle_reader import (
    CircleReader,
    circle_reader,
    network_on_pair,
    rows_of_classes,
)
from cnn_core.circles.class_pass import on_over
from cnn_core.circles.fading import Fading, fading, first_disagreement
from cnn_core.circles.groups import clearest, least_clear
from cnn_core.circles.nulls import UniqueByChance, chance_across, chance_within
from cnn_core.circles.packed import PackedOn
from cnn_core.circles.rule import find_circles, on_from_peak
from cnn_core.decision.ledger import node_ledger
from cnn_core.decision.turning import entries_to_turn
from cnn_core.network.layers import LayerInfo, LayerKind
from cnn_core.readouts.pooling import Compared, Gain
from cnn_core.space.display import dead_units
from cnn_core.space.likeness import likeness_to_image
from cnn_core.statistics import Accuracy

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network
    from cnn_core.survey.whole_set import Survey

THRESHOLD = 0.3
GROUP = 3
ALIKE = 0.5
"""Correlation, either way, from which a map counts as one that looks like the image."""
FEWEST_UNCLEAR = 5
_SMALL = 2_000
T = TypeVar("T")


@dataclass(frozen=True)
class Case:
    """A model and two classes, told apart on the first image set."""

    explorer: Explorer
    model: str
    p: int
    q: int

    @property
    def names(self) -> tuple[str, str]:
        """Names of p and q."""
        return self.explorer.class_name(self.p), self.explorer.class_name(self.q)

    @property
    def set_name(self) -> str:
        """The set that everything is found and counted in."""
        return str(self.explorer.set_names[0])

    @property
    def network(self) -> Network:
        """The model's network."""
        return self.explorer.network(self.model)

    @property
    def survey(self) -> Survey:
        """What the network answers on the set."""
        return self.explorer.survey(self.model, self.set_name)

    def kept(self, what: str, make: Callable[[], T]) -> T:
        """What was found before, for everybody; else found now."""
        key = ("lesson", what, self.model, self.p, self.q)
        found: T = self.explorer.kept.get_or_make(key, make, lambda made: _SMALL)
        return found


def pair_of_lesson(explorer: Explorer, p: int | None, q: int | None) -> tuple[int, int]:
    """The two classes of the lesson: those of the address, else the usual ones."""
    usual = default_pair(explorer.class_names)
    if p == q:
        return usual
    if p is None:
        p = usual[0] if usual[0] != q else usual[1]
    if q is None:
        q = usual[1] if usual[1] != p else usual[0]
    return p, q


def convolutions(network: Network) -> list[LayerInfo]:
    """Layers with maps that filters made, from the first to the last."""
    kinds = (LayerKind.CONV, LayerKind.DEPTHWISE_CONV)
    return [info for info in network.layers if info.kind in kinds and info.is_spatial]


def last_maps(network: Network) -> LayerInfo:
    """The layer that circles are drawn on: the last convolution, else the last hidden nodes."""
    return network.layer(default_layer(network))


def clear_images(case: Case) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The three clearest images of p against q, and of q against p."""
    survey = case.survey
    known = (survey.logits, survey.labels, survey.predictions)
    p, q = case.p, case.q
    return clearest(*known, p, q, GROUP), clearest(*known, q, p, GROUP)


@dataclass(frozen=True)
class FirstMaps:
    """What is left of the image in the first layer's maps: how many look like it."""

    image: int
    n_alike: int


def first_maps(case: Case, layer: LayerInfo) -> FirstMaps:
    """Count the maps of a layer that look like the clearest image of p."""

    def find() -> FirstMaps:
        image = first_image(case)
        subject = Subject(case.set_name, image)
        values = case.explorer.activations(case.model, subject)[layer.name][0]
        boxes = case.explorer.sight(case.model, layer.name).boxes
        likeness = likeness_to_image(values, case.explorer.image(subject), boxes)
        return FirstMaps(image, int((np.abs(likeness) >= ALIKE).sum()))

    return case.kept("first maps", find)


def first_image(case: Case) -> int:
    """The clearest image of p, 0 where none is classified right."""
    return next(iter(clear_images(case)[0]), 0)


def silent_units(case: Case, layer: LayerInfo, image: int) -> int:
    """How many units of a layer are silent in an image."""
    values = case.explorer.activations(case.model, Subject(case.set_name, image))[layer.name][0]
    return int(dead_units(values).sum())


@dataclass(frozen=True)
class CircleFacts:
    """Circles of three clear images of p and three of q, and what they are worth.

    Attributes
    ----------
    n_p, n_q
        Cells on in all three of the one and in none of the other.
    chance, n_at_least, n_draws
        Mean count of random threes; how many draws have at least as many, of how many.
    within
        Mean count of three images of p against three other images of p; nan without enough.
    circles, network
        Who gets the other images right, asked p or q.
    fading
        None where there are too few clear images.
    """

    n_p: int
    n_q: int
    chance: float
    n_at_least: int
    n_draws: int
    within: float
    circles: Accuracy
    network: Accuracy
    fading: Fading
    hard: HardImage | None

    @property
    def n(self) -> int:
        """Circles of both."""
        return self.n_p + self.n_q

    @property
    def shares_with_half(self) -> tuple[float, float]:
        """Share of unclear images, and of the others, in which half of p's circles are on."""
        found = self.fading
        unclear = found.n_half_unclear / max(found.n_unclear, 1)
        return unclear, found.n_half_others / max(found.n_others, 1)

    @property
    def fades(self) -> bool | None:
        """Whether circles fade in unclear images; None where there are too few to say so."""
        if not self.n_p or self.fading.n_unclear < FEWEST_UNCLEAR:
            return None
        return self.shares_with_half[0] < self.shares_with_half[1]


@dataclass(frozen=True)
class HardImage:
    """An unclear image of p that the network gets right.

    Attributes
    ----------
    n_p, n_q
        How many of p's and of q's circles are on in it.
    by_circles
        What the circles take it for, below 0 for nothing.
    """

    image: int
    n_p: int
    n_q: int
    by_circles: int
    probability: float


def circle_facts(case: Case) -> CircleFacts | None:
    """Find the circles, chance and the reader; None where an image is missing for a group."""
    a, b = clear_images(case)
    if len(a) < GROUP or len(b) < GROUP:
        return None
    return case.kept("circles", lambda: _circle_facts(case, a, b))


def _circle_facts(case: Case, a: tuple[int, ...], b: tuple[int, ...]) -> CircleFacts:
    survey, p, q = case.survey, case.p, case.q
    rows = rows_of_classes(survey.labels, (p, q))
    labels, on = survey.labels[rows], _on(case, rows)
    own_a, own_b = (np.searchsorted(rows, group) for group in (a, b))
    own = np.concatenate([own_a, own_b])
    flat = PackedOn.of(on)
    everywhere = flat.rows(own).unpacked()
    circles = find_circles(everywhere[:GROUP], everywhere[GROUP:])
    unique = [np.flatnonzero(cells) for cells in (circles.unique_a, circles.unique_b)]
    on_p, on_q = (flat.columns(cells) for cells in unique)
    reader = circle_reader(on_p, on_q, labels, p, q, left_out=own)
    across = chance_across(flat, labels, p, q, GROUP, GROUP, left_out=own)
    within = chance_within(flat, labels, p, GROUP, GROUP, left_out=own)
    fits = (labels == p) & (survey.predictions[rows] == p)
    fits[own] = False
    margins = survey.margins(p, q)[rows]
    n = circles.n_unique_a + circles.n_unique_b
    return CircleFacts(
        n_p=circles.n_unique_a,
        n_q=circles.n_unique_b,
        chance=across.mean,
        n_at_least=int((across.unique >= n).sum()),
        n_draws=across.n_draws,
        within=_mean(within),
        circles=reader.overall,
        network=network_on_pair(survey.logits[rows], labels, p, q, left_out=own).overall,
        fading=fading(reader.share_a, margins, fits),
        hard=_hard(case, rows, (on_p, on_q), reader, margins, fits),
    )


def _on(case: Case, rows: np.ndarray) -> Any:
    survey, layer = case.survey, last_maps(case.network).name
    kept, peak = survey.features.get(layer), survey.peak[layer][rows]
    if kept is not None:
        return on_from_peak(kept[rows], peak, THRESHOLD)
    images = case.explorer.dataset(case.set_name).images[rows]
    return on_over(case.network, images, layer, peak, THRESHOLD)


def _mean(chance: UniqueByChance) -> float:
    return chance.mean if chance.n_draws else float("nan")


def _hard(
    case: Case,
    rows: np.ndarray,
    on: tuple[np.ndarray, np.ndarray],
    reader: CircleReader,
    margins: np.ndarray,
    fits: np.ndarray,
) -> HardImage | None:
    """The least clear p on which circles and network disagree, else the least clear one."""
    place = first_disagreement(reader.decisions, case.q, margins, fits)
    if place is None:
        if not fits.any():
            return None
        place = int(np.flatnonzero(fits)[np.argmin(margins[fits])])
    image = int(rows[place])
    return HardImage(
        image,
        int(on[0][place].sum()),
        int(on[1][place].sum()),
        int(reader.decisions[place]),
        float(case.survey.probabilities[image, case.p]),
    )


def hard_image(case: Case) -> int:
    """Image of the steps about an unclear case; 0 where p is never classified right."""
    facts = circle_facts(case)
    if facts is not None and facts.hard is not None:
        return facts.hard.image
    survey = case.survey
    found = least_clear(survey.logits, survey.labels, survey.predictions, case.p, case.q, 1)
    return next(iter(found), 0)


@dataclass(frozen=True)
class SumFacts:
    """A margin as a sum over the nodes that the output layer weighs.

    Attributes
    ----------
    plus, minus
        What all entries for p, and all against it, add up to.
    n_to_turn
        Nodes to silence, the largest entries first, until q is preferred; None where none do.
    """

    image: int
    layer: str
    n_nodes: int
    margin: float
    plus: float
    minus: float
    n_to_turn: int | None


def sum_facts(case: Case, image: int) -> SumFacts | None:
    """Open the margin of an image; None where the output layer weighs no nodes."""
    if case.network.last_hidden is None:
        return None

    def find() -> SumFacts:
        images = case.explorer.image(Subject(case.set_name, image))[None]
        opened = node_ledger(case.network, images, case.p, case.q)
        entries, margin = opened.by_unit[0], float(opened.margin[0])
        return SumFacts(
            image,
            opened.layer,
            len(entries),
            margin,
            float(entries[entries > 0].sum()),
            float(entries[entries < 0].sum()),
            entries_to_turn(entries, margin),
        )

    return case.kept(f"sum of {image}", find)


@dataclass(frozen=True)
class LadderFacts:
    """What one weighted sum of the last maps gets right, with the network and before training.

    Attributes
    ----------
    n
        Images that were asked.
    network, probe
        Shares of right answers.
    compared
        All models that were measured, together.
    probe_gain, cell_gain
        By training; None where the untrained network is not known.
    """

    layer: str
    n: int
    network: float
    probe: float
    compared: Compared | None
    probe_gain: Gain | None
    cell_gain: Gain | None


def ladder_facts(case: Case) -> LadderFacts | None:
    """Look up what was measured of the model on the pair; None where nothing was."""
    found = find_results(case.explorer)
    results = found.of(case.model)
    pair = (case.p, case.q)
    name = "{}-{}".format(*pair if pair in found.pairs(case.model) else pair[::-1])
    task = None if results is None else results.task(name)
    layer = last_maps(case.network).name
    probes = [] if results is None else results.of(name, layer, "linear_probe")
    if results is None or task is None or not probes:
        return None
    facts = next(one for one in results.layers if one.name == layer)
    # Fitted on all images where the MLP was replaced by it, as Evidence has it; on fewer as a rung.
    whole = results.variant("linear_probe")
    score = whole.scores.get(name) if whole and results.mlp["input"] == layer else None
    return LadderFacts(
        layer,
        task.network.n,
        task.network.value,
        (score or probes[0]).share.value,
        found.weighed(name, facts) if score else found.compared(name, facts, "linear_probe"),
        found.gain(name, facts, "linear_probe"),
        found.gain(name, facts, "best_cell"),
    )
