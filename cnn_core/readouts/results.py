"""What the readouts found, as plain data."""

from dataclasses import dataclass, field

from cnn_core.statistics import wilson_interval

ALL_CLASSES = "all"


@dataclass(frozen=True)
class Share:
    """Right answers among test images, with the Wilson 95 % interval."""

    n_right: int
    n: int
    low: float
    high: float

    @classmethod
    def of(cls, n_right, n):
        """Add the interval to two counts."""
        low, high = wilson_interval(n_right, n)
        return cls(int(n_right), int(n), float(low), float(high))

    @property
    def value(self):
        """Share of right answers, nan without images."""
        return self.n_right / self.n if self.n else float("nan")


@dataclass(frozen=True)
class Paired:
    """How often only one of two readers is right.

    Attributes
    ----------
    n : int
        Images that both answered.
    only_first, only_second : int
        Images on which only this one is right.
    difference, low, high : float
        Accuracy of the first minus that of the second, and its 95 % interval.
    p_value : float
        Exact McNemar test: probability of so uneven a split of the images on which only one is
        right, if both were equally good. 1 if there is no such image.
    """

    n: int
    only_first: int
    only_second: int
    difference: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Task:
    """The classes that a reader has to tell apart.

    Attributes
    ----------
    name : str
        "all", or "p-q" with the numbers of the two classes.
    classes : tuple of int
        All classes, or p and q.
    network : Share
        The network itself: its prediction; for a pair the class with the larger logit of the two.
    """

    name: str
    classes: tuple[int, ...]
    network: Share


@dataclass(frozen=True)
class LayerFacts:
    """A row of the ladder: "" is the pixels; of the output layer the logits are read."""

    name: str
    title: str
    shape: tuple[int, ...]
    n_cells: int


@dataclass(frozen=True)
class Readout:
    """How one reader does on one layer and one task.

    Attributes
    ----------
    task, layer, reader : str
    setting : int or None
        Number of cells, for "best_cells".
    n_fitted : int
        Training images fitted on.
    share : Share
        Test images.
    versus_network : Paired
        The network first, this reader second, on the same images.
    facts : dict
        What it learned; see the reader.
    seconds : float
        Time for fitting and scoring; the settings of a reader share it.
    """

    task: str
    layer: str
    reader: str
    setting: int | None
    n_fitted: int
    share: Share
    versus_network: Paired
    facts: dict
    seconds: float


@dataclass(frozen=True)
class VariantScore:
    """A changed network on one task.

    Attributes
    ----------
    share : Share
    versus_network : Paired
        The network first, the variant second.
    images, answers, network_answers : tuple of int
        Test images that the two answer differently, and both answers.
    """

    share: Share
    versus_network: Paired
    images: tuple[int, ...]
    answers: tuple[int, ...]
    network_answers: tuple[int, ...]


@dataclass(frozen=True)
class Variant:
    """The network with its MLP changed.

    Attributes
    ----------
    name : str
        "linear_probe", "without_bend" or "linear_refit".
    title, how : str
        What it is, in a few words, and exactly how it was made.
    n_fitted : int
        Training images fitted on, 0 if nothing was.
    scores : dict of str to VariantScore
        By name of the task.
    """

    name: str
    title: str
    how: str
    n_fitted: int
    scores: dict


@dataclass(frozen=True)
class Number:
    """A measured number behind a claim.

    Attributes
    ----------
    label : str
    value : float
    low, high : float or None
        95 % interval or, where the label says so, the range of random draws.
    n : int or None
        What it was counted on.
    unit : str
        "share", "difference of shares" or "cells".
    """

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None
    unit: str = "share"


@dataclass(frozen=True)
class Claim:
    """One conclusion of the article, held against the numbers.

    Attributes
    ----------
    name, task : str
    statement : str
        The claim, with this model's classes and layers.
    verdict : str
        "holds", "holds in part", "does not hold" or "cannot be judged".
    rule : str
        How the verdict follows from the numbers.
    numbers : tuple of Number
    """

    name: str
    task: str
    statement: str
    verdict: str
    rule: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class ModelReadouts:
    """Everything found for one network and one data set.

    Attributes
    ----------
    model_name, model_digest : str
    train_digest, test_digest : str
    class_names : tuple of str
    layers : tuple of LayerFacts
        From the pixels to the logits; layers that copy another are left out.
    tasks : tuple of Task
    readouts : tuple of Readout
    mlp : dict
        "input" and "hidden", the layers between which the MLP begins and bends ("" or None where
        there is none), and "note".
    variants : tuple of Variant
    claims : tuple of Claim
    provenance : dict
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
    mlp: dict
    variants: tuple[Variant, ...]
    claims: tuple[Claim, ...]
    provenance: dict = field(default_factory=dict)

    def task(self, name):
        """Task of a name, or None."""
        return next((task for task in self.tasks if task.name == name), None)

    def of(self, task, layer=None, reader=None, setting=None):
        """Readouts of a task, in the order of the layers; None stands for any.

        Returns
        -------
        list of Readout
        """
        wanted = {"layer": layer, "reader": reader, "setting": setting}
        return [
            readout
            for readout in self.readouts
            if readout.task == task
            and all(
                value is None or getattr(readout, key) == value for key, value in wanted.items()
            )
        ]
