"""What each layer alone can tell: every reader on every layer, from the pixels to the logits."""

import time

import numpy as np

from cnn_core.circles.groups import margins
from cnn_core.readouts.best_cell import BestCell
from cnn_core.readouts.best_cells import BestCells
from cnn_core.readouts.class_mean import ClassMean
from cnn_core.readouts.linear_probe import LinearProbe
from cnn_core.readouts.paired import compare
from cnn_core.readouts.results import ALL_CLASSES, LayerFacts, Readout, Share, Task
from cnn_core.readouts.samples import PIXELS, LayerSample
from cnn_core.survey.one_pass import exact_copies

READERS = (BestCell(), ClassMean(), BestCells(), LinearProbe())


def layers_to_read(network, images):
    """Layers of the ladder: the pixels and every layer up to the logits that is not a copy.

    Parameters
    ----------
    network : Network
    images : ndarray, shape (n, h, w, c)
        A few, to tell copies such as Flatten by their values.

    Returns
    -------
    tuple of LayerFacts
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


def make_task(classes, survey):
    """Make a task and say how the network itself does on it.

    Parameters
    ----------
    classes : tuple of int, or None
        p and q, or None for all classes.
    survey : Survey
        Of the network over the test set.

    Returns
    -------
    Task
    """
    name = ALL_CLASSES if classes is None else "{}-{}".format(*classes)
    chosen = tuple(range(survey.n_classes)) if classes is None else tuple(classes)
    rows = rows_of_task(survey.labels, chosen)
    right = network_answers(survey.logits, chosen)[rows] == survey.labels[rows]
    return Task(name, chosen, Share.of(right.sum(), len(right)))


def network_answers(logits, classes):
    """Answer of a network that must choose between some classes: the one with the largest logit.

    Parameters
    ----------
    logits : ndarray, shape (n, n_classes), float
    classes : sequence of int
        All classes, or p and q. Of equal logits the first class is taken.

    Returns
    -------
    ndarray, shape (n,), int64
    """
    if len(classes) == 2:
        p, q = classes
        return np.where(margins(logits, p, q) >= 0, p, q)
    return np.asarray(classes)[logits[:, list(classes)].argmax(axis=1)]


def rows_of_task(labels, classes):
    """Images of the classes, ascending, shape (k,), int64."""
    return np.flatnonzero(np.isin(labels, classes))


def training_sample(network, train, layer, task, seed):
    """Training images of a task in seeded random order.

    Returns
    -------
    LayerSample
    """
    rows = rows_of_task(train.labels, task.classes)
    return LayerSample(network, train, layer, np.random.default_rng(seed).permutation(rows))


def read_layer(reader, network, train, test, survey, layer, task, seed):
    """Fit one reader on one layer with training images and score it on test images.

    Parameters
    ----------
    reader : object
        One of `READERS`.
    network : Network
    train, test : Dataset
    survey : Survey
        Of the network over the test set.
    layer : str
        A layer, or "" for the pixels.
    task : Task
    seed : int
        Of the order of the training images.

    Returns
    -------
    tuple of Readout
        One a setting.
    """
    started = time.perf_counter()
    all_fitted = reader.fit(training_sample(network, train, layer, task, seed))
    rows = rows_of_task(test.labels, task.classes)
    sample = LayerSample(network, test, layer, rows)
    labels = test.labels[rows]
    network_right = network_answers(survey.logits[rows], task.classes) == labels
    scored = []
    for batch, _ in sample.batches():
        scored.append([fitted.decide(batch) for fitted in all_fitted])
    found = []
    for fitted, parts in zip(all_fitted, zip(*scored, strict=True), strict=True):
        right = np.concatenate(parts) == labels
        found.append((fitted, Share.of(right.sum(), len(right)), compare(network_right, right)))
    seconds = round(time.perf_counter() - started, 2)
    return tuple(
        Readout(
            task.name,
            layer,
            fitted.reader,
            fitted.setting,
            fitted.n_fitted,
            share,
            versus,
            fitted.facts,
            seconds,
        )
        for fitted, share, versus in found
    )
