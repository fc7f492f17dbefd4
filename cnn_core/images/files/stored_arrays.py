"""Arrays in files, described by their headers first and read piece by piece afterwards.

Three containers are known here: ``.npy`` files, ``.npy`` members of an ``.npz`` archive, and IDX
files, plain or gzipped; tables and pictures are read by modules of their own. Nothing is unpickled, a header is read through a window of fixed size, and the
size that it declares is compared with its container before a value is decoded.
"""

import io
import math
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from cnn_core.images.files.bounded_files import (
    WHOLE_FILE,
    ByteStream,
    byte_count,
    data_error,
    one_line,
    open_archive,
    open_gzip,
    open_member,
    reader_faults,
)
from cnn_core.images.files.sources import CHUNK_BYTES, Source

MAX_UNPACKED_BYTES = 2**30
"""Largest array that is unpacked from an archive or gzip file by default."""
MAX_HEADER_BYTES = 16 * 2**10
"""An array's header is looked for in this many bytes; NumPy's own are shorter than 10,000."""
MAX_FORTRAN_BYTES = 512 * 2**20
"""Arrays in Fortran order must be held whole before the first image is known."""
MAX_EXPANSION = 200
"""Compressed arrays above `EXPANSION_FREE_BYTES` may unpack to this many times their size."""
EXPANSION_FREE_BYTES = 128 * 2**20
"""Below this size the ratio of expansion is not looked at: blank images compress 1000-fold."""

_IDX_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_GZIP_MAGIC = b"\x1f\x8b"
_LONGEST_NAME = 120

OpenStream = Callable[[], AbstractContextManager[ByteStream]]


