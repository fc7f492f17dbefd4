"""Compressed files read in bounded pieces, and the one-line errors about files.

A container is not trusted: its list of members is read only if it is short, nothing is inflated
further than it was asked for, and whatever a reader raises on a damaged file becomes one line.
"""

import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from cnn_core.errors import DataError, printable

MAX_DIRECTORY_BYTES = 2**20
"""Longest accepted list of members of an archive; four arrays take less than 400 bytes."""
WHOLE_FILE = "a whole, unaltered file"

# What Python's readers are known to raise on damaged or hostile containers.
_READER_FAULTS = (
    OSError, EOFError, ValueError, RuntimeError, OverflowError, LookupError, struct.error,
    zlib.error, lzma.LZMAError, zipfile.BadZipFile, zipfile.LargeZipFile,
)  # fmt: skip


def one_line(text: object, longest: int = 400) -> str:
    """Return `text` without line breaks or control characters, cut to `longest` characters."""
    line = printable(text)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def data_error(where: object, fault: str, accepted: str) -> DataError:
    """Return the one-line error of this package: thing, fault, what is accepted."""
    return DataError(f"{one_line(where)}: {one_line(fault)}; accepted: {one_line(accepted)}")


def byte_count(n_bytes: int) -> str:
    """Return a size in words, as in ``"4.0 GiB"``."""
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if n_bytes >= size:
            return f"{n_bytes / size:,.1f} {unit}"
    return f"{n_bytes} bytes"


@contextmanager
def reader_faults(where: str) -> Iterator[None]:
    """Turn whatever a reader raises on a damaged file into one line about `where`."""
    try:
        yield
    except DataError:
        raise
    except _READER_FAULTS as error:
        told = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise data_error(where, f"cannot be read ({told})", WHOLE_FILE) from error
    except (MemoryError, RecursionError) as error:
        raise data_error(where, "asks for too much memory", WHOLE_FILE) from error


class ByteStream(Protocol):
    """What bounded reading needs of a stream."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""
        ...


class _GzipStream:
    """Bounded reads from a gzip file of one member.

    `gzip.GzipFile` walks through names and empty members byte by byte in Python, so that a file
    made for it keeps it busy for minutes; zlib does the same work at the speed of the disk.
    """

    def __init__(self, packed: ByteStream) -> None:
        self._packed = packed
        self._inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    def read(self, size: int) -> bytes:
        pieces = []
        while size and not self._inflater.eof:
            packed = self._inflater.unconsumed_tail or self._packed.read(2**18)
            if not packed:
                raise EOFError("the compressed data is cut short")
            piece = self._inflater.decompress(packed, size)
            pieces.append(piece)
            size -= len(piece)
        if self._inflater.eof and (self._inflater.unused_data or self._packed.read(1)):
            raise gzip.BadGzipFile("more data behind the end of the compressed stream")
        return b"".join(pieces)


class _ShortReads(io.FileIO):
    """A file whose `read` refuses long pieces while an archive's directory is looked for."""

    reading_directory = True

    def read(self, size: int | None = -1) -> bytes:
        if self.reading_directory and (size or 0) > MAX_DIRECTORY_BYTES:
            raise zipfile.BadZipFile("far more members than an image set has")
        return super().read(size)


@contextmanager
def open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive whose list of members is at most `MAX_DIRECTORY_BYTES` long."""
    with _ShortReads(path) as file, zipfile.ZipFile(file) as archive:
        file.reading_directory = False
        yield archive


@contextmanager
def open_member(path: Path, member: str) -> Iterator[ByteStream]:
    """Open a member of a zip archive at its first byte."""
    with open_archive(path) as archive, archive.open(member) as stream:
        yield stream


@contextmanager
def open_gzip(path: Path) -> Iterator[ByteStream]:
    """Open a gzip file at the first byte of what it holds."""
    with path.open("rb") as packed:
        yield _GzipStream(packed)


def archive_names(path: Path) -> tuple[str, ...]:
    """Return the names of an ``.npz`` archive's arrays, without ``.npy``; no array is decoded.

    Raises
    ------
    DataError
        `path` is not a readable zip archive, or lists far more members than an image set has.
    """
    try:
        with open_archive(path) as archive:
            return tuple(
                name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")
            )
    except (*_READER_FAULTS, MemoryError) as error:
        raise data_error(
            path, f"is not a readable archive ({error})",
            "an .npz archive, or a folder with .npy or IDX files",
        ) from error  # fmt: skip
