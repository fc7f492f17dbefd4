"""How a saved layer is called: its arguments, with links where another layer's output stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnn_core.errors import ModelError, one_line
from cnn_core.network.declared.values import vetted_numbers

_DEEPEST = 6
# A trained network is looked at as it is: what a call says of training does not matter.
_LEFT_AWAY = {"training", "name"}


@dataclass(frozen=True)
class Link:
    """The output of a layer, or an input of the model, in the place of an argument."""

    name: str


@dataclass(frozen=True, eq=False)
class Call:
    """Arguments of a layer's one call: links, plain values, and lists of both."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def links(self) -> Iterator[Link]:
        """All links, in the order of the arguments."""
        yield from _links_in([*self.args, *self.kwargs.values()])


def call_of(saved: Any, names: Mapping[str, str], where: str) -> Call:
    """A call from its saved form, that of Keras 3 or that of Keras 1 and 2.

    `names` leads from the saved names of layers to those of the plan.
    """
    reader = _CallReader(names, where)
    if isinstance(saved, Mapping):
        args = reader.value(saved.get("args", []))
        kwargs = saved.get("kwargs", {})
        if not isinstance(args, (list, tuple)) or not isinstance(kwargs, Mapping):
            raise ModelError(f"{where}: its call is damaged")
        return Call(tuple(args), reader.kwargs(kwargs))
    if not isinstance(saved, list) or not saved:
        raise ModelError(f"{where}: its call is damaged")
    tensors = [saved] if isinstance(saved[0], str) else saved
    sources = [reader.old_source(tensor) for tensor in tensors]
    own = tensors[0][3] if len(tensors[0]) > 3 else {}
    if not isinstance(own, Mapping):
        raise ModelError(f"{where}: its call is damaged")
    return Call((sources[0] if len(sources) == 1 else sources,), reader.kwargs(own))


def outputs_named(saved: Any) -> Iterator[str]:
    """Names in the saved inputs or outputs of a model, however they are nested."""
    if isinstance(saved, list) and len(saved) == 3 and isinstance(saved[0], str):
        if saved[2] != 0:
            raise ModelError(
                f'layer "{one_line(saved[0], 60)}" has several outputs; layers with one are accepted'
            )
        yield saved[0]
    elif isinstance(saved, (list, Mapping)):
        for part in saved.values() if isinstance(saved, Mapping) else saved:
            yield from outputs_named(part)
    else:
        raise ModelError("the network's inputs or outputs are not listed as Keras lists them")


@dataclass(frozen=True)
class _CallReader:
    names: Mapping[str, str]
    where: str

    def kwargs(self, saved: Mapping[str, Any]) -> dict[str, Any]:
        read = {
            str(key): self.value(value) for key, value in saved.items() if key not in _LEFT_AWAY
        }
        return {key: value for key, value in read.items() if not (key == "mask" and value is None)}

    def old_source(self, saved: Any) -> Any:
        """A source as Keras 1 and 2 wrote it: name, number of the call, number of the output."""
        if not isinstance(saved, list) or len(saved) < 3:
            raise ModelError(f"{self.where}: its call is damaged")
        if saved[0] == "_CONSTANT_VALUE":
            return vetted_numbers(saved[2], self.where)
        return self._link(saved[0], saved[2])

    def value(self, saved: Any, depth: int = 0) -> Any:
        if depth > _DEEPEST:
            raise ModelError(f"{self.where}: its arguments are nested too deeply")
        if isinstance(saved, list):
            return self._list(saved, depth)
        if isinstance(saved, Mapping):
            return self._object(saved, depth)
        if isinstance(saved, str):
            # Told apart from a number where the call is rewritten, and refused where it is left.
            return saved
        return vetted_numbers(saved, self.where)

    def _list(self, saved: list[Any], depth: int) -> Any:
        if len(saved) == 3 and isinstance(saved[0], str) and saved[0] in self.names:
            return self._link(saved[0], saved[2])
        values = [self.value(part, depth + 1) for part in saved]
        is_index = any(isinstance(value, slice) or value is Ellipsis for value in values)
        return tuple(values) if is_index else values

    def _object(self, saved: Mapping[str, Any], depth: int) -> Any:
        kind, config = saved.get("class_name"), saved.get("config")
        if kind == "__ellipsis__":
            return Ellipsis
        if kind == "__keras_tensor__" and isinstance(config, Mapping):
            history = config.get("keras_history")
            if isinstance(history, list) and len(history) == 3:
                return self._link(history[0], history[2])
        if kind == "__slice__" and isinstance(config, Mapping):
            ends = (config.get(end) for end in ("start", "stop", "step"))
            return slice(*(self.value(end, depth + 1) for end in ends))
        if kind == "__numpy__":
            return vetted_numbers(saved, self.where)
        raise ModelError(f"{self.where}: {one_line(kind, 60)} is no argument of a layer")

    def _link(self, saved_name: Any, output: Any) -> Link:
        if not isinstance(saved_name, str) or saved_name not in self.names:
            raise ModelError(
                f'{self.where}: fed by "{one_line(saved_name, 60)}", which the network does not have'
            )
        if output != 0:
            raise ModelError(
                f'layer "{self.names[saved_name]}" has several outputs; layers with one are accepted'
            )
        return Link(self.names[saved_name])


def _links_in(values: Sequence[Any]) -> Iterator[Link]:
    for value in values:
        if isinstance(value, Link):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from _links_in(value)


def require_plain(call: Call, where: str) -> None:
    """Refuse a call that still holds text: no layer of Keras' own takes any."""
    for key, value in [*enumerate(call.args), *call.kwargs.items()]:
        if isinstance(value, str) or (
            isinstance(value, (list, tuple)) and any(isinstance(part, str) for part in value)
        ):
            raise ModelError(f'{where}: its call holds text under "{one_line(key, 40)}"')
