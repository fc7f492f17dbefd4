"""Tiny classifiers of every supported kind, with seeded weights that are far from trivial."""

from functools import cache

import numpy as np

from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network

L = keras.layers
OPEN_SIZE = (8, 9, 1)


def article_like():
    return _sequence(
        keras.Input((12, 11, 1)),
        L.Conv2D(4, 3, activation="relu", name="Conv2D_1"),
        L.MaxPooling2D(2, name="Max_Pool_1"),
        L.Conv2D(5, 3, activation="relu", name="Conv2D_2"),
        L.Flatten(name="Flatten"),
        L.Dense(7, activation="relu", name="Dense_1"),
        L.Dense(4, activation="softmax", name="Dense_2"),
    )


def colour_odd_sizes():
    return _sequence(
        keras.Input((11, 7, 3)),
        L.Rescaling(2.0, offset=-1.0, name="centred"),
        L.Conv2D(5, (3, 2), strides=(2, 1), padding="same", activation="relu", name="strided"),
        L.MaxPooling2D((2, 3), strides=(1, 2), padding="same", name="overlapping"),
        L.Conv2D(
            4, 3, dilation_rate=2, padding="same", use_bias=False, activation="relu", name="dilated"
        ),
        L.Cropping2D(((1, 0), (0, 1)), name="cropped"),
        L.Flatten(name="flat"),
        L.Dense(6, activation="relu", name="hidden"),
        L.Dense(3, activation="softmax", name="classes"),
    )


def batch_norm_average():
    return _sequence(
        keras.Input((9, 9, 1)),
        L.Conv2D(4, 3, use_bias=False, name="conv"),
        L.BatchNormalization(name="norm_1"),
        L.Activation("relu", name="relu_1"),
        L.AveragePooling2D(2, padding="same", name="mean_1"),
        L.Flatten(name="flat"),
        L.Dense(8, name="hidden"),
        L.BatchNormalization(scale=False, name="norm_2"),
        L.ReLU(name="relu_2"),
        L.Dense(4, activation="softmax", name="classes"),
    )


def batch_norm_over_rows():
    return _sequence(
        keras.Input((6, 5, 2)),
        L.BatchNormalization(axis=1, center=False, name="norm_rows"),
        L.Conv2D(3, 2, activation="relu", name="conv"),
        L.Flatten(name="flat"),
        L.Dense(3, activation="softmax", name="classes"),
    )


def depthwise_dropout_padding():
    return _sequence(
        keras.Input((8, 7, 2)),
        L.ZeroPadding2D(((2, 0), (1, 2)), name="padded"),
        L.DepthwiseConv2D(3, depth_multiplier=2, activation="relu", name="depthwise"),
        L.SpatialDropout2D(0.4, name="drop_maps"),
        L.Conv2D(5, 1, activation="relu", name="pointwise"),
        L.GaussianNoise(0.5, name="noise"),
        L.Dropout(0.5, name="drop_cells"),
        L.Flatten(name="flat"),
        L.Dense(6, activation="relu", name="hidden"),
        L.Dropout(0.5, name="drop_nodes"),
        L.Dense(3, activation="softmax", name="classes"),
    )


def separable():
    return _sequence(
        keras.Input((9, 8, 3)),
        L.SeparableConv2D(6, 3, activation="relu", name="separable"),
        L.GlobalMaxPooling2D(name="peak"),
        L.Dense(5, activation="softmax", name="classes"),
    )


def global_pooling():
    return _sequence(
        keras.Input((8, 8, 1)),
        L.Conv2D(6, 3, activation="relu", name="conv"),
        L.GlobalAveragePooling2D(keepdims=True, name="mean"),
        L.Conv2D(4, 1, name="head"),
        L.Flatten(name="flat"),
        L.Softmax(name="softmax"),
    )


def residual_layer():
    image = keras.Input((8, 8, 1))
    entry = L.Conv2D(4, 3, padding="same", activation="relu", name="entry")(image)
    inner = L.Conv2D(4, 3, padding="same", activation="relu", name="inner")(entry)
    inner = L.Conv2D(4, 3, padding="same", name="inner_2")(inner)
    merged = L.Activation("relu", name="open")(L.Add(name="sum")([entry, inner]))
    return _functional(image, merged)


def residual_plus():
    image = keras.Input((8, 8, 1))
    entry = L.Conv2D(4, 3, padding="same", activation="relu", name="entry")(image)
    inner = L.Conv2D(4, 3, padding="same", name="inner")(entry)
    return _functional(image, entry + inner)


