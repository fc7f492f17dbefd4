"""What a model file holds: its declared configuration and its arrays, read within bounds.

Nothing is looked for but what a saved Keras model has, no link out of the file is followed, and
what is declared is counted before memory is asked for. The HDF5 library itself does not survive
every damaged file: files of strangers are read by a child process, see `isolation`.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, takewhile
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np
from numpy.typing import NDArray

from cnn_core.errors import ModelError, one_line
from cnn_core.network.declared.origin import Origin
from cnn_core.network.declared.plan import PlannedModel, plan_of
from cnn_core.network.saved.kinds import ACCEPTED, FileKind, kind_by_start, kind_of_file

MOST_WEIGHT_BYTES = 512 * 2**20
"""Largest size of all arrays of an accepted model, in bytes."""
MOST_CONFIG_BYTES = 16 * 2**20
"""Largest size of an accepted configuration, as text, in bytes."""
_MOST_MEMBERS = 50_000
_DEEPEST = 32
_KEPT_KINDS = "fiub"
# Name of the layers' group in archives of Keras 2.12 and 2.13.
_OLD_LAYERS = "_layer_checkpoint_dependencies"
# What training leaves behind inside a model: nothing that is shown needs it.
_NOT_READ = {"optimizer", "metrics", "loss", "compiled_loss", "_metrics"}


@dataclass(frozen=True, eq=False)
class Contents:
    """A model file as data.

    Attributes
    ----------
    kind
        Which of the two forms.
    keras_version
        Of the Keras that saved it, "" where it does not say.
    backend
        Library under the Keras that saved it, "" where it does not say.
    config
        The declared configuration, as saved.
    arrays
        In an archive by the path of the layer's group, such as "layers/conv2d", and in it by
        number; in HDF5 by the name of the layer, and in it by the name of the weight, in order.
    """

    kind: FileKind
    keras_version: str
    backend: str
    config: dict[str, Any]
    arrays: dict[str, dict[str, NDArray[Any]]]

    def plan(self, file_name: str) -> PlannedModel:
        """Plan of what the file declares, or the `ModelError` that says why there is none."""
        return plan_of(self.config, Origin(file_name, self.keras_version, self.backend))


def read_contents(path: Path) -> Contents:
    """Read a model file, and execute nothing of it.

    Raises
    ------
    ModelError
        When it is no whole model file or holds more than is accepted: one line with its name.
    """
    kind_of_file(path)
    with path.open("rb") as stream:
        return read_stream(stream, path.name)


def read_stream(stream: BinaryIO, name: str) -> Contents:
    """The same of a file that is open already, and known to be of a kind that can be read."""
    kind = kind_by_start(stream.read(64))
    size = stream.seek(0, io.SEEK_END)
    try:
        read = _read_archive if kind is FileKind.ARCHIVE else _read_hdf5
        return read(stream, size, name)
    except ModelError as error:
        raise ModelError(f"{name}: {error}") from error
    # A damaged file fails in the archive, its compression, its JSON or wherever HDF5 stumbles.
    except Exception as error:
        what = "a whole .keras archive" if kind is FileKind.ARCHIVE else "whole HDF5"
        raise ModelError(f"{name}: not {what} ({one_line(error)}); {ACCEPTED}") from error


def too_large(n_bytes: int) -> ModelError:
    """Error of a model whose arrays take more than is accepted, without the file's name."""
    return ModelError(
        f"its arrays would take {n_bytes:,} bytes; at most {MOST_WEIGHT_BYTES:,} are accepted"
    )


def _read_archive(stream: BinaryIO, size: int, name: str) -> Contents:
    with zipfile.ZipFile(stream) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
        _require_members(sizes)
        metadata = _parsed(archive.read("metadata.json")) if "metadata.json" in sizes else {}
        config = _parsed(archive.read("config.json"))
        weights = archive.read("model.weights.h5")
    with h5py.File(io.BytesIO(weights), "r") as file:
        reader = _Reader(len(weights))
        top = next((top for top in ("layers", _OLD_LAYERS) if top in file), None)
        found = reader.archived(reader.group(file, top), "layers", 0) if top else ()
        arrays = dict(found)
    return Contents(
        FileKind.ARCHIVE, str(metadata.get("keras_version", ""))[:40], "", config, arrays
    )


