"""Tiny networks and image sets for tests of patterns."""

from functools import cache

import numpy as np

from cnn_core.images.dataset import Dataset
from cnn_core.network.classifier import Network
from cnn_core.patterns.scoring.frames import frame_of
from cnn_core.space.receptive_fields import ReceptiveFields
from tests.core.networks import L, keras, seeded

DEAD = 2


def mixed_kinds():
    """Colour, not square, strided, depthwise, sigmoid, five maps, and one of them dead."""
    return keras.Sequential(
        [
            keras.Input((20, 31, 3)),
            L.Conv2D(5, 3, strides=2, padding="same", activation="relu", name="five"),
            L.DepthwiseConv2D(3, activation="relu", name="depthwise"),
            L.Conv2D(4, 3, strides=(1, 2), activation="sigmoid", name="bounded"),
            L.Flatten(name="flat"),
            L.Dense(6, activation="relu", name="hidden"),
            L.Dense(3, activation="softmax", name="classes"),
        ]
    )


def model_of(builder, seed=0):
    """A fresh model with seeded weights; a map of `mixed_kinds` is dead."""
    model = seeded(builder, seed)
    if builder is mixed_kinds:
        kernel, bias = model.get_layer("five").get_weights()
        # The others fire even where they see little.
        kernel[..., DEAD], bias = -np.abs(kernel[..., DEAD]), np.abs(bias)
        bias[DEAD] = -0.1
        model.get_layer("five").set_weights([kernel, bias])
    return model


@cache
def network_of(builder, seed=0):
    return Network(model_of(builder, seed), name=builder.__name__)


@cache
def frame(builder, layer):
    network = network_of(builder)
    fields = ReceptiveFields.of(network.layers, network.input_shape)
    return frame_of(fields, network.layer(layer))


@cache
def images_for(network, n, name="train", seed=0):
    """Smooth blobs of random size in random places, in as many classes as the network has."""
    height, width, channels = network.input_shape
    rng = np.random.default_rng([seed, name == "test"])
    y, x = np.mgrid[:height, :width]
    images = np.zeros((n, height, width, channels))
    for image in images:
        for _ in range(3):
            at, size = rng.random(2) * (height, width), rng.uniform(0.7, 3)
            blob = np.exp(-((y - at[0]) ** 2 + (x - at[1]) ** 2) / (2 * size**2))
            image += blob[..., np.newaxis] * rng.random(channels)
    labels = np.arange(n) % network.n_classes
    names = tuple("abcdefgh"[: network.n_classes])
    return Dataset(name, np.clip(images, 0, 1).astype(np.float32), labels, names)
