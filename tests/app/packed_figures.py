"""The numbers of a figure, unpacked as the browser unpacks them."""

import base64

import numpy as np

from cnn_core.space.mosaic import Mosaic


def plain(packed):
    """Array of `packed`."""
    array = np.frombuffer(base64.b64decode(packed["bdata"]), dtype=packed["dtype"])
    shape = tuple(map(int, packed["shape"].split(","))) if "shape" in packed else (-1,)
    return array.reshape(shape)


def cells(packed):
    """Array of `packed_cells`, shape (height, width, units)."""
    units, height, width = packed["units"], packed["height"], packed["width"]
    n_cells = units * height * width
    content = np.frombuffer(base64.b64decode(packed["packed"]), np.uint8)
    n_bits = -(-n_cells // 8)
    ground, differs, is_told, told = np.split(content, np.cumsum([4 * units, n_bits, n_bits]))
    differs, is_told = (np.unpackbits(bits)[:n_cells].astype(bool) for bits in (differs, is_told))
    found = np.repeat(np.ascontiguousarray(ground).view("<u4"), height * width)
    found[differs] = 0
    found[is_told] = np.ascontiguousarray(told.reshape(4, -1).T).view("<u4").ravel()
    return found.view("<f4").reshape(units, height, width).transpose(1, 2, 0)


def picture(figure, part="z"):
    """Tiled numbers of a grid, NaN between the units, shape (rows, columns)."""
    numbers, meta = cells(figure["data"][0][part]), figure["layout"]["meta"]
    return Mosaic.of(numbers.shape, meta["columns"], meta["gap"], meta["order"]).tile(numbers)
