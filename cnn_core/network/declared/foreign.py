"""What is not Keras' own in a model file, told with what to do about it."""

from collections.abc import Mapping
from typing import Any

from cnn_core.errors import ModelError, one_line
from cnn_core.network.declared.allowed import MODELS
from cnn_core.network.declared.origin import Origin
from cnn_core.network.declared.values import clean_name

_KERAS = ("keras", "tf_keras", "tensorflow.python.keras", "tensorflow.keras")
_BARE_FUNCTIONS = {"TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"}


def is_model(entry: Mapping[str, Any]) -> bool:
    """True for a Sequential or functional model of Keras' own, under any of its names."""
    return entry.get("class_name") in (*MODELS, "Model") and is_own(entry)


def is_own(entry: Mapping[str, Any]) -> bool:
    """True unless the file says that the class comes from elsewhere than Keras."""
    module, registered = entry.get("module"), entry.get("registered_name")
    is_keras = module is None or any(
        module == start or str(module).startswith(f"{start}.") for start in _KERAS
    )
    return is_keras and registered in (None, entry.get("class_name"))


def foreign_model(saved: Mapping[str, Any], origin: Origin) -> ModelError:
    """Error of a network that is no Sequential or functional model."""
    class_name = one_line(saved.get("class_name"), 60)
    return ModelError(
        f'the network is of the class "{class_name}", a subclassed Keras model, and a file brings '
        f"no code; {origin.rebuilt_without('as Sequential or functional model')}"
    )


def foreign_layer(entry: Mapping[str, Any], name: str, origin: Origin) -> ModelError:
    """Error of a layer that is not opened."""
    class_name, told = entry["class_name"], one_line(entry["class_name"], 60)
    if class_name in _BARE_FUNCTIONS:
        function = (entry.get("config") or {}).get("function", "")
        what = f"is a bare TensorFlow function ({one_line(function, 60) or told})"
    elif class_name == "Lambda":
        what = "is a Lambda, which runs code from the file"
    elif origin.keras_version.startswith("1"):
        return ModelError(
            f'layer "{name}" ({told}) is a form of Keras 1; {origin.saved_anew("2.2.4")}'
        )
    elif is_own(entry) and entry.get("module") is not None:
        what = f"is of the class {told}, which is not among the layers that are accepted"
    else:
        what = f"is of the custom class {told}, and a file brings no code"
    return ModelError(
        f'layer "{clean_name(name)}" {what}; {origin.rebuilt_without("in its place")}'
    )
