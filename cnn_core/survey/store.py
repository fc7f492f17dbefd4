"""Arrays of a survey on disk: written once, whole or not at all, and mapped when opened."""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray
from platformdirs import user_cache_path

from cnn_core.artifacts import flush_to_disk, json_text, sha256_of

CACHE_VARIABLE = "LOOKING_GLASS_CACHE"
_META = "meta.json"
_APPLICATION = "cnn-looking-glass"


class Damaged(Exception):
    """A stored survey is missing, incomplete or not what was written."""


def default_cache_folder() -> Path:
    """Where surveys are kept: $LOOKING_GLASS_CACHE, else the user's cache folder."""
    stated = os.environ.get(CACHE_VARIABLE)
    return Path(stated) if stated else user_cache_path(_APPLICATION, appauthor=False)


class MemorySink:
    """Keeps the arrays of a pass in memory."""

    def __init__(self, n_images: int) -> None:
        self.arrays: dict[str, NDArray[Any]] = {}
        self._n_images = n_images
        self._filled: dict[str, int] = {}

    def add(self, name: str, rows: NDArray[Any]) -> None:
        """Take the next rows of an array."""
        if name not in self.arrays:
            self.arrays[name] = np.empty((self._n_images, *rows.shape[1:]), rows.dtype)
            self._filled[name] = 0
        start = self._filled[name]
        self.arrays[name][start : start + len(rows)] = rows
        self._filled[name] += len(rows)

    def put(self, name: str, array: NDArray[Any]) -> None:
        """Take a whole array."""
        self.arrays[name] = array

    def read_only(self) -> dict[str, NDArray[Any]]:
        """Give the arrays by name, closed for writing."""
        for array in self.arrays.values():
            array.flags.writeable = False
        return self.arrays


class FolderSink:
    """Writes the arrays of a pass as ``.npy`` files into a folder.

    It writes to files and not into maps of them: on a full disk a file gives an error that can be
    dealt with, a map ends the process.
    """

    def __init__(self, folder: Path, n_images: int) -> None:
        self.folder = folder
        self._n_images = n_images
        self._files: dict[str, BinaryIO] = {}
        self._hashes: dict[str, hashlib._Hash] = {}

    def add(self, name: str, rows: NDArray[Any]) -> None:
        """Write the next rows of an array."""
        if name not in self._files:
            self._files[name] = self._open(name, (self._n_images, *rows.shape[1:]), rows.dtype)
        self._write(name, np.ascontiguousarray(rows).data)

    def put(self, name: str, array: NDArray[Any]) -> None:
        """Write a whole array."""
        self._files[name] = self._open(name, array.shape, array.dtype)
        self._write(name, np.ascontiguousarray(array).data)

    def _open(self, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> BinaryIO:
        path = self.folder / f"{len(self._files):03d}.npy"
        file: BinaryIO = open(path, "w+b")  # noqa: SIM115 - closed by finish or close
        header = {
            "descr": np.lib.format.dtype_to_descr(dtype),
            "fortran_order": False,
            "shape": tuple(shape),
        }
        np.lib.format.write_array_header_1_0(file, header)
        file.seek(0)
        self._hashes[name] = hashlib.sha256(file.read())
        return file

    def _write(self, name: str, content: memoryview) -> None:
        self._files[name].write(content)
        self._hashes[name].update(content)

    def finish(self, facts: dict[str, Any]) -> None:
        """Write the description and bring everything to the disk.

        Parameters
        ----------
        facts
            What the arrays belong to; `open_folder` compares it.
        """
        for file in self._files.values():
            file.flush()
            os.fsync(file.fileno())
        self.close()
        described = {
            name: {"file": Path(file.name).name, "sha256": self._hashes[name].hexdigest()}
            for name, file in self._files.items()
        }
        (self.folder / _META).write_text(
            json_text({**facts, "arrays": described}), encoding="utf-8"
        )
        flush_to_disk(self.folder / _META)
        flush_to_disk(self.folder)

    def close(self) -> None:
        """Close all files, whatever became of them."""
        for file in self._files.values():
            with contextlib.suppress(OSError):
                file.close()


def open_folder(
    folder: Path, facts: dict[str, Any]
) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Open a stored survey; every byte is checked, which also brings it into the file cache.

    Parameters
    ----------
    facts
        What it must belong to.

    Returns
    -------
    arrays
        Mapped from their files, read-only.
    meta
        All that was given to `FolderSink.finish`.

    Raises
    ------
    Damaged
        When it is not there, incomplete, altered, or of something else.
    """
    try:
        meta = json.loads(_plain(folder / _META).read_text(encoding="utf-8"))
        if any(meta[key] != value for key, value in facts.items()):
            raise Damaged(f"{folder}: of another model, image set or version")
        arrays = {}
        for name, described in meta["arrays"].items():
            path = _plain(folder / Path(described["file"]).name)
            if sha256_of(path) != described["sha256"]:
                raise Damaged(f"{path}: truncated or altered")
            arrays[name] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Damaged(f"{folder}: {error}") from error
    return arrays, meta


def _plain(path: Path) -> Path:
    """Refuse what is no file: to open a pipe would wait for somebody to write into it."""
    if not path.is_file():
        raise Damaged(f"{path}: no plain file")
    return path


@contextlib.contextmanager
def one_builder(cache_folder: Path, key: str) -> Iterator[bool]:
    """Wait until no other process builds the survey of this key, and tell whether this one is alone.

    Where the file system knows no locks, several may build at once: then the last one's stays.
    """
    lock = FileLock(cache_folder / f"{key}.lock", fallback_to_soft=False)
    try:
        lock.acquire()
        alone = True
    except OSError:
        alone = False
    try:
        yield alone
    finally:
        lock.release()


@contextlib.contextmanager
def building(cache_folder: Path, key: str, alone: bool) -> Iterator[Path]:
    """Give a new folder that takes the place of the survey `key` when the block succeeds.

    When `alone`, as `one_builder` tells, what killed builders left behind is removed first.
    """
    if alone:
        for left_over in cache_folder.glob(f".building-{key}-*"):
            shutil.rmtree(left_over, ignore_errors=True)
    staged = cache_folder / f".building-{key}-{os.getpid()}-{secrets.token_hex(4)}"
    staged.mkdir()
    try:
        yield staged
        _move_into_place(staged, cache_folder / key)
        flush_to_disk(cache_folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _move_into_place(staged: Path, final: Path) -> None:
    """Rename a folder over another one; those who mapped the old files keep them."""
    while True:
        try:
            os.replace(staged, final)
            return
        except OSError:
            if not final.exists():
                raise
            # A folder can only be renamed over an empty one: move the old one aside, then remove.
            aside = staged.with_name(f"{staged.name}-old")
            with contextlib.suppress(FileNotFoundError):
                os.replace(final, aside)
            if aside.is_dir():
                shutil.rmtree(aside, ignore_errors=True)
            else:
                aside.unlink(missing_ok=True)
