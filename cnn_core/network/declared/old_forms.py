"""Forms in which older Keras saved its models, rewritten to those of Keras 3 as plain data.

Nothing here runs anything. What cannot be rewritten is refused where the plan is made.
"""

from collections.abc import Mapping
from itertools import count, pairwise
from typing import Any

from cnn_core.errors import ModelError
from cnn_core.network.declared.allowed import OLD_HARD_SIGMOID
from cnn_core.network.declared.links import Call, outputs_named
from cnn_core.network.declared.origin import Origin
from cnn_core.network.declared.tf_functions import layer_of_function

_RENAMED = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "LSTMV2": "LSTM",
    "GRUV2": "GRU",
    "RandomHeight": "Identity",
    "RandomWidth": "Identity",
    "ThresholdedReLU": "ReLU",
    "Model": "Functional",
}
# Keys that Keras 3 does not know, and that say nothing about what a trained network computes.
_NEEDLESS = {
    "batch_input_shape",
    "batch_shape",
    "input_dtype",
    "experimental_autocast",
    "implementation",
    "renorm",
    "fused",
    "virtual_batch_size",
    "adjustment",
    "synchronized",
    "time_major",
    "ragged",
    "sparse",
}
_INNER_LAYERS = ("activation", "recurrent_activation", "layer", "backward_layer")


def modern_model(saved: Mapping[str, Any], where: str) -> dict[str, Any]:
    """A saved model, Sequential or functional and of any version, as one kind of graph.

    Returns
    -------
    "name"; "layers", each with "class_name", "name", "config", "calls" and what it says of its
    origin; "inputs" and "outputs", lists of names of layers.
    """
    config = saved.get("config")
    # Keras before 2.2.3 saved a Sequential as a bare list.
    if isinstance(config, list):
        config = {"layers": config}
    if not isinstance(config, Mapping) or not isinstance(config.get("layers"), list):
        raise ModelError(f"{where}: its layers are not listed as Keras lists them")
    entries = [_entry(entry, number, where) for number, entry in enumerate(config["layers"])]
    name = str(config.get("name") or saved.get("name") or "network")
    if saved.get("class_name") == "Sequential":
        return {"name": name, **_chained(entries, config, saved, where)}
    return {
        "name": name,
        "layers": entries,
        "inputs": list(outputs_named(config.get("input_layers"))),
        "outputs": list(outputs_named(config.get("output_layers"))),
    }


def _entry(saved: Any, number: int, where: str) -> dict[str, Any]:
    if not isinstance(saved, Mapping) or not isinstance(saved.get("class_name"), str):
        raise ModelError(f"{where}: its layer number {number} is not described as Keras does")
    config = saved.get("config")
    own_name = config.get("name") if isinstance(config, Mapping) else None
    class_name = saved["class_name"]
    name = saved.get("name") or own_name or f"{class_name.lower()}_{number}"
    return {
        **{key: saved.get(key) for key in ("module", "registered_name", "build_config")},
        "class_name": class_name,
        "name": str(name),
        "config": config,
        "calls": saved.get("inbound_nodes") or [],
    }


def _chained(
    entries: list[dict[str, Any]], config: Mapping[str, Any], saved: Mapping[str, Any], where: str
) -> dict[str, Any]:
    """Layers of a Sequential, each fed by the one before, with an input in front."""
    if not entries or entries[0]["class_name"] != "InputLayer":
        shape = _declared_input(entries, config, saved)
        taken = {entry["name"] for entry in entries}
        name = next(name for number in count() if (name := f"input_{number}") not in taken)
        front = {"class_name": "InputLayer", "config": {"batch_shape": shape, "name": name}}
        entries = [_entry(front, 0, where), *entries]
    for before, entry in pairwise(entries):
        entry["calls"] = [[[before["name"], 0, 0, {}]]]
    return {"layers": entries, "inputs": [entries[0]["name"]], "outputs": [entries[-1]["name"]]}


def _declared_input(
    entries: list[dict[str, Any]], config: Mapping[str, Any], saved: Mapping[str, Any]
) -> list[Any] | None:
    """Shape of a batch of images, from wherever a version of Keras noted it."""
    own = entries[0]["config"] if entries else None
    build = saved.get("build_config")
    places = [
        own.get("batch_input_shape") if isinstance(own, Mapping) else None,
        own.get("batch_shape") if isinstance(own, Mapping) else None,
        config.get("build_input_shape"),
        build.get("input_shape") if isinstance(build, Mapping) else None,
    ]
    if entries and isinstance(own, (Mapping, list)):
        inner = own.get("layers") if isinstance(own, Mapping) else own
        if isinstance(inner, list) and inner:
            first = [_entry(inner[0], 0, "the network")]
            places.append(_declared_input(first, own if isinstance(own, Mapping) else {}, {}))
    return next((place for place in places if isinstance(place, list)), None)


def modern_entry(entry: dict[str, Any], call: Call, origin: Origin) -> tuple[dict[str, Any], Call]:
    """A layer and its call as Keras 3 has them, where another version wrote them."""
    if entry["class_name"] == "TFOpLambda":
        return layer_of_function(entry, call)
    class_name, config = _modern(entry["class_name"], entry["config"], origin)
    return {**entry, "class_name": class_name, "config": config}, call


def _modern(class_name: str, saved: Any, origin: Origin) -> tuple[str, Any]:
    if not isinstance(saved, Mapping):
        return class_name, saved
    config = {key: value for key, value in saved.items() if key not in _NEEDLESS}
    for key in _INNER_LAYERS:
        config[key] = _modern_inside(config.get(key), origin)
        if config[key] is None:
            del config[key]
    if class_name in ("RandomHeight", "RandomWidth"):
        config = {key: config[key] for key in ("name", "trainable", "dtype") if key in config}
    if class_name == "ThresholdedReLU":
        config["threshold"] = config.pop("theta", 1.0)
    if class_name == "LeakyReLU" and "alpha" in config:
        config["negative_slope"] = config.pop("alpha")
    if config.get("groups") == 1:
        del config["groups"]
    class_name = _RENAMED.get(class_name, class_name)
    axis = config.get("axis")
    if class_name == "BatchNormalization" and isinstance(axis, list) and len(axis) == 1:
        config["axis"] = axis[0]
    if class_name == "GRU" and origin.is_old:
        config.setdefault("reset_after", False)
    return class_name, config


def _modern_inside(value: Any, origin: Origin) -> Any:
    """The same for a layer inside a layer, or a non-linearity."""
    # Keras 3 gave the name to another function.
    if origin.is_old and value == "hard_sigmoid":
        return OLD_HARD_SIGMOID
    if not isinstance(value, Mapping) or not isinstance(value.get("class_name"), str):
        return value
    class_name, config = _modern(value["class_name"], value.get("config"), origin)
    return {**value, "class_name": class_name, "config": config}
