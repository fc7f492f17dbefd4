"""What the readouts found, as plain data."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

# Pydantic, which reads these classes from a file, knows a TypedDict of this module alone.
from typing_extensions import TypedDict

from cnn_core.readouts.comparing.answers import Answers, Paired, Share
from cnn_core.readouts.judging.circles_found import CirclesFound
from cnn_core.readouts.judging.claim_found import Claim

ALL_CLASSES = "all"


@dataclass(frozen=True)
class Task:
    """The classes that a reader has to tell apart.

    Attributes
    ----------
    name
        "all", or "p-q" with the numbers of the two classes.
    classes
        All classes, or p and q.
    network
        The network itself: its prediction; for a pair the class with the larger logit of the two.
    answers
        The same, image by image.
    """

    name: str
    classes: tuple[int, ...]
    network: Share
    answers: Answers


@dataclass(frozen=True)
class LayerFacts:
    """A row of the ladder: "" is the pixels; of the output layer the logits are read."""

    name: str
    title: str
    shape: tuple[int, ...]
    n_cells: int


class Facts(TypedDict, total=False):
    """What a reader learned; each reader tells a part of it.

    Attributes
    ----------
    cell, threshold, above, low, high, answers
        Of the best cell: its place in C order; for two classes the threshold and the class of
        values at or above it; for more the range and the answer of each bin.
    n_right_fitted
        Training images that it gets right.
    cells
        Of the best cells: places, best first.
    strength, held_out_loss
        Of a linear probe: its penalty, and the loss of each penalty tried.
    steps, gradient_norm, tolerance, converged
        Of a fit: the norm of the gradient where it ended, as a share of that at zero weights, and
        the one that it was to reach.
    control_right
        Of a linear probe: how many of the images that it is fitted on the same probe gets right
        when each of them has a random label.
    """

    cell: int
    threshold: float | None
    above: int
    low: float
    high: float
    answers: list[int]
    n_right_fitted: int
    cells: list[int]
    strength: float
    held_out_loss: dict[str, float]
    steps: int
    gradient_norm: float
    tolerance: float
    converged: bool
    control_right: int


@dataclass(frozen=True)
class Readout:
    """How one reader does on one layer and one task.

    Attributes
    ----------
    setting
        Number of cells, for "best_cells".
    n_fitted
        Training images fitted on.
    share
        Test images.
    versus_network
        The network first, this reader second, on the same images.
    seconds
        Time for fitting; the settings of a reader share it.
    answers
        Image by image; None where the file leaves them out.
    """

    task: str
    layer: str
    reader: str
    setting: int | None
    n_fitted: int
    share: Share
    versus_network: Paired
    facts: Facts
    seconds: float
    answers: Answers | None = None

    @property
    def control(self) -> float | None:
        """Share of random labels that the same probe learns by heart; see `Facts`."""
        right = self.facts.get("control_right")
        return None if right is None else right / self.n_fitted

    @property
    def selectivity(self) -> float | None:
        """Share of right answers minus `control`, after Hewitt and Liang (EMNLP 2019).

        Their random labels belong to words that are met again; an image is met once, so that the
        images fitted on are asked: what a probe can learn by heart it need not have read.
        """
        return None if self.control is None else self.share.value - self.control


@dataclass(frozen=True)
class Removal:
    """The network run again without what a layer's linear probe reads.

    The part of the layer's values along the probe's weights is set to its mean over the images that
    the probe was fitted on.

    Attributes
    ----------
    n_directions
        Dimensions taken away: 1 for two classes, one less than the classes for more.
    share
        What is left of the network.
    versus_network
        The whole network first, the cut one second.
    random
        The same with as many directions drawn at random.
    """

    task: str
    layer: str
    n_directions: int
    share: Share
    versus_network: Paired
    random: tuple[Share, ...]

    @property
    def random_loss(self) -> float:
        """Mean loss of accuracy by random directions, as a share."""
        whole = self.share.value + self.versus_network.difference
        return whole - float(np.mean([one.value for one in self.random]))


@dataclass(frozen=True)
class Twin:
    """The same readers on the same network before its training.

    Attributes
    ----------
    source
        Where its weights come from.
    tasks
        With the untrained network's own answers.
    readouts
        ``versus_network`` is against the untrained network itself.
    """

    source: str
    tasks: tuple[Task, ...]
    readouts: tuple[Readout, ...]


@dataclass(frozen=True)
class VariantScore:
    """A changed network on one task.

    Attributes
    ----------
    versus_network
        The network first, the variant second.
    images, answers, network_answers
        Test images that the two answer differently, and both answers.
    right
        Image by image.
    seeds
        Of a variant with random weights to begin with: each seed's share, ascending. The others are
        those of the median seed.
    facts
        Of its fit.
    """

    share: Share
    versus_network: Paired
    images: tuple[int, ...]
    answers: tuple[int, ...]
    network_answers: tuple[int, ...]
    right: Answers
    n_fitted: int
    seeds: tuple[Share, ...] = ()
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True)
class Variant:
    """The network with its MLP changed.

    Attributes
    ----------
    name
        "linear_probe", "without_bend" or "linear_refit".
    title, how
        What it is, in a few words, and exactly how it was made.
    n_fitted
        Training images fitted on, of all classes; 0 if nothing was.
    scores
        By name of the task. A question about two classes is answered by a reader of these two.
    """

    name: str
    title: str
    how: str
    n_fitted: int
    scores: dict[str, VariantScore]


class MlpFacts(TypedDict):
    """Where the MLP begins and bends: "" is the pixels, None stands for nowhere."""

    input: str | None
    hidden: str | None
    widths: list[int]
    note: str


@dataclass(frozen=True)
class ModelReadouts:
    """Everything found for one network and one data set.

    Attributes
    ----------
    layers
        From the pixels to the logits; layers that copy another are left out.
    n_fitted
        Training images that the readers of every layer are fitted on, by name of the task.
    twin
        None where the untrained weights are not known; `provenance` says so.
    claims
        Judged by this model alone.
    provenance
        Numbers of images, seed, versions, seconds.
    """

    model_name: str
    model_digest: str
    train_digest: str
    test_digest: str
    class_names: tuple[str, ...]
    layers: tuple[LayerFacts, ...]
    tasks: tuple[Task, ...]
    readouts: tuple[Readout, ...]
    removals: tuple[Removal, ...]
    mlp: MlpFacts
    conv: str | None
    variants: tuple[Variant, ...]
    circles: tuple[CirclesFound, ...]
    twin: Twin | None
    claims: tuple[Claim, ...]
    provenance: dict[str, Any] = field(default_factory=dict)

    def task(self, name: str) -> Task | None:
        """Task of a name, or None."""
        return next((task for task in self.tasks if task.name == name), None)

    def of(
        self,
        task: str,
        layer: str | None = None,
        reader: str | None = None,
        setting: int | None = None,
    ) -> list[Readout]:
        """Readouts of a task, in the order of the layers; None stands for any."""
        return _chosen(self.readouts, task, layer, reader, setting)

    def untrained(
        self,
        task: str,
        layer: str | None = None,
        reader: str | None = None,
        setting: int | None = None,
    ) -> list[Readout]:
        """Readouts of the untrained twin, as `of` gives those of the network."""
        return _chosen(self.twin.readouts, task, layer, reader, setting) if self.twin else []

    def removal(self, task: str, layer: str) -> Removal | None:
        """What the network is without the probe's directions on a layer, or None."""
        return next((one for one in self.removals if (one.task, one.layer) == (task, layer)), None)

    def variant(self, name: str) -> Variant | None:
        """Variant of a name, or None."""
        return next((one for one in self.variants if one.name == name), None)

    def circles_at(self, task: str, threshold: float) -> CirclesFound | None:
        """Circles of a pair at a threshold, or None."""
        wanted = (task, threshold)
        return next((one for one in self.circles if (one.task, one.threshold) == wanted), None)


def _chosen(
    readouts: tuple[Readout, ...],
    task: str,
    layer: str | None,
    reader: str | None,
    setting: int | None,
) -> list[Readout]:
    wanted = {"layer": layer, "reader": reader, "setting": setting}
    return [
        readout
        for readout in readouts
        if readout.task == task
        and all(value is None or getattr(readout, key) == value for key, value in wanted.items())
    ]
