"""How far an image is from all training images, in the space of the last convolution.

Distances are Euclidean and exact. To find the nearest of many images fast and in little memory, each
is kept as 32 whole numbers: its coordinates along the directions in which the layer's values spread
most. These choose 128 candidates, whose values are then computed anew by the network and compared in
full.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import DataError
from cnn_core.images.dataset import Dataset
from cnn_core.network.opened_layer import one_image
from cnn_core.survey.identity import identity_of

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

N_CANDIDATES = 128
N_NEAREST = 3


@dataclass(frozen=True)
class Neighbour:
    """A training image: its number and label, and its distance from the image asked about."""

    number: int
    label: int
    distance: float


@dataclass(frozen=True)
class Familiar:
    """How familiar an image is.

    Attributes
    ----------
    distance
        To the nearest training image.
    percentile
        Share of test images, in per cent, that are nearer to their nearest training image.
    nearest
        Three training images, the nearest first.
    """

    distance: float
    percentile: float
    nearest: tuple[Neighbour, ...]


@dataclass(frozen=True, eq=False)
class Reference:
    """What is kept of a network's training images.

    Attributes
    ----------
    model_digest, train_digest, test_digest
        Of the network and of the two sets.
    layer
        Whose values are compared.
    mean
        (n_cells,) float32
    directions
        (k, n_cells) float32, each of length 1.
    codes
        (n_train, k) int8: coordinates along the directions, in steps of `step`.
    step
        Above 0.
    test_distances
        (m,) float32, rising: of test images to their nearest training image.
    provenance
        How it was made, and how often the candidates held the true nearest images.
    """

    model_digest: str
    train_digest: str
    test_digest: str
    layer: str
    mean: NDArray[np.float32]
    directions: NDArray[np.float32]
    codes: NDArray[np.int8]
    step: float
    test_distances: NDArray[np.float32]
    provenance: Mapping[str, Any]

    def __post_init__(self) -> None:
        k, n_cells = self.directions.shape
        rising = bool((np.diff(self.test_distances) >= 0).all())
        if self.mean.shape != (n_cells,) or self.codes.ndim != 2 or self.codes.shape[1] != k:
            raise ValueError("directions, mean and codes do not belong together")
        if not (self.step > 0 and rising and len(self.test_distances) and len(self.codes)):
            raise ValueError("steps above 0 and rising distances")

    def encoded(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Coordinates of a layer's values (n, n_cells) in steps, (n, k), not rounded."""
        coordinates = (values - self.mean) @ self.directions.T
        return np.asarray(coordinates / self.step, np.float32)

    def candidates(self, values: NDArray[np.float32]) -> NDArray[np.int64]:
        """Numbers, rising, of the training images that lie nearest by their codes.

        Parameters
        ----------
        values : (n_cells,)
        """
        apart = np.asarray(self.codes - self.encoded(values[np.newaxis]), np.float32)
        squares = np.einsum("nk,nk->n", apart, apart)
        n = min(N_CANDIDATES, len(squares))
        return np.sort(np.argpartition(squares, n - 1)[:n])


def values_at(
    network: Network, layer: str, images: NDArray[Any], batch_size: int = 256
) -> NDArray[np.float32]:
    """Give the values of a layer as one row an image, (n, n_cells)."""
    found: NDArray[np.float32] = network.activations(images, [layer], batch_size=batch_size)[layer]
    return found.reshape(len(found), -1)


def familiarity(
    reference: Reference, network: Network, train: Dataset, image: ArrayLike
) -> Familiar:
    """Tell how far an image is from all training images.

    Parameters
    ----------
    image : (h, w, c) or (1, h, w, c)
        In `Network.value_range`.

    Raises
    ------
    DataError
        When the reference is of another network or other training images.
    """
    if (reference.model_digest, reference.train_digest) != (identity_of(network), train.digest):
        raise DataError(
            f"familiarity: what is kept is not of the network {network.name} and these training "
            "images; `python -m cnn_core survey --familiarity` computes it"
        )
    values = values_at(network, reference.layer, one_image(network, image))[0]
    numbers, distances = nearest(reference, network, train, values)
    n_nearer = np.searchsorted(reference.test_distances, np.float32(distances[0]))
    return Familiar(
        float(distances[0]),
        100 * float(n_nearer) / len(reference.test_distances),
        tuple(
            Neighbour(int(number), int(train.labels[number]), float(distance))
            for number, distance in zip(numbers, distances, strict=True)
        ),
    )


def nearest(
    reference: Reference, network: Network, train: Dataset, values: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the nearest training images of a layer's values (n_cells,): numbers and distances."""
    numbers = reference.candidates(values)
    apart = values_at(network, reference.layer, train.images[numbers]) - values
    distances = np.sqrt(np.square(apart, dtype=np.float64).sum(axis=1))
    order = np.argsort(distances, kind="stable")[:N_NEAREST]
    return numbers[order], distances[order]
