"""From a Keras model to its laid-out graph, layer by layer, models inside it entered."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from inspect import signature
from typing import Any

import numpy as np

from cnn_core.errors import ModelError
from cnn_core.network.backend import keras
from cnn_core.network.graph.keras_layers import (
    activation_of,
    has_fused_activation,
    is_bare_operation,
    kind_of,
)
from cnn_core.network.graph.wiring import Source, Step, Wiring
from cnn_core.network.layers import LayerKind


class _Recorder:
    """Lays each call of the model out anew and writes down what feeds it.

    A model inside the model is entered: its layers stand in the graph themselves.
    """

    def __init__(self, model_input: Any, step_names: Mapping[int, str]) -> None:
        self.names = {id(model_input): ""}
        self.steps: dict[str, Step] = {}
        self._step_names = step_names
        # Names go by id(), which Python gives anew once a tensor is gone.
        self._keep_alive = [model_input]

    def record(self, model: Any, inputs: Any) -> Any:
        """Lay a functional model out on given inputs, and give its output."""
        # What `keras.models.clone_model` does before it makes another model of it, which it refuses
        # where layers of several models have one name.
        return _functional(model)._run_through_graph(inputs, lambda each: partial(self, each))

    def __call__(self, operation: Any, *args: Any, **kwargs: Any) -> Any:
        if _is_inner_model(operation):
            return self.record(operation, args[0])
        name = self._step_names[id(operation)]
        if name in self.steps:
            raise ModelError(
                f'layer "{name}" is used more than once in the network; only networks that use '
                "every layer once can be looked into"
            )
        output = operation(*args, **kwargs)
        if not isinstance(output, keras.KerasTensor):
            raise ModelError(f'layer "{name}" has several outputs; layers with one are accepted')
        _vet(operation)
        arguments = keras.tree.map_structure(self._as_source, (args, kwargs))
        operands = keras.tree.flatten(arguments)
        inputs = tuple(value.name for value in operands if isinstance(value, Source))
        if _takes_training(operation):
            arguments[1]["training"] = False
        self.names[id(output)] = name
        self._keep_alive.append(output)
        is_activation = kind_of(operation) is LayerKind.ACTIVATION
        self.steps[name] = Step(
            name=name,
            operation=operation,
            inputs=inputs,
            shape=tuple(output.shape[1:]),
            has_pre_activation=is_activation or has_fused_activation(operation),
            takes_constants=is_bare_operation(operation) and len(inputs) < len(operands),
            dtype=str(output.dtype),
            linear_part=_linear_twin(operation, args, kwargs),
            arguments=arguments,
        )
        return output

    def _as_source(self, value: Any) -> Any:
        return Source(self.names[id(value)]) if isinstance(value, keras.KerasTensor) else value


def _functional(model: Any) -> Any:
    one_input = model.inputs[0] if len(model.inputs) == 1 else model.inputs
    return keras.Model(one_input, model.outputs[0])


def _is_inner_model(operation: Any) -> bool:
    return isinstance(operation, keras.Model) and _is_graph(operation)


def _all_operations(
    model: Any, path: tuple[str, ...] = ()
) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Operations of a model and of the models inside it, with the names of these and their own."""
    for operation in _functional(model).operations:
        own_path = (*path, operation.name)
        if _is_inner_model(operation):
            yield from _all_operations(operation, own_path)
        elif not isinstance(operation, keras.layers.InputLayer):
            yield operation, own_path


def _names_of_steps(model: Any) -> dict[int, str]:
    """Name of every operation by its id(): its own, or with those of the models around it in front.

    These stand in front where two layers have one name, so that a name never depends on the order.
    """
    found = list(_all_operations(model))
    taken = Counter(path[-1] for _, path in found)
    return {
        id(operation): path[-1] if taken[path[-1]] == 1 else ".".join(path)
        for operation, path in found
    }


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
    model_input = keras.Input(shape)
    recorder = _Recorder(model_input, _names_of_steps(model))
    try:
        output = recorder.names[id(recorder.record(model, model_input))]
    except ModelError:
        raise
    # A layer refuses a size that it was not built for with whatever its code runs into.
    except Exception as error:
        raise ModelError(
            f"the network does not take images of {shape} ({' '.join(str(error).split())[:120]}); "
            "state the size that it was trained on"
        ) from error
    takes_integers = "int" in str(model.inputs[0].dtype)
    wiring = _with_logits(shape, recorder.steps, recorder.steps[output])
    return replace(wiring, takes_integers=takes_integers)


def _is_graph(model: Any) -> bool:
    return bool(getattr(model, "inputs", None)) and bool(getattr(model, "outputs", None))


def _with_logits(input_shape: tuple[int, ...], steps: dict[str, Step], output: Step) -> Wiring:
    ending = activation_of(output.operation)
    least = 1 if ending == "sigmoid" else 2
    if len(output.shape) != 1 or (output.shape[0] or 0) < least:
        raise ModelError(
            f'the output layer "{output.name}" has the shape {output.shape}; (n_classes,) with at '
            "least 2 classes, or one unit that ends in sigmoid, is accepted"
        )
    if ending not in ("softmax", "sigmoid", "linear"):
        raise ModelError(
            f'the output layer "{output.name}" ends in {ending}; softmax, sigmoid and linear '
            "(logits) are accepted"
        )
    before = steps.get(output.inputs[0])
    # Behind a layer with a non-linearity of its own, the softmax alone knows the logits.
    is_bare_function = kind_of(output.operation) is LayerKind.ACTIVATION
    takes_logits = is_bare_function and before and not before.has_pre_activation
    logits_name = before.name if before and takes_logits else output.name
    each_for_itself = ending == "sigmoid" and output.shape[0] > 1
    return Wiring(input_shape, steps, logits_name, each_for_itself)
