"""What a saved model and its layers would take, told before any of it is made."""

from concurrent.futures import ThreadPoolExecutor
from math import prod
from pathlib import Path

from cnn_core.errors import ModelError
from cnn_core.network.backend import keras, tf
from cnn_core.network.classifier import Network
from cnn_core.network.model_files import MOST_WEIGHT_BYTES, too_large

MOST_CELL_BYTES = 512 * 2**20
"""Largest size of the outputs of all layers for one image, as float32, in bytes."""


def require_room_for_weights(path: Path) -> None:
    """Refuse a model file whose declared layers would not fit, without making one of them.

    The model is put together with variables that know their shapes and hold nothing. Weights that
    do not fit the declared shapes show here as well: in earnest, Keras asks for the memory first
    and compares then.

    The file is one that `model_files.vet_model_file` let pass.

    Raises
    ------
    ModelError
        When the arrays would take more than is accepted.
    Exception
        Whatever Keras raises when it cannot put the model together.
    """
    # Keras lists, for each thread, the variables that are still to be filled, and fills them at
    # the next occasion: in a thread of its own the list goes with the thread.
    with ThreadPoolExecutor(1) as alone:
        n_bytes = alone.submit(_declared_weight_bytes, path).result()
    if n_bytes > MOST_WEIGHT_BYTES:
        raise too_large(path, n_bytes)


def _declared_weight_bytes(path: Path) -> int:
    with keras.StatelessScope(initialize_variables=False):
        model = keras.models.load_model(path, compile=False, safe_mode=True)
        # At least four bytes for each number: what is stored with fewer is computed with as many.
        return sum(
            max(4, tf.as_dtype(variable.dtype).size) * prod(variable.shape)
            for variable in model.variables
        )


def require_room_for_cells(network: Network) -> None:
    """Refuse a network whose layers give more for one image than would fit.

    Raises
    ------
    ModelError
        One line, without the file's name.
    """
    n_bytes = 4 * (prod(network.input_shape) + sum(info.n_cells for info in network.layers))
    if n_bytes > MOST_CELL_BYTES:
        raise ModelError(
            f"its layers would take {n_bytes:,} bytes for one image; at most "
            f"{MOST_CELL_BYTES:,} are accepted"
        )
