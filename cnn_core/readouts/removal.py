"""What a network loses when a layer's values are freed of what its linear probe reads."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnn_core.network.activations import Activations
from cnn_core.network.classifier import Network
from cnn_core.readouts.samples import values_in
from cnn_core.readouts.task import network_answers

N_RANDOM = 3
_LEAST_LENGTH = 1e-6


class Cut:
    """Takes directions out of a layer's values and runs the rest of the network.

    Parameters
    ----------
    weights
        (n_cells, k), a linear probe's: with several scores, what they have in common decides
        nothing, so that their differences count.
    centre
        (n_cells,), the mean to which the values are set along the directions.
    seed
        Of random directions, as many as the probe's, drawn `N_RANDOM` times.
    """

    def __init__(
        self,
        network: Network,
        layer: str,
        weights: NDArray[np.float32],
        centre: NDArray[np.float32],
        seed: int,
    ) -> None:
        self._network, self._layer, self._centre = network, layer, centre
        own = _spanned(weights)
        draw = np.random.default_rng(seed)
        self.n_directions = own.shape[1]
        self._bases = [own]
        for _ in range(N_RANDOM if self.n_directions else 0):
            drawn = draw.normal(size=own.shape)
            self._bases.append(np.linalg.qr(drawn)[0].astype(np.float32))

    def right(
        self,
        activations: Activations,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        classes: Sequence[int],
    ) -> NDArray[np.bool_]:
        """Whether the cut network is right, shape (1 + N_RANDOM, n): the probe's directions first.

        Parameters
        ----------
        activations
            Of the layer and those that `beside` names.
        """
        values = values_in(self._network, self._layer, activations, images)
        rest = self._network.behind(self._layer)
        beside = [activations[name] if name else images for name in rest.beside]
        shape = self._network.layer(self._layer).shape if self._layer else self._network.input_shape
        centred = values - self._centre
        found = []
        for basis in self._bases:
            cut = values - (centred @ basis) @ basis.T
            logits = rest.logits(cut.reshape(len(values), *shape), beside)
            found.append(network_answers(logits, classes) == labels)
        return np.array(found)


def _spanned(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Orthonormal directions, (n_cells, k), along which the decisions change."""
    weights = weights.astype(np.float64)
    if weights.shape[1] > 1:
        weights = weights - weights.mean(axis=1, keepdims=True)
    basis, lengths, _ = np.linalg.svd(weights, full_matrices=False)
    return basis[:, lengths > _LEAST_LENGTH * max(lengths.max(), 1e-30)].astype(np.float32)
