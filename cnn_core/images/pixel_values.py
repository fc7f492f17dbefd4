"""The images of a stored set, checked and brought to float32 in 0…1.

Images are ``(n, h, w)``, ``(n, h, w, 1)``, ``(n, h, w, 3)``, or flat ``(n, s * s)`` for square grey
images of side s. Flat rows are accepted only if s is a whole number, 2 or more; that is never
ambiguous with square colour images, since s * s = 3 * t * t has no whole solution.

The scale of a set is decided once for all its images, by dtype and largest value:

======================  ==============  =============================================
dtype                   largest value   meaning
======================  ==============  =============================================
any                     0 … 1           0…1 already (integers: two-valued images)
float                   1 … 1.001       0…1 with rounding errors: cut off at 1
uint8                   2 … 255         0…255, divided by 255
other integer, float    32 … 255        0…255, divided by 255
======================  ==============  =============================================

Everything else is refused: negative values, values above 255, NaN and infinity, and a largest value
in between, such as 16, which tells neither scale.
"""

import math
from collections.abc import Iterator
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.images.files.bounded_files import byte_count, data_error
from cnn_core.images.files.stored_arrays import CHUNK_BYTES, StoredArray
from cnn_core.images.scaled_images import ScaledImages

MAX_MEMORY_BYTES = 4 * 2**30
"""Largest set of images that is held in memory: uint8 as bytes, all else as float32."""
MAX_MAPPED_BYTES = 16 * 2**30
"""Largest ``.npy`` file of images that is memory-mapped."""
MAX_IMAGES = 10_000_000
"""Most images of one set."""
CHECK_FIRST_BYTES = 256 * 2**20
"""Sets that would take more are read once to be checked before memory is taken for them."""

_SHAPES = "(n, h, w), (n, h, w, 1), (n, h, w, 3), or (n, s*s) for square grey images"
_VALUES = "finite values 0…1 or 0…255"
_ROUNDING = 1.001
_LEAST_LARGEST_OF_255 = 32


def check_image_header(images: StoredArray, max_unpacked_bytes: int) -> tuple[int, ...]:
    """Return the shape (n, h, w, c) of stored images; no value is decoded.

    Parameters
    ----------
    max_unpacked_bytes
        Most bytes to unpack, if the images are in an archive or gzipped.

    Raises
    ------
    DataError
        Not numbers, empty, no shape of images, or above `max_unpacked_bytes` or a limit of this
        module.
    """
    if images.dtype.kind not in "buif":
        raise data_error(images.where, f"holds values of type {images.dtype}", _VALUES)
    if 0 in images.shape:
        raise data_error(images.where, f"is empty: shape {images.shape}", "at least one image")
    shape = images.shape
    if len(shape) == 2 and shape[1] > 1 and isqrt(shape[1]) ** 2 == shape[1]:
        shape = (shape[0], isqrt(shape[1]), isqrt(shape[1]))
    if len(shape) == 3:
        shape = (*shape, 1)
    if len(shape) != 4 or shape[3] not in (1, 3):
        is_channels_first = len(shape) == 4 and shape[1] in (1, 3)
        hint = ", channels must be the last axis" if is_channels_first else ""
        raise data_error(images.where, f"images have the shape {images.shape}{hint}", _SHAPES)
    if shape[0] > MAX_IMAGES:
        raise data_error(images.where, f"holds {shape[0]:,} images", f"up to {MAX_IMAGES:,}")
    images.require_unpackable(max_unpacked_bytes)
    if not is_mappable(images):
        _require_memory(images, "", shape, _held_dtype(images))
    elif images.n_bytes > MAX_MAPPED_BYTES:
        limit_told = f"up to {byte_count(MAX_MAPPED_BYTES)}"
        raise data_error(images.where, f"holds {byte_count(images.n_bytes)}", limit_told)
    # However the set is held, an image is read as float32.
    _require_memory(images, "one image ", shape[1:], np.dtype(np.float32))
    return shape


