"""Images that can be kept, as bytes, and the values in which a network is given them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def values_of(pixels: NDArray[np.uint8], value_range: tuple[float, float]) -> NDArray[np.float32]:
    """Bring bytes to the range of a network's images, `Network.value_range`."""
    return given(pixels.astype(np.float32) / np.float32(255), value_range)


def given(light: NDArray[Any], value_range: tuple[float, float]) -> NDArray[np.float32]:
    """Bring light in 0…1 to the range of a network's images."""
    low, high = value_range
    return (light * np.float32(high - low) + np.float32(low)).astype(np.float32)


def light_of(images: NDArray[Any], value_range: tuple[float, float]) -> NDArray[np.float32]:
    """Bring a network's images to light in 0…1."""
    low, high = value_range
    return ((images - np.float32(low)) / np.float32(high - low)).astype(np.float32)


def pixels_of(images: NDArray[Any], value_range: tuple[float, float]) -> NDArray[np.uint8]:
    """Round a network's images to bytes."""
    return rounded(light_of(images, value_range))


def rounded(light: NDArray[Any]) -> NDArray[np.uint8]:
    """Round light in 0…1 to bytes."""
    pixels: NDArray[np.uint8] = np.round(np.clip(light, 0, 1) * 255).astype(np.uint8)
    return pixels
