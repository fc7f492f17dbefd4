"""Contents of a model file on their way from the process that read it."""

import io

import numpy as np

from cnn_core.network.saved.contents import Contents
from cnn_core.network.saved.kinds import FileKind
from cnn_core.network.saved.transfer import read_written, write_contents


def test_arrays_arrive_with_their_shapes_types_and_order():
    sent = {
        "norm": {
            "mean:0": np.float32([0.5]),
            "variance:0": np.float32([2]),
            "count:0": np.asarray(7, np.int64),  # a single number, without an axis
        },
        "conv": {"kernel:0": np.arange(24, dtype=np.float16).reshape(2, 3, 4).T},
    }
    stream = io.BytesIO()
    write_contents(Contents(FileKind.HDF5, "2.10.0", "tensorflow", {"name": "it"}, sent), stream)
    stream.seek(0)
    found = read_written(stream)
    assert (found.kind, found.config) == (FileKind.HDF5, {"name": "it"})
    assert [list(named) for named in found.arrays.values()] == [list(one) for one in sent.values()]
    for group, named in sent.items():
        for name, array in named.items():
            arrived = found.arrays[group][name]
            assert (arrived.shape, arrived.dtype) == (array.shape, array.dtype)
            np.testing.assert_array_equal(arrived, array)
