"""Versions of what decides the numbers of a training."""

import platform

import numpy as np

from cnn_core.network.backend import keras, tf


def versions() -> dict[str, str]:
    """Versions of Python, TensorFlow, Keras and NumPy."""
    return {
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }
