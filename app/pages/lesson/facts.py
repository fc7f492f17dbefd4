"""What the lesson tells of one model and one pair of classes: numbers and images, found by rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from app.explorer import Explorer
from app.frame.defaults import default_layer, default_pair
from app.frame.recorded.readouts import find_results
from app.frame.subject import Subject
from cnn_core.circles.groups import clearest
from cnn_core.decision.ledger import node_ledger
from cnn_core.decision.turning import entries_to_turn
from cnn_core.network.layers import LayerInfo, LayerKind
from cnn_core.readouts.comparing.pooling import Compared, Gain
from cnn_core.space.display import dead_units
from cnn_core.space.likeness import likeness_to_image

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network
    from cnn_core.survey.whole_set import Survey

GROUP = 3
ALIKE = 0.5
"""Correlation, either way, from which a map counts as one that looks like the image."""
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

    return case.kept(f"first maps of {layer.name}", find)


def first_image(case: Case) -> int:
    """The clearest image of p, 0 where none is classified right."""
    return next(iter(clear_images(case)[0]), 0)


def silent_units(case: Case, layer: LayerInfo, image: int) -> int:
    """How many units of a layer are silent in an image."""
    values = case.explorer.activations(case.model, Subject(case.set_name, image))[layer.name][0]
    return int(dead_units(values).sum())


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
