"""What a Keras layer is, read from its class, its configuration and its shapes."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.network.backend import keras
from cnn_core.network.layers import LayerInfo, LayerKind, Window

# They change images in training alone, and leave them as they are when the network is used.
_AUGMENTATIONS = tuple(
    f"Random{what}"
    for what in (
        "Brightness", "ColorDegeneration", "ColorJitter", "Contrast", "ElasticTransform", "Erasing",
        "Flip", "GaussianBlur", "Grayscale", "Hue", "Invert", "Perspective", "Posterization",
        "Rotation", "Saturation", "Sharpness", "Shear", "Translation", "Zoom",
    )
)  # fmt: skip
_KINDS = (
    (LayerKind.CONV, ("Conv2D", "SeparableConv2D")),
    (LayerKind.DEPTHWISE_CONV, ("DepthwiseConv2D",)),
    (LayerKind.POOLING, ("MaxPooling2D", "AveragePooling2D")),
    (LayerKind.GLOBAL_POOLING, ("GlobalMaxPooling2D", "GlobalAveragePooling2D")),
    (LayerKind.DENSE, ("Dense",)),
    (LayerKind.FLATTEN, ("Flatten",)),
    (LayerKind.BATCH_NORM, ("BatchNormalization",)),
    (
        LayerKind.DROPOUT,
        ("Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout"),
    ),
    (LayerKind.AUGMENTATION, _AUGMENTATIONS),
    (LayerKind.ACTIVATION, ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax")),
    (
        LayerKind.MERGE,
        ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"),
    ),
)
_MERGING_OPERATIONS = ("Add", "Subtract", "Multiply", "Maximum", "Minimum", "Concatenate")
# Bare operations that are a non-linearity, as `keras.ops.relu(x)` leaves them.
_FUNCTION_OPERATIONS = {
    "Relu": "relu",
    "ReLU": "relu",
    "Relu6": "relu6",
    "LeakyRelu": "leaky_relu",
    "Elu": "elu",
    "Softmax": "softmax",
    "Sigmoid": "sigmoid",
    "HardSigmoid": "hard_sigmoid",
    "Tanh": "tanh",
    "HardTanh": "hard_tanh",
    "Softplus": "softplus",
    "Silu": "silu",
    "Gelu": "gelu",
}

# Straight pieces through the origin, and straight pieces that may start elsewhere.
_HOMOGENEOUS_FUNCTIONS = {"linear", "relu", "leaky_relu", "prelu"}
_OFFSET_FUNCTIONS = {"relu6", "hard_tanh", "hard_sigmoid"}
_PIECEWISE_LINEAR_CLASSES = (
    "Conv2D",
    "SeparableConv2D",
    "DepthwiseConv2D",
    "MaxPooling2D",
    "AveragePooling2D",
    "GlobalMaxPooling2D",
    "GlobalAveragePooling2D",
    "Dense",
    "Flatten",
    "BatchNormalization",
    "Dropout",
    "SpatialDropout2D",
    "GaussianNoise",
    "GaussianDropout",
    "AlphaDropout",
    "Activation",
    "ReLU",
    "LeakyReLU",
    "PReLU",
    "Add",
    "Subtract",
    "Average",
    "Maximum",
    "Minimum",
    "Concatenate",
    "ZeroPadding2D",
    "Cropping2D",
    "Reshape",
    "Permute",
    "Rescaling",
    "Normalization",
    "Identity",
    "UpSampling2D",
    "Conv2DTranspose",
    *_AUGMENTATIONS,
)


def _is_any(layer: Any, class_names: Iterable[str]) -> bool:
    return isinstance(layer, tuple(getattr(keras.layers, name) for name in class_names))


def kind_of(layer: Any) -> LayerKind:
    """Kind of a Keras operation, from its class.

    It is a layer or a bare operation, such as the sum that ``x + y`` leaves in a functional model.
    """
    for kind, class_names in _KINDS:
        if _is_any(layer, class_names):
            return kind
    if is_bare_operation(layer):
        if type(layer).__name__ in _MERGING_OPERATIONS:
            return LayerKind.MERGE
        if type(layer).__name__ in _FUNCTION_OPERATIONS:
            return LayerKind.ACTIVATION
    return LayerKind.OTHER


def is_bare_operation(layer: Any) -> bool:
    """True for an operation such as the sum that ``x + y`` leaves, False for a layer."""
    return not isinstance(layer, keras.Layer)


def activation_of(layer: Any) -> str:
    """Name of the non-linearity that the operation applies, "linear" if it applies none."""
    if is_bare_operation(layer):
        return _FUNCTION_OPERATIONS.get(type(layer).__name__, "linear")
    function = getattr(layer, "activation", None)
    if isinstance(function, keras.Layer):
        return activation_of(function)
    if function is not None:
        return str(getattr(function, "__name__", type(function).__name__))
    own_names = {
        "ReLU": "relu",
        "LeakyReLU": "leaky_relu",
        "PReLU": "prelu",
        "ELU": "elu",
        "Softmax": "softmax",
    }
    return own_names.get(type(layer).__name__, "linear")


def has_fused_activation(layer: Any) -> bool:
    """True if the layer is more than a non-linearity and ends in one.

    Such a layer has a pre-activation of its own, which the saved network never shows.
    """
    return kind_of(layer) is not LayerKind.ACTIVATION and activation_of(layer) != "linear"


def is_piecewise_linear(layer: Any, before_activation: bool = False) -> bool:
    """True if the operation, at inference, is linear or has straight pieces only.

    With `before_activation` it is judged without its own non-linearity. False for what is not
    known to be piecewise linear, such as a product of two inputs.
    """
    has_straight_activation = (
        before_activation or activation_of(layer) in _HOMOGENEOUS_FUNCTIONS | _OFFSET_FUNCTIONS
    )
    if kind_of(layer) is LayerKind.ACTIVATION:
        return has_straight_activation
    if is_bare_operation(layer):
        return kind_of(layer) is LayerKind.MERGE and type(layer).__name__ != "Multiply"
    return _is_any(layer, _PIECEWISE_LINEAR_CLASSES) and has_straight_activation


def activation_has_offset(layer: Any) -> bool:
    """True if a straight piece of the layer's non-linearity does not pass through the origin."""
    if isinstance(getattr(layer, "activation", None), keras.Layer):
        return activation_has_offset(layer.activation)
    is_cut_off = getattr(layer, "max_value", None) is not None
    starts_elsewhere = bool(getattr(layer, "threshold", 0))
    return is_cut_off or starts_elsewhere or activation_of(layer) in _OFFSET_FUNCTIONS


