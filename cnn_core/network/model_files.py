"""A look at a saved model before Keras opens it: whether it is whole and will fit in memory."""

import io
import json
import zipfile
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import h5py

from cnn_core.errors import ModelError

MOST_WEIGHT_BYTES = 512 * 2**20
"""Largest size of all arrays of an accepted model, in bytes."""

_MOST_CONFIG_BYTES = 16 * 2**20
_ACCEPTED = "a whole .keras or .h5 file is accepted"


def vet_model_file(path: Path) -> None:
    """Refuse a model file that is missing, damaged or declares more than would fit.

    Nothing of the file is executed and no weight is read.

    Raises
    ------
    ModelError
        One line: file, fault, what is accepted.
    """
    if not path.is_file():
        raise ModelError(f"{path}: no such file; {_ACCEPTED}")
    if path.suffix == ".keras":
        _vet_keras_archive(path)
    elif path.suffix in (".h5", ".hdf5"):
        with path.open("rb") as stream:
            _vet_hdf5(path, stream, path.stat().st_size)
    else:
        raise ModelError(f'{path.name}: unknown ending "{path.suffix}"; {_ACCEPTED}')


def _vet_keras_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
            missing = {"config.json", "model.weights.h5"} - set(sizes)
            if missing:
                raise ModelError(f"{path.name}: no {min(missing)} inside; {_ACCEPTED}")
            if sum(sizes.values()) > MOST_WEIGHT_BYTES + _MOST_CONFIG_BYTES:
                raise too_large(path, sum(sizes.values()))
            if sizes["config.json"] > _MOST_CONFIG_BYTES:
                raise ModelError(f"{path.name}: its config.json is too large; {_ACCEPTED}")
            json.loads(archive.read("config.json"))
            weights = archive.read("model.weights.h5")
    except ModelError:
        raise
    # A damaged entry fails in the archive, in its compression, in the decoding or in the JSON.
    except Exception as error:
        reason = " ".join(str(error).split())[:120]
        raise ModelError(
            f"{path.name}: not a whole .keras archive ({reason}); {_ACCEPTED}"
        ) from error
    _vet_hdf5(path, io.BytesIO(weights), len(weights))


def _vet_hdf5(path: Path, stream: BinaryIO, n_stored_bytes: int) -> None:
    declared = []

    def measure(_: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            declared.append(prod(item.shape or ()) * max(item.dtype.itemsize, 1))

    try:
        with h5py.File(stream, "r") as file:
            file.visititems(measure)
    # h5py turns damage into whatever its C library ran into.
    except Exception as error:
        reason = " ".join(str(error).split())[:120]
        raise ModelError(f"{path.name}: not whole HDF5 weights ({reason}); {_ACCEPTED}") from error
    if sum(declared) > MOST_WEIGHT_BYTES:
        raise too_large(path, sum(declared))
    if sum(declared) > 64 * n_stored_bytes + 2**20:
        raise ModelError(
            f"{path.name}: declares {sum(declared):,} bytes of weights but stores "
            f"{n_stored_bytes:,}; {_ACCEPTED}"
        )


def too_large(path: Path, n_bytes: int) -> ModelError:
    """Error of a model whose arrays take more than is accepted."""
    return ModelError(
        f"{path.name}: its arrays would take {n_bytes:,} bytes; at most {MOST_WEIGHT_BYTES:,} "
        "are accepted"
    )
