"""From a plan and its arrays to a Keras model, with nothing chosen by the file."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from math import prod
from typing import Any

from cnn_core.errors import ModelError, one_line
from cnn_core.network.backend import keras, tf
from cnn_core.network.declared.allowed import OLD_HARD_SIGMOID, OPERATIONS
from cnn_core.network.declared.links import Link
from cnn_core.network.declared.plan import PlannedLayer, PlannedModel
from cnn_core.network.saved.contents import MOST_WEIGHT_BYTES, Contents, too_large
from cnn_core.network.saved.filling import fill_model


def build_model(plan: PlannedModel, contents: Contents) -> Any:
    """Keras model of a plan, with the arrays of the file.

    It is first put together with variables that know their shapes and hold nothing: what would
    take more memory than is accepted is refused before any of it is asked for.

    Raises
    ------
    ModelError
        When the plan cannot be built or the arrays are not those of its layers.
    """
    # Keras lists, for each thread, the variables that are still to be filled, and fills them at
    # the next occasion: in a thread of its own the list goes with the thread.
    with ThreadPoolExecutor(1) as alone:
        n_bytes = alone.submit(_declared_bytes, plan).result()
    if n_bytes > MOST_WEIGHT_BYTES:
        raise too_large(n_bytes)
    model = _Builder().model(plan)
    fill_model(model, plan, contents)
    return model


def _declared_bytes(plan: PlannedModel) -> int:
    with keras.StatelessScope(initialize_variables=False):
        # At least four bytes for each number: what is stored with fewer is computed with as many.
        return sum(
            max(4, tf.as_dtype(variable.dtype).size) * prod(variable.shape)
            for variable in _Builder().model(plan).variables
        )


@keras.saving.register_keras_serializable("cnn_core")  # type: ignore[untyped-decorator]
def hard_sigmoid(values: Any) -> Any:
    """Keras 1 and 2's function of that name: 0.2 x + 0.5, cut off at 0 and 1."""
    return keras.ops.clip(0.2 * values + 0.5, 0.0, 1.0)


class _Builder:
    def model(self, plan: PlannedModel) -> Any:
        made = {
            part.name: keras.Input(part.shape, name=part.name, dtype=part.dtype)
            for part in plan.inputs
        }
        inputs = list(made.values())
        for layer in plan.layers:
            made[layer.name] = self._called(layer, made)
        missing = [name for name in plan.outputs if name not in made]
        if missing or not plan.outputs:
            raise ModelError("its output is not among its layers")
        return keras.Model(
            inputs[0] if len(inputs) == 1 else inputs,
            made[plan.outputs[0]] if len(plan.outputs) == 1 else [made[n] for n in plan.outputs],
            name=plan.name,
        )

    def _called(self, layer: PlannedLayer, made: Mapping[str, Any]) -> Any:
        def valued(value: Any) -> Any:
            if isinstance(value, Link):
                return made[value.name]
            return type(value)(map(valued, value)) if isinstance(value, (list, tuple)) else value

        if layer.inner is not None:
            operation = self.model(layer.inner)
        else:
            operation = _guarded(layer, lambda: _made(layer))
        arguments = [valued(value) for value in layer.call.args]
        kwargs = {key: valued(value) for key, value in layer.call.kwargs.items()}
        output = _guarded(layer, lambda: operation(*arguments, **kwargs))
        if not isinstance(output, keras.KerasTensor):
            raise ModelError(
                f'layer "{layer.name}" has several outputs; layers with one are accepted'
            )
        return output


def _made(layer: PlannedLayer) -> Any:
    house = import_module(OPERATIONS[layer.class_name]) if layer.is_operation else keras.layers
    config = _with_functions(layer.config)
    # Not every layer takes it as an argument; the order of weights in HDF5 depends on it.
    trainable = config.pop("trainable", True)
    made = getattr(house, layer.class_name).from_config(config)
    if trainable is False:
        made.trainable = False
    return made


def _with_functions(config: Any) -> Any:
    """A copy of a configuration, with the one function in it that Keras 3 has no name for."""
    if isinstance(config, Mapping):
        return {key: _with_functions(value) for key, value in config.items()}
    return hard_sigmoid if config == OLD_HARD_SIGMOID else config


def _guarded(layer: PlannedLayer, step: Callable[[], Any]) -> Any:
    try:
        return step()
    except ModelError:
        raise
    # Keras raises nearly any class where a configuration, a shape or an array does not fit.
    except Exception as error:
        raise ModelError(
            f'layer "{layer.name}" ({layer.class_name}): Keras cannot make it ({one_line(error)})'
        ) from error
