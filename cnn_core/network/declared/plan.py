"""From a declared configuration to a plan: which layers there are and what feeds each.

A plan holds names of Keras' own layers, plain values and links between layers. To build it executes
nothing that the file chose.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnn_core.errors import ModelError, one_line
from cnn_core.network.declared.allowed import LAYERS, OPERATIONS
from cnn_core.network.declared.foreign import foreign_layer, foreign_model, is_model, is_own
from cnn_core.network.declared.links import Call, call_of, require_plain
from cnn_core.network.declared.old_forms import modern_entry, modern_model
from cnn_core.network.declared.origin import Origin
from cnn_core.network.declared.values import clean_name, vetted_config, vetted_numbers

MOST_LAYERS = 1_000
"""Most layers of an accepted model, those of models inside it included."""
_MOST_NESTED = 8
_INPUT_TYPES = {"float16", "float32", "float64", "bfloat16", "uint8", "int32", "int64"}


@dataclass(frozen=True, eq=False)
class PlannedInput:
    """An input of a model: its name, the shape of one image, its precision."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str | None


@dataclass(frozen=True, eq=False)
class PlannedLayer:
    """One layer, or a whole model that stands in the place of one.

    Attributes
    ----------
    saved_name
        As the file has it; its arrays in HDF5 go by it.
    stored_as
        Name of its group among its siblings in an archive, such as "conv2d_1".
    call
        Arguments of its one call.
    inner
        The model inside, None for a layer and for a bare operation.
    """

    name: str
    saved_name: str
    stored_as: str
    class_name: str
    config: dict[str, Any]
    call: Call
    is_operation: bool = False
    inner: "PlannedModel | None" = None


@dataclass(frozen=True, eq=False)
class PlannedModel:
    """A graph of layers, each after those that feed it."""

    name: str
    inputs: tuple[PlannedInput, ...]
    layers: tuple[PlannedLayer, ...]
    outputs: tuple[str, ...]


def plan_of(config: Mapping[str, Any], origin: Origin) -> PlannedModel:
    """Plan of the configuration that a file declares.

    Raises
    ------
    ModelError
        When it names anything but layers of Keras' own with plain values: one line, without the
        file's name in front.
    """
    if origin.backend == "theano":
        anew = origin.saved_anew(f"{origin.keras_version} on TensorFlow")
        raise ModelError(f"its filters are mirrored, as Keras on Theano had them; {anew}")
    try:
        return _Planner(origin).model(config, "the network", 0)
    except RecursionError as error:
        raise ModelError("its configuration is nested too deeply") from error


class _Planner:
    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._n_layers = 0

    def model(self, saved: Mapping[str, Any], where: str, depth: int) -> PlannedModel:
        if depth > _MOST_NESTED:
            raise ModelError(f"has models inside models more than {_MOST_NESTED} deep")
        if not is_model(saved):
            raise foreign_model(saved, self._origin)
        graph = modern_model(saved, where)
        self._n_layers += len(graph["layers"])
        if self._n_layers > MOST_LAYERS:
            raise ModelError(f"has more than {MOST_LAYERS:,} layers")
        names = _clean_names(graph["layers"])
        stored: Counter[str] = Counter()
        is_input = [entry["class_name"] == "InputLayer" for entry in graph["layers"]]
        layers = [
            self._layer(entry, names, stored, depth)
            for entry, skipped in zip(graph["layers"], is_input, strict=True)
            if not skipped
        ]
        inputs = [
            _input(entry["config"], names[entry["name"]])
            for entry, taken in zip(graph["layers"], is_input, strict=True)
            if taken
        ]
        ends = [[names.get(name, name) for name in graph[end]] for end in ("inputs", "outputs")]
        by_name = {planned.name: planned for planned in inputs}
        if not all(name in by_name for name in ends[0]):
            raise ModelError(f"{where}: its inputs are not among its layers")
        return PlannedModel(
            clean_name(graph["name"]),
            tuple(by_name[name] for name in ends[0]),
            _in_order(layers, set(by_name), where),
            tuple(ends[1]),
        )

    def _layer(
        self, entry: dict[str, Any], names: Mapping[str, str], stored: "Counter[str]", depth: int
    ) -> PlannedLayer:
        name, saved_class = names[entry["name"]], entry["class_name"]
        where = f'layer "{name}" ({one_line(saved_class, 60)})'
        call = call_of(_only(entry["calls"], name), names, where)
        stored_as = _stored_as(saved_class, stored)
        if is_model(entry):
            inner = self.model(entry, where, depth + 1)
            return PlannedLayer(name, entry["name"], stored_as, "", {}, call, inner=inner)
        entry, call = modern_entry(entry, call, self._origin)
        module = OPERATIONS.get(entry["class_name"], "")
        is_operation = bool(module) and (
            entry["module"] == module or _has_operands(entry["class_name"], call)
        )
        if not is_operation and (not is_own(entry) or entry["class_name"] not in LAYERS):
            raise foreign_layer(entry, name, self._origin)
        require_plain(call, where)
        config = {**vetted_config(entry["config"], where), "name": name}
        return PlannedLayer(
            name, entry["name"], stored_as, entry["class_name"], config, call, is_operation
        )


