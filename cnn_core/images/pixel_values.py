"""The images of a stored set, checked and brought to float32.

Grey levels become 0…1. The scale of a set is decided once for all its images, by dtype and by its
least and largest value:

======================  ==============  =============================================
dtype                   largest value   meaning, if no value is negative
======================  ==============  =============================================
any                     0 … 1           0…1 already (integers: two-valued images)
float                   1 … 1.001       0…1 with rounding errors: cut off at 1
uint8                   2 … 255         0…255, divided by 255
other integer, float    32 … 255        0…255, divided by 255
any but uint8           16              0…16, divided by 16 (scikit-learn's digits)
uint8, 8 × 8 pixels     16              the same
======================  ==============  =============================================

All other values, such as -1…1 or those of standardised images, stay as they are, and the set keeps
its least and largest one as its range. NaN, infinity and values beyond ±65,535 are refused.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn_core.images.files.bounded_files import byte_count, data_error
from cnn_core.images.files.sources import CHUNK_BYTES, Source
from cnn_core.images.image_shapes import SHAPES, has_channels_first, unfolded
from cnn_core.images.scaled_images import ScaledImages, scale_in_place

MAX_MEMORY_BYTES = 4 * 2**30
"""Largest set of images that is held in memory: uint8 as bytes, all else as float32."""
MAX_MAPPED_BYTES = 16 * 2**30
"""Largest ``.npy`` file of images that is memory-mapped."""
MAX_IMAGES = 10_000_000
"""Most images of one set."""
MAX_VALUE = 65_535
"""Largest accepted value of a pixel, positive or negative."""
CHECK_FIRST_BYTES = 256 * 2**20
"""Sets that would take more are read once to be checked before memory is taken for them."""

_VALUES = f"finite values, up to {MAX_VALUE:,}"
_ROUNDING = 1e-3
_LEAST_LARGEST_OF_255 = 32
_LARGEST_OF_DIGITS = 16
_SIDE_OF_DIGITS = 8
_USUAL_RANGES = ((-1.0, 1.0), (-0.5, 0.5))


class Scale(NamedTuple):
    """How stored values become those of a set.

    Attributes
    ----------
    divisor
        What the values are divided by.
    clips
        Whether rounding errors beyond 0…1 are cut off.
    value_range
        Black and white of the result.
    """

    divisor: int = 1
    clips: bool = False
    value_range: tuple[float, float] = (0.0, 1.0)


class ReadImages(NamedTuple):
    """Images ``(n, h, w, c)`` float32, their range, and what was taken for them."""

    images: NDArray[np.float32] | ScaledImages
    value_range: tuple[float, float]
    notes: tuple[str, ...]


def check_image_header(images: Source, max_unpacked_bytes: int) -> tuple[int, ...]:
    """Return the four axes of stored images in the order in which they are stored.

    No value is decoded.

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
    shape = unfolded(images.shape)
    if shape is None:
        raise data_error(images.where, f"images have the shape {images.shape}", SHAPES)
    if shape[0] > MAX_IMAGES:
        raise data_error(images.where, f"holds {shape[0]:,} images", f"up to {MAX_IMAGES:,}")
    images.require_unpackable(max_unpacked_bytes)
    if not images.is_mappable:
        _require_memory(images, "", shape, _held_dtype(images))
    elif images.n_bytes > MAX_MAPPED_BYTES:
        limit_told = f"up to {byte_count(MAX_MAPPED_BYTES)}"
        raise data_error(images.where, f"holds {byte_count(images.n_bytes)}", limit_told)
    # However the set is held, an image is read as float32.
    _require_memory(images, "one image ", shape[1:], np.dtype(np.float32))
    return shape


def read_images(images: Source, shape: tuple[int, ...]) -> ReadImages:
    """Return the images ``(n, h, w, c)`` float32, in as little memory as can be done.

    They come as an array in memory, as the map itself of a plain file of float32, or as
    `ScaledImages` over another plain file or over bytes in memory.

    Parameters
    ----------
    shape
        What `check_image_header` returned.

    Raises
    ------
    DataError
        Values that are no pixels, a damaged file, or above `MAX_MEMORY_BYTES`.
    """
    values, scale, is_scaled = _stored_values(images, shape)
    scaled = values if is_scaled else ScaledImages(values, scale.divisor, clips=scale.clips)
    return ReadImages(scaled, scale.value_range, tuple(_notes(images, shape, scale)))


