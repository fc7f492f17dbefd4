"""The values of one layer's configuration, vetted: numbers, known words, known functions."""

from collections.abc import Mapping
from math import isnan
from typing import Any

from cnn_core.errors import ModelError, one_line
from cnn_core.network.declared.allowed import (
    ACTIVATION_LAYERS,
    ACTIVATIONS,
    LAYERS,
    POLICIES,
    SAME_ACTIVATIONS,
    TRAINING_ONLY,
    WORDS,
)

_LARGEST_INTEGER = 2**31 - 1
_LONGEST_NAME = 200
_DEEPEST_LISTS = 8
_ACTIVATION_KEYS = {"activation", "recurrent_activation"}
_LAYER_KEYS = {"layer", "backward_layer"}
# Random numbers play no part when a trained network is looked at, nor do rates of learning.
_LEFT_AWAY = {"seed", "noise_shape", "build_config", "compile_config"}


def vetted_config(config: Any, where: str) -> dict[str, Any]:
    """Plain values of a layer's configuration, without what only training needs.

    `where` names the layer in messages.

    Raises
    ------
    ModelError
        When a value is none of those that a layer of Keras' own holds.
    """
    if not isinstance(config, Mapping):
        raise ModelError(f"{where}: its configuration is no JSON object")
    vetted = {}
    for key, value in config.items():
        family = next((ending for ending in TRAINING_ONLY if key.endswith(ending)), None)
        if family is not None:
            _require_training_part(value, family, f'{where}, "{one_line(key, 60)}"')
        elif key == "name":
            vetted[key] = clean_name(value)
        elif key not in _LEFT_AWAY:
            vetted[key] = _vetted(key, value, where)
    return vetted


def clean_name(name: Any) -> str:
    """Name of a layer as Keras 3 takes it: printable, without "/" and not endless."""
    text = "".join(
        letter if letter.isprintable() and letter != "/" else "_" for letter in str(name)
    )
    return text[:_LONGEST_NAME] or "_"


def vetted_policy(value: Any, where: str) -> str | None:
    """Name of a layer's precision, from any of the forms in which Keras saved it."""
    while isinstance(value, Mapping):
        value = value.get("config", {}) if "config" in value else value.get("name")
    if value is None:
        return None
    if not isinstance(value, str) or value not in POLICIES:
        raise ModelError(f'{where}: precision "{one_line(value, 60)}"; {_listed(POLICIES)}')
    return value


def vetted_numbers(value: Any, where: str, depth: int = 0) -> Any:
    """A number, a truth value, nothing, or lists of them, however Keras wrapped an array."""
    if isinstance(value, Mapping):
        # An array: Keras 3 says so by the class, Keras 2 by the type.
        if value.get("class_name") == "__numpy__" and isinstance(value.get("config"), Mapping):
            value = value["config"].get("value")
        elif value.get("type") == "ndarray":
            value = value.get("value")
    if isinstance(value, list) and depth < _DEEPEST_LISTS:
        return [vetted_numbers(item, where, depth + 1) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= _LARGEST_INTEGER:
        return value
    if isinstance(value, float) and not isnan(value):
        return value
    raise ModelError(f"{where}: {one_line(repr(value), 60)} is no value of such a layer")


def _vetted(key: str, value: Any, where: str) -> Any:
    told = f'{where}, "{one_line(key, 60)}"'
    if key == "dtype":
        return vetted_policy(value, where)
    if key in _ACTIVATION_KEYS:
        return vetted_activation(value, told)
    if key in _LAYER_KEYS and value is not None:
        return vetted_layer(value, told, LAYERS)
    if isinstance(value, str):
        if value not in WORDS.get(key, ()):
            known = WORDS.get(key)
            hint = _listed(known) if known else "no text is accepted there"
            raise ModelError(f'{told}: "{one_line(value, 60)}"; {hint}')
        return value
    return vetted_numbers(value, told)


def vetted_activation(value: Any, where: str) -> Any:
    """A non-linearity of Keras' own by its name, or as a layer."""
    if isinstance(value, Mapping) and value.get("class_name") in ACTIVATION_LAYERS:
        return vetted_layer(value, where, ACTIVATION_LAYERS)
    name = value
    if isinstance(value, Mapping):
        is_function = value.get("class_name") == "function"
        name = value.get("config") if is_function else value.get("class_name")
    if name is None:
        return None
    same = SAME_ACTIVATIONS.get(name, name) if isinstance(name, str) else name
    if not isinstance(same, str) or same not in ACTIVATIONS:
        raise ModelError(
            f'{where}: the function "{one_line(name, 60)}" is not one of Keras\' non-linearities, '
            "and a file brings no code"
        )
    return same


def vetted_layer(value: Any, where: str, accepted: frozenset[str]) -> dict[str, Any]:
    """A layer inside a layer, in the form in which Keras 3 takes it."""
    class_name = value.get("class_name") if isinstance(value, Mapping) else None
    if not isinstance(class_name, str) or class_name not in accepted:
        raise ModelError(
            f'{where}: "{one_line(class_name, 60)}" is no layer that is accepted there'
        )
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "config": vetted_config(value.get("config"), where),
        "registered_name": None,
    }


def _require_training_part(value: Any, family: str, where: str) -> None:
    name = value.get("class_name") if isinstance(value, Mapping) else value
    if name is not None and (not isinstance(name, str) or name not in TRAINING_ONLY[family]):
        raise ModelError(
            f'{where}: "{one_line(name, 60)}" is not one of Keras\' own, and a file brings no code'
        )


def _listed(words: Any) -> str:
    return f"{', '.join(sorted(words))} are accepted"
