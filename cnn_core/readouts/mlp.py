"""What the MLP adds: the network with its MLP replaced, straightened, or straightened and refitted.

The MLP is what stands behind the last convolution from the first dense layer on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.images.dataset import Dataset
from cnn_core.network.backend import keras, tf
from cnn_core.network.classifier import Network
from cnn_core.network.layers import LayerKind
from cnn_core.readouts.comparing.answers import Answers, Share
from cnn_core.readouts.comparing.paired import compare
from cnn_core.readouts.readers.linear_probe import LinearProbe, Scores, scaled
from cnn_core.readouts.readers.reader import classes_at
from cnn_core.readouts.results import Facts, Task, Variant, VariantScore
from cnn_core.readouts.samples import MOST_VALUES, PIXELS, Sample, n_cells_of, passes, values_of
from cnn_core.readouts.task import network_answers, rows_of_task, training_rows
from cnn_core.survey.one_pass import layers_from_last_convolution

_MOST_TRIED, _TOLERANCE = 10_000, 1e-4
N_SEEDS = 5
REFIT_EPOCHS = 8
REFIT_LEAST_STEPS = 600
_REFIT_BATCH = 256
_REFIT_RATE = 1e-3
_REFIT_PENALTY = 1e-4
_PASSED_OVER = {LayerKind.FLATTEN, LayerKind.DROPOUT, LayerKind.AUGMENTATION}


@dataclass(frozen=True)
class Mlp:
    """Where a network's MLP stands.

    Attributes
    ----------
    input
        The layer whose activations it gets; "" for the pixels.
    hidden
        The last layer with a non-linearity before the output layer; None if there is none, so that
        the MLP is linear.
    widths
        Units of its dense layers, the output layer included.
    """

    input: str
    hidden: str | None
    widths: tuple[int, ...]


def find_mlp(network: Network) -> Mlp | None:
    """Find the MLP of a network, None if no dense layer stands behind the last convolution."""
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


def _behind_copies(network: Network, name: str) -> str:
    while name and network.layer(name).kind in _PASSED_OVER:
        name = network.layer(name).inputs[0]
    return name


def variant_names(network: Network, mlp: Mlp | None) -> tuple[str, ...]:
    """Names of the variants that can be made of a network, in the order in which they are shown."""
    if mlp is None:
        return ()
    if mlp.hidden is None or PIXELS in network.behind(mlp.hidden).beside:
        return ("linear_probe",)
    return ("linear_probe", "without_bend", "linear_refit")


def make_variants(
    network: Network,
    mlp: Mlp | None,
    train: Dataset,
    test: Dataset,
    logits: NDArray[np.float32],
    tasks: Sequence[Task],
    seed: int,
) -> tuple[Variant, ...]:
    """Make all variants with training images and score them on test images.

    Parameters
    ----------
    logits
        Of the network, (n, n_classes), for all test images.
    tasks
        Each is answered by a variant that was fitted on images of its classes alone, on as many as
        there are (or fit into memory).
    """
    names = variant_names(network, mlp)
    if mlp is None:
        return ()
    shown = _Shown(network, mlp, train, test, logits, tasks, seed)
    make = {
        "linear_probe": _by_probe,
        "without_bend": _without_bend,
        "linear_refit": _by_linear_refit,
    }
    return tuple(make[name](shown) for name in names)


class _Shown:
    """What the variants are made of: the values that the MLP gets, computed once."""

    def __init__(
        self,
        network: Network,
        mlp: Mlp,
        train: Dataset,
        test: Dataset,
        logits: NDArray[np.float32],
        tasks: Sequence[Task],
        seed: int,
    ) -> None:
        self.network, self.mlp, self.test, self.seed = network, mlp, test, seed
        self.logits, self.tasks = logits, tasks
        most = max(1, MOST_VALUES // n_cells_of(network, mlp.input))
        everything = training_rows(train.labels, range(network.n_classes), seed, most)
        self._labels = train.labels[everything]
        self._train = values_of(network, train, [mlp.input], everything)[mlp.input]
        rows = np.arange(len(test))
        self._test = values_of(network, test, [mlp.input], rows)[mlp.input]

    @property
    def n_fitted(self) -> int:
        """Training images of all classes."""
        return len(self._labels)

    @property
    def title(self) -> str:
        """Name of the layer that the MLP gets its values from."""
        return self.mlp.input or "the pixels"

    def training(self, task: Task) -> Sample:
        """Training images of a task, in random order."""
        rows = rows_of_task(self._labels, task.classes)
        if len(rows) == len(self._labels):
            return Sample(self._train, self._labels)
        return Sample(self._train[rows], self._labels[rows])

    def score(
        self, task: Task, answers: NDArray[np.int64], n_fitted: int, facts: Facts | None = None
    ) -> VariantScore:
        """Score answers to the test images of a task, in their order."""
        rows = rows_of_task(self.test.labels, task.classes)
        labels = self.test.labels[rows]
        networks = network_answers(self.logits[rows], task.classes)
        differ = np.flatnonzero(answers != networks)
        right = answers == labels
        return VariantScore(
            Share.of(int(right.sum()), len(right)),
            compare(networks == labels, right),
            tuple(rows[differ].tolist()),
            tuple(answers[differ].tolist()),
            tuple(networks[differ].tolist()),
            Answers.of(right),
            n_fitted,
            facts=facts or Facts(),
        )

    def answers(self, task: Task, known: NDArray[np.int64], scores: Scores) -> NDArray[np.int64]:
        """Let scores of the known classes decide on the test images of a task."""
        rows = rows_of_task(self.test.labels, task.classes)
        return classes_at(known, scores(self._test[rows]).argmax(axis=1))


def _by_probe(shown: _Shown) -> Variant:
    scores: dict[str, VariantScore] = {}
    for task in shown.tasks:
        sample = shown.training(task)
        probe = LinearProbe(most_tried=_MOST_TRIED, tolerance=_TOLERANCE)
        fitted, scores_of = probe.fit_scores(sample)
        answers = shown.answers(task, np.unique(sample.labels), scores_of)
        scores[task.name] = shown.score(task, answers, len(sample), fitted.facts)
    return Variant(
        "linear_probe",
        "MLP replaced by a linear probe",
        f"The MLP is replaced by a linear probe on {shown.title}, fitted on all training images of "
        "the classes asked for: an L2-regularised logistic regression, its strength chosen on "
        "training images alone.",
        shown.n_fitted,
        scores,
    )


def _without_bend(shown: _Shown) -> Variant:
    network, hidden = shown.network, str(shown.mlp.hidden)
    info = network.layer(hidden)
    beside = [name for name in network.behind(hidden).beside if name]
    rows = np.arange(len(shown.test))
    logits = np.concatenate(
        [
            network.logits_with(hidden, activations.pre(hidden), activations)
            for _, _, activations in passes(network, shown.test, [hidden, *beside], rows)
        ]
    )
    scores = {}
    for task in shown.tasks:
        own = rows_of_task(shown.test.labels, task.classes)
        scores[task.name] = shown.score(task, network_answers(logits[own], task.classes), 0)
    return Variant(
        "without_bend",
        f"{info.activation} of {info.name} removed",
        f"The values of {info.name} before its {info.activation} are handed on in place of those "
        "behind it. No weight is changed or fitted again.",
        0,
        scores,
    )


def _by_linear_refit(shown: _Shown) -> Variant:
    scores: dict[str, VariantScore] = {}
    for task in shown.tasks:
        sample = shown.training(task)
        known = np.unique(sample.labels)
        places = Sample(sample.values, np.searchsorted(known, sample.labels))
        widths = (*shown.mlp.widths[:-1], len(known))
        found = []
        for seed in range(shown.seed, shown.seed + N_SEEDS):
            scores_of = fit_linear_stack(places, widths, seed)
            answers = shown.answers(task, known, scores_of)
            found.append(shown.score(task, answers, len(sample)))
        found.sort(key=lambda score: score.share.n_right)
        shares = tuple(score.share for score in found)
        scores[task.name] = replace(found[len(found) // 2], seeds=shares)
    info = shown.network.layer(str(shown.mlp.hidden))
    sizes = (n_cells_of(shown.network, shown.mlp.input), *shown.mlp.widths)
    return Variant(
        "linear_refit",
        f"{info.activation} removed and the MLP refitted",
        f"Dense layers {' → '.join(map(str, sizes))} (as many scores as classes are asked for) "
        f"without any non-linearity between them, on {shown.title} (centred, mean variance of a "
        f"cell 1), fitted from new random weights: Adam, {refit_epochs(shown.n_fitted)} epochs in "
        f"batches of {_REFIT_BATCH}, more for few images, learning rate {_REFIT_RATE:g} falling to "
        f"0 along a cosine, L2 penalty {_REFIT_PENALTY:g} on the kernels. All of this was fixed "
        f"beforehand. Of {N_SEEDS} seeds the median one is shown.",
        shown.n_fitted,
        scores,
    )


def refit_epochs(n_images: int) -> int:
    """Number of passes over the images: `REFIT_EPOCHS`, more for few images."""
    return max(REFIT_EPOCHS, -(-REFIT_LEAST_STEPS // -(-n_images // _REFIT_BATCH)))


def fit_linear_stack(
    sample: Sample, widths: Sequence[int], seed: int, epochs: int | None = None
) -> Scores:
    """Fit dense layers without non-linearities between them to training images.

    Parameters
    ----------
    sample
        Its labels are 0 ... the last width - 1.
    widths
        Units of each layer, the last one the number of classes.
    seed
        Of the first weights and of the order of the images.
    epochs
        By default `refit_epochs`.
    """
    values, centre, scale = scaled(sample)
    labels = sample.labels
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

    def run(batch: Any) -> Any:
        for kernel, bias in zip(kernels, biases, strict=True):
            batch = batch @ kernel + bias
        return batch

    def step(batch: Any, wanted: Any) -> None:
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, run(batch))
            penalty = tf.add_n([tf.reduce_sum(kernel**2) for kernel in kernels])
            loss = tf.reduce_mean(losses) + _REFIT_PENALTY * penalty
        optimizer.apply_gradients(
            zip(tape.gradient(loss, [*kernels, *biases]), [*kernels, *biases], strict=True)
        )

    run_step = tf.function(step, reduce_retracing=True)
    draw = np.random.default_rng(seed)
    for _ in range(epochs):
        order = draw.permutation(len(labels))
        for start in range(0, len(order), _REFIT_BATCH):
            rows = order[start : start + _REFIT_BATCH]
            run_step(tf.constant(values[rows]), tf.constant(labels[rows]))
    weights = [(kernel.numpy(), bias.numpy()) for kernel, bias in zip(kernels, biases, strict=True)]

    def scores(new_values: NDArray[np.float32]) -> NDArray[np.float64]:
        result = (new_values - centre) * scale
        for kernel, bias in weights:
            result = result @ kernel + bias
        return result.astype(np.float64)

    return scores