def additive_terms(layer: Any) -> NDArray[np.float32] | None:
    """What the operation adds to each of its units whatever comes in, None if it adds nothing.

    Broadcastable to the output: the bias of a convolution or dense layer; of batch normalisation,
    at inference, beta - gamma * mean / sqrt(variance + epsilon); the offset of a rescaling
    or normalisation.
    """
    if _is_any(layer, ("BatchNormalization",)):
        mean = layer.moving_mean.numpy()
        variance = layer.moving_variance.numpy()
        gamma = layer.gamma.numpy() if layer.scale else 1.0
        beta = layer.beta.numpy() if layer.center else 0.0
        offset = np.asarray(beta - gamma * mean / np.sqrt(variance + layer.epsilon), np.float32)
        axes_behind = layer.input_spec.ndim - 1 - layer.axis % layer.input_spec.ndim
        return offset.reshape(-1, *[1] * axes_behind)
    if _is_any(layer, ("Rescaling",)):
        return np.asarray(layer.offset, np.float32) if np.any(layer.offset) else None
    if _is_any(layer, ("Normalization",)):
        mean, deviation = np.asarray(layer.mean), np.sqrt(np.asarray(layer.variance))
        offset = mean if layer.invert else -mean / np.maximum(deviation, keras.backend.epsilon())
        return np.asarray(offset, np.float32)
    bias = getattr(layer, "bias", None)
    return None if bias is None else np.asarray(bias.numpy(), np.float32)


def take_state_from_weights(model: Any) -> None:
    """Let layers that keep their weights in a second form, as Normalization does, renew that."""
    for layer in model._flatten_layers(include_self=False):
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()


def window_of(layer: Any, input_grid: tuple[int, int]) -> Window | None:
    """Window that the operation slides over rows and columns of its input, None if it does not."""
    kind = kind_of(layer)
    if kind in (LayerKind.CONV, LayerKind.DEPTHWISE_CONV):
        return Window.over(
            input_grid, layer.kernel_size, layer.strides, layer.dilation_rate, layer.padding
        )
    if kind is LayerKind.POOLING:
        return Window.over(input_grid, layer.pool_size, layer.strides, padding=layer.padding)
    if _is_any(layer, ("ZeroPadding2D",)):
        (top, bottom), (left, right) = layer.padding
        return Window((1, 1), padding=(top, bottom, left, right))
    return None


def describe(
    layer: Any,
    name: str,
    input_names: Sequence[str],
    input_shapes: Sequence[tuple[int, ...]],
    output_shape: tuple[int, ...],
) -> LayerInfo:
    """Facts about one layer of a network, "" naming the network's input; shapes of one image."""
    is_spatial_to_spatial = len(output_shape) == 3 and len(input_shapes[0]) == 3
    rows, columns = input_shapes[0][:2] if is_spatial_to_spatial else (1, 1)
    return LayerInfo(
        name=name,
        kind=kind_of(layer),
        class_name=type(layer).__name__,
        shape=tuple(output_shape),
        n_parameters=layer.count_params() if isinstance(layer, keras.Layer) else 0,
        activation=activation_of(layer),
        inputs=tuple(input_names),
        window=window_of(layer, (rows, columns)) if is_spatial_to_spatial else None,
    )
