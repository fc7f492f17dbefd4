"""Measure a network at every snapshot of its training; a killed run goes on after its last one."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnn_core.artifacts import AnyPath
from cnn_core.circles.circle_reader import UNDECIDED, circle_reader
from cnn_core.circles.groups import clearest
from cnn_core.circles.rule import THRESHOLD, find_circles, on_cells
from cnn_core.images.dataset import Dataset
from cnn_core.network.classifier import Network
from cnn_core.network.layers import LayerKind
from cnn_core.readouts.compute import check_apart, checked_pairs
from cnn_core.readouts.over_training.results import (
    FORMAT,
    CourseReadings,
    CourseTask,
    MomentReading,
    SilentUnits,
    TaskReading,
)
from cnn_core.readouts.readers.best_cell import BestCell
from cnn_core.readouts.readers.linear_probe import LinearProbe
from cnn_core.readouts.results import ALL_CLASSES
from cnn_core.readouts.samples import Sample, passes, values_of
from cnn_core.readouts.task import network_answers, rows_of_task, training_rows
from cnn_core.readouts.work import Steps, Tell, Work
from cnn_core.statistics import Accuracy, accuracy
from cnn_core.survey.identity import identity_of
from cnn_core.survey.one_pass import layers_from_last_convolution
from cnn_core.survey.store import default_cache_folder
from cnn_core.training.course import TrainingCourse
from cnn_core.training.versions import versions

N_FITTED = 6_000
"""Most training images that readers are fitted on: the probe is as good with them as with all."""

N_CLEAR = 3
"""Images in a group whose circles are read, as in the article."""

Decide = Callable[[NDArray[np.float32]], NDArray[np.int64]]


def measure_course(
    course: TrainingCourse,
    snapshots_digest: str,
    train: Dataset,
    test: Dataset,
    pairs: Sequence[tuple[int, int]],
    *,
    cache_folder: AnyPath | None = None,
    seed: int = 0,
    anew: bool = False,
    progress: Tell | None = None,
) -> CourseReadings:
    """Measure every snapshot for all classes and for pairs of them.

    Readers are fitted anew at every snapshot, on the same training images, and scored on the test
    images. The circles are those of the same six training images throughout: of each class the
    three that the trained network finds clearest.

    Parameters
    ----------
    snapshots_digest
        SHA-256 of the file of snapshots.
    cache_folder
        Where finished steps are kept; by default as in `survey_of`.
    seed
        Of the order of the training images.
    anew
        Compute finished steps again.
    progress
        Called with (steps done, steps in all, what comes next).

    Raises
    ------
    DataError
        When training images are among the test images.
    SelectionError
        When a class of a pair does not exist.
    """
    n_shared = check_apart(train, test)
    pairs = checked_pairs(pairs, course.network, train, test)
    started = time.perf_counter()
    layer, hidden = _layers_to_read(course.network)
    told = CourseReadings(
        model_name=course.network.name,
        model_digest=identity_of(course.network),
        snapshots_digest=snapshots_digest,
        train_digest=train.digest,
        test_digest=test.digest,
        class_names=test.class_names,
        layer=layer,
        hidden=hidden,
        tasks=tuple(_task(course.network, train, pair, seed) for pair in (None, *pairs)),
        moments=(),
        provenance={},
    )
    work = _open_work(told, seed, cache_folder)
    if anew:
        work.forget()
    steps = Steps(len(course), progress)
    start = course.network_at(0)
    moments = []
    for place, moment in enumerate(course.moments):
        steps.begin(f"step {moment.step}")
        measure = partial(_measure, course, place, start, train, test, told, seed)
        moments.append(work.step(str(moment.step), MomentReading, measure))
    steps.begin("done")
    provenance = {
        "images": {"train": len(train), "test": len(test), "in_both": n_shared},
        "seed": seed,
        "seconds": round(time.perf_counter() - started, 1),
        "versions": versions(),
    }
    return replace(told, moments=tuple(moments), provenance=provenance)


def _layers_to_read(network: Network) -> tuple[str, str | None]:
    hidden = network.last_hidden
    is_dense = hidden is not None and hidden.kind is LayerKind.DENSE
    name = hidden.name if hidden is not None and is_dense else None
    return layers_from_last_convolution(network.layers)[0].name, name


def _task(network: Network, train: Dataset, pair: tuple[int, int] | None, seed: int) -> CourseTask:
    classes = pair or tuple(range(network.n_classes))
    groups = _clear_images(network, train, *pair) if pair else ()
    name = "{}-{}".format(*pair) if pair else ALL_CLASSES
    n_fitted = len(training_rows(train.labels, classes, seed, N_FITTED))
    return CourseTask(name, classes, n_fitted, groups)


def _clear_images(network: Network, train: Dataset, p: int, q: int) -> tuple[tuple[int, ...], ...]:
    rows = rows_of_task(train.labels, (p, q))
    logits = np.empty((len(rows), network.n_classes), np.float32)
    for places, _, activations in passes(network, train, [], rows):
        logits[places] = activations.logits
    labels, predictions = train.labels[rows], logits.argmax(axis=1)
    chosen = (
        clearest(logits, labels, predictions, one, other, N_CLEAR)
        for one, other in ((p, q), (q, p))
    )
    return tuple(tuple(rows[list(group)].tolist()) for group in chosen)


def _open_work(told: CourseReadings, seed: int, cache_folder: AnyPath | None) -> Work:
    folder = Path(cache_folder) if cache_folder is not None else default_cache_folder()
    key = hashlib.sha256(repr((FORMAT, told, seed)).encode()).hexdigest()[:32]
    return Work(folder / f"course-{key}.json")


# --- one snapshot -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Fitted:
    """The readers of a task, fitted at one snapshot."""

    probe: Decide
    best_cell: Decide
    best_node: Decide | None
    circles: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None


def _measure(
    course: TrainingCourse,
    place: int,
    start: Network,
    train: Dataset,
    test: Dataset,
    told: CourseReadings,
    seed: int,
) -> MomentReading:
    network, moment = course.network_at(place), course.moments[place]
    fitted = [_fit(network, train, task, told, seed) for task in told.tasks]
    layers = [told.layer, *([told.hidden] if told.hidden else [])]
    credits: list[dict[str, list[NDArray[np.float64]]]] = [{} for _ in fitted]
    silence = {name: _Silence() for name in layers}
    for rows, _, activations in passes(network, test, layers, np.arange(len(test))):
        for name in layers:
            silence[name].add(activations[name])
        flat = {name: activations[name].reshape(len(activations.logits), -1) for name in layers}
        for task, readers, credit in zip(told.tasks, fitted, credits, strict=True):
            labels = test.labels[rows]
            own = rows_of_task(labels, task.classes)
            values = {name: array[own] for name, array in flat.items()}
            scored = _score(readers, values, activations.logits[own], labels[own], task, told)
            for name, part in scored.items():
                credit.setdefault(name, []).append(part)
    readings = tuple(
        _reading(task, credit, _votes_correlation(network, start, task))
        for task, credit in zip(told.tasks, credits, strict=True)
    )
    silent = tuple(SilentUnits(name, *silence[name].shares()) for name in layers)
    return MomentReading(moment.step, moment.epoch, readings, silent)


def _fit(
    network: Network, train: Dataset, task: CourseTask, told: CourseReadings, seed: int
) -> _Fitted:
    rows = training_rows(train.labels, task.classes, seed, N_FITTED)
    layers = [told.layer, *([told.hidden] if told.hidden else [])]
    values = values_of(network, train, layers, rows)
    maps = Sample(values[told.layer], train.labels[rows])
    nodes = Sample(values[told.hidden], train.labels[rows]) if told.hidden else None
    return _Fitted(
        probe=LinearProbe().fit(maps)[0].decide,
        best_cell=BestCell().fit(maps)[0].decide,
        best_node=BestCell().fit(nodes)[0].decide if nodes else None,
        circles=_circles(network, train, task, told.layer) if task.groups else None,
    )


def _circles(
    network: Network, train: Dataset, task: CourseTask, layer: str
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Cells unique to each group, flat."""
    if not all(task.groups):
        return None
    on = (
        on_cells(values_of(network, train, [layer], np.array(group))[layer], THRESHOLD)
        for group in task.groups
    )
    circles = find_circles(*on)
    return circles.unique_a, circles.unique_b


