"""A Keras model taken apart at every layer, the pre-activations included.

A saved layer such as ``Conv2D(..., activation="relu")`` hides the values before its ReLU. The model
is therefore laid out anew, with the same weights, as a graph in which every non-linearity is a step
of its own; every value of the forward pass then has a name.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from cnn_core.network.backend import keras, tf
from cnn_core.network.graph.keras_layers import describe, kind_of
from cnn_core.network.layers import LayerInfo, LayerKind
from cnn_core.network.pixels import AS_GIVEN, Entry


@dataclass(frozen=True, eq=False)
class Step:
    """One operation of the laid-out graph.

    Attributes
    ----------
    name
        Name of the saved layer.
    operation
        The saved Keras layer with its weights, or a bare operation.
    inputs
        Names of the steps that feed it, "" for the network's input.
    shape
        Output shape of one image.
    has_pre_activation
        True if the values before the step's non-linearity differ from those behind it.
    dtype
        Precision in which the saved layer puts out its values.
    takes_constants
        True for a bare operation with a number among its operands, such as ``x + 1``.
    linear_part
        The operation without its own non-linearity.
    arguments
        Those of its one call, with a `Source` wherever another step's values stand.
    """

    name: str
    operation: Any
    inputs: tuple[str, ...]
    shape: tuple[int, ...]
    has_pre_activation: bool
    takes_constants: bool
    dtype: str
    linear_part: Any = field(repr=False)
    arguments: tuple[Any, Any] = field(repr=False)

    @property
    def rounding(self) -> float:
        """Largest share of a value that is lost when the layer rounds it to its precision."""
        precision = getattr(self.operation, "compute_dtype", self.dtype)
        return {"float16": 2.0**-11, "bfloat16": 2.0**-8}.get(precision, 2.0**-24)

    @property
    def weights(self) -> tuple[tuple[Any, ...], ...]:
        """Arrays of the saved layer, each as the variables that hold it; see `Wiring.weights`."""
        own = getattr(self.operation, "weights", [])
        twins = [] if self.linear_part is self.operation else self.linear_part.weights
        return tuple((variable, *twins[i : i + 1]) for i, variable in enumerate(own))

    def compute(self, values: Mapping[str, Any]) -> tuple[Any, Any]:
        """Compute the values before and after the non-linearity from those that feed the step.

        All are float32 tensors of shape (n, *shape), whatever the precision of the layer, which
        float32 holds without loss where it is less; those given go by step name, "" for the
        network's input.
        """
        args, kwargs = keras.tree.map_structure(
            lambda value: values[value.name] if isinstance(value, Source) else value, self.arguments
        )
        if kind_of(self.operation) is LayerKind.ACTIVATION:
            return self._told(args[0]), self._told(self.operation(*args, **kwargs))
        before = self.linear_part(*args, **kwargs)
        if self.linear_part is self.operation:
            return (self._told(before),) * 2
        # From what is told, so that slopes by it are those of all that lies behind.
        told = self._told(before)
        return told, self._told(self.operation.activation(tf.cast(told, before.dtype)))

    def _told(self, values: Any) -> Any:
        if self.dtype == "float32":
            return values
        # Rounded first as the saved layer rounds: a bare operation takes float32 as it is.
        return tf.cast(tf.cast(values, self.dtype), tf.float32)


@dataclass(frozen=True)
class Source:
    """Stands in a recorded call for the value of a step."""

    name: str


@dataclass(frozen=True, eq=False)
class Wiring:
    """The laid-out graph.

    Attributes
    ----------
    input_shape
        Shape of one image as the network takes it.
    steps
        By name, in the order of computation.
    logits_name
        Step whose pre-activation the logits are.
    each_for_itself
        Whether each class is a yes or no of its own (sigmoid) and not one of all (softmax).
    takes_integers
        Whether the saved network asks for whole numbers.
    entry
        How given images become what the first steps take.
    """

    input_shape: tuple[int, ...]
    steps: dict[str, Step]
    logits_name: str
    each_for_itself: bool = False
    takes_integers: bool = False
    entry: Entry = AS_GIVEN

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of one image at the output of a step, or at the network's input for ""."""
        return self.input_shape if name == "" else self.steps[name].shape

    @property
    def n_classes(self) -> int:
        """Number of classes: those of the output layer, and two where it has one unit."""
        return max(2, self.shape(self.logits_name)[0])

    def logits_of(self, pre_activation: Any) -> Any:
        """Logits (n, n_classes) from the pre-activation of the step that has them.

        One unit z tells two classes apart, and its sigmoid is the softmax of (0, z).
        """
        is_one = self.shape(self.logits_name) == (1,)
        return tf.pad(pre_activation, [[0, 0], [1, 0]]) if is_one else pre_activation

    def leads_to_logits(self, name: str) -> bool:
        """True if the logits depend on the step, or are its pre-activation."""
        return name == self.logits_name or self.logits_name in self.behind(name)

    def compute(
        self, values: Mapping[str, Any], names: Iterable[str]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Compute steps in order, each from given values and those computed before it.

        Parameters
        ----------
        values
            Known tensors by step name, "" for the images as they are given; each (n, *shape).
        names
            Steps to compute, in the order of computation.

        Returns
        -------
        Values before and after the non-linearity of every computed step, by its name.
        """
        known = dict(values)
        if "" in known and not self.entry.changes_nothing:
            known[""] = known[""] * self.entry.scale + self.entry.offset
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        # At the root of a graph TensorFlow refuses names that Keras takes, such as "_conv".
        with tf.name_scope("network"):
            for name in names:
                before[name], after[name] = self.steps[name].compute(known)
                known[name] = after[name]
        return before, after

    @property
    def weights(self) -> tuple[tuple[Any, ...], ...]:
        """Every array that a saved layer has learned, in the order of computation.

        Each as the variables that hold it: the saved layer's, and that of its linear twin.
        """
        return tuple(pair for step in self.steps.values() for pair in step.weights)

    def under(self, weights: Sequence[Any]) -> AbstractContextManager[Any]:
        """While this context lasts, what is computed reads these tensors in place of the weights.

        One for each of `weights`, of its shape.
        """
        held = zip(self.weights, weights, strict=True)
        pairs = [(variable, value) for variables, value in held for variable in variables]
        scope: AbstractContextManager[Any] = keras.StatelessScope(state_mapping=pairs)
        return scope

    def leading_to(self, names: Iterable[str]) -> tuple[str, ...]:
        """Names of the steps that must be computed to know the given ones, those included."""
        needed = set(names)
        for name in reversed(self.steps):
            if name in needed:
                needed.update(self.steps[name].inputs)
        return tuple(name for name in self.steps if name in needed)

    def behind(self, name: str) -> tuple[str, ...]:
        """Names of the steps that a step's output influences, in the order of computation."""
        reached = {name}
        for step in self.steps.values():
            if reached.intersection(step.inputs):
                reached.add(step.name)
        return tuple(other for other in self.steps if other in reached and other != name)

    def layer_infos(self) -> tuple[LayerInfo, ...]:
        """Facts about every step whose values can be looked at, in the order of computation."""
        shown = {name: step for name, step in self.steps.items() if _can_be_shown(step.shape)}
        return tuple(self._describe(step, shown) for step in shown.values())

    def _describe(self, step: Step, shown: Mapping[str, Step]) -> LayerInfo:
        names = tuple(name if name in shown else "" for name in step.inputs)
        shapes = [self.shape(name) for name in step.inputs]
        return describe(step.operation, step.name, names, shapes, step.shape)


def _can_be_shown(shape: tuple[int, ...]) -> bool:
    return len(shape) in (1, 3) and all(size for size in shape)
