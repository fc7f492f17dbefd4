"""Bare TensorFlow functions in models of TensorFlow 2.4 to 2.15, as Keras layers.

``x + y``, ``x / 127.5 - 1`` or ``tf.nn.relu(x)`` in a functional model of that time was saved as a
layer of the class TFOpLambda that names the function. Those that have a counterpart among Keras'
layers are turned into it; the others are refused with all that is foreign.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.network.declared.links import Call, Link

_ACTIVATIONS = {
    "nn.relu": "relu",
    "nn.relu6": "relu6",
    "nn.elu": "elu",
    "nn.selu": "selu",
    "nn.silu": "silu",
    "nn.swish": "silu",
    "nn.softplus": "softplus",
    "math.softplus": "softplus",
    "nn.sigmoid": "sigmoid",
    "math.sigmoid": "sigmoid",
    "nn.tanh": "tanh",
    "math.tanh": "tanh",
    "nn.softmax": "softmax",
}
_MERGES = {
    "__operators__.add": "Add",
    "math.add": "Add",
    "math.subtract": "Subtract",
    "math.multiply": "Multiply",
    "math.maximum": "Maximum",
    "math.minimum": "Minimum",
}


def layer_of_function(entry: dict[str, Any], call: Call) -> tuple[dict[str, Any], Call]:
    """The Keras layer that computes what a TFOpLambda does; the entry as it is if there is none."""
    function = (entry["config"] or {}).get("function")
    arguments = dict(zip(("x", "y"), call.args, strict=False)) | {
        key: value for key, value in call.kwargs.items() if value is not None
    }
    first = arguments.pop("x", None)
    found = _counterpart(function, first, arguments)
    if found is None:
        return entry, call
    class_name, config, fed_by = found
    kept = {key: entry["config"][key] for key in ("trainable", "dtype") if key in entry["config"]}
    own = {"module": None, "registered_name": None, "class_name": class_name}
    new = {**entry, **own, "config": {**kept, **config}}
    return new, Call((fed_by,), {})


def _counterpart(
    function: Any, first: Any, others: dict[str, Any]
) -> tuple[str, dict[str, Any], Any] | None:
    """Class, configuration and argument of the layer."""
    second = others.get("y")
    if set(others) == {"y"} and isinstance(first, Link) and isinstance(second, Link):
        return (_MERGES[function], {}, [first, second]) if function in _MERGES else None
    if set(others) == {"y"} and isinstance(first, Link) != isinstance(second, Link):
        return _affine(function, first, second)
    if not isinstance(first, Link):
        return None
    if function in _ACTIVATIONS and others in ({}, {"axis": -1}):
        return "Activation", {"activation": _ACTIVATIONS[function]}, first
    if function == "nn.leaky_relu" and set(others) <= {"alpha"}:
        return "LeakyReLU", {"negative_slope": others.get("alpha", 0.2)}, first
    if function in ("cast", "identity") and others.get("dtype") in (None, "float32"):
        return "Identity", {}, first
    return None


def _affine(function: Any, first: Any, second: Any) -> tuple[str, dict[str, Any], Any] | None:
    """Arithmetic with a number, or one for each channel, as scale and offset."""
    link, given = (first, second) if isinstance(first, Link) else (second, first)
    try:
        number = np.asarray(given, np.float64)
        with np.errstate(all="ignore"):
            scale, offset = _scale_and_offset(function, number, link is first)
    except (TypeError, ValueError, KeyError):
        return None
    return "Rescaling", {"scale": scale.tolist(), "offset": offset.tolist()}, link


def _scale_and_offset(
    function: str, number: NDArray[np.float64], link_is_first: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    one, zero = np.ones(()), np.zeros(())
    if function in ("__operators__.add", "math.add"):
        return one, number
    if function == "math.subtract":
        return (one, -number) if link_is_first else (-one, number)
    if function == "math.multiply":
        return number, zero
    if function in ("math.truediv", "math.divide") and link_is_first and np.all(number):
        return 1 / number, zero
    raise KeyError(function)
