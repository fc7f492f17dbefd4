"""Which cells of a layer are on in many images, a bit each (NumPy only)."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import SelectionError


@dataclass(frozen=True, eq=False)
class PackedOn:
    """Which of a layer's cells are on in each of n images, in an eighth of the bytes.

    Attributes
    ----------
    bits : (n, ceil(n_cells / 8))
        Eight cells a byte, in C order, the first in the highest bit; the last byte ends in zeros.
    """

    bits: NDArray[np.uint8]
    n_cells: int

    def __post_init__(self) -> None:
        if self.bits.ndim != 2 or self.bits.shape[1] != -(-self.n_cells // 8):
            raise SelectionError(
                f"packed cells of shape {self.bits.shape}: (images, "
                f"{-(-self.n_cells // 8)}) for {self.n_cells} cells"
            )

    @classmethod
    def of(cls, on: ArrayLike | PackedOn) -> PackedOn:
        """Pack (n, *cells) bool; what is packed already stays as it is."""
        if isinstance(on, PackedOn):
            return on
        cells = np.asarray(on, dtype=bool)
        if cells.ndim < 2:
            raise SelectionError(f"cells of shape {cells.shape}: expected (images, cells...)")
        n_cells = prod(cells.shape[1:])
        return cls(np.packbits(cells.reshape(len(cells), n_cells), axis=1), n_cells)

    def __len__(self) -> int:
        return len(self.bits)

    @property
    def shape(self) -> tuple[int, int]:
        """Images and cells."""
        return len(self.bits), self.n_cells

    def rows(self, rows: NDArray[np.int64] | slice) -> PackedOn:
        """The same for some of the images."""
        return PackedOn(self.bits[rows], self.n_cells)

    def columns(self, cells: NDArray[np.int64]) -> NDArray[np.bool]:
        """Whether some cells, by their k flat numbers, are on in each image: (n, k)."""
        shifts = (7 - cells % 8).astype(np.uint8)
        return (self.bits[:, cells // 8] >> shifts & 1).astype(bool)

    def unpacked(self) -> NDArray[np.bool]:
        """Whether each cell is on in each image: (n, n_cells)."""
        return np.unpackbits(self.bits, axis=1, count=self.n_cells).view(bool)


def unique_bits(
    on: PackedOn, members_a: NDArray[np.int64], members_b: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Cells unique to either of two groups, for many pairs of groups at once.

    Parameters
    ----------
    members_a, members_b : (pairs, size_a), (pairs, size_b)
        Rows of `on`; a size may be 0.

    Returns
    -------
    Packed like `on`, (pairs, bytes) each: unique to A and unique to B.
    """
    group_a, group_b = on.bits[members_a], on.bits[members_b]
    any_a, any_b = (np.bitwise_or.reduce(group, axis=1) for group in (group_a, group_b))
    # All of no image are on, but nothing is common to an empty group: so also one must be on.
    all_a, all_b = (np.bitwise_and.reduce(group, axis=1) for group in (group_a, group_b))
    return all_a & any_a & ~any_b, all_b & any_b & ~any_a


def counted(bits: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many cells are set in each row of packed cells."""
    return np.asarray(np.bitwise_count(bits).sum(axis=1, dtype=np.int64))
