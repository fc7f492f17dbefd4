"""The CNN of "A simple CNN for the MNIST dataset", untrained."""

from typing import Any

import numpy as np

from cnn_core.errors import ModelError
from cnn_core.network.backend import keras

SMALLEST_SIDE = 18  # three 3x3 convolutions and two 2x2 poolings turn 18 pixels into one cell


def build_article_cnn(
    input_shape: tuple[int, int, int] = (28, 28, 1),
    n_classes: int = 10,
    seed: int | None = None,
    l2: float = 1e-4,
) -> Any:
    """Build the CNN of "A simple CNN for the MNIST dataset", untrained.

    Parameters
    ----------
    input_shape
        (height, width, channels), at least 18 x 18 pixels.
    n_classes
        2 or more.
    seed
        Of the initial weights.
    l2
        Weight of each kernel's sum of squares in the loss.

    Returns
    -------
    keras.Sequential
        208,982 parameters for 28 x 28 x 1 and 10 classes; softmax probabilities come out.

    Raises
    ------
    ModelError
        When the images are too small or there is nothing to tell apart.
    """
    if min(input_shape[:2]) < SMALLEST_SIDE:
        raise ModelError(
            f"images of {input_shape[0]} x {input_shape[1]} pixels: the article's CNN needs at "
            f"least {SMALLEST_SIDE} x {SMALLEST_SIDE}"
        )
    if n_classes < 2:
        raise ModelError(f"{n_classes} class: a classifier needs at least 2")
    layer_seeds = iter(np.random.default_rng(seed).integers(0, 2**31, size=5).tolist())

    def weighted(layer_class: Any, *shape: Any, name: str, activation: str = "relu") -> Any:
        return layer_class(
            *shape,
            activation=activation,
            kernel_initializer=keras.initializers.GlorotUniform(seed=next(layer_seeds)),
            kernel_regularizer=keras.regularizers.L2(l2),
            name=name,
        )

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(input_shape, name="image"),
            weighted(layers.Conv2D, 32, (3, 3), name="Conv2D_1"),
            layers.MaxPooling2D((2, 2), name="Max_Pool_1"),
            weighted(layers.Conv2D, 64, (3, 3), name="Conv2D_2"),
            layers.MaxPooling2D((2, 2), name="Max_Pool_2"),
            weighted(layers.Conv2D, 128, (3, 3), name="Conv2D_3"),
            layers.Flatten(name="Flatten"),
            weighted(layers.Dense, 100, name="Dense_1"),
            weighted(layers.Dense, n_classes, name="Dense_2", activation="softmax"),
        ],
        name="article_cnn",
    )
