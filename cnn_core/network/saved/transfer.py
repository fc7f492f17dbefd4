"""The contents of a model file as a stream of bytes, from the process that read it to another."""

import json
import struct
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from cnn_core.network.saved.contents import Contents
from cnn_core.network.saved.kinds import FileKind

_LENGTH = struct.Struct("<Q")


def write_contents(contents: Contents, stream: BinaryIO) -> None:
    """Write a configuration as JSON, then every array in NumPy's own format."""
    listed = [(group, key) for group, named in contents.arrays.items() for key in named]
    head = json.dumps(
        {
            "kind": contents.kind.name,
            "keras_version": contents.keras_version,
            "backend": contents.backend,
            "config": contents.config,
            "groups": list(contents.arrays),
            "arrays": listed,
        }
    ).encode()
    stream.write(_LENGTH.pack(len(head)))
    stream.write(head)
    for group, key in listed:
        # NumPy's own writing to a file asks for a place in it, which a pipe does not have.
        # np.ascontiguousarray would make an axis of a single number.
        array = np.asarray(contents.arrays[group][key], order="C")
        npy.write_array_header_1_0(stream, npy.header_data_from_array_1_0(array))
        stream.write(array.tobytes())


def read_written(stream: BinaryIO) -> Contents:
    """Read what `write_contents` wrote; whatever was changed on the way is data all the same."""
    (length,) = _LENGTH.unpack(stream.read(_LENGTH.size))
    head = json.loads(stream.read(length))
    arrays: dict[str, dict[str, NDArray[Any]]] = {group: {} for group in head["groups"]}
    for group, key in head["arrays"]:
        arrays[group][key] = npy.read_array(stream, allow_pickle=False)
    return Contents(
        FileKind[head["kind"]], head["keras_version"], head["backend"], head["config"], arrays
    )
