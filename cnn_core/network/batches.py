"""How many images a network takes at once in bounded memory (no TensorFlow)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

BATCH_BYTES = 64 * 2**20
"""Most bytes that a batch of images takes with all layers of the network."""

# Each layer before and after its non-linearity, with slopes and what convolutions need: measured.
_BYTES_PER_CELL = 25


def images_at_once(network: Network, most: int, most_bytes: int = BATCH_BYTES) -> int:
    """Images of a batch that takes at most so many bytes with all layers: from 1 to `most`."""
    each = _BYTES_PER_CELL * sum(info.n_cells for info in network.layers)
    return max(1, min(most, most_bytes // each))
