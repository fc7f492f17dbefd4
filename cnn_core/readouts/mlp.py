"""What the MLP adds: the network with its MLP replaced, straightened, or straightened and refitted.

The MLP is what stands behind the last convolution from the first dense layer on.
"""

from dataclasses import dataclass

import numpy as np

from cnn_core.network.backend import keras, tf
from cnn_core.network.layers import LayerKind
from cnn_core.readouts.ladder import network_answers, rows_of_task
from cnn_core.readouts.linear_probe import LinearProbe
from cnn_core.readouts.paired import compare
from cnn_core.readouts.results import Share, Variant, VariantScore
from cnn_core.readouts.samples import PIXELS, LayerSample, within_memory
from cnn_core.survey.one_pass import batch_size_for, layers_from_last_convolution

REFIT_EPOCHS = 20
REFIT_LEAST_STEPS = 1500
_REFIT_BATCH = 256
_REFIT_RATE = 1e-3
_REFIT_PENALTY = 1e-4
_PASSED_OVER = {LayerKind.FLATTEN, LayerKind.DROPOUT}


@dataclass(frozen=True)
class Mlp:
    """Where a network's MLP stands.

    Attributes
    ----------
    input : str
        The layer whose activations it gets; "" for the pixels.
    hidden : str or None
        The last layer with a non-linearity before the output layer; None if there is none, so that
        the MLP is linear.
    widths : tuple of int
        Units of its dense layers, the output layer included.
    """

    input: str
    hidden: str | None
    widths: tuple[int, ...]


def find_mlp(network):
    """Find the MLP of a network.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Mlp or None
        None if no dense layer stands behind the last convolution.
    """
    tail = layers_from_last_convolution(network.layers)
    dense = [info for info in tail if info.kind is LayerKind.DENSE and not info.is_spatial]
    if not dense or dense[-1].name != network.output_layer.name:
        return None
    source = _behind_copies(network, dense[0].inputs[0])
    hidden = None
    if len(dense) > 1:
        name = network.output_layer.inputs[0]
        inside = [info.name for info in tail[tail.index(dense[0]) :]]
        while (
            name in inside
            and network.layer(name).activation == "linear"
            and (network.layer(name).kind is not LayerKind.DENSE)
        ):
            name = network.layer(name).inputs[0]
        if name in inside and network.layer(name).activation != "linear":
            hidden = name
    return Mlp(source, hidden, tuple(info.n_units for info in dense))


def _behind_copies(network, name):
    while name and network.layer(name).kind in _PASSED_OVER:
        name = network.layer(name).inputs[0]
    return name


def variant_steps(network, mlp):
    """Names of the variants that can be made of a network, in the order in which they are shown.

    Returns
    -------
    tuple of str
    """
    if mlp is None:
        return ()
    if mlp.hidden is None or PIXELS in network.behind(mlp.hidden).beside:
        return ("linear_probe",)
    return ("linear_probe", "without_bend", "linear_refit")


def make_variant(name, network, mlp, train, test, survey, tasks, seed):
    """Make a variant with training images and score it on test images.

    Parameters
    ----------
    name : str
        One of `variant_steps`.
    network : Network
    mlp : Mlp
    train, test : Dataset
    survey : Survey
        Of the network over the test set.
    tasks : sequence of Task
        A pair is answered by the larger of the two scores.
    seed : int

    Returns
    -------
    Variant
    """
    make = {
        "linear_probe": _by_probe,
        "without_bend": _without_bend,
        "linear_refit": _by_linear_refit,
    }[name]
    title, how, n_fitted, scores = make(network, mlp, train, test, seed)
    return Variant(
        name, title, how, n_fitted, {task.name: _score(scores, survey, task) for task in tasks}
    )


def _score(scores, survey, task):
    rows = rows_of_task(survey.labels, task.classes)
    labels = survey.labels[rows]
    own, networks = (
        network_answers(given[rows], task.classes) for given in (scores, survey.logits)
    )
    differ = np.flatnonzero(own != networks)
    return VariantScore(
        Share.of((own == labels).sum(), len(labels)),
        compare(networks == labels, own == labels),
        *(tuple(array[differ].tolist()) for array in (rows, own, networks)),
    )


def _title_of(network, layer):
    return network.layer(layer).name if layer else "the pixels"


def _samples(network, mlp, train, test, seed):
    order = np.random.default_rng(seed).permutation(len(train))
    return (
        LayerSample(network, train, mlp.input, order),
        LayerSample(network, test, mlp.input, np.arange(len(test))),
    )


def _over_batches(function, sample):
    return np.concatenate([function(values) for values, _ in sample.batches()])


def _by_probe(network, mlp, train, test, seed):
    train_sample, test_sample = _samples(network, mlp, train, test, seed)
    fitted, scores = LinearProbe().fit_scores(train_sample)
    known = np.unique(train_sample.labels[: fitted.n_fitted])
    result = np.full((len(test), network.n_classes), -np.inf)
    result[:, known] = _over_batches(scores, test_sample)
    layer = _title_of(network, mlp.input)
    return (
        "MLP replaced by a linear probe",
        f"The MLP is replaced by the linear probe of all classes on {layer}: an L2-regularised "
        f"logistic regression with strength {fitted.facts['strength']:g}, chosen on training "
        "images alone.",
        fitted.n_fitted,
        result,
    )


