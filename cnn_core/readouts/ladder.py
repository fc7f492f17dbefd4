"""What each layer alone can tell: every reader on every layer, from the pixels to the logits."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn_core.images.dataset import Dataset
from cnn_core.network.classifier import Network
from cnn_core.readouts.comparing.answers import Answers, Share
from cnn_core.readouts.comparing.paired import compare
from cnn_core.readouts.readers.best_cell import BestCell
from cnn_core.readouts.readers.best_cells import BestCells
from cnn_core.readouts.readers.class_mean import ClassMean
from cnn_core.readouts.readers.linear_probe import LinearProbe
from cnn_core.readouts.readers.reader import FittedReader, Reader
from cnn_core.readouts.removal import Cut
from cnn_core.readouts.results import LayerFacts, Readout, Removal, Task
from cnn_core.readouts.samples import MOST_VALUES, PIXELS, Sample, passes, values_in, values_of
from cnn_core.readouts.task import network_answers, rows_of_task, training_rows
from cnn_core.survey.one_pass import exact_copies

N_FITTED = 4_000
"""Most training images that readers are fitted on: the same for every layer of a ladder."""


@dataclass(frozen=True)
class Rungs:
    """What the readers of all layers found for one task."""

    readouts: tuple[Readout, ...]
    removals: tuple[Removal, ...]


@dataclass(frozen=True, eq=False)
class _FittedLayer:
    name: str
    readers: tuple[FittedReader, ...]
    seconds: tuple[float, ...]
    cut: Cut | None


def readers_for(seed: int | None) -> tuple[Reader, ...]:
    """Give all readers; with a seed the linear probe is tried on random labels too."""
    return BestCell(), ClassMean(), BestCells(), LinearProbe(seed)


def layers_to_read(network: Network, images: NDArray[np.float32]) -> tuple[LayerFacts, ...]:
    """Layers of the ladder: the pixels and every layer up to the logits that is not a copy.

    Parameters
    ----------
    images
        A few, to tell copies such as Flatten by their values.
    """
    output = network.output_layer.name
    names = [info.name for info in network.layers]
    before = network.layers[: names.index(output)]
    copies = exact_copies(before, network.activations(images, [info.name for info in before]))
    rows = [LayerFacts(PIXELS, "pixels", network.input_shape, int(np.prod(network.input_shape)))]
    rows += [
        LayerFacts(info.name, info.name, info.shape, info.n_cells)
        for info in before
        if info.name not in copies
    ]
    logits = network.output_layer
    rows.append(LayerFacts(logits.name, f"{logits.name} (logits)", logits.shape, logits.n_cells))
    return tuple(rows)


def read_layers(
    network: Network,
    train: Dataset,
    test: Dataset,
    layers: Sequence[LayerFacts],
    task: Task,
    seed: int,
    *,
    is_trained: bool = True,
    tell: Callable[[str], None] = lambda title: None,
) -> Rungs:
    """Fit every reader on every layer with training images and score it on test images.

    All layers are read on the same training images: the first `N_FITTED` in seeded random order, or
    fewer where the largest layer would not fit into memory.

    Parameters
    ----------
    is_trained
        Whether the probe of a pair is tried on random labels, and what a probe reads is taken out
        of the network.
    tell
        Called with what is fitted next.
    """
    most = min(N_FITTED, max(1, MOST_VALUES // max(layer.n_cells for layer in layers)))
    rows = training_rows(train.labels, task.classes, seed, most)
    fitted: list[_FittedLayer] = []
    for group in _groups(layers, len(rows)):
        values = values_of(network, train, group, rows)
        for layer in group:
            tell(layer or "pixels")
            sample = Sample(values.pop(layer), train.labels[rows])
            # Ten scores learn nearly any labels, at ten times the cost: a pair says more.
            tried = seed if is_trained and len(task.classes) == 2 else None
            fitted.append(_fit(network, layer, sample, tried, seed if is_trained else None))
    return _score(network, test, fitted, task)


def _groups(layers: Sequence[LayerFacts], n_images: int) -> Iterator[list[str]]:
    """Part the layers so that the values of each part fit into memory at once."""
    group: list[str] = []
    room = MOST_VALUES
    for layer in layers:
        if group and layer.n_cells * n_images > room:
            yield group
            group, room = [], MOST_VALUES
        group.append(layer.name)
        room -= layer.n_cells * n_images
    yield group


def _fit(
    network: Network, layer: str, sample: Sample, control_seed: int | None, cut_seed: int | None
) -> _FittedLayer:
    readers: list[FittedReader] = []
    seconds: list[float] = []
    for reader in readers_for(control_seed):
        started = time.perf_counter()
        found = reader.fit(sample)
        readers += found
        seconds += [round(time.perf_counter() - started, 2)] * len(found)
    probe = next((one for one in readers if one.weights is not None), None)
    cut = None
    if cut_seed is not None and probe is not None and probe.weights is not None:
        centre = sample.values.mean(axis=0, dtype=np.float64).astype(np.float32)
        cut = Cut(network, layer, probe.weights, centre, cut_seed)
    return _FittedLayer(layer, tuple(readers), tuple(seconds), cut)


def _score(network: Network, test: Dataset, fitted: Sequence[_FittedLayer], task: Task) -> Rungs:
    rows = rows_of_task(test.labels, task.classes)
    labels = test.labels[rows]
    network_right = np.empty(len(rows), bool)
    right = {layer.name: np.empty((len(layer.readers), len(rows)), bool) for layer in fitted}
    cut_right: dict[str, list[NDArray[np.bool_]]] = {layer.name: [] for layer in fitted}
    beside = [name for one in fitted if one.cut for name in network.behind(one.name).beside]
    needed = list(dict.fromkeys([*(one.name for one in fitted), *beside]))
    for places, images, activations in passes(network, test, needed, rows):
        wanted = labels[places]
        network_right[places] = network_answers(activations.logits, task.classes) == wanted
        for layer in fitted:
            values = values_in(network, layer.name, activations, images)
            for line, reader in zip(right[layer.name], layer.readers, strict=True):
                line[places] = reader.decide(values) == wanted
            if layer.cut is not None:
                cut_right[layer.name].append(
                    layer.cut.right(activations, images, wanted, task.classes)
                )
    readouts = tuple(
        _readout(task, layer.name, reader, own, network_right, seconds)
        for layer in fitted
        for reader, own, seconds in zip(
            layer.readers, right[layer.name], layer.seconds, strict=True
        )
    )
    removals = tuple(
        _removal(task, layer, np.concatenate(cut_right[layer.name], axis=1), network_right)
        for layer in fitted
        if layer.cut is not None and layer.cut.n_directions
    )
    return Rungs(readouts, removals)


def _readout(
    task: Task,
    layer: str,
    fitted: FittedReader,
    right: NDArray[np.bool_],
    network_right: NDArray[np.bool_],
    seconds: float,
) -> Readout:
    return Readout(
        task.name,
        layer,
        fitted.reader,
        fitted.setting,
        fitted.n_fitted,
        Share.of(int(right.sum()), len(right)),
        compare(network_right, right),
        fitted.facts,
        seconds,
        Answers.of(right),
    )


def _removal(
    task: Task, layer: _FittedLayer, right: NDArray[np.bool_], network_right: NDArray[np.bool_]
) -> Removal:
    own, *random = right
    return Removal(
        task.name,
        layer.name,
        layer.cut.n_directions if layer.cut else 0,
        Share.of(int(own.sum()), len(own)),
        compare(network_right, own),
        tuple(Share.of(int(one.sum()), len(one)) for one in random),
    )
