"""Votes of the nodes behind the output layer: what each node's weights say for p over q."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network


def votes(network: Network, p: int, q: int) -> NDArray[np.float32]:
    """Weight of each node for p less that for q, (nodes,).

    Raises
    ------
    SelectionError
        When no output layer weighs nodes.
    """
    kernel, _ = network.output_weights
    return np.asarray(kernel[:, p] - kernel[:, q])


def vote_order(network: Network, p: int, q: int) -> tuple[int, ...]:
    """Nodes from the largest vote for p to the largest for q, equal ones by number.

    Raises
    ------
    SelectionError
        When no output layer weighs nodes.
    """
    return tuple(np.argsort(-votes(network, p, q), kind="stable").tolist())
