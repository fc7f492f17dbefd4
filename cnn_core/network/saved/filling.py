"""The arrays of a model file, put into the layers that a plan made."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from numpy.typing import NDArray

from cnn_core.errors import ModelError, one_line
from cnn_core.network.backend import keras
from cnn_core.network.declared.plan import PlannedLayer, PlannedModel
from cnn_core.network.graph.keras_layers import take_state_from_weights
from cnn_core.network.saved.contents import Contents
from cnn_core.network.saved.kinds import FileKind

_Named = Mapping[str, NDArray[Any]]


def fill_model(model: Any, plan: PlannedModel, contents: Contents) -> None:
    """Give every layer its arrays.

    Raises
    ------
    ModelError
        When a layer's arrays are missing or of another shape: one line without the file's name.
    """
    if contents.kind is FileKind.ARCHIVE:
        _fill_from_archive(model, plan, contents.arrays, "layers")
    else:
        _fill_from_hdf5(model, plan, contents.arrays)
        take_state_from_weights(model)


def _fill_from_archive(
    model: Any, plan: PlannedModel, arrays: Mapping[str, _Named], path: str
) -> None:
    for planned in plan.layers:
        place = f"{path}/{planned.stored_as}"
        if planned.inner is not None:
            inner = model.get_layer(planned.name)
            _fill_from_archive(inner, planned.inner, arrays, f"{place}/layers")
        elif not planned.is_operation:
            for part, group in _parts(model.get_layer(planned.name), place, set()):
                with _told(planned):
                    part.load_own_variables(arrays.get(group, {}))


def _parts(layer: Any, path: str, seen: set[int]) -> Iterator[tuple[Any, str]]:
    """A layer and the layers inside it, each with the path of its group in an archive.

    Keras names the group of an inner layer after the attribute that holds it, private ones last.
    """
    yield layer, path
    seen.add(id(layer))
    names = set(dir(layer)) - _attributes_of_all_layers()
    for name in sorted(names, key=lambda name: (name.startswith("_"), name)):
        # Some attributes cannot be read before or after a layer is built.
        with suppress(Exception):
            part = getattr(layer, name)
            if isinstance(part, keras.Layer) and id(part) not in seen:
                yield from _parts(part, f"{path}/{name}", seen)


@cache
def _attributes_of_all_layers() -> frozenset[str]:
    return frozenset(dir(keras.Layer()))


def _fill_from_hdf5(model: Any, plan: PlannedModel, arrays: Mapping[str, _Named]) -> None:
    for planned in plan.layers:
        if planned.is_operation:
            continue
        layer = model.get_layer(planned.name)
        # The order that Keras 1 and 2 had, and that Keras 3 keeps in HDF5.
        variables = [*layer.trainable_weights, *layer.non_trainable_weights]
        stored = arrays.get(planned.saved_name, {})
        with _told(planned):
            if len(variables) != len(stored):
                raise ValueError(f"{len(variables)} arrays are needed, the file has {len(stored)}")
            for variable, array in zip(variables, _ordered(stored, variables), strict=True):
                variable.assign(array)


def _ordered(stored: _Named, variables: Sequence[Any]) -> list[NDArray[Any]]:
    """Arrays in the order of the variables: by name inside a model where names tell, else as saved."""
    by_name = {_last_names(name): array for name, array in stored.items()}
    wanted = [_last_names(variable.path) for variable in variables]
    if len(by_name) == len(stored) and set(by_name) == set(wanted):
        return [by_name[name] for name in wanted]
    return list(stored.values())


def _last_names(path: str) -> tuple[str, ...]:
    """Layer and variable of a name such as "base/conv/kernel:0"."""
    return tuple(path.partition(":")[0].split("/")[-2:])


@contextmanager
def _told(planned: PlannedLayer) -> Iterator[None]:
    try:
        yield
    # Keras raises nearly any class where an array does not fit.
    except Exception as error:
        raise ModelError(
            f'layer "{planned.name}" ({planned.class_name or "a model"}): its weights do not fit '
            f"({one_line(error)})"
        ) from error
