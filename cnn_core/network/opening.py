"""From a saved model file to a Network, or to one line that says why not."""

from math import prod
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnn_core.artifacts import read_manifest, sha256_of
from cnn_core.errors import ArtifactError, ModelError, one_line
from cnn_core.network.classifier import Network
from cnn_core.network.pixels import UNIT_RANGE, Pixels
from cnn_core.network.saved.build import build_model
from cnn_core.network.saved.contents import Contents, read_contents
from cnn_core.network.saved.isolation import read_in_child
from cnn_core.shipped_files import SHIPPED

if TYPE_CHECKING:
    from cnn_core.images.dataset import Dataset

MOST_CELL_BYTES = 512 * 2**20
"""Largest size of the outputs of all layers for one image, as float32, in bytes."""

# Checksums of files that a child of this process has opened: they are not tried again.
_tried: set[str] = set()


def load_network(
    path: str | PathLike[str],
    name: str | None = None,
    *,
    image_shape: tuple[int, int, int] | None = None,
    pixels: str | None = None,
    value_range: tuple[float, float] = UNIT_RANGE,
    isolated: bool = True,
) -> Network:
    """Open a saved Keras classifier, of Keras 3 or older.

    The file is read as data: layers of Keras' own with plain values are accepted, and nothing that
    a file brings is run.

    Parameters
    ----------
    path
        A ``.keras`` or HDF5 file, whatever its name.
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
    isolated
        Have a child process read it and try it out first, which takes seconds, unless it is one of
        the shipped files by its checksum. False for a file that you trust as much.

    Raises
    ------
    ModelError
        When the file is missing, damaged, unsafe or not such a classifier: one line that says so.
    """
    stated = None if pixels is None else Pixels.parse(pixels)
    file = Path(path)
    digest = sha256_of(file) if file.is_file() else ""
    if isolated and digest not in _tried and not _is_shipped(digest):
        contents = read_in_child(file, image_shape)
        _tried.add(digest)
    else:
        contents = read_contents(file)
    return opened(
        contents,
        file,
        name=name,
        digest=digest,
        image_shape=image_shape,
        pixels=stated,
        value_range=value_range,
    )


def load_network_for(
    dataset: "Dataset",
    path: str | PathLike[str],
    name: str | None = None,
    *,
    pixels: str | None = None,
) -> Network:
    """Open a network as `load_network` does, for images of the size and range of a set."""
    return load_network(
        path, name, image_shape=dataset.input_shape, pixels=pixels, value_range=dataset.value_range
    )


def _is_shipped(digest: str) -> bool:
    try:
        records = read_manifest(SHIPPED)["models"].values()
    except ArtifactError:
        return False
    return digest in [record.get("sha256") for record in records]


def opened(
    contents: Contents,
    file: Path,
    *,
    name: str | None = None,
    digest: str = "",
    image_shape: tuple[int, int, int] | None = None,
    pixels: Pixels | None = None,
    value_range: tuple[float, float] = UNIT_RANGE,
) -> Network:
    """The network of a model file that was read, run once so that one that cannot run is refused."""
    try:
        network = Network(
            build_model(contents.plan(file.name), contents),
            name=name or file.stem,
            path=file,
            digest=digest,
            image_shape=image_shape,
            pixels=pixels,
            value_range=value_range,
        )
        _require_room_for_cells(network)
        _try_out(network)
    except ModelError as error:
        raise ModelError(f"{file.name}: {error}") from error
    return network


def _require_room_for_cells(network: Network) -> None:
    """Refuse a network whose layers give more for one image than would fit."""
    n_bytes = 4 * (prod(network.input_shape) + network.n_values)
    if n_bytes > MOST_CELL_BYTES:
        raise ModelError(
            f"its layers would take {n_bytes:,} bytes for one image; at most "
            f"{MOST_CELL_BYTES:,} are accepted"
        )


def _try_out(network: Network) -> None:
    try:
        network.activations(np.zeros((1, *network.input_shape), np.float32))
    except Exception as error:
        # TensorFlow's last line says what it is about; what precedes it is a call stack.
        reason = one_line((str(error).strip().splitlines() or [type(error).__name__])[-1])
        raise ModelError(
            f"the network can be loaded but does not run ({reason}); one that Keras can run is "
            "accepted"
        ) from error