def _without_bend(network, mlp, train, test, seed):
    info = network.layer(mlp.hidden)
    beside = [name for name in network.behind(mlp.hidden).beside if name]
    size = batch_size_for(network.layers)
    parts = []
    for start in range(0, len(test), size):
        activations = network.activations(
            test.images[start : start + size], [mlp.hidden, *beside], batch_size=size
        )
        parts.append(network.logits_with(mlp.hidden, activations.pre(mlp.hidden), activations))
    return (
        f"{info.activation} of {info.name} removed",
        f"The values of {info.name} before its {info.activation} are handed on in place of those "
        "behind it. No weight is changed or fitted again.",
        0,
        np.concatenate(parts).astype(np.float64),
    )


def _by_linear_refit(network, mlp, train, test, seed):
    train_sample, test_sample = _samples(network, mlp, train, test, seed)
    train_sample = within_memory(train_sample)
    scores = fit_linear_stack(train_sample, mlp.widths, seed)
    sizes = " → ".join(str(size) for size in (train_sample.n_cells, *mlp.widths))
    info = network.layer(mlp.hidden)
    return (
        f"{info.activation} removed and the MLP refitted",
        f"Dense layers {sizes} without any non-linearity between them, on "
        f"{_title_of(network, mlp.input)} (centred, mean variance of a cell 1), fitted from new "
        f"random weights: Adam, {refit_epochs(len(train_sample))} epochs in batches of "
        f"{_REFIT_BATCH}, learning rate {_REFIT_RATE:g} falling to 0 along a cosine, L2 penalty "
        f"{_REFIT_PENALTY:g} on the kernels. All of this was fixed beforehand.",
        len(train_sample),
        _over_batches(scores, test_sample),
    )


def refit_epochs(n_images):
    """Number of passes over the images: `REFIT_EPOCHS`, more for few images."""
    return max(REFIT_EPOCHS, -(-REFIT_LEAST_STEPS // -(-n_images // _REFIT_BATCH)))


def fit_linear_stack(sample, widths, seed, epochs=None):
    """Fit dense layers without non-linearities between them.

    Parameters
    ----------
    sample : LayerSample or ArraySample
        Training images.
    widths : sequence of int
        Units of each layer, the last one the number of classes.
    seed : int
        Of the first weights and of the order of the images.
    epochs : int, optional
        By default `refit_epochs`.

    Returns
    -------
    callable
        Values (n, n_cells) float32 -> (n, n_classes) float64 logits.
    """
    values, labels = sample.matrix(), sample.labels
    centre = values.mean(axis=0, dtype=np.float64).astype(np.float32)
    values -= centre
    variance = np.einsum("ij,ij->i", values, values).mean(dtype=np.float64) / sample.n_cells
    scale = np.float32(1 / np.sqrt(variance)) if variance > 0 else np.float32(1)
    values *= scale
    sizes = [sample.n_cells, *widths]
    glorot = [keras.initializers.GlorotUniform(seed=seed + place) for place in range(len(widths))]
    kernels = [
        tf.Variable(start((rows, columns), "float32"))
        for start, rows, columns in zip(glorot, sizes[:-1], sizes[1:], strict=True)
    ]
    biases = [tf.Variable(tf.zeros(width)) for width in widths]
    epochs = refit_epochs(len(labels)) if epochs is None else epochs
    n_steps = epochs * -(-len(labels) // _REFIT_BATCH)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(_REFIT_RATE, n_steps))
    optimizer.build([*kernels, *biases])

    def run(batch):
        for kernel, bias in zip(kernels, biases, strict=True):
            batch = batch @ kernel + bias
        return batch

    @tf.function(reduce_retracing=True)
    def step(batch, wanted):
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, run(batch))
            penalty = tf.add_n([tf.reduce_sum(kernel**2) for kernel in kernels])
            loss = tf.reduce_mean(losses) + _REFIT_PENALTY * penalty
        optimizer.apply_gradients(
            zip(tape.gradient(loss, [*kernels, *biases]), [*kernels, *biases], strict=True)
        )

    draw = np.random.default_rng(seed)
    for _ in range(epochs):
        order = draw.permutation(len(labels))
        for start in range(0, len(order), _REFIT_BATCH):
            rows = order[start : start + _REFIT_BATCH]
            step(tf.constant(values[rows]), tf.constant(labels[rows]))
    weights = [(kernel.numpy(), bias.numpy()) for kernel, bias in zip(kernels, biases, strict=True)]

    def scores(new_values):
        result = (new_values - centre) * scale
        for kernel, bias in weights:
            result = result @ kernel + bias
        return result.astype(np.float64)

    return scores
