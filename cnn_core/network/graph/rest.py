"""The part of a network behind one layer: run again alone, and told as a sum of terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import DataError, SelectionError
from cnn_core.network.backend import tf
from cnn_core.network.graph.keras_layers import (
    activation_has_offset,
    additive_terms,
    is_piecewise_linear,
)
from cnn_core.network.graph.wiring import Wiring
from cnn_core.network.layers import Adds, ConstantSource


@dataclass(frozen=True, eq=False)
class MarginTerms:
    """The margin of each image, opened at one layer.

    For a network that is piecewise linear behind the layer
    ``margin = constant + sum(values * gradient)`` holds exactly, up to rounding: the pieces are
    straight lines, and each line is its slope times the value plus what the biases add.

    Attributes
    ----------
    values : shape (n, *layer shape)
    gradient : shape (n, *layer shape)
        Derivative of the margin by each value.
    margin : shape (n,)
        z_target - z_rival.
    sources
        The k layers that add to the constant: biases, then paths beside, then offsets.
    constant_parts : shape (n, k)
        What each of them adds to the margin.
    """

    values: NDArray[np.float32]
    gradient: NDArray[np.float32]
    margin: NDArray[np.float64]
    sources: tuple[ConstantSource, ...]
    constant_parts: NDArray[np.float64]

    @property
    def constant(self) -> NDArray[np.float64]:
        """What is no term, shape (n,): summed from its parts, no difference of the two sides."""
        return np.asarray(self.constant_parts.sum(axis=1))

    @property
    def terms(self) -> NDArray[np.float32]:
        """Contribution of every cell, shape (n, *layer shape)."""
        return self.values * self.gradient


class RestOfNetwork:
    """What lies behind one layer.

    Attributes
    ----------
    layer_name
        "" for the whole network behind the pixels.
    beside
        Layers that enter this part without passing through the layer, such as the short cut of a
        residual block; their values must be given too. "" is the network's input.
    is_exact
        True if everything behind the layer is piecewise linear.
    rounding
        Largest share of a value that is lost where something behind the layer rounds it: exact means
        up to a few times that. 2 ** -24 with float32, 2 ** -11 with float16, 2 ** -8 with bfloat16.
    reads_pre_activation
        True for the layer that puts out the logits: its values are taken before the softmax.
    sources
        What adds to the constant of a margin opened at the layer.
    """

    def __init__(self, wiring: Wiring, layer_name: str) -> None:
        if not wiring.leads_to_logits(layer_name) and layer_name:
            raise SelectionError(
                f'layer "{layer_name}": it stands behind the logits, so they do not depend on it',
                nearest=wiring.logits_name,
            )
        self.layer_name = layer_name
        self.reads_pre_activation = layer_name == wiring.logits_name
        self._wiring = wiring
        # The softmax is left out: the logits stand before it.
        self._steps: tuple[str, ...] = (
            ()
            if self.reads_pre_activation
            else tuple(name for name in wiring.behind(layer_name) if wiring.leads_to_logits(name))
        )
        inside = {layer_name, *self._steps}
        fed_by = [source for name in self._steps for source in wiring.steps[name].inputs]
        self.beside: tuple[str, ...] = tuple(
            dict.fromkeys(name for name in fed_by if name not in inside)
        )
        operations = {name: wiring.steps[name].operation for name in self._steps}
        self.is_exact: bool = all(
            is_piecewise_linear(operation, before_activation=name == wiring.logits_name)
            and not wiring.steps[name].takes_constants
            for name, operation in operations.items()
        )
        self.rounding: float = max(
            wiring.steps[name].rounding for name in (*self._steps, wiring.logits_name)
        )
        self._biases: dict[str, NDArray[np.float32]] = {
            name: bias
            for name, operation in operations.items()
            if (bias := additive_terms(operation)) is not None
        }
        self._bent = [
            name
            for name, operation in operations.items()
            if activation_has_offset(operation) and name != wiring.logits_name
        ]
        # Pixels that are given on another scale than the network takes add its offset.
        opened = (layer_name, *self.beside)
        self._entered = [""] if "" in opened and wiring.entry.offset else []
        self.sources: tuple[ConstantSource, ...] = tuple(
            ConstantSource(name, adds)
            for adds, names in (
                (Adds.BIAS, self._entered),
                (Adds.BIAS, self._biases),
                (Adds.BESIDE, self.beside),
                (Adds.OFFSET, self._bent),
            )
            for name in names
        )
        self._shapes = {name: wiring.shape(name) for name in (layer_name, *self.beside)}
        inputs = [tf.TensorSpec((None, *shape), tf.float32) for shape in self._shapes.values()]
        classes = tf.TensorSpec((None,), tf.int32)
        self._run = tf.function(self._run_graph, input_signature=[inputs], autograph=False)
        self._open = tf.function(
            self._open_graph, input_signature=[inputs, classes, classes], autograph=False
        )

    def logits(self, values: ArrayLike, beside: Sequence[ArrayLike] = ()) -> NDArray[np.float32]:
        """Run this part of the network on given values, to logits of shape (n, n_classes).

        Parameters
        ----------
        values : shape (n, *layer shape), float
        beside
            Values of the layers named in `self.beside`, in that order, each (n, *its shape).

        Raises
        ------
        DataError
            When the values are not of the layers' shapes.
        """
        return np.asarray(self._run(self._tensors(values, beside)), np.float32)

    def margin_terms(
        self,
        values: ArrayLike,
        target: ArrayLike,
        rival: ArrayLike,
        beside: Sequence[ArrayLike] = (),
    ) -> MarginTerms:
        """Open the margin at this layer.

        Parameters
        ----------
        values : shape (n, *layer shape), float
        target, rival : int, shape (n,) or ()
            Classes whose logits are compared.
        beside
            As in `logits`.
        """
        own = np.asarray(values, np.float32)
        classes = [
            _tensor(np.broadcast_to(np.asarray(chosen, np.int32), (len(own),)))
            for chosen in (target, rival)
        ]
        gradient, margin, parts = self._open(self._tensors(own, beside), *classes)
        return MarginTerms(
            own, np.asarray(gradient), np.asarray(margin), self.sources, np.asarray(parts)
        )

    def _tensors(self, values: ArrayLike, beside: Sequence[ArrayLike]) -> list[Any]:
        arrays = [np.asarray(given, np.float32) for given in (values, *beside)]
        n = len(arrays[0])
        tensors = []
        for (name, shape), array in zip(self._shapes.items(), arrays, strict=True):
            # The saved model may take its images without a channel axis.
            fed = array.reshape(len(array), *shape) if name == "" else array
            if fed.shape != (n, *shape):
                raise DataError(
                    f'values of shape {array.shape}: the layer "{name}" puts out '
                    f"({n}, {', '.join(map(str, shape))}) for as many images"
                )
            tensors.append(tf.convert_to_tensor(fed))
        return tensors

    def _forward(self, inputs: list[Any]) -> tuple[dict[str, Any], dict[str, Any], Any]:
        """Values before and after each step's non-linearity, and the logits."""
        if self.reads_pre_activation:
            return {}, {}, self._wiring.logits_of(inputs[0])
        known = dict(zip((self.layer_name, *self.beside), inputs, strict=True))
        before, after = self._wiring.compute(known, self._steps)
        return before, after, self._wiring.logits_of(before[self._wiring.logits_name])

    def _run_graph(self, inputs: list[Any]) -> Any:
        return self._forward(inputs)[2]

    def _open_graph(self, inputs: list[Any], target: Any, rival: Any) -> tuple[Any, Any, Any]:
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            tape.watch(inputs)
            before, after, logits = self._forward(inputs)
            margin = tf.gather(logits, target, axis=1, batch_dims=1) - tf.gather(
                logits, rival, axis=1, batch_dims=1
            )
            bent_sums = {name: tf.reduce_sum(after[name]) for name in self._bent}

        # One walk back for all slopes: a walk for each would multiply the time of the first call.
        slopes = tape.gradient(
            margin,
            {
                "inputs": inputs,
                "before": {name: before[name] for name in self._biases},
                "after": {name: after[name] for name in self._bent},
            },
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        # In the order of `sources`.
        entry, opened = self._wiring.entry, (self.layer_name, *self.beside)
        parts = [
            slopes["inputs"][opened.index(name)] * (entry.offset / entry.scale)
            for name in self._entered
        ]
        parts += [slopes["before"][name] * bias for name, bias in self._biases.items()]
        parts += [
            slope * value for slope, value in zip(slopes["inputs"][1:], inputs[1:], strict=True)
        ]
        for name in self._bent:
            own_slope = tape.gradient(bent_sums[name], before[name])
            parts.append(slopes["after"][name] * (after[name] - before[name] * own_slope))
        exact_margin = tf.cast(margin, tf.float64)
        sums = [_sum_per_image(part) for part in parts]
        stacked = tf.stack(sums, axis=1) if sums else tf.zeros((tf.size(margin), 0), tf.float64)
        return slopes["inputs"][0], exact_margin, stacked


def _sum_per_image(values: Any) -> Any:
    flat = tf.reshape(values, (tf.shape(values)[0], -1))
    return tf.reduce_sum(tf.cast(flat, tf.float64), axis=1)


def _tensor(array: NDArray[np.int32]) -> Any:
    return tf.convert_to_tensor(np.ascontiguousarray(array))
