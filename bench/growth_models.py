"""Synthetic networks and image sets of a wanted size, seeded, saved as a user would have them."""

from pathlib import Path

import numpy as np

from app.factory import create_app
from app.serving.loading import open_explorer, read_surveys
from cnn_core.network.backend import keras
from cnn_core.training.article_cnn import build_article_cnn

MAPS = "maps"
"""Name of the layer whose size is chosen."""
_N_CLASSES = 10


def maps_network(n_maps, map_size, seed=0):
    """A classifier with one convolution of so many maps.

    Parameters
    ----------
    n_maps : int
    map_size : int
        Height and width of a map; the images are two pixels larger.
    seed : int

    Returns
    -------
    keras.Model
    """
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((map_size + 2, map_size + 2, 1)),
            layers.Conv2D(n_maps, 3, activation="relu", name=MAPS),
            layers.GlobalAveragePooling2D(name="means"),
            layers.Dense(_N_CLASSES, activation="softmax", name="classes"),
        ]
    )


def article_network(seed=0):
    """The article's network with random weights."""
    return build_article_cnn((28, 28, 1), _N_CLASSES, seed=seed)


def save_small_set(path, n_images, side, seed=0):
    """Write random grey images of every class as an ``.npz`` archive.

    Returns
    -------
    pathlib.Path
    """
    generator = np.random.default_rng(seed)
    images = generator.integers(0, 256, (n_images, side, side), np.uint8)
    np.savez(path, x_test=images, y_test=np.arange(n_images, dtype=np.uint8) % _N_CLASSES)
    return Path(path)


def save_models(folder, models):
    """Save models under their names.

    Parameters
    ----------
    folder : pathlib.Path
    models : dict of str to keras.Model

    Returns
    -------
    list of pathlib.Path
    """
    paths = [folder / f"{name}.keras" for name in models]
    for path, model in zip(paths, models.values(), strict=True):
        model.save(path)
    return paths


def opened(model_paths, data, cache_folder):
    """Open models and images as the server does.

    Returns
    -------
    explorer : Explorer
    app : dash.Dash
    """
    explorer = open_explorer(model_paths, data, cache_folder=cache_folder)
    read_surveys(explorer)
    return explorer, create_app(explorer)
