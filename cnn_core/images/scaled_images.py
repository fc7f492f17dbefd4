"""Images that stay as they were stored, brought to scale only where they are asked for."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cnn_core.images.files.bounded_files import byte_count, data_error

MAX_WHOLE_BYTES = 4 * 2**30
"""Most bytes of float32 that one access may make; larger ones are refused, not tried."""
_ITERATED_IMAGES = 64


def scale_in_place(values: NDArray[np.float32], divisor: int, *, clips: bool) -> None:
    """Divide `values`, or cut off what lies beyond 0…1 by a rounding error."""
    if divisor != 1:
        np.divide(values, np.float32(divisor), out=values)
    elif clips:
        np.clip(values, np.float32(0), np.float32(1), out=values)


class ScaledImages:
    """A set of images as stored, on the disk or in memory; what is read of it is scaled float32.

    Bytes take a quarter of the memory of float32, and a memory map none. It is indexed like the
    array that it stands for, with numbers, slices, index arrays and masks, and gives a new array of
    the images asked for: ``images[7]``, ``images[100:200]``, ``images[[3, 1]]``. Made an array as a
    whole, as NumPy's functions do, it takes the memory of the whole set as float32; a set larger
    than memory is read in slices.

    Parameters
    ----------
    stored
        ``(n, h, w, c)`` of any numeric dtype, perhaps memory-mapped, with values of a known scale.
    divisor
        What the values are divided by.
    clips
        Whether rounding errors beyond 0…1 are cut off.

    Attributes
    ----------
    shape
        (n, h, w, c)
    dtype
        float32, whatever the file holds.
    """

    dtype = np.dtype(np.float32)
    ndim = 4

    def __init__(self, stored: NDArray[Any], divisor: int = 1, *, clips: bool = False) -> None:
        self._stored = stored.view()
        self._stored.flags.writeable = False
        self._divisor = divisor
        self._clips = clips
        self.shape: tuple[int, ...] = stored.shape

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"ScaledImages{self.shape} of {self._stored.dtype} / {self._divisor}"

    @property
    def size(self) -> int:
        """Number of values."""
        return self._stored.size

    @property
    def nbytes(self) -> int:
        """Bytes that the whole set would take in memory, as float32."""
        return self.size * self.dtype.itemsize

    @property
    def flags(self) -> Any:
        """Flags of the stored array, which is never writeable."""
        return self._stored.flags

    def __getitem__(self, key: Any) -> NDArray[np.float32]:
        chosen = self._stored[key]
        n_bytes = chosen.size * self.dtype.itemsize
        if n_bytes > MAX_WHOLE_BYTES:
            raise data_error(
                f"{len(self):,} images", f"{byte_count(n_bytes)} asked for at once",
                f"up to {byte_count(MAX_WHOLE_BYTES)}, for instance slices of some thousands",
            )  # fmt: skip
        values: NDArray[np.float32] = np.array(chosen, self.dtype)
        scale_in_place(values, self._divisor, clips=self._clips)
        return values[()]

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        for start in range(0, len(self), _ITERATED_IMAGES):
            yield from self[start : start + _ITERATED_IMAGES]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("images as stored cannot become an array without being scaled")
        return np.asarray(self[:], dtype)


Images = NDArray[np.floating[Any]] | ScaledImages
"""Images (n, height, width, channels) in 0…1, as arrays or as stored: what can be taken in slices."""