def short_cut_from_pixels():
    image = keras.Input((7, 8, 2))
    inner = L.Conv2D(3, 3, padding="same", activation="relu", name="inner")(image)
    return _functional(image, L.Concatenate(name="both")([inner, image]))


def branches():
    image = keras.Input((7, 7, 1))
    left = L.Conv2D(3, 3, activation="relu", name="left")(image)
    right = L.Conv2D(3, 3, name="right")(image)
    larger = L.Maximum(name="larger")([left, right])
    lesser = L.Minimum(name="lesser")([left, right])
    mean = L.Average(name="mean")([left, right])
    return _functional(image, L.Concatenate(name="all")([larger - lesser, mean]))


def bent_pieces():
    return _sequence(
        keras.Input((8, 8, 1)),
        L.Conv2D(4, 3, activation="leaky_relu", name="leaky"),
        L.Conv2D(4, 2, name="conv"),
        L.PReLU(shared_axes=[1, 2], name="prelu"),
        L.Conv2D(4, 2, activation="relu6", name="six"),
        L.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.3, name="cut"),
        L.Flatten(name="flat"),
        L.Dense(8, activation="hard_sigmoid", name="hard"),
        L.Dense(7, activation=L.LeakyReLU(negative_slope=0.2), name="layer_as_function"),
        L.Dense(3, activation="softmax", name="classes"),
    )


def function_operations():
    image = keras.Input((6, 6, 1))
    conv = keras.ops.relu(L.Conv2D(3, 3, name="conv")(image))
    hidden = keras.activations.relu(
        L.Dense(6, name="hidden")(L.Flatten(name="flat")(conv)), max_value=1.5
    )
    return keras.Model(image, keras.ops.softmax(L.Dense(3, name="classes")(hidden)))


def normalised_pixels():
    return _sequence(
        keras.Input((6, 7, 2)),
        L.Normalization(mean=[0.3, 0.6], variance=[0.04, 0.25], name="standardised"),
        L.Conv2D(3, 3, activation="relu", name="conv"),
        L.Normalization(mean=[0.1, 0.2, 0.3], variance=[2, 3, 4], invert=True, name="back"),
        L.Flatten(name="flat"),
        L.Dense(3, activation="softmax", name="classes"),
    )


def separate_softmax():
    return _sequence(
        keras.Input((6, 7, 1)),
        L.Conv2D(4, 3, activation="relu", name="conv"),
        L.Flatten(name="flat"),
        L.Dense(5, activation="relu", name="hidden"),
        L.Dense(3, name="classes"),
        L.Softmax(name="softmax"),
    )


def softmax_over_relu():
    return _sequence(
        keras.Input((6, 6, 1)),
        L.Flatten(name="flat"),
        L.Dense(4, activation="relu", name="rectified"),
        L.Activation("softmax", name="softmax"),
    )


def each_for_itself():
    return _sequence(
        keras.Input((6, 7, 1)),
        L.Conv2D(4, 3, activation="relu", name="conv"),
        L.Flatten(name="flat"),
        L.Dense(5, activation="relu", name="hidden"),
        L.Dense(3, activation="sigmoid", name="classes"),
    )


def scaled_and_augmented():
    return _sequence(
        keras.Input((8, 7, 3)),
        L.Normalization(mean=[0.4, 0.5, 0.6], variance=[0.04, 0.09, 0.01], name="normalised"),
        L.RandomFlip("horizontal", name="flipped"),
        L.RandomRotation(0.2, name="turned"),
        L.RandomContrast(0.3, name="contrasted"),
        L.Conv2DTranspose(4, 2, strides=2, activation="relu", name="transposed"),
        L.UpSampling2D(2, interpolation="bilinear", name="magnified"),
        L.Identity(name="same"),
        L.GlobalMaxPooling2D(name="peak"),
        L.Dense(3, activation="softmax", name="classes"),
    )


def logits_only():
    return _sequence(
        keras.Input((7, 6, 1)),
        L.Conv2D(3, 3, activation="relu", name="conv"),
        L.Flatten(name="flat"),
        L.Dense(4, name="classes"),
    )


def open_size():
    return _sequence(
        keras.Input((None, None, 1)),
        L.Conv2D(5, 3, activation="relu", name="conv"),
        L.GlobalAveragePooling2D(name="mean"),
        L.Dense(3, activation="softmax", name="classes"),
    )


def without_channel_axis():
    return _sequence(
        keras.Input((7, 6)),
        L.Reshape((7, 6, 1), name="grey"),
        L.Conv2D(3, 3, activation="relu", name="conv"),
        L.Flatten(name="flat"),
        L.Dense(3, activation="softmax", name="classes"),
    )