@dataclass(frozen=True, eq=False)
class StoredArray(Source):
    """One array in a file, known by its header; its values are still on disk.

    Attributes
    ----------
    fortran
        Whether the values are stored column by column.
    packed_bytes
        Size of the packed values in an archive or gzip file, None for those of a plain file.
    open_values
        Returns a context manager whose stream stands at the first value.
    map_from
        File and offset of plain values that can be memory-mapped.
    """

    fortran: bool
    packed_bytes: int | None
    open_values: OpenStream
    map_from: tuple[Path, int] | None = None

    @property
    def is_mappable(self) -> bool:
        """Whether the values can be used from the disk, image by image."""
        return self.map_from is not None and not self.fortran

    def require_unpackable(self, limit: int) -> None:
        """Refuse a packed array that would unpack to more than `limit` bytes, or is a bomb.

        Plain files pass: what they hold is as large as it is declared.

        Raises
        ------
        DataError
            Above `limit`, or above `MAX_EXPANSION` times its compressed size.
        """
        if self.packed_bytes is None:
            return
        if self.n_bytes > limit:
            raise data_error(
                self.where, f"would unpack to {byte_count(self.n_bytes)}",
                f"up to {byte_count(limit)}",
            )  # fmt: skip
        is_bomb = self.n_bytes > MAX_EXPANSION * self.packed_bytes
        if is_bomb and self.n_bytes > EXPANSION_FREE_BYTES:
            raise data_error(
                self.where,
                f"{byte_count(self.packed_bytes)} would unpack to {byte_count(self.n_bytes)}",
                f"up to {MAX_EXPANSION} times the compressed size, or a plain .npy file",
            )

    def chunks(self) -> Iterator[NDArray[Any]]:
        """Yield the values in order, as read-only arrays ``(k, *shape[1:])`` of `dtype`.

        Raises
        ------
        DataError
            The values end early, go on behind the declared end, or fail their checksum.
        """
        row_bytes = math.prod(self.shape[1:]) * self.dtype.itemsize
        rows = max(1, CHUNK_BYTES // max(1, row_bytes))
        if self.fortran:
            rows = self.shape[0]
            if self.n_bytes > MAX_FORTRAN_BYTES:
                raise data_error(
                    self.where, f"{byte_count(self.n_bytes)} in Fortran order",
                    f"arrays in C order, or up to {byte_count(MAX_FORTRAN_BYTES)}",
                )  # fmt: skip
        with reader_faults(self.where), self.open_values() as stream:
            for start in range(0, self.shape[0], rows):
                count = min(rows, self.shape[0] - start)
                values = np.frombuffer(self._exactly(stream, count * row_bytes), self.dtype)
                shape = (count, *self.shape[1:])
                yield values.reshape(shape, order="F" if self.fortran else "C")
            # Asking for one byte more also makes the reader compare the checksum.
            if stream.read(1):
                raise data_error(
                    self.where, "goes on behind the values its header declares",
                    WHOLE_FILE,
                )  # fmt: skip

    def _exactly(self, stream: ByteStream, size: int) -> bytes:
        pieces: list[bytes] = []
        missing = size
        while missing and (piece := stream.read(missing)):
            pieces.append(piece)
            missing -= len(piece)
        if missing:
            raise data_error(
                self.where, "is cut short: it ends before the values its header declares",
                WHOLE_FILE,
            )  # fmt: skip
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def mapped(self) -> NDArray[Any]:
        """Return the values as a read-only memory map, ``shape`` and ``dtype`` as declared."""
        assert self.map_from is not None, "only what stands plainly in a file is mapped"
        path, offset = self.map_from
        with reader_faults(self.where):
            values = np.memmap(path, self.dtype, mode="r", offset=offset, shape=self.shape)
        return np.asarray(values)


@contextmanager
def _open_at(open_stream: OpenStream, offset: int) -> Iterator[ByteStream]:
    with open_stream() as stream:
        stream.read(offset)
        yield stream


def describe_member(path: Path, name: str) -> StoredArray:
    """Describe the array `name` of the ``.npz`` archive `path` from its header.

    Raises
    ------
    DataError
        The member is no plain array in .npy format, is encrypted or compressed in a way that
        cannot be read in bounded pieces, or its size is not the one the archive lists.
    """
    where, member = f"{path} ({one_line(name, _LONGEST_NAME)})", f"{name}.npy"
    with reader_faults(where), open_archive(path) as archive:
        info = archive.getinfo(member)
        if info.flag_bits & 0x1:
            raise data_error(where, "is encrypted", "archives written by np.savez")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise data_error(
                where, f"uses compression type {info.compress_type}",
                "archives written by np.savez or np.savez_compressed",
            )  # fmt: skip
        with archive.open(info) as stream:
            head = stream.read(MAX_HEADER_BYTES)
    # The listed sizes may be lies, but no member is longer than its file.
    packed = min(info.compress_size, path.stat().st_size)
    return _describe_npy(
        where, head, info.file_size, packed, partial(open_member, path, member), None
    )  # fmt: skip


def describe_npy(path: Path) -> StoredArray:
    """Describe the ``.npy`` file `path` from its header.

    Raises
    ------
    DataError
        Not a plain array in .npy format, or the file's size is not the one its header declares.
    """
    with reader_faults(str(path)), path.open("rb") as stream:
        head = stream.read(MAX_HEADER_BYTES)
        size = stream.seek(0, io.SEEK_END)
    return _describe_npy(str(path), head, size, None, partial(_open_plain, path), path)


def describe_idx(path: Path) -> StoredArray:
    """Describe an IDX file, plain or gzipped (told by its first bytes), from its header.

    The format is the one of http://yann.lecun.com/exdb/mnist: two zero bytes, a type code, the
    number of axes, each axis as a big-endian 32-bit integer, then the values.

    Raises
    ------
    DataError
        Not an IDX file, or a plain file whose size is not the one its header declares. Gzipped
        files are held to it while they are read.
    """
    where = str(path)
    with reader_faults(where), path.open("rb") as stream:
        packed = stream.read(2) == _GZIP_MAGIC
        size = stream.seek(0, io.SEEK_END)
        open_stream: OpenStream = partial(open_gzip if packed else _open_plain, path)
        with open_stream() as values:
            head = values.read(4)
            if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in _IDX_DTYPES or not head[3]:
                raise data_error(where, "is not an IDX file", "IDX files, plain or gzipped")
            axes = values.read(4 * head[3])
        if len(axes) < 4 * head[3]:
            raise data_error(where, "is cut short within its header", WHOLE_FILE)
    array = StoredArray(
        where, struct.unpack(f">{head[3]}I", axes), np.dtype(_IDX_DTYPES[head[2]]), False,
        size if packed else None, partial(_open_at, open_stream, 4 + len(axes)),
    )  # fmt: skip
    if not packed:
        _require_declared(array, size - 4 - len(axes))
    return array


def _open_plain(path: Path) -> BinaryIO:
    return path.open("rb")


def _describe_npy(
    where: str,
    head: bytes,
    size: int,
    packed_bytes: int | None,
    open_stream: OpenStream,
    map_path: Path | None,
) -> StoredArray:
    npy = np.lib.format
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    stream = io.BytesIO(head)
    try:
        # Old or odd headers make NumPy warn; what counts here is whether they can be used.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shape, fortran, dtype = readers[npy.read_magic(stream)](stream)
    except Exception as error:  # Headers are Python texts: a bad one raises what any bad code does.
        if "pickle" in str(error) or head[:1] == b"\x80":
            raise data_error(where, "is a pickle, which is never opened", "plain arrays") from error
        raise data_error(
            where, "is not in .npy format, or its header is damaged", "arrays saved by np.save"
        ) from error
    if dtype.hasobject:
        raise data_error(
            where, "holds pickled Python objects, which are never opened", "plain numeric arrays"
        )
    if any(axis < 0 for axis in shape):
        raise data_error(where, f"declares the shape {shape}", "axes of 1 or more")
    offset = stream.tell()
    array = StoredArray(
        where, tuple(map(int, shape)), dtype, fortran and len(shape) > 1, packed_bytes,
        partial(_open_at, open_stream, offset), (map_path, offset) if map_path else None,
    )  # fmt: skip
    _require_declared(array, size - offset)
    return array


def _require_declared(array: StoredArray, held_bytes: int) -> None:
    if held_bytes != array.n_bytes:
        fault = "is cut short" if held_bytes < array.n_bytes else "is longer than its header says"
        raise data_error(
            array.where,
            f"{fault}: the header declares {array.n_bytes:,} bytes of values, "
            f"{max(held_bytes, 0):,} are there",
            WHOLE_FILE,
        )
