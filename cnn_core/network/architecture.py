"""What a classifier is: what it takes, its layers and their weights; nothing is computed."""

from dataclasses import replace
from difflib import get_close_matches
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.errors import SelectionError, printable
from cnn_core.network.activations import probabilities_of
from cnn_core.network.as_tables import layers_table, size_text
from cnn_core.network.feeding import image_shape_of
from cnn_core.network.graph.wiring import Wiring
from cnn_core.network.layers import LayerInfo, LayerKind
from cnn_core.network.pixels import Entry, Pixels, entry_of, read_off


class Architecture:
    """What a classifier is, whatever image it is given.

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
        wiring: Wiring,
        *,
        name: str,
        path: Path | None,
        digest: str,
        image_shape: tuple[int, int, int] | None,
        pixels: Pixels | None,
        value_range: tuple[float, float],
    ) -> None:
        self.name = printable(name)
        self.path = path
        self.digest = digest
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

    @property
    def entry(self) -> Entry:
        """How images, as they are given, become what the first layers take."""
        return self._wiring.entry


def _as_numbers(array: NDArray[Any]) -> NDArray[Any]:
    """The array; of bfloat16, which NumPy itself does not know, as float32."""
    return array.astype(np.float32) if array.dtype.kind == "V" else array
