"""Size and place of a drawing: cropped, scaled with antialiasing, put into a frame."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_LEAST_INK = 0.02
"""Share of the strongest ink from which a pixel counts as inked: above the rings of a JPEG file."""


def resized(values: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Scale an image (h, w) by cubic interpolation, over wider areas where it gets smaller."""
    if values.shape == (height, width):
        return values
    image = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC), np.float32)


def inked_box(ink: NDArray[np.float32]) -> tuple[slice, slice]:
    """Give the rows and columns (h, w) that hold ink; all of them where there is none."""
    is_ink = ink > _LEAST_INK * ink.max()
    if not is_ink.any():
        return slice(0, ink.shape[0]), slice(0, ink.shape[1])
    rows, columns = (np.flatnonzero(is_ink.any(axis=axis)) for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def cropped(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut to the ink."""
    return ink[inked_box(ink)]


def scale_into(shape: tuple[int, ...], height: int, width: int) -> float:
    """Factor by which an image of a shape just fits into height × width."""
    return min(height / shape[0], width / shape[1])


def scaled_into(ink: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Scale to just fit into height × width, its shape kept."""
    factor = scale_into(ink.shape, height, width)
    rows, columns = (max(1, round(size * factor)) for size in ink.shape[:2])
    return np.clip(resized(ink, rows, columns), 0, 1)


def centre_of_mass(ink: NDArray[np.float32]) -> tuple[float, float]:
    """Row and column of the centre of mass, pixel centres at whole numbers."""
    total = float(ink.sum(dtype=np.float64))
    row, column = (
        float(ink.sum(axis=1 - axis, dtype=np.float64) @ np.arange(ink.shape[axis])) / total
        for axis in (0, 1)
    )
    return row, column


def place_in(ink: NDArray[np.float32], height: int, width: int, by_mass: bool) -> tuple[int, int]:
    """Where the first row and column of an image come to stand in a frame.

    Centred by its centre of mass as MNIST's images are, which lie within half a pixel of the pixel
    (14, 14), or else by its size. Ink that fits into the frame is never pushed out of it.
    """
    if by_mass:
        starts = [
            size // 2 - int(np.floor(centre + 0.5))
            for size, centre in zip((height, width), centre_of_mass(ink), strict=True)
        ]
    else:
        starts = [(height - ink.shape[0]) // 2, (width - ink.shape[1]) // 2]
    kept = [
        min(max(start, -box.start), max(size - box.stop, -box.start))
        for start, box, size in zip(starts, inked_box(ink), (height, width), strict=True)
    ]
    return kept[0], kept[1]


def framed(
    ink: NDArray[np.float32], height: int, width: int, start: tuple[int, int]
) -> NDArray[np.float32]:
    """Put an image into an empty frame; what stands outside of it is cut off."""
    frame = np.zeros((height, width), np.float32)
    inside = [
        slice(max(0, at), min(size, at + own))
        for at, size, own in zip(start, (height, width), ink.shape, strict=True)
    ]
    taken = [slice(part.start - at, part.stop - at) for part, at in zip(inside, start, strict=True)]
    frame[inside[0], inside[1]] = ink[taken[0], taken[1]]
    return frame
