"""What colours stand for: activations made ready for display, without changing them."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import SelectionError

COLOUR_MODES = ("layer", "map", "clip")


def standardise_and_clip(values: ArrayLike, is_spatial: bool) -> NDArray[np.float32]:
    """Stretch activations for display as the article does: per map (x - mean) / std * 64 + 128.

    A node is one number and has no spread, so for layers of nodes (and for maps of one cell)
    mean and standard deviation are those of the layer, per image.

    Parameters
    ----------
    values : (h, w, units) or (n, h, w, units) if spatial, else (units,) or (n, units)
    is_spatial
        Whether the units are maps.

    Returns
    -------
    Same shape, in 0..255, a new array; a constant map is 128 throughout.
    """
    values = np.asarray(values, dtype=np.float64)
    axes = _spread_axes(values, is_spatial)
    centred = values - values.mean(axis=axes, keepdims=True)
    spread = values.std(axis=axes, keepdims=True)
    # Rounding gives the mean of equal numbers a tiny error, so equality decides; a spread of 0
    # between unequal numbers is one too small for a float.
    equal = values.min(axis=axes, keepdims=True) == values.max(axis=axes, keepdims=True)
    constant = equal | (spread == 0)
    stretched = centred / np.where(constant, 1.0, spread) * 64 + 128
    return np.asarray(np.where(constant, 128.0, np.clip(stretched, 0, 255)), np.float32)


def colour_range(values: ArrayLike, mode: str = "layer") -> tuple[float, float]:
    """Give the ends of the colour scale for a layer shown in one of three ways.

    Parameters
    ----------
    values
        Activations of the layer, one image or several that share the scale.
    mode : "layer", "map" or "clip"
        One range over the layer, from its smallest value or 0 to its largest; 0..1 for maps
        normalised one by one; 0..255 for `standardise_and_clip`.

    Returns
    -------
    low, high
        With low < high; (0, 1) for a layer of zeros.
    """
    _require_mode(mode)
    if mode == "map":
        return (0.0, 1.0)
    if mode == "clip":
        return (0.0, 255.0)
    low, high = min(0.0, float(np.min(values))), float(np.max(values))
    if low < high:
        return (low, high)
    return (low, 0.0) if low < 0 else (0.0, 1.0)


def display_values(values: ArrayLike, mode: str, is_spatial: bool) -> NDArray[np.float32]:
    """Numbers to colour for `mode`; the activations themselves stay as they are.

    Parameters
    ----------
    values, is_spatial
        As for `standardise_and_clip`.
    mode : "layer", "map" or "clip"
        "layer" shows the activations, "map" each map from its smallest value or 0 (as 0) to its
        largest (as 1), "clip" the article's stretch. Nodes are normalised over the layer.

    Returns
    -------
    Same shape, within ``colour_range(values, mode)``. A map of zeros is 0.
    """
    _require_mode(mode)
    if mode == "clip":
        return standardise_and_clip(values, is_spatial)
    values = np.asarray(values, dtype=np.float32)
    if mode == "layer":
        return values
    axes = _spread_axes(values, is_spatial)
    low = np.minimum(values.min(axis=axes, keepdims=True), 0)
    span = values.max(axis=axes, keepdims=True) - low
    return np.asarray((values - low) / np.where(span > 0, span, 1))


def dead_units(values: ArrayLike) -> NDArray[np.bool]:
    """Tell which units are zero in all their cells, (units,) or (n, units).

    Values are (h, w, units), (units,), or with a leading axis of n images: (n, h, w, units),
    (n, units).
    """
    values = np.asarray(values)
    return np.asarray(~np.any(values, axis=(-3, -2)) if values.ndim > 2 else values == 0)


def _require_mode(mode: str) -> None:
    if mode not in COLOUR_MODES:
        raise SelectionError(
            f'colour range "{mode}": {", ".join(COLOUR_MODES)} are accepted', COLOUR_MODES[0]
        )


def _spread_axes(values: NDArray[Any], is_spatial: bool) -> tuple[int, ...]:
    """Axes over which the values of one map, or of one image's nodes, spread."""
    if not is_spatial:
        return (-1,)
    return (-3, -2) if values.shape[-3:-1] != (1, 1) else (-3, -2, -1)
