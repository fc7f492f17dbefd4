"""Arrays whose values are read piece by piece, wherever they come from."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHUNK_BYTES = 2**20
"""Values are decoded in pieces of about this many bytes."""


@dataclass(frozen=True, eq=False)
class Source:
    """An array known by its shape and dtype, whose values are read piece by piece.

    Attributes
    ----------
    where
        What it is a part of, as errors name it.
    shape
        Declared shape, checked against the size of its container where that is known.
    dtype
        Declared dtype, byte order included. Never an object dtype.
    """

    where: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def n_bytes(self) -> int:
        """Declared size of the values in bytes."""
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def is_mappable(self) -> bool:
        """Whether the values can be used from the disk, image by image."""
        return False

    def require_unpackable(self, limit: int) -> None:
        """Refuse a packed array that would unpack to more than `limit` bytes, or is a bomb."""

    def chunks(self) -> Iterator[NDArray[Any]]:
        """Yield the values in order, as read-only arrays ``(k, *shape[1:])`` of `dtype`."""
        raise NotImplementedError

    def mapped(self) -> NDArray[Any]:
        """Return the values as a read-only memory map, if they are mappable."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class ReadSource(Source):
    """An array that is made while it is read: from a table, from pictures, from memory."""

    read: Callable[[], Iterator[NDArray[Any]]]

    def chunks(self) -> Iterator[NDArray[Any]]:
        """Yield the values in order, as arrays ``(k, *shape[1:])`` of `dtype`."""
        return self.read()


def held(where: str, array: NDArray[Any]) -> ReadSource:
    """Return an array in memory as a source."""

    def read() -> Iterator[NDArray[Any]]:
        rows = max(1, CHUNK_BYTES // max(1, array[:1].nbytes))
        for start in range(0, len(array), rows):
            yield array[start : start + rows]

    return ReadSource(where, array.shape, array.dtype, read)
