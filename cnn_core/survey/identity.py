"""What tells a network, and how it is fed, from all others: the key of whatever is kept."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network


def identity_of(network: Network) -> str:
    """SHA-256 that tells a network, and how it is fed, from all others.

    Of its file, else of its learned arrays; where pixels are scaled before they enter, of that too.
    """
    digest = network.digest or _digest_of_arrays(network)
    if network.entry.changes_nothing:
        return digest
    return hashlib.sha256(f"{digest} {tuple(network.entry)!r}".encode()).hexdigest()


def _digest_of_arrays(network: Network) -> str:
    sha = hashlib.sha256(repr(network.layers).encode())
    for info in network.layers:
        for name, array in sorted(network.weights(info.name).items()):
            sha.update(f"{name}{array.shape}".encode())
            sha.update(np.ascontiguousarray(array).data)
    return sha.hexdigest()