def _require_members(sizes: dict[str, int]) -> None:
    if {"data.pkl", "version"} & {name.rpartition("/")[2] for name in sizes}:
        raise ModelError(
            "a PyTorch file, which could run anything; export the model to Keras and save it there"
        )
    if sizes and all(name.endswith(".npy") for name in sizes):
        raise ModelError("an .npz file of arrays, not a model; image sets are given with --data")
    for name in ("config.json", "model.weights.h5"):
        if name not in sizes:
            raise ModelError(f"no {name} inside; {ACCEPTED}")
    if sizes["model.weights.h5"] > 4 * MOST_WEIGHT_BYTES:
        raise too_large(sizes["model.weights.h5"])
    if max(sizes["config.json"], sizes.get("metadata.json", 0)) > MOST_CONFIG_BYTES:
        raise ModelError(f"its config.json is too large; {ACCEPTED}")


def _read_hdf5(stream: BinaryIO, size: int, name: str) -> Contents:
    with h5py.File(stream, "r") as file:
        declared = file.attrs.get("model_config")
        if declared is None:
            raise ModelError(_told_without_config(file, name))
        config = _parsed(declared)
        reader = _Reader(size)
        weights = reader.group(file, "model_weights")
        marks = {**_texts(weights, "keras_version", "backend"), **_texts(file, "keras_version")}
        arrays = {
            layer: reader.named(reader.group(weights, layer))
            for layer in reader.names(weights, "layer_names")
        }
    return Contents(
        FileKind.HDF5,
        marks.get("keras_version", ""),
        marks.get("backend", ""),
        config,
        {name: found for name, found in arrays.items() if found},
    )


def _told_without_config(file: h5py.File, name: str) -> str:
    if "layer_names" in file.attrs or {"layers", _OLD_LAYERS} & set(file):
        return (
            "weights only, without the network that they belong to; build that network in Python, "
            f'then: model.load_weights("{name}"); model.save("{Path(name).stem}.keras")'
        )
    return f"HDF5 without a Keras model inside; {ACCEPTED}"


def _texts(group: h5py.Group, *names: str) -> dict[str, str]:
    found = {name: group.attrs.get(name) for name in names}
    return {name: _text(value)[:40] for name, value in found.items() if value is not None}


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _parsed(text: Any) -> dict[str, Any]:
    if len(text) > MOST_CONFIG_BYTES:
        raise ModelError(f"its configuration is too large; {ACCEPTED}")
    try:
        parsed = json.loads(text)
    except RecursionError as error:
        raise ModelError(f"its configuration is nested too deeply; {ACCEPTED}") from error
    if not isinstance(parsed, dict):
        raise ModelError(f"its configuration is no JSON object; {ACCEPTED}")
    return parsed