def sigmoid_hidden():
    return _sequence(
        keras.Input((6, 6, 1)),
        L.Conv2D(3, 3, activation="relu", name="conv"),
        L.Flatten(name="flat"),
        L.Dense(6, activation="sigmoid", name="hidden"),
        L.Dense(3, activation="softmax", name="classes"),
    )


def sum_with_a_number():
    image = keras.Input((6, 6, 1))
    return _functional(image, L.Conv2D(3, 3, activation="relu", name="entry")(image) + 1.0)


def product_of_branches():
    image = keras.Input((6, 6, 1))
    flat = L.Flatten(name="flat")(image)
    scores = [L.Dense(3, name=name)(flat) for name in ("scores", "gates")]
    return keras.Model(image, L.Multiply(name="product")(scores))


EXACT = (
    article_like,
    colour_odd_sizes,
    batch_norm_average,
    batch_norm_over_rows,
    depthwise_dropout_padding,
    separable,
    global_pooling,
    residual_layer,
    residual_plus,
    short_cut_from_pixels,
    branches,
    bent_pieces,
    function_operations,
    normalised_pixels,
    separate_softmax,
    softmax_over_relu,
    each_for_itself,
    scaled_and_augmented,
    logits_only,
    open_size,
    without_channel_axis,
)
# The layers behind which each of these is not piecewise linear; "" is the pixels.
NOT_EXACT = {
    sigmoid_hidden: ("", "conv", "flat"),
    sum_with_a_number: ("", "entry"),
    product_of_branches: ("", "flat", "scores", "gates"),
}
ALL = (*EXACT, *NOT_EXACT)


def names_of(builders):
    return [builder.__name__ for builder in builders]


@cache
def opened(builder, seed=0):
    """The Network around a builder's model with weights of the seed."""
    shape = OPEN_SIZE if builder is open_size else None
    return Network(seeded(builder, seed), name=builder.__name__, image_shape=shape)


def seeded(builder, seed=0):
    """A fresh Keras model of a builder; the same seed gives the same weights."""
    model = builder()
    rng = np.random.default_rng(seed)
    for variable in model.weights:
        variable.assign(_random_weight(variable, rng))
    return model


def without_softmax(model):
    """The same model with logits for an output, by taking the softmax off in place."""
    last = operations(model)[-1]
    if isinstance(last, L.Dense):
        last.activation = keras.activations.linear
        return model
    is_softmax = type(last).__name__ in ("Softmax", "Activation")
    return keras.Model(model.inputs[0], last.input) if is_softmax else model


def operations(model):
    """Layers and bare operations of a Keras model in order, without its input."""
    listed = model.layers if isinstance(model, keras.Sequential) else model.operations
    return [operation for operation in listed if not isinstance(operation, L.InputLayer)]


def operation(model, name):
    return next(found for found in operations(model) if found.name == name)


def counterpart(model, network, name):
    """The operation of a fresh Keras model that stands where the network has a layer.

    Found by its place, since Keras numbers bare operations anew with each model.
    """
    place = [info.name for info in network.layers].index(name)
    found = operations(model)[place]
    assert type(found).__name__ == network.layers[place].class_name
    return found


def random_images(network, n, seed=0):
    rng = np.random.default_rng([seed, 7])
    return rng.random((n, *network.input_shape), dtype=np.float32)


def run(model, images):
    """Plain forward pass of a Keras model, with the images in the shape that it takes."""
    has_channels = len(model.inputs[0].shape) == 4
    return model(images if has_channels else images[..., 0], training=False).numpy()


def _random_weight(variable, rng):
    shape = tuple(variable.shape)
    if variable.name in ("gamma", "moving_variance"):
        return rng.uniform(0.4, 1.8, shape)
    if variable.name == "alpha":
        return rng.uniform(0.05, 0.5, shape)
    if len(shape) == 1:
        return rng.normal(0, 0.3, shape)
    fan_in = np.prod(shape[:2]) if variable.name == "depthwise_kernel" else np.prod(shape[:-1])
    return rng.normal(0, np.sqrt(2.5 / fan_in), shape)


def _sequence(*layers):
    return keras.Sequential(list(layers))


def _functional(image, spatial):
    flat = L.Flatten(name="flat")(spatial)
    hidden = L.Dense(6, activation="relu", name="hidden")(flat)
    return keras.Model(image, L.Dense(3, activation="softmax", name="classes")(hidden))
