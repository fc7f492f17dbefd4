"""What was measured at every snapshot of a training, as plain data and as a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from cnn_core.artifacts import AnyPath, json_text
from cnn_core.readouts.result_file import load_content, plain
from cnn_core.statistics import Accuracy

FORMAT: Literal[1] = 1
TRAINING_COURSE = "training_course.json"


@dataclass(frozen=True)
class CourseTask:
    """Classes to tell apart during a training.

    Attributes
    ----------
    name
        "all", or "p-q" with the numbers of the two classes.
    n_fitted
        Training images that the readers were fitted on.
    groups
        Of a pair: the training images of p and of q whose circles are read.
    """

    name: str
    classes: tuple[int, ...]
    n_fitted: int
    groups: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class TaskReading:
    """How the network and readers of its layers do on test images at one snapshot.

    Attributes
    ----------
    network
        Its prediction; for a pair the class with the larger logit of the two.
    probe, best_cell
        Of the last convolution.
    best_node
        Of the last hidden layer; None where there is none.
    circles
        The circle reader; None for all classes. An undecided image counts half.
    votes_correlation
        Pearson correlation of what the output layer's weights say for p over q (for all classes:
        for each class over their mean) with the same at step 0; None without a hidden layer.
    """

    task: str
    network: Accuracy
    probe: Accuracy
    best_cell: Accuracy
    best_node: Accuracy | None
    circles: Accuracy | None
    votes_correlation: float | None


@dataclass(frozen=True)
class SilentUnits:
    """How quiet a layer is on the test images.

    Attributes
    ----------
    silent
        Share of the units that are zero in all their cells, mean over the images.
    dead
        Share of the units that are so in every image.
    """

    layer: str
    silent: float
    dead: float


@dataclass(frozen=True)
class MomentReading:
    """What was measured at one snapshot, after so many gradient steps and whole epochs."""

    step: int
    epoch: int
    readings: tuple[TaskReading, ...]
    silent: tuple[SilentUnits, ...]

    def of(self, task: str) -> TaskReading | None:
        """Reading of the task of this name."""
        return next((reading for reading in self.readings if reading.task == task), None)


@dataclass(frozen=True)
class CourseReadings:
    """What was measured over one training.

    Attributes
    ----------
    snapshots_digest
        SHA-256 of the file of snapshots.
    model_digest
        `identity_of` the network that was given with them.
    layer, hidden
        The last convolution, and the layer whose nodes are read, if there is one.
    moments
        In the order of the snapshots.
    """

    model_name: str
    model_digest: str
    snapshots_digest: str
    train_digest: str
    test_digest: str
    class_names: tuple[str, ...]
    layer: str
    hidden: str | None
    tasks: tuple[CourseTask, ...]
    moments: tuple[MomentReading, ...]
    provenance: dict[str, Any]

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells these readings from those of other snapshots, models and images."""
        return (self.snapshots_digest, self.model_digest, self.train_digest, self.test_digest)


@dataclass(frozen=True)
class _Content:
    format: Literal[1]
    courses: tuple[CourseReadings, ...]


def course_text(found: Iterable[CourseReadings]) -> str:
    """Render what was measured, the same way every time."""
    return json_text({"format": FORMAT, "courses": [plain(one) for one in found]})


def load_training_course(path: AnyPath) -> tuple[CourseReadings, ...]:
    """Read what was measured; nothing if there is no such file.

    Raises
    ------
    ArtifactError
        When the file is damaged or of another format; it names the first place that is at fault.
    """
    content: _Content | None = load_content(path, _Content, FORMAT, "survey --snapshots")
    return content.courses if content else ()