class _Reader:
    """Reads groups and arrays of one HDF5 file, and counts what it reads."""

    def __init__(self, n_stored_bytes: int) -> None:
        self._n_stored_bytes = n_stored_bytes
        self._n_bytes = 0
        self._n_members = 0

    def group(self, parent: h5py.Group, name: str) -> h5py.Group:
        """Group under a name, which may be a path; only what lies in the file itself."""
        found = parent
        for part in filter(None, name.split("/")):
            found = self._member(found, part)
            if not isinstance(found, h5py.Group):
                raise ModelError(f'"{one_line(name)}" in it is no group; {ACCEPTED}')
        return found

    def names(self, group: h5py.Group, attribute: str) -> list[str]:
        """Names listed in an attribute, which Keras splits in parts when it is long."""
        parts = [attribute]
        if attribute not in group.attrs:
            split = (f"{attribute}{number}" for number in count())
            parts = list(takewhile(lambda part: part in group.attrs, split))
        listed = [_text(name) for part in parts for name in np.ravel(group.attrs[part]).tolist()]
        self._count(len(listed))
        return listed

    def named(self, group: h5py.Group) -> dict[str, NDArray[Any]]:
        """Arrays of one layer of an HDF5 model, in order."""
        found = {}
        for name in self.names(group, "weight_names"):
            above, _, last = name.rpartition("/")
            found[name] = self._array(self.group(group, above), last)
        return found

    def archived(
        self, group: h5py.Group, path: str, depth: int
    ) -> Iterator[tuple[str, dict[str, NDArray[Any]]]]:
        """Arrays below a group of an archive, layer by layer, with the layer's path."""
        if depth > _DEEPEST:
            raise ModelError(f"its groups are nested too deeply; {ACCEPTED}")
        names = list(group)
        self._count(len(names))
        is_old = str(group.name).endswith(_OLD_LAYERS)
        numbers = _numbered_anew(names) if is_old else {_OLD_LAYERS: "layers"}
        for name in names:
            member = None if name in _NOT_READ else self._member(group, name)
            if not isinstance(member, h5py.Group):
                continue
            if name == "vars":
                yield path, {key: self._array(member, key) for key in member}
            else:
                yield from self.archived(member, f"{path}/{numbers.get(name, name)}", depth + 1)

    def _member(self, group: h5py.Group, name: str) -> Any:
        link = group.get(name, getlink=True)
        if link is None:
            raise ModelError(f'no "{one_line(name)}" inside; {ACCEPTED}')
        if not isinstance(link, h5py.HardLink):
            raise ModelError(f'"{one_line(name)}" in it is a link to elsewhere; {ACCEPTED}')
        return group[name]

    def _array(self, group: h5py.Group, name: str) -> NDArray[Any]:
        self._count(1)
        dataset = self._member(group, name)
        if not isinstance(dataset, h5py.Dataset) or dataset.external or dataset.is_virtual:
            raise ModelError(f'"{one_line(name)}" in it is no array of its own; {ACCEPTED}')
        # Keras keeps bfloat16 as two bytes that it marks, since HDF5 has no such number.
        is_bfloat16 = dataset.dtype.itemsize == 2 and dataset.attrs.get("dtype") == "bfloat16"
        if dataset.dtype.kind not in _KEPT_KINDS and not is_bfloat16:
            raise ModelError(f'"{one_line(name)}" in it holds no numbers; {ACCEPTED}')
        self._n_bytes += prod(dataset.shape or ()) * dataset.dtype.itemsize
        if self._n_bytes > MOST_WEIGHT_BYTES:
            raise too_large(self._n_bytes)
        if self._n_bytes > 64 * self._n_stored_bytes + 2**20:
            raise ModelError(
                f"declares {self._n_bytes:,} bytes of weights but stores "
                f"{self._n_stored_bytes:,}; {ACCEPTED}"
            )
        array = np.asarray(dataset[()])
        return _widened(array) if is_bfloat16 else array

    def _count(self, n_more: int) -> None:
        self._n_members += n_more
        if self._n_members > _MOST_MEMBERS:
            raise ModelError(f"holds more than {_MOST_MEMBERS:,} members; {ACCEPTED}")


def _widened(halves: NDArray[Any]) -> NDArray[np.float32]:
    """float32 of bfloat16 numbers, which are its upper two bytes."""
    return (halves.view(np.uint16).astype(np.uint32) << 16).view(np.float32)


def _numbered_anew(names: list[str]) -> dict[str, str]:
    """Names of siblings counted without gaps: Keras 2.12 and 2.13 counted layers with weights twice.

    "conv2d", "conv2d_2", "conv2d_4" become "conv2d", "conv2d_1", "conv2d_2".
    """
    parts = {name: re.fullmatch(r"(.*?)(?:_(\d{1,6}))?", name) for name in names}
    kinds: dict[str, list[tuple[int, str]]] = {}
    for name, match in parts.items():
        kind, number = match.groups() if match else (name, None)
        kinds.setdefault(kind, []).append((int(number or 0), name))
    return {
        name: f"{kind}_{place}" if place else kind
        for kind, numbered in kinds.items()
        for place, (_, name) in enumerate(sorted(numbered))
    }
