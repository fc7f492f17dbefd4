"""What a file is, told by its first bytes and never by its name."""

from enum import Enum
from pathlib import Path

from cnn_core.errors import ModelError

ACCEPTED = "a whole .keras or .h5 file is accepted"


class FileKind(Enum):
    """The two forms of a saved Keras model."""

    ARCHIVE = "zip archive"
    HDF5 = "HDF5"


_ENDINGS = (".keras", ".h5", ".hdf5")
_FIRST_BYTES = {
    b"PK\x03\x04": FileKind.ARCHIVE,
    b"PK\x05\x06": FileKind.ARCHIVE,  # an archive without members
    b"\x89HDF\r\n\x1a\n": FileKind.HDF5,
}
# What people give instead of a model, by its first bytes: what it is, and what to do.
_MISTAKEN = {
    b"version https://git-lfs": (
        "a Git LFS pointer, not the model itself; `git lfs pull` fetches the model"
    ),
    b"<!doctype html": "a web page, not a model; download the file itself",
    b"<html": "a web page, not a model; download the file itself",
    b"\x80\x02": "a Python pickle, which could run anything; save the model as .keras or .h5",
    b"\x80\x04": "a Python pickle, which could run anything; save the model as .keras or .h5",
    b"\x93NUMPY": "an array of numbers, not a model; image sets are given with --data",
    b"\x1f\x8b": "compressed with gzip; unpack it first",
}


def kind_of_file(path: Path) -> FileKind:
    """Kind of a model file.

    Raises
    ------
    ModelError
        When it is missing or nothing of the kind: one line that says what it is and what to do.
    """
    if path.is_dir():
        raise ModelError(_told_of_folder(path))
    if not path.is_file():
        raise ModelError(f"{path}: no such file; {ACCEPTED}")
    with path.open("rb") as stream:
        start = stream.read(64)
    kind = kind_by_start(start)
    if kind is None:
        raise ModelError(f"{path.name}: {_told_of_start(start)}")
    return kind


def is_model(path: Path) -> bool:
    """True for what is meant as a model, by its ending, its first bytes or what a folder holds."""
    if path.suffix.lower() in _ENDINGS or (path / "saved_model.pb").is_file():
        return True
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return kind_by_start(stream.read(64)) is FileKind.HDF5


def kind_by_start(start: bytes) -> FileKind | None:
    """Kind of a file by its first bytes, None if it is no model."""
    return next((kind for first, kind in _FIRST_BYTES.items() if start.startswith(first)), None)


def _told_of_start(start: bytes) -> str:
    if not start:
        return f"an empty file; {ACCEPTED}"
    if start[4:8] == b"TFL3":
        return f"a TensorFlow Lite model; {ACCEPTED}"
    for first_bytes, what in _MISTAKEN.items():
        if start.lower().startswith(first_bytes.lower()):
            return what
    return f"neither a .keras archive nor HDF5; {ACCEPTED}"


def _told_of_folder(path: Path) -> str:
    if (path / "saved_model.pb").is_file():
        return (
            f"{path}: a folder in TensorFlow's SavedModel format, which Keras 3 does not open; in "
            f'the TensorFlow 2 that saved it: model = tf.keras.models.load_model("{path.name}"); '
            f'model.save("{path.name}.h5")'
        )
    return f"{path}: a folder, not a file; {ACCEPTED}"