def is_mappable(images: StoredArray) -> bool:
    """Return whether stored images can be used from the disk, image by image."""
    return images.map_from is not None and not images.fortran


def read_images(images: StoredArray, shape: tuple[int, ...]) -> NDArray[np.float32] | ScaledImages:
    """Return the images as ``shape`` float32 in 0…1, in as little memory as can be done.

    They come as an array in memory, as the map itself of a plain file of float32 in 0…1, or as
    `ScaledImages` over another plain file or over bytes in memory.

    Parameters
    ----------
    shape
        What `check_image_header` returned.

    Raises
    ------
    DataError
        Values of no known scale, a damaged file, or above `MAX_MEMORY_BYTES`.
    """
    held = _held_dtype(images)
    if is_mappable(images) or held.itemsize * math.prod(shape) > CHECK_FIRST_BYTES:
        largest = max(_largest(images, part, start) for start, part in _parts(images))
        divisor = _divisor(images, largest)
        if is_mappable(images):
            mapped = images.mapped().reshape(shape)
            is_ready = images.dtype == np.dtype(np.float32) and largest <= 1
            return mapped if is_ready else ScaledImages(mapped, divisor)
    values = np.empty(images.shape, held)
    largest = 0.0
    for start, part in _parts(images):
        largest = max(largest, _largest(images, part, start))
        values[start : start + len(part)] = part
    divisor = _divisor(images, largest)
    if held == np.uint8:
        return ScaledImages(values.reshape(shape), divisor)
    for part in pieces(values):
        if divisor != 1:
            np.divide(part, np.float32(divisor), out=part)
        elif largest > 1:
            np.minimum(part, np.float32(1), out=part)
    return values.reshape(shape)


def pieces(array: NDArray[Any] | ScaledImages) -> Iterator[NDArray[Any]]:
    """Yield successive images of `array` ``(n, ...)``, about `CHUNK_BYTES` at once.

    Of an array in memory they are views.
    """
    rows = max(1, CHUNK_BYTES // max(1, array[:1].nbytes))
    for start in range(0, len(array), rows):
        yield array[start : start + rows]


def _held_dtype(images: StoredArray) -> np.dtype[Any]:
    """Return as what a set is held in memory that cannot be mapped."""
    are_bytes = images.dtype == np.dtype(np.uint8)
    return np.dtype(np.uint8 if are_bytes else np.float32)


def _require_memory(
    images: StoredArray, what: str, shape: tuple[int, ...], held: np.dtype[Any]
) -> None:
    needed = held.itemsize * math.prod(shape)
    if needed > MAX_MEMORY_BYTES:
        raise data_error(
            images.where,
            f"{what}would take {byte_count(needed)} of memory as {held}",
            f"up to {byte_count(MAX_MEMORY_BYTES)}, or for a set a plain .npy file in C order "
            "(which is memory-mapped)",
        )


def _parts(images: StoredArray) -> Iterator[tuple[int, NDArray[Any]]]:
    start = 0
    for part in images.chunks():
        yield start, part
        start += len(part)


def _largest(images: StoredArray, part: NDArray[Any], start: int) -> float:
    """Return the largest value of `part`, which begins at image `start`, if all are in 0…255."""
    with np.errstate(invalid="ignore"):
        least, largest = part.min(), part.max()
        if least >= 0 and largest <= 255:
            return float(largest)
        is_fault = ~((part >= 0) & (part <= 255))
    place = np.unravel_index(int(is_fault.argmax()), part.shape)
    raise data_error(
        images.where, f"image {start + int(place[0])} has the value {part[place]}", _VALUES
    )


def _divisor(images: StoredArray, largest: float) -> int:
    is_float = images.dtype.kind == "f"
    if largest <= (_ROUNDING if is_float else 1):
        return 1
    if images.dtype != np.uint8 and largest < _LEAST_LARGEST_OF_255:
        raise data_error(
            images.where, f"the largest value is {largest:g}, which tells no scale", _VALUES
        )
    return 255
