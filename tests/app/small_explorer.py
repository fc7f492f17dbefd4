"""An Explorer over tiny seeded networks and random images, for tests without a browser."""

import tempfile
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from app.explorer import Explorer
from cnn_core.images.dataset import Dataset
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.survey.whole_set import survey_of

CLASS_NAMES = ("3", "4", "7", "9")


class Names(NamedTuple):
    """Names of everything that a stranger can name."""

    classes: tuple[str, ...] = CLASS_NAMES
    layers: tuple[str, ...] = ("first_maps", "pooled", "last_maps", "flat", "hidden", "classes")
    model: str = "model"


_PLAIN = Names()
N_IMAGES = {"test": 40, "train": 24}


def small_images(name, shape=(12, 12, 1), n_classes=4, seed=0, class_names=CLASS_NAMES):
    """Image set in which every class has a bright patch of its own, under noise."""
    generator = np.random.default_rng([seed, len(name)])
    n_images = N_IMAGES[name]
    labels = np.arange(n_images) % n_classes
    images = generator.random((n_images, *shape), dtype=np.float32) * 0.6
    for number, label in enumerate(labels):
        images[number, 2 * label : 2 * label + 4, 2:9] += 0.4
    return Dataset(name, np.clip(images, 0, 1).astype(np.float32), labels, class_names[:n_classes])


def small_model(seed, shape=(12, 12, 1), n_classes=4, names=_PLAIN.layers):
    """Convolution, pooling, convolution, flatten, two dense layers: all kinds of pictures."""
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    first, pooled, last, flat, hidden, classes = names
    return keras.Sequential(
        [
            keras.Input(shape),
            layers.Conv2D(5, 3, activation="relu", name=first),
            layers.MaxPooling2D(name=pooled),
            layers.Conv2D(6, 3, activation="relu", name=last),
            layers.Flatten(name=flat),
            layers.Dense(7, activation="relu", name=hidden),
            layers.Dense(n_classes, activation="softmax", name=classes),
        ]
    )


@lru_cache(maxsize=4)
def small_explorer(shape=(12, 12, 1), n_models=2, with_train=True, words=_PLAIN):
    """Build it; the same one for the same arguments, since pages never change it."""
    names = ("test", "train") if with_train else ("test",)
    datasets = {name: small_images(name, shape, class_names=words.classes) for name in names}
    opened = [
        Network(small_model(seed, shape, names=words.layers), name=f"{words.model}_{seed}")
        for seed in range(n_models)
    ]
    networks = {network.name: network for network in opened}
    folder = tempfile.mkdtemp(prefix="looking-glass-")
    surveys = {
        (model, name): survey_of(network, dataset, folder, with_features=name == "test")
        for model, network in networks.items()
        for name, dataset in datasets.items()
    }
    return Explorer(networks, datasets, surveys)
