"""One layer over some images, computed in batches and never held as a whole.

A survey keeps the last layers of a network. For the layers before them the images are run again:
these functions keep of each batch only what was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnn_core.circles.packed import PackedOn
from cnn_core.circles.rule import on_from_peak
from cnn_core.images.scaled_images import Images
from cnn_core.network.batches import BATCH_BYTES, images_at_once

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

_BATCH = 128


def cell_columns(
    network: Network,
    images: Images,
    layer: str,
    cells: NDArray[np.integer],
    rows: NDArray[np.int64] | None = None,
    most_bytes: int = BATCH_BYTES,
    progress: Callable[[int], None] | None = None,
) -> NDArray[np.float32]:
    """Activations (n, k) of some cells of a layer in n images.

    Parameters
    ----------
    cells
        Their k flat numbers.
    rows
        Which of the images; all by default.
    most_bytes
        Most bytes of a batch, see `cnn_core.network.batches`; the columns themselves come on top.
    progress
        Called with the number of images after each batch.
    """
    chosen = np.arange(len(images)) if rows is None else rows
    columns = np.empty((len(chosen), len(cells)), np.float32)
    for part, values in _batches(network, images, layer, chosen, most_bytes):
        columns[part] = values[:, cells]
        if progress is not None:
            progress(len(values))
    return columns


def on_over(
    network: Network,
    images: Images,
    layer: str,
    peak: NDArray[np.floating],
    threshold: float,
    rows: NDArray[np.int64] | None = None,
    most_bytes: int = BATCH_BYTES,
) -> PackedOn:
    """Tell which cells of a layer are on in n images.

    Parameters
    ----------
    peak : (n,)
        Largest activation of the layer in each of them.
    rows, most_bytes
        As in `cell_columns`.
    """
    chosen = np.arange(len(images)) if rows is None else rows
    n_cells = network.layer(layer).n_cells
    bits = np.empty((len(chosen), -(-n_cells // 8)), np.uint8)
    for part, values in _batches(network, images, layer, chosen, most_bytes):
        bits[part] = PackedOn.of(on_from_peak(values, peak[part], threshold)).bits
    return PackedOn(bits, n_cells)


def _batches(
    network: Network, images: Images, layer: str, rows: NDArray[np.int64], most_bytes: int
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Parts of the rows with their values (m, cells)."""
    size = images_at_once(network, _BATCH, most_bytes)
    for start in range(0, len(rows), size):
        part = slice(start, start + size)
        values = network.values(layer, images[rows[part]])
        yield part, values.reshape(len(values), -1)