def _notes(images: Source, shape: tuple[int, ...], scale: Scale) -> Iterator[str]:
    if has_channels_first(shape):
        yield f"the shape {images.shape} is read with the channels first"
    if scale.value_range != (0.0, 1.0):
        least, largest = scale.value_range
        yield f"the values {least:g}…{largest:g} are kept as they are"
    if scale.divisor == _LARGEST_OF_DIGITS:
        yield "the values 0…16 are divided by 16"


def pieces(array: NDArray[Any] | ScaledImages) -> Iterator[NDArray[Any]]:
    """Yield successive images of `array` ``(n, ...)``, about `CHUNK_BYTES` at once.

    Of an array in memory they are views.
    """
    rows = max(1, CHUNK_BYTES // max(1, array[:1].nbytes))
    for start in range(0, len(array), rows):
        yield array[start : start + rows]


def _stored_values(images: Source, shape: tuple[int, ...]) -> tuple[NDArray[Any], Scale, bool]:
    """Return values ``(n, h, w, c)``, their scale, and whether they are brought to it already."""
    held = _held_dtype(images)
    if images.is_mappable or held.itemsize * math.prod(shape) > CHECK_FIRST_BYTES:
        scale = _scale(images, shape, [_range(images, *part) for part in _parts(images)])
        if images.is_mappable:
            is_scaled = images.dtype == np.float32 and scale.divisor == 1 and not scale.clips
            return _channels_last(images.mapped().reshape(shape)), scale, is_scaled
    values = np.empty(images.shape, held)
    ranges = []
    for start, part in _parts(images):
        ranges.append(_range(images, start, part))
        values[start : start + len(part)] = part
    scale = _scale(images, shape, ranges)
    is_scaled = held != np.uint8
    if is_scaled:
        for part in pieces(values):
            scale_in_place(part, scale.divisor, clips=scale.clips)
    return _channels_last(values.reshape(shape)), scale, is_scaled


def _channels_last(values: NDArray[Any]) -> NDArray[Any]:
    return np.moveaxis(values, 1, -1) if has_channels_first(values.shape) else values


def _held_dtype(images: Source) -> np.dtype[Any]:
    """Return as what a set is held in memory that cannot be mapped."""
    are_bytes = images.dtype == np.dtype(np.uint8)
    return np.dtype(np.uint8 if are_bytes else np.float32)


def _require_memory(images: Source, what: str, shape: tuple[int, ...], held: np.dtype[Any]) -> None:
    needed = held.itemsize * math.prod(shape)
    if needed > MAX_MEMORY_BYTES:
        raise data_error(
            images.where,
            f"{what}would take {byte_count(needed)} of memory as {held}",
            f"up to {byte_count(MAX_MEMORY_BYTES)}, or for a set a plain .npy file in C order "
            "(which is memory-mapped)",
        )


def _parts(images: Source) -> Iterator[tuple[int, NDArray[Any]]]:
    start = 0
    for part in images.chunks():
        yield start, part
        start += len(part)


def _range(images: Source, start: int, part: NDArray[Any]) -> tuple[float, float]:
    """Return the least and the largest value of `part`, which begins at image `start`."""
    with np.errstate(invalid="ignore"):
        least, largest = float(part.min()), float(part.max())
        if least >= -MAX_VALUE and largest <= MAX_VALUE:
            return least, largest
        is_fault = ~(abs(part.astype(np.float64)) <= MAX_VALUE)
    place = np.unravel_index(int(is_fault.argmax()), part.shape)
    raise data_error(
        images.where, f"image {start + int(place[0])} has the value {part[place]}", _VALUES
    )


def _scale(images: Source, shape: tuple[int, ...], ranges: Iterable[tuple[float, float]]) -> Scale:
    lows, highs = zip(*ranges, strict=True)
    least, largest = min(lows), max(highs)
    rounding = _ROUNDING if images.dtype.kind == "f" else 0
    if least >= -rounding and largest <= 1 + rounding:
        return Scale(clips=least < 0 or largest > 1)
    are_bytes = images.dtype == np.uint8
    may_be_digits = not are_bytes or shape[1:3] == (_SIDE_OF_DIGITS, _SIDE_OF_DIGITS)
    if least >= 0 and largest == _LARGEST_OF_DIGITS and may_be_digits:
        return Scale(_LARGEST_OF_DIGITS)
    if least >= 0 and largest <= 255 and (are_bytes or largest >= _LEAST_LARGEST_OF_255):
        return Scale(255)
    return Scale(value_range=_neat(least, largest))


def _neat(least: float, largest: float) -> tuple[float, float]:
    for low, high in _USUAL_RANGES:
        if abs(least - low) <= _ROUNDING and abs(largest - high) <= _ROUNDING:
            return low, high
    return least, largest if largest > least else least + 1
