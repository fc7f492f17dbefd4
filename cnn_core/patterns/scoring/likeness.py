"""How much what an image shows a unit looks like patches chosen before."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cnn_core.images.dataset import Dataset
from cnn_core.patterns.scoring.frames import Frame, cut

_BYTES_AT_ONCE = 64 * 2**20


def patch_windows(
    dataset: Dataset,
    frame: Frame,
    unit: NDArray[np.integer],
    image: NDArray[np.integer],
    cell: NDArray[np.integer],
) -> NDArray[np.float32]:
    """What images show to cells of a layer.

    Parameters
    ----------
    unit, image, cell
        Broadcastable to one shape.

    Returns
    -------
    ndarray
        (*that shape, rows, columns, channels), in 0…1.
    """
    unit, image, cell = np.broadcast_arrays(unit, image, cell)
    # Each image is read once, and a memory-mapped set in its own order.
    numbers, place = np.unique(image, return_inverse=True)
    images = dataset.images[numbers][place.ravel()]
    windows = cut(images, frame.corner(unit, cell).reshape(-1, 2), frame.size)
    return windows.reshape(*image.shape, *windows.shape[1:])


def direction(windows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Mean over the windows of each unit, all brought to length 1: the product with a window of
    length 1 is then its mean cosine with them.

    Parameters
    ----------
    windows
        (units, k, rows, columns, channels); a black one has no direction and counts as 0.

    Returns
    -------
    ndarray
        (units, rows * columns * channels)
    """  # noqa: D205
    flat = windows.reshape(*windows.shape[:2], -1).astype(np.float32)
    mean: NDArray[np.float32] = _of_length_1(flat).mean(axis=1)
    return mean


def likeness(
    dataset: Dataset,
    rows: NDArray[np.int64],
    frame: Frame,
    units: NDArray[np.int64],
    cell: NDArray[np.integer],
    directions: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Mean cosine between references and what each image shows to each unit.

    Parameters
    ----------
    rows
        (n,) numbers of the images.
    units
        (u,) which units.
    cell
        (n, u): where each unit looks in each image.
    directions
        (u, r, pixels): r sets of references a unit, see `direction`.

    Returns
    -------
    ndarray
        (n, u, r), in -1…1, to five decimals: closer ones count as equal; 0 for a black window.
    """
    found = np.empty((len(rows), len(units), directions.shape[1]), np.float32)
    n_pixels = max(int(np.prod(dataset.input_shape)), directions.shape[2])
    for part in _slices(len(rows), _BYTES_AT_ONCE // (4 * n_pixels)):
        images = dataset.images[rows[part]]
        if frame.grid == (1, 1) and frame.corners.shape[2] == 1:
            windows = _seen(images, frame, units[0], cell[part, 0])
            found[part] = np.tensordot(windows, directions, ([1], [2]))
            continue
        for place, unit in enumerate(units):
            windows = _seen(images, frame, unit, cell[part, place])
            found[part, place] = windows @ directions[place].T
    # Windows that differ by a factor alone are equal but for rounding, and must not be ranked.
    return found.round(5)


def _seen(
    images: NDArray[np.float32], frame: Frame, unit: np.integer, cell: NDArray[np.integer]
) -> NDArray[np.float32]:
    windows = cut(images, frame.corner(np.full(cell.shape, unit), cell), frame.size)
    return _of_length_1(windows.reshape(len(images), -1))


def _of_length_1(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.sqrt(np.einsum("...p,...p->...", vectors, vectors))[..., np.newaxis]
    lengths[lengths == 0] = 1
    scaled: NDArray[np.float32] = vectors / lengths
    return scaled


def _slices(n: int, size: int) -> Iterator[slice]:
    size = max(1, size)
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))
