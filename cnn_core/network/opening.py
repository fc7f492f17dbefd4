"""From a saved model file to a Network, or to one line that says why not."""

from os import PathLike
from pathlib import Path

import numpy as np

from cnn_core.artifacts import sha256_of
from cnn_core.errors import ModelError
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.network.declared_sizes import require_room_for_cells, require_room_for_weights
from cnn_core.network.model_files import vet_model_file
from cnn_core.network.pixels import UNIT_RANGE, Pixels


def load_network(
    path: str | PathLike[str],
    name: str | None = None,
    *,
    image_shape: tuple[int, int, int] | None = None,
    pixels: str | None = None,
    value_range: tuple[float, float] = UNIT_RANGE,
) -> Network:
    """Open a saved Keras classifier.

    Parameters
    ----------
    path
        A ``.keras`` or ``.h5`` file. Files with Lambda layers or code of their own are refused.
    name
        Name to show; the file's name without its ending by default.
    image_shape
        (height, width, channels) of the images, for a network that leaves its size open.
    pixels
        What the network takes for black and white: ``"0-1"``, ``"0-255"``, ``"-1-1"``, any other
        ``"BLACK-WHITE"``, or ``"MEAN,STD"`` of the pixels. By default what a leading rescaling or
        normalisation or an input of whole numbers tells, else the values as they are given.
    value_range
        Black and white of the images that it will be given: `Dataset.value_range`.

    Raises
    ------
    ModelError
        When the file is missing, damaged, unsafe or not such a classifier: one line that says so.
    """
    file = Path(path)
    vet_model_file(file)
    try:
        require_room_for_weights(file)
        model = keras.models.load_model(file, compile=False, safe_mode=True)
    except ModelError:
        raise
    except Exception as error:
        # Keras raises nearly any class here; its first line says what it could not read.
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ModelError(
            f"{file.name}: Keras cannot load it ({reason}); a .keras or .h5 file of built-in "
            "layers is accepted"
        ) from error
    try:
        network = Network(
            model,
            name=name or file.stem,
            path=file,
            digest=sha256_of(file),
            image_shape=image_shape,
            pixels=None if pixels is None else Pixels.parse(pixels),
            value_range=value_range,
        )
        require_room_for_cells(network)
    except ModelError as error:
        raise ModelError(f"{file.name}: {error}") from error
    _try_out(network, file.name)
    return network


def _try_out(network: Network, file_name: str) -> None:
    """Run the pass once, so that a network that cannot run is refused when it is opened."""
    try:
        network.activations(np.zeros((1, *network.input_shape), np.float32))
    except Exception as error:
        # TensorFlow's last line says what it is about; what precedes it is a call stack.
        reason = str(error).strip().splitlines()[-1].strip()[:200]
        raise ModelError(
            f"{file_name}: the network can be loaded but does not run ({reason}); one "
            "that Keras can run is accepted"
        ) from error
