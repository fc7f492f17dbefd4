"""Snapshots: the weights of a network at several moments of its training, in one file.

The file is an ``.npz`` archive of two arrays: ``weights``, float32, one row a moment, each row all
arrays of the network one behind the other; and ``about``, the UTF-8 bytes of a JSON text that says
what the rows are (`About`).
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from cnn_core.artifacts import AnyPath, replacing
from cnn_core.errors import DataError, SelectionError
from cnn_core.images.files.bounded_files import data_error
from cnn_core.images.files.stored_arrays import describe_member

MOST_BYTES = 512 * 2**20
"""Largest size of all weights of an accepted file."""

_HOW_TO_GET = "a whole file as `python -m cnn_core train --snapshots` or SnapshotWriter writes it"
# What does not decide what a layer computes.
_SILENT_KEYS = {"dtype", "module", "name", "registered_name", "seed", "trainable"}
_SILENT_ENDINGS = ("initializer", "regularizer", "constraint")


@dataclass(frozen=True)
class SnapshotPlan:
    """When snapshots are taken: after these steps, and at the ends of these epochs, from 1.

    Step 0 is always taken, and so is the end of the training.
    """

    steps: tuple[int, ...] = (0, 25, 50, 100, 200, 400)
    epochs: tuple[int, ...] = (1, 2, 4, 8, 16, 40)

    @classmethod
    def parse(cls, text: str) -> "SnapshotPlan":
        """Read a list such as ``0,100,e1,e4``: numbers are steps, an e stands before epochs.

        Raises
        ------
        SelectionError
            When the text is no such list.
        """
        steps, epochs = {0}, set[int]()
        for word in text.split(","):
            number = word.strip().removeprefix("e")
            if not (number.isascii() and number.isdigit() and len(number) < 10):
                raise SelectionError(
                    f'snapshots "{text}": numbers of steps, and epochs with an e in front, are '
                    "accepted, such as 0,100,e1,e4"
                )
            (epochs if word.strip().startswith("e") else steps).add(int(number))
        return cls(tuple(sorted(steps)), tuple(sorted(epochs - {0})))

    def __str__(self) -> str:
        return ",".join([*map(str, self.steps), *(f"e{epoch}" for epoch in self.epochs)])


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Moment(_Told):
    """When a snapshot was taken: gradient steps done, and whole epochs done."""

    step: NonNegativeInt
    epoch: NonNegativeInt


class StoredArray(_Told):
    """One array of a layer; a layer's arrays stand in Keras' order."""

    layer: str
    name: str
    shape: Annotated[list[NonNegativeInt], Field(max_length=8)]


class About(_Told):
    """What a file of snapshots says of itself.

    Attributes
    ----------
    architecture
        `architecture_digest` of the network's layers.
    moments
        Rising by step, from step 0 on.
    """

    format: Literal[1]
    architecture: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    arrays: Annotated[list[StoredArray], Field(min_length=1, max_length=10_000)]
    moments: Annotated[list[Moment], Field(min_length=1, max_length=1_000)]
    seed: int | None
    versions: dict[str, str]


@dataclass(frozen=True, eq=False)
class Snapshots:
    """The weights of a network at several moments of its training.

    Attributes
    ----------
    values : shape (n_moments, n_weights)
    """

    about: About
    values: NDArray[np.float32]

    def __post_init__(self) -> None:
        self.values.flags.writeable = False

    @property
    def moments(self) -> tuple[Moment, ...]:
        """When each snapshot was taken, rising by step."""
        return tuple(self.about.moments)

    def weights(self, place: int) -> dict[str, list[NDArray[np.float32]]]:
        """Arrays of each layer that has any at one moment, in Keras' order."""
        found: dict[str, list[NDArray[np.float32]]] = {}
        start = 0
        for array in self.about.arrays:
            size = prod(array.shape)
            values = self.values[place, start : start + size].reshape(array.shape)
            found.setdefault(array.layer, []).append(values)
            start += size
        return found


def architecture_digest(layers: Iterable[Any]) -> str:
    """SHA-256 of what Keras layers compute and how large they are, whatever their weights.

    Parameters
    ----------
    layers
        Keras layers in any order; input layers and bare operations are passed over.
    """
    told = sorted(
        (layer.name, type(layer).__name__, _computing(layer.get_config()), _shapes(layer))
        for layer in layers
        if hasattr(layer, "weights") and type(layer).__name__ != "InputLayer"
    )
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _shapes(layer: Any) -> str:
    return json.dumps([list(variable.shape) for variable in layer.weights])


def _computing(config: Any) -> str:
    return json.dumps(_without_silent(config), sort_keys=True, default=str)


def _without_silent(config: Any) -> Any:
    if isinstance(config, dict):
        return {
            key: _without_silent(value)
            for key, value in config.items()
            if key not in _SILENT_KEYS and not str(key).endswith(_SILENT_ENDINGS)
        }
    if isinstance(config, (list, tuple)):
        return [_without_silent(value) for value in config]
    return config


def save_snapshots(path: AnyPath, about: About, values: Sequence[NDArray[np.float32]]) -> None:
    """Save snapshots, one flat array of weights for each moment, atomically."""
    text = json.dumps(about.model_dump(), sort_keys=True).encode()
    with replacing(path) as staged:
        np.savez(staged, weights=np.stack(values), about=np.frombuffer(text, np.uint8))


def read_snapshots(path: AnyPath) -> Snapshots:
    """Read a file of snapshots.

    Raises
    ------
    DataError
        When the file is missing, cut short, altered, too large, or does not begin at step 0.
    """
    path = Path(path)
    try:
        about = About.model_validate_json(_array(path, "about", np.uint8, 2**24).tobytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "text"
        raise data_error(
            path, f"does not say what its weights are ({place}: {first['msg']})", _HOW_TO_GET
        ) from None
    values = _array(path, "weights", np.float32, MOST_BYTES)
    _check(path, about, values)
    return Snapshots(about, values)


def _array(path: Path, name: str, dtype: Any, most_bytes: int) -> NDArray[Any]:
    stored = describe_member(path, name)
    if stored.dtype != dtype or not stored.shape:
        raise data_error(
            stored.where, f"has shape {stored.shape} and dtype {stored.dtype}", _HOW_TO_GET
        )
    stored.require_unpackable(most_bytes)
    return np.concatenate([np.empty((0, *stored.shape[1:]), dtype), *stored.chunks()])


def _check(path: Path, about: About, values: NDArray[np.float32]) -> None:
    steps = [moment.step for moment in about.moments]
    if steps[0] != 0:
        raise data_error(
            path, f"its first snapshot is of step {steps[0]}", "snapshots from step 0 on"
        )
    if steps != sorted(set(steps)):
        raise data_error(path, "its steps do not rise", _HOW_TO_GET)
    expected = (len(steps), sum(prod(array.shape) for array in about.arrays))
    if values.shape != expected:
        raise data_error(path, f"holds weights {values.shape} for {expected}", _HOW_TO_GET)
    if not np.isfinite(values).all():
        raise DataError(f"{path}: has weights that are not finite; accepted: {_HOW_TO_GET}")
