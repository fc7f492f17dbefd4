"""A Keras model taken apart at every layer, the pre-activations included.

A saved layer such as ``Conv2D(..., activation="relu")`` hides the values before its ReLU. The model
is therefore laid out anew, with the same weights, as a graph in which every non-linearity is a step
of its own; every value of the forward pass then has a name.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from inspect import signature
from typing import Any

import numpy as np

from cnn_core.errors import ModelError
from cnn_core.network.backend import keras
from cnn_core.network.keras_layers import (
    activation_of,
    describe,
    has_fused_activation,
    is_bare_operation,
    kind_of,
)
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
    takes_constants
        True for a bare operation with a number among its operands, such as ``x + 1``.
    """

    name: str
    operation: Any
    inputs: tuple[str, ...]
    shape: tuple[int, ...]
    has_pre_activation: bool
    takes_constants: bool
    _linear_part: Any = field(repr=False)
    _arguments: tuple[Any, Any] = field(repr=False)

    @property
    def weights(self) -> tuple[tuple[Any, ...], ...]:
        """Arrays of the saved layer, each as the variables that hold it; see `Wiring.weights`."""
        own = getattr(self.operation, "weights", [])
        twins = [] if self._linear_part is self.operation else self._linear_part.weights
        return tuple((variable, *twins[i : i + 1]) for i, variable in enumerate(own))

    def compute(self, values: Mapping[str, Any]) -> tuple[Any, Any]:
        """Compute the values before and after the non-linearity from those that feed the step.

        All are tensors of shape (n, *shape); those given go by step name, "" for the network's
        input.
        """
        args, kwargs = keras.tree.map_structure(
            lambda value: values[value.name] if isinstance(value, _Source) else value,
            self._arguments,
        )
        if kind_of(self.operation) is LayerKind.ACTIVATION:
            return args[0], self.operation(*args, **kwargs)
        before = self._linear_part(*args, **kwargs)
        if self._linear_part is self.operation:
            return before, before
        return before, self.operation.activation(before)


@dataclass(frozen=True)
class _Source:
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
    output_name
        Step that puts out the network's answer.
    logits_name
        Step whose pre-activation the logits are.
    takes_integers
        Whether the saved network asks for whole numbers.
    entry
        How given images become what the first steps take.
    """

    input_shape: tuple[int, ...]
    steps: dict[str, Step]
    output_name: str
    logits_name: str
    takes_integers: bool = False
    entry: Entry = AS_GIVEN

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of one image at the output of a step, or at the network's input for ""."""
        return self.input_shape if name == "" else self.steps[name].shape

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
        return describe(step.operation, names, shapes, step.shape)


def _can_be_shown(shape: tuple[int, ...]) -> bool:
    return len(shape) in (1, 3) and all(size for size in shape)


