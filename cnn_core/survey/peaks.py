"""The largest activation of a layer in each image, against which its cells are on (NumPy alone)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import SelectionError


def peaks(activations: ArrayLike) -> NDArray[Any]:
    """Largest of the activations (n, *cells) of a layer in each image, (n,) of the same dtype."""
    values = np.asarray(activations)
    if values.ndim < 2 or 0 in values.shape[1:]:
        raise SelectionError(
            f"activations of shape {values.shape}: expected (images, cells...), "
            "with at least one cell"
        )
    return np.asarray(values.max(axis=tuple(range(1, values.ndim))))
