"""A trained Keras classifier, opened read-only: its layers and one compiled pass through them."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import SelectionError, printable
from cnn_core.images.scaled_images import ScaledImages
from cnn_core.network.activations import Activations, probabilities_of
from cnn_core.network.as_tables import layers_table, size_text
from cnn_core.network.backend import keras, tf
from cnn_core.network.feeding import checked_images, image_shape_of
from cnn_core.network.keras_layers import take_state_from_weights
from cnn_core.network.layers import LayerInfo, LayerKind
from cnn_core.network.laying_out import lay_out
from cnn_core.network.passes import CompiledPasses
from cnn_core.network.pixels import UNIT_RANGE, Entry, Pixels, entry_of, read_off
from cnn_core.network.rest import MarginTerms, RestOfNetwork


class Network:
    """A classifier whose every layer can be read.

    Built by `opening.load_network`. It never changes and may be used by several threads at once.

    Attributes
    ----------
    name
        Name of its file without the ending, unless another was given.
    path
        Its file.
    digest
        SHA-256 of the file, in hexadecimal.
    input_shape
        (height, width, colour channels) of the images that it takes.
    value_range
        Black and white of the images that it is given.
    pixels
        The black and white that it takes, where that is known; None: as they are given.
    layers
        Every layer that can be looked at, in the order of computation.
    output_layer
        The layer whose pre-activation the logits are.
    last_hidden
        The layer whose nodes the output layer weighs, if the output layer is dense.
    """

    def __init__(
        self,
        model: Any,
        *,
        name: str,
        path: Path | None = None,
        digest: str = "",
        image_shape: tuple[int, int, int] | None = None,
        pixels: Pixels | None = None,
        value_range: tuple[float, float] = UNIT_RANGE,
    ) -> None:
        self.name = printable(name)
        self.path = path
        self.digest = digest
        self._model = model
        wiring = lay_out(model, image_shape)
        self.value_range = value_range
        self.pixels = pixels or read_off(tuple(wiring.steps.values()), wiring.takes_integers)
        self._wiring = replace(wiring, entry=entry_of(self.pixels, value_range))
        self._fed_shape = self._wiring.input_shape
        self.input_shape = image_shape_of(self._fed_shape, image_shape)
        self.layers = self._wiring.layer_infos()
        self._by_name = {info.name: info for info in self.layers}
        self.n_classes = self._wiring.n_classes
        self.output_layer = self._by_name[self._wiring.logits_name]
        self.last_hidden = self._find_last_hidden()
        self._lock = threading.Lock()
        self._passes = CompiledPasses(self._wiring)
        self._rests: dict[str, RestOfNetwork] = {}

    def _find_last_hidden(self) -> LayerInfo | None:
        if self.output_layer.kind is not LayerKind.DENSE:
            return None
        return self._by_name.get(self.output_layer.inputs[0])

    @property
    def n_parameters(self) -> int:
        """Number of weights and biases of all layers."""
        return sum(info.n_parameters for info in self.layers)

    @property
    def each_for_itself(self) -> bool:
        """Whether each class is a yes or no of its own, since the network ends in sigmoids.

        Its logits are compared all the same, and the largest is the prediction.
        """
        return self._wiring.each_for_itself

    def probabilities(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities of the classes from logits of shape (..., n_classes)."""
        return probabilities_of(logits, self.each_for_itself)

    @property
    def output_weights(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Weights (nodes, n_classes) and biases (n_classes,) of the logits.

        Where one unit tells two classes apart, class 0 has the weights 0.

        Raises
        ------
        SelectionError
            When the output layer is not dense behind another layer.
        """
        if self.last_hidden is None:
            raise SelectionError(
                f'the output layer "{self.output_layer.name}" of the network {self.name} is not a '
                "dense layer behind another layer, so there are no nodes that it weighs; open the "
                "margin at a layer",
                nearest=self.output_layer.name,
            )
        learned = self.weights(self.output_layer.name)
        kernel = np.asarray(learned["kernel"], np.float32)
        bias = np.asarray(learned.get("bias", np.zeros(kernel.shape[1])), np.float32)
        missing = self.n_classes - kernel.shape[1]
        return np.pad(kernel, ((0, 0), (missing, 0))), np.pad(bias, (missing, 0))

    @property
    def n_values(self) -> int:
        """Number of values that all layers put out for one image, those not shown included."""
        return sum(prod(size or 1 for size in step.shape) for step in self._wiring.steps.values())

    def __repr__(self) -> str:
        takes = f", pixels {self.pixels.text}" if self.pixels else ""
        return (
            f"Network {self.name}: images of {size_text(self.input_shape)}{takes}, "
            f"{self.n_classes} classes, {len(self.layers)} layers, {self.n_parameters:,} parameters"
        )

    def _repr_html_(self) -> str:
        return layers_table(self.layers, repr(self))

    def layer(self, name: str) -> LayerInfo:
        """Facts about one layer.

        Raises
        ------
        SelectionError
            When the network has no such layer; `nearest` is the closest name.
        """
        if name in self._by_name:
            return self._by_name[name]
        names = list(self._by_name)
        matches = get_close_matches(str(name), names, n=1, cutoff=0.0)
        raise SelectionError(
            f'layer "{name}": the network {self.name} has {", ".join(names)}',
            nearest=matches[0] if matches else names[0],
        )

    @property
    def keras_layers(self) -> tuple[Any, ...]:
        """The saved layers and operations themselves, in the order of computation."""
        return tuple(step.operation for step in self._wiring.steps.values())

    def weights(self, name: str) -> dict[str, NDArray[Any]]:
        """Learned arrays of a layer, as wide as its precision.

        "kernel" and "bias" of convolutions and dense layers; "gamma", "beta", "moving_mean" and
        "moving_variance" of batch normalisation; empty where there is nothing to learn.
        """
        self.layer(name)
        operation = self._wiring.steps[name].operation
        variables = getattr(operation, "weights", [])
        return {variable.name: _as_numbers(variable.numpy()) for variable in variables}

    def twin(self, weights: Mapping[str, Sequence[NDArray[Any]]], name: str) -> "Network":
        """Build the same network with other weights, given for every layer that has any."""
        model = keras.models.clone_model(self._model)
        for layer in model.layers:
            layer.set_weights(weights.get(layer.name, []))
        take_state_from_weights(model)
        return Network(
            model,
            name=name,
            image_shape=self.input_shape,
            pixels=self.pixels,
            value_range=self.value_range,
        )

    def activations(
        self,
        images: ArrayLike | ScaledImages,
        layers: Sequence[str] | None = None,
        batch_size: int = 256,
        weights: Sequence[Any] = (),
    ) -> Activations:
        """Values of every layer for a batch of images, in one compiled pass.

        Parameters
        ----------
        images : shape (n, height, width, channels) or, with one channel, (n, h, w)
            float in `value_range`, which is [0, 1] for most, as `Dataset.images` holds them; or
            whole numbers 0…255.
        layers
            Only these layers; all by default.
        batch_size
            Images computed at once.
        weights
            Tensors to compute with in place of the network's own weights: the arrays of each of
            `keras_layers`, one layer behind the other.

        Raises
        ------
        DataError
            When the images do not fit the network.
        SelectionError
            When a layer does not exist.
        """
        names = (
            tuple(self._by_name)
            if layers is None
            else tuple(self.layer(name).name for name in layers)
        )
        checked = self._checked(images)
        run, pre_names = self._passes.over(names, bool(weights))
        parts = [
            [
                tensor.numpy()
                for tensor in run(self._as_fed(checked[start : start + batch_size]), *weights)
            ]
            for start in range(0, len(checked), batch_size)
        ]
        # One part is the rule, and copying it would double the time of a single image.
        arrays = (
            parts[0]
            if len(parts) == 1
            else [np.concatenate(part) for part in zip(*parts, strict=True)]
        )
        logits, *rest = arrays
        return Activations(
            dict(zip(names, rest[: len(names)], strict=True)),
            dict(zip(pre_names, rest[len(names) :], strict=True)),
            logits,
            self.each_for_itself,
        )

    def values(self, name: str, images: ArrayLike | ScaledImages) -> NDArray[np.float32]:
        """One layer (n, *shape), read-only: a fraction of `activations` where much lies behind it.

        All images are computed at once.
        """
        run = self._passes.alone(self.layer(name).name)
        return np.asarray(run(self._as_fed(self._checked(images))))

    @property
    def entry(self) -> Entry:
        """How images, as they are given, become what the first layers take."""
        return self._wiring.entry

    def logits_as(self, pixels: Pixels, images: ArrayLike) -> NDArray[np.float32]:
        """Logits as if the network took other pixels, shape (n, n_classes)."""
        own, other = self.entry, entry_of(pixels, self.value_range)
        values = np.asarray(self._checked(images), np.float32)
        values = values * np.float32(other.scale / own.scale)
        values += np.float32((other.offset - own.offset) / own.scale)
        run, _ = self._passes.over((), False)
        return np.asarray(run(self._as_fed(values))[0])

    def logits(
        self, images: ArrayLike | ScaledImages, batch_size: int = 512
    ) -> NDArray[np.float32]:
        """Logits of images as in `activations`, shape (n, n_classes)."""
        return self.activations(images, layers=(), batch_size=batch_size).logits

    def behind(self, name: str = "") -> RestOfNetwork:
        """The part of the network behind a layer, or with "" everything behind the pixels."""
        if name:
            self.layer(name)
        with self._lock:
            if name not in self._rests:
                self._rests[name] = RestOfNetwork(self._wiring, name)
            return self._rests[name]

    def in_front_of(self, name: str) -> Callable[[Any], tuple[Any, Any]]:
        """Everything up to and with a layer, as a function of tensors.

        It takes images (n, height, width, channels), float32, and gives the layer's values before
        and behind its non-linearity, each (n, *layer shape): to be compiled and differentiated.

        Raises
        ------
        SelectionError
            When the network has no such layer.
        """
        self.layer(name)
        needed = self._wiring.leading_to((name,))

        def run(images: Any) -> tuple[Any, Any]:
            fed = tf.reshape(images, (-1, *self._fed_shape))
            before, after = self._wiring.compute({"": fed}, needed)
            return before[name], after[name]

        return run

    def logits_with(
        self,
        name: str,
        values: NDArray[Any],
        activations: Activations,
        images: ArrayLike | ScaledImages | None = None,
    ) -> NDArray[np.float32]:
        """Logits (n, n_classes) when a layer's values are replaced and the rest is run again.

        Parameters
        ----------
        name
            A layer.
        values : shape (n, *layer shape), float
        activations
            Of the same images, or of one image, which then serves for all n; read only where a
            path leads past the layer.
        images
            The same images; needed only where a path leads from the pixels past the layer.

        Raises
        ------
        SelectionError
            When the values of a layer beside the replaced one are not given.
        """
        rest = self.behind(name)
        given = dict(activations)
        if images is not None:
            given[""] = self._as_fed(self._checked(images))
        for other in rest.beside:
            if other not in given:
                missing = f'values of "{other}"' if other else "images"
                raise SelectionError(
                    f'layer "{name}": what lies behind it also needs the {missing}'
                )
        return rest.logits(
            values,
            [
                np.broadcast_to(given[other], (len(values), *given[other].shape[1:]))
                for other in rest.beside
            ],
        )

    def margin_terms(
        self, name: str, images: ArrayLike | ScaledImages, target: ArrayLike, rival: ArrayLike
    ) -> MarginTerms:
        """The margin of each image opened at a layer.

        Parameters
        ----------
        name
            A layer, or "" for the pixels.
        images
            As in `activations`.
        target, rival : int, shape (n,) or ()
            Classes p and q.

        Raises
        ------
        SelectionError
            When the layer or a class does not exist.
        """
        for number in (*np.ravel(target), *np.ravel(rival)):
            if not 0 <= number < self.n_classes:
                raise SelectionError(
                    f"class {number}: the network {self.name} has the classes 0 to "
                    f"{self.n_classes - 1}",
                    nearest=int(np.clip(number, 0, self.n_classes - 1)),
                )
        checked = self._checked(images)
        rest = self.behind(name)
        if not name:
            return rest.margin_terms(self._as_fed(checked), target, rival)
        if not rest.beside and not rest.reads_pre_activation:
            return rest.margin_terms(self.values(name, checked), target, rival)
        needed = [other for other in (name, *rest.beside) if other]
        values = self.activations(checked, needed)
        beside = [values[other] if other else self._as_fed(checked) for other in rest.beside]
        own = values.pre(name) if rest.reads_pre_activation else values[name]
        return rest.margin_terms(own, target, rival, beside)

    def _checked(self, images: ArrayLike | ScaledImages) -> NDArray[Any] | ScaledImages:
        knows_pixels = self.pixels is not None
        return checked_images(images, self.name, self.input_shape, self.value_range, knows_pixels)

    def _as_fed(self, images: NDArray[Any] | ScaledImages) -> NDArray[np.float32]:
        """Images in the shape that the saved model takes, which may lack the channel axis."""
        return np.asarray(images, np.float32).reshape(len(images), *self._fed_shape)


def _as_numbers(array: NDArray[Any]) -> NDArray[Any]:
    """The array; of bfloat16, which NumPy itself does not know, as float32."""
    return array.astype(np.float32) if array.dtype.kind == "V" else array