def _score(
    readers: _Fitted,
    values: dict[str, NDArray[np.float32]],
    logits: NDArray[np.float32],
    labels: NDArray[np.int64],
    task: CourseTask,
    told: CourseReadings,
) -> dict[str, NDArray[np.float64]]:
    """Credit of each reader for each image, 0 to 1."""
    if not len(labels):
        return {}
    answers = {
        "network": network_answers(logits, task.classes),
        "probe": readers.probe(values[told.layer]),
        "best_cell": readers.best_cell(values[told.layer]),
    }
    if readers.best_node and told.hidden:
        answers["best_node"] = readers.best_node(values[told.hidden])
    if readers.circles:
        on = on_cells(values[told.layer], THRESHOLD)
        p, q = task.classes
        unique_p, unique_q = readers.circles
        answers["circles"] = circle_reader(on[:, unique_p], on[:, unique_q], labels, p, q).decisions
    return {
        name: np.where(answer == UNDECIDED, 0.5, answer == labels)
        for name, answer in answers.items()
    }


def _reading(
    task: CourseTask, credit: dict[str, list[NDArray[np.float64]]], votes_correlation: float | None
) -> TaskReading:
    found: dict[str, Accuracy] = {
        name: accuracy(np.concatenate(parts)) for name, parts in credit.items()
    }
    return TaskReading(
        task=task.name,
        network=found["network"],
        probe=found["probe"],
        best_cell=found["best_cell"],
        best_node=found.get("best_node"),
        circles=found.get("circles"),
        votes_correlation=votes_correlation,
    )


class _Silence:
    """Counts units that are zero in all their cells."""

    def __init__(self) -> None:
        self._shares: list[NDArray[np.float64]] = []
        self._ever = np.False_

    def add(self, values: NDArray[np.float32]) -> None:
        flat = values.reshape(len(values), -1, values.shape[-1])
        speaks = (flat != 0).any(axis=1)
        self._shares.append(1 - speaks.mean(axis=1))
        self._ever = self._ever | speaks.any(axis=0)

    def shares(self) -> tuple[float, float]:
        """Mean share of silent units, and share of dead ones."""
        return float(np.concatenate(self._shares).mean()), float(1 - np.mean(self._ever))


def _votes_correlation(network: Network, start: Network, task: CourseTask) -> float | None:
    if network.last_hidden is None:
        return None
    now, before = (_votes(one, task) for one in (network, start))
    if min(now.std(), before.std()) == 0:
        return None
    return float(np.corrcoef(now, before)[0, 1])


def _votes(network: Network, task: CourseTask) -> NDArray[np.float64]:
    """What each node's weights say for p over q, or for each class over the mean of all."""
    kernel = network.output_weights[0].astype(np.float64)
    if len(task.classes) == 2:
        p, q = task.classes
        return np.asarray(kernel[:, p] - kernel[:, q])
    return np.asarray((kernel - kernel.mean(axis=1, keepdims=True)).reshape(-1))
