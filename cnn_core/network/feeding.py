"""The images that a network is given: of its shape, and in the black and white that it knows."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import DataError, ModelError
from cnn_core.images.scaled_images import ScaledImages
from cnn_core.network.pixels import given_values


def checked_images(
    images: ArrayLike | ScaledImages,
    name: str,
    input_shape: tuple[int, int, int],
    value_range: tuple[float, float],
    knows_pixels: bool,
) -> NDArray[Any] | ScaledImages:
    """Images (n, *input_shape) with n at least 1 for the network of that name.

    Those kept as stored, in a file or as bytes, become float32 batch by batch, when they are fed.

    Raises
    ------
    DataError
        When they are of another shape.
    """
    checked = images if isinstance(images, ScaledImages) else np.asarray(images)
    if isinstance(checked, np.ndarray) and checked.ndim == 3 and input_shape[2] == 1:
        checked = checked[..., np.newaxis]
    if checked.ndim != 4 or checked.shape[1:] != input_shape or len(checked) == 0:
        raise DataError(
            f"images of shape {checked.shape}: the network {name} takes "
            f"(n, {', '.join(map(str, input_shape))}) with n at least 1"
        )
    if isinstance(checked, ScaledImages):
        return checked
    if checked.dtype.kind in "bui" and not knows_pixels:
        warnings.warn(
            f"bytes are given to the network {name} as 0…1; if it takes other pixels, open "
            'it with load_network(…, pixels="0-255") or whatever they are',
            stacklevel=4,
        )
    return given_values(checked, value_range)


def image_shape_of(
    fed_shape: tuple[int, ...], stated: tuple[int, int, int] | None
) -> tuple[int, int, int]:
    """(height, width, channels) of the images behind what a network takes.

    Raises
    ------
    ModelError
        When it takes no images.
    """
    if len(fed_shape) in (2, 3):
        height, width, channels = (*fed_shape, 1)[:3]
        return height, width, channels
    if stated is not None and np.prod(stated) == np.prod(fed_shape):
        return stated
    raise ModelError(
        f"the network takes {fed_shape}; images (height, width) or (height, width, channels) are "
        "accepted"
    )
