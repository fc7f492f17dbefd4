"""Files of a tiny model and its images, to start servers with."""

import warnings

import numpy as np

from tests.app.small_explorer import small_images, small_model


def save_own_files(folder):
    """Write them into a folder.

    Returns
    -------
    tuple of str
        Options that make ``python -m app`` serve them.
    """
    parts = {}
    for split in ("train", "test"):
        images = small_images(split)
        parts[f"x_{split}"] = (255 * images.images).round().astype(np.uint8)
        parts[f"y_{split}"] = images.labels
    np.savez(folder / "images.npz", **parts)
    with warnings.catch_warnings():
        # Keras saves weights in a way that NumPy 2 will stop to allow.
        warnings.simplefilter("ignore", DeprecationWarning)
        small_model(1).save(folder / "small.keras")
    return "--model", str(folder / "small.keras"), "--data", str(folder / "images.npz")
