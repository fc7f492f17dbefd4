"""Smooth random pictures from which the ascent starts; the same seed gives the same ones."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter


def smooth_starts(
    shape: tuple[int, int, int], length_scales: Sequence[float], repeats: int, seed: int
) -> NDArray[np.float32]:
    """Normal noise, blurred and stretched to 0…1, channel by channel.

    Each picture depends on its length scale, its number and the seed alone.

    Parameters
    ----------
    shape
        (height, width, channels) of a picture.
    length_scales
        Standard deviations of the blur in pixels, each at least 0.
    repeats
        Pictures a length scale, one behind the other.

    Returns
    -------
    ndarray
        (len(length_scales) * repeats, *shape), in 0…1.
    """
    return np.stack(
        [_start(shape, scale, number, seed) for scale in length_scales for number in range(repeats)]
    )


def _start(
    shape: tuple[int, int, int], scale: float, number: int, seed: int
) -> NDArray[np.float32]:
    rng = np.random.default_rng([seed, round(scale * 1000), number])
    blurred = gaussian_filter(rng.normal(size=shape), (scale, scale, 0), mode="wrap")
    low, high = blurred.min(axis=(0, 1)), blurred.max(axis=(0, 1))
    # A picture of one pixel is a constant.
    stretched: NDArray[np.float64] = (blurred - low) / np.where(high > low, high - low, 1)
    return stretched.astype(np.float32)
