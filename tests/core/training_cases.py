"""Small image sets that a small network learns in a few steps."""

import numpy as np

from cnn_core.images.dataset import Dataset


def bars(name, n, seed):
    """Images of class 0 have an upright bar, those of class 1 a level one."""
    draw = np.random.default_rng(seed)
    images = draw.uniform(0, 0.2, (n, 18, 18, 1)).astype(np.float32)
    labels = draw.integers(0, 2, n)
    for image, label in zip(images, labels, strict=True):
        at = draw.integers(4, 12)
        image[(slice(None), slice(at, at + 3))[:: 1 - 2 * label]] += 0.8
    return Dataset(name, images, labels, ("upright", "level"))