def _only(calls: Any, name: str) -> Any:
    if not isinstance(calls, list) or not calls:
        raise ModelError(f'layer "{name}" is fed by nothing')
    if len(calls) > 1:
        raise ModelError(
            f'layer "{name}" is used more than once in the network; only networks that use every '
            "layer once can be looked into"
        )
    return calls[0]


def _has_operands(class_name: str, call: Call) -> bool:
    """True for an operation of HDF5, which does not name the module: ``x + y`` is no Add layer."""
    return class_name not in LAYERS or len(call.args) > 1


def _clean_names(entries: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Clean names by the saved ones, no two alike."""
    names: dict[str, str] = {}
    for entry in entries:
        if entry["name"] in names:
            raise ModelError(f'two of its layers have the name "{one_line(entry["name"], 60)}"')
        clean = wanted = clean_name(entry["name"])
        number = 2
        while clean in names.values():
            clean, number = f"{wanted}_{number}", number + 1
        names[entry["name"]] = clean
    return names


def _stored_as(class_name: str, stored: "Counter[str]") -> str:
    """Name of a layer's group in an archive: its class, numbered among its siblings."""
    words = re.sub(r"\W+", "", class_name)
    words = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", words)
    snake = re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()
    stored[snake] += 1
    return snake if stored[snake] == 1 else f"{snake}_{stored[snake] - 1}"


def _input(config: Any, name: str) -> PlannedInput:
    where = f'input "{name}"'
    config = config if isinstance(config, Mapping) else {}
    batch_shape = config.get("batch_shape", config.get("batch_input_shape"))
    sizes = vetted_numbers(batch_shape, where)
    if not isinstance(sizes, list) or len(sizes) < 2:
        raise ModelError(
            "does not say what images it takes; save it with keras.Input((height, width, "
            "channels)) in front"
        )
    if not all(size is None or (isinstance(size, int) and size > 0) for size in sizes[1:]):
        raise ModelError(f"{where}: its shape {one_line(sizes, 60)} is none of an image")
    dtype = config.get("dtype")
    return PlannedInput(name, tuple(sizes[1:]), dtype if dtype in _INPUT_TYPES else None)


def _in_order(
    layers: Sequence[PlannedLayer], known: set[str], where: str
) -> tuple[PlannedLayer, ...]:
    """Layers, each after those that feed it."""
    waiting = {layer.name: {link.name for link in layer.call.links()} for layer in layers}
    ordered: list[PlannedLayer] = []
    while len(ordered) < len(layers):
        ready = [layer for layer in layers if waiting.get(layer.name, known | {""}) <= known]
        if not ready:
            raise ModelError(f"{where}: its layers feed each other in a circle")
        for layer in ready:
            del waiting[layer.name]
            known.add(layer.name)
        ordered += ready
    return tuple(ordered)
