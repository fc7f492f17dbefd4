"""From a Keras model in memory to a Network."""

from typing import Any

from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.network.graph.keras_layers import take_state_from_weights
from cnn_core.network.pixels import UNIT_RANGE, Pixels


def network_of(
    model: Any,
    name: str = "model",
    *,
    image_shape: tuple[int, int, int] | None = None,
    pixels: str | None = None,
    value_range: tuple[float, float] = UNIT_RANGE,
) -> Network:
    """Look into a Keras model in memory, such as one that was just trained.

    The network is a copy: it stays what it is when the training goes on.

    Parameters
    ----------
    image_shape, pixels, value_range
        As in `load_network`.

    Raises
    ------
    ModelError
        When it is no such classifier.
    """
    return Network(
        _copy_of(model),
        name=name,
        image_shape=image_shape,
        pixels=None if pixels is None else Pixels.parse(pixels),
        value_range=value_range,
    )


def _copy_of(model: Any) -> Any:
    # What is no graph of layers cannot be copied, and is refused where it is laid out.
    if not getattr(model, "inputs", None) or not getattr(model, "outputs", None):
        return model
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    take_state_from_weights(copy)
    return copy