class _Recorder:
    """Lays each call of the model out anew and writes down what feeds it."""

    def __init__(self, model_input: Any) -> None:
        self.names = {id(model_input): ""}
        self.steps: dict[str, Step] = {}
        # Names go by id(), which Python gives anew once a tensor is gone.
        self._keep_alive = [model_input]

    def __call__(self, operation: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(operation, keras.layers.InputLayer):
            return operation(*args, **kwargs)
        if operation.name in self.steps:
            raise ModelError(
                f'layer "{operation.name}" is used more than once in the network; only networks '
                "that use every layer once can be looked into"
            )
        output = operation(*args, **kwargs)
        if not isinstance(output, keras.KerasTensor):
            raise ModelError(
                f'layer "{operation.name}" has several outputs; layers with one are accepted'
            )
        _vet(operation)
        arguments = keras.tree.map_structure(self._as_source, (args, kwargs))
        operands = keras.tree.flatten(arguments)
        inputs = tuple(value.name for value in operands if isinstance(value, _Source))
        if _takes_training(operation):
            arguments[1]["training"] = False
        self.names[id(output)] = operation.name
        self._keep_alive.append(output)
        is_activation = kind_of(operation) is LayerKind.ACTIVATION
        self.steps[operation.name] = Step(
            name=operation.name,
            operation=operation,
            inputs=inputs,
            shape=tuple(output.shape[1:]),
            has_pre_activation=is_activation or has_fused_activation(operation),
            takes_constants=is_bare_operation(operation) and len(inputs) < len(operands),
            _linear_part=_linear_twin(operation, args, kwargs),
            _arguments=arguments,
        )
        return output

    def _as_source(self, value: Any) -> Any:
        return _Source(self.names[id(value)]) if isinstance(value, keras.KerasTensor) else value


def _vet(operation: Any) -> None:
    """Refuse what no tensor shape gives away."""
    if getattr(operation, "data_format", None) == "channels_first":
        raise ModelError(
            f'layer "{operation.name}" takes the maps before rows and columns (channels_first); '
            "channels_last is accepted"
        )
    weights = getattr(operation, "weights", [])
    if not all(np.isfinite(variable.numpy()).all() for variable in weights):
        raise ModelError(
            f'layer "{operation.name}" has weights that are not finite; train it again with a '
            "lower learning rate"
        )


def _takes_training(operation: Any) -> bool:
    return isinstance(operation, keras.Layer) and "training" in signature(operation.call).parameters


def _linear_twin(operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The operation without its own non-linearity; the operation itself if it has none."""
    if not has_fused_activation(operation):
        return operation
    twin = type(operation).from_config({**operation.get_config(), "activation": None})
    twin(*args, **kwargs)
    # A non-linearity with weights of its own adds them behind those of the layer.
    twin.set_weights(operation.get_weights()[: len(twin.weights)])
    return twin


def lay_out(model: Any, input_shape: tuple[int, ...] | None = None) -> Wiring:
    """Lay a classifier out as a graph of named steps.

    Parameters
    ----------
    model
        A Keras model, Sequential or functional, with one input and one output of shape
        (batch, n_classes).
    input_shape
        Shape of one image, for a model that leaves its size open.

    Raises
    ------
    ModelError
        When the model is not such a classifier; the message says why.
    """
    if not isinstance(model, (keras.Sequential, keras.Model)) or not _is_graph(model):
        raise ModelError(
            "the network's layers cannot be listed, since it is a subclassed Keras model or was "
            "never built; Sequential and functional models with an input are accepted"
        )
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ModelError(
            f"the network has {len(model.inputs)} inputs and {len(model.outputs)} outputs; one "
            "input (the image) and one output (the classes) are accepted"
        )
    shape = tuple(model.inputs[0].shape[1:])
    if any(size is None for size in shape):
        if input_shape is None:
            raise ModelError(f"the network leaves its input size open {shape}; state the size")
        shape = tuple(input_shape)
    functional = keras.Model(model.inputs[0], model.outputs[0])
    model_input = keras.Input(shape)
    recorder = _Recorder(model_input)
    try:
        keras.models.clone_model(
            functional,
            input_tensors=model_input,
            clone_function=lambda layer: layer,
            call_function=recorder,
        )
    except ModelError:
        raise
    # A layer refuses a size that it was not built for with whatever its code runs into.
    except Exception as error:
        raise ModelError(
            f"the network does not take images of {shape} ({' '.join(str(error).split())[:120]}); "
            "state the size that it was trained on"
        ) from error
    takes_integers = "int" in str(model.inputs[0].dtype)
    return replace(_with_logits(shape, recorder.steps), takes_integers=takes_integers)


def _is_graph(model: Any) -> bool:
    return bool(getattr(model, "inputs", None)) and bool(getattr(model, "outputs", None))


def _with_logits(input_shape: tuple[int, ...], steps: dict[str, Step]) -> Wiring:
    output = list(steps.values())[-1]
    if len(output.shape) != 1 or not output.shape[0] or output.shape[0] < 2:
        raise ModelError(
            f'the output layer "{output.name}" has the shape {output.shape}; (n_classes,) with at '
            "least 2 classes is accepted"
        )
    ending = activation_of(output.operation)
    if ending not in ("softmax", "linear"):
        raise ModelError(
            f'the output layer "{output.name}" ends in {ending}; softmax and linear (logits) are '
            "accepted"
        )
    before = steps.get(output.inputs[0])
    # Behind a layer with a non-linearity of its own, the softmax alone knows the logits.
    is_bare_function = kind_of(output.operation) is LayerKind.ACTIVATION
    takes_logits = is_bare_function and before and not before.has_pre_activation
    logits_name = before.name if before and takes_logits else output.name
    return Wiring(input_shape, steps, output.name, logits_name)
