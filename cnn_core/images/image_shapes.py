"""Shapes in which sets of images are stored, and the one in which they are used: (n, h, w, c)."""

from math import isqrt

SHAPES = (
    "(n, h, w), (n, h, w, c) or (n, c, h, w) with c = 1 or 3, or flat square images (n, s*s) or "
    "(n, s*s*3)"
)
_CHANNELS = (1, 3)


def side_of_flat(n_values: int) -> int:
    """Return the side of a flat square image, grey or in colours; 0 if it is none.

    Never both, since s * s = 3 * t * t has no whole solution.
    """
    for channels in _CHANNELS:
        side = isqrt(max(n_values, 0) // channels)
        if side > 1 and channels * side**2 == n_values:
            return side
    return 0


def unfolded(shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the four axes of stored images in the order in which they are stored, or None."""
    if len(shape) == 2 and side_of_flat(shape[1]):
        side = side_of_flat(shape[1])
        return (shape[0], side, side, shape[1] // side**2)
    if len(shape) == 3:
        return (*shape, 1)
    is_known = len(shape) == 4 and (shape[3] in _CHANNELS or shape[1] in _CHANNELS)
    return shape if is_known else None


def has_channels_first(unfolded_shape: tuple[int, ...]) -> bool:
    """Return whether the second axis holds the channels, as PyTorch has them."""
    return unfolded_shape[3] not in _CHANNELS
