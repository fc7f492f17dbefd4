"""Make the files of this folder: to be run by hand, in an environment of the framework's day.

    python make.py FOLDER           # TensorFlow 2.0 to 2.15
    python make.py FOLDER keras     # Keras 2.2 or 2.3 on TensorFlow 1

Each model gets weights of a seed and is saved with what the framework itself computes: images, the
network's answers and every layer's values.
"""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

STANDALONE = "keras" in sys.argv[2:]
if STANDALONE:
    import keras

    K, VERSION = keras, keras.__version__
else:
    K, VERSION = tf.keras, tf.__version__
L = K.layers
NUMBERS = tuple(map(int, VERSION.split(".")[:2]))
KNOWS_BARE_FUNCTIONS = not STANDALONE and NUMBERS >= (2, 4)
IMAGES = np.random.RandomState(5).uniform(0, 1, (3, 10, 9, 1)).astype("float32")


def sequential():
    """No input layer, "/" in names, a list for an axis, functions with other names since."""
    slash = "block/" if STANDALONE or NUMBERS < (2, 11) else ""
    return K.models.Sequential(
        [
            L.Conv2D(3, 3, input_shape=(10, 9, 1), name=slash + "conv", kernel_regularizer="l2"),
            L.BatchNormalization(name=slash + "norm"),
            L.LeakyReLU(0.3, name="leaky"),
            L.MaxPooling2D(2, name="pool"),
            L.SpatialDropout2D(0.2, name="drop_maps"),
            L.Flatten(name="flat"),
            L.Dense(5, activation="hard_sigmoid", name="hidden"),
            L.Dropout(0.5, name="drop", noise_shape=(None, 5)),
            L.Dense(3, activation=tf.nn.softmax, name="classes"),
        ]
    )


def separable():
    """Layers that had `groups`, and one that is gone."""
    return K.models.Sequential(
        [
            L.DepthwiseConv2D(3, input_shape=(10, 9, 1), depth_multiplier=2, name="depthwise"),
            L.ThresholdedReLU(0.1, name="threshold"),
            L.SeparableConv2D(4, 3, activation="relu", name="separable"),
            L.ReLU(6.0, name="six"),
            L.Conv2DTranspose(2, 2, strides=2, name="transposed"),
            L.GlobalAveragePooling2D(name="mean"),
            L.Dense(3, activation="softmax", name="classes"),
        ]
    )


def residual():
    """A functional network, with bare functions where the framework knows them."""
    image = L.Input((10, 9, 1), name="image")
    bare = KNOWS_BARE_FUNCTIONS
    start = image / 0.5 - 1.0 if bare else image
    entry = L.Conv2D(3, 3, padding="same", activation="relu", name="entry")(start)
    inner = L.Conv2D(3, 3, padding="same", use_bias=False, name="inner")(entry)
    inner = L.BatchNormalization(name="norm")(inner)
    merged = entry + inner if bare else L.Add(name="sum")([entry, inner])
    opened = tf.nn.relu(merged) if bare else L.Activation("relu", name="open")(merged)
    both = L.Concatenate(name="both")([opened, entry])
    return K.models.Model(image, L.Dense(3, name="classes")(L.Flatten(name="flat")(both)))


def nested():
    """A frozen network inside a network."""
    base = K.models.Sequential(
        [
            L.Conv2D(2, 3, input_shape=(10, 9, 1), name="conv_1"),
            L.BatchNormalization(name="norm_1"),
            L.ReLU(name="open_1"),
            L.Conv2D(3, 3, name="conv_2"),
            L.BatchNormalization(name="norm_2"),
        ],
        name="base",
    )
    base.trainable = False
    top = [L.GlobalMaxPooling2D(name="peak"), L.Dense(3, activation="softmax", name="classes")]
    return K.models.Sequential([base, *top])


def mixed():
    """Half the precision, but for the end."""
    K.mixed_precision.set_global_policy("mixed_float16")
    layers = [
        L.Conv2D(2, 3, activation="relu", input_shape=(10, 9, 1), name="conv"),
        L.Flatten(name="flat"),
        L.Dense(3, name="classes"),
        L.Activation("softmax", dtype="float32", name="softmax"),
    ]
    K.mixed_precision.set_global_policy("float32")
    return K.models.Sequential(layers)


def recurrent():
    """Rows of the image as a sequence."""
    return K.models.Sequential(
        [
            L.Reshape((10, 9), input_shape=(10, 9, 1), name="rows"),
            L.Bidirectional(L.LSTM(3), name="both_ways"),
            L.Dense(3, activation="softmax", name="classes"),
        ]
    )


def give_weights(model, rng):
    for layer in model.layers:
        if hasattr(layer, "layers"):
            give_weights(layer, rng)
            continue
        names = [variable.name for variable in layer.weights]
        pairs = zip(layer.get_weights(), names)  # noqa: B905  # Python 3.7 knows no strict
        layer.set_weights([weight(*pair, rng=rng) for pair in pairs])


def weight(array, name, rng):
    if "variance" in name or "gamma" in name:
        return rng.uniform(0.4, 1.8, array.shape)
    if array.ndim == 1:
        return rng.normal(0, 0.3, array.shape)
    return rng.normal(0, np.sqrt(2.0 / np.prod(array.shape[:-1])), array.shape)


def save(model, path):
    model.save(str(path))
    shown = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    inner = [layer for layer in shown if hasattr(layer, "layers")]
    values = {}
    if not inner:
        reader = K.models.Model(model.inputs, [layer.output for layer in shown])
        names = [layer.name.replace("/", "_") for layer in shown]
        values = dict(zip(names, reader.predict(IMAGES)))  # noqa: B905
    np.savez_compressed(str(path) + ".npz", images=IMAGES, answers=model.predict(IMAGES), **values)


def main():
    folder = Path(sys.argv[1])
    made = [sequential, separable, residual, nested, recurrent]
    made += [mixed] if KNOWS_BARE_FUNCTIONS else []
    for build in made:
        for ending in [".h5"] + [".keras"] * (NUMBERS >= (2, 12)):
            K.backend.clear_session()
            model = build()
            give_weights(model, np.random.RandomState(0))
            library = "keras" if STANDALONE else "tf"
            save(model, folder / f"{library}{VERSION}_{build.__name__}{ending}")


if __name__ == "__main__":
    main()
