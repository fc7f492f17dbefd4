"""What the Training page tells about one selection: every snapshot's answer to one image."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.explorer import Explorer
from app.frame.browsing.search import Found, found_by
from app.frame.defaults import columns_for
from app.frame.page import View
from app.pages.training.state import TrainingSelection, pair
from cnn_core.decision.votes import vote_order
from cnn_core.errors import LookingGlassError
from cnn_core.network.layers import LayerInfo
from cnn_core.readouts.over_training.results import (
    TRAINING_COURSE,
    CourseReadings,
    load_training_course,
)
from cnn_core.space.display import colour_range
from cnn_core.space.mosaic import Mosaic

if TYPE_CHECKING:
    from cnn_core.training.course import TrainingCourse
    from cnn_core.training.snapshots import Moment


@dataclass(frozen=True, eq=False)
class Course:
    """One image at every snapshot.

    Attributes
    ----------
    values
        Shape (n_moments, *layer shape).
    logits
        Shape (n_moments, n_classes).
    """

    moments: tuple[Moment, ...]
    values: NDArray[np.float32]
    logits: NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainingView(View):
    """Everything that is drawn for one selection.

    Attributes
    ----------
    label
        None of an own image.
    course
        None without snapshots, and then `fault` says why.
    readings
        What was measured of this training, None where nothing was.
    """

    selection: TrainingSelection
    layer: LayerInfo
    label: int | None
    course: Course | None
    fault: str
    readings: CourseReadings | None
    found: Found | None
    pair: tuple[int, int]
    mosaic: Mosaic

    @property
    def place(self) -> int:
        """Place of the snapshot shown."""
        return self.selection.step

    @property
    def known(self) -> Course:
        """The snapshots, where there are some."""
        assert self.course is not None
        return self.course

    @property
    def logits(self) -> NDArray[np.float32]:
        """Logits of the snapshot shown."""
        return self.known.logits[self.place]

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """Probabilities of the snapshot shown."""
        return self.explorer.network(self.selection.model).probabilities(self.logits)

    @property
    def values(self) -> NDArray[np.float32]:
        """Activations of the snapshot shown."""
        return self.known.values[self.place]

    @property
    def range(self) -> tuple[float, float]:
        """Ends of the colours: over all snapshots, or of the one shown."""
        return colour_range(self.values if self.selection.free else self.known.values)


def look(explorer: Explorer, selection: TrainingSelection) -> TrainingView:
    """Look at one image at every snapshot of a training."""
    network = explorer.network(selection.model)
    layer = network.layer(selection.layer)
    course, fault = _course(explorer, selection)
    found, problems = found_by(explorer, selection, selection.find)
    p, q = pair(explorer, selection)
    return TrainingView(
        explorer=explorer,
        selection=selection,
        problems=problems,
        layer=layer,
        label=explorer.label(selection.subject),
        course=course,
        fault=fault,
        readings=_readings(explorer, selection.model),
        found=found,
        pair=(p, q),
        mosaic=Mosaic.of(layer.shape, columns_for(layer), order=_order(explorer, selection, p, q)),
    )


def _course(explorer: Explorer, selection: TrainingSelection) -> tuple[Course | None, str]:
    try:
        course = explorer.course(selection.model)
    except LookingGlassError as error:
        return None, f"{error}."
    if course is None:
        return None, (
            f"No snapshots of the training of {selection.model} are known. For the article's CNN "
            "`python -m cnn_core train --snapshots` keeps them; for a model of your own "
            "SnapshotWriter in model.fit."
        )
    key = ("course", selection.model, selection.subject, selection.layer)
    kept = explorer.kept.get_or_make(
        key,
        lambda: _run(course, explorer.image(selection.subject), selection.layer),
        lambda made: made.values.nbytes + made.logits.nbytes,
    )
    return kept, ""


def _run(course: TrainingCourse, image: NDArray[np.float32], layer: str) -> Course:
    found = [course.activations(place, image[None], layer) for place in range(len(course))]
    return Course(
        course.moments,
        np.stack([one[layer][0] for one in found]),
        np.stack([one.logits[0] for one in found]),
    )


def _order(
    explorer: Explorer, selection: TrainingSelection, p: int, q: int
) -> tuple[int, ...] | None:
    """Nodes of the last hidden layer by their final weight, most for p first; else by number."""
    network = explorer.network(selection.model)
    if network.last_hidden is None or network.last_hidden.name != selection.layer:
        return None
    return vote_order(network, p, q)


@lru_cache(maxsize=16)
def _readings(explorer: Explorer, model: str) -> CourseReadings | None:
    """What was measured of a model's training, by its checksum; the file lies beside the model."""
    if explorer.folder is None:
        return None
    identity = explorer.identity(model)
    found = load_training_course(explorer.folder / TRAINING_COURSE)
    return next((one for one in found if one.model_digest == identity), None)
