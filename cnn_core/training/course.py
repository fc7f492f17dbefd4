"""A network over its training: what every snapshot makes of an image."""

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from cnn_core.artifacts import SNAPSHOTS_ENDING, AnyPath
from cnn_core.errors import DataError, SelectionError
from cnn_core.images.scaled_images import ScaledImages
from cnn_core.network.activations import Activations
from cnn_core.network.backend import tf
from cnn_core.network.classifier import Network
from cnn_core.training.article_cnn import build_article_cnn
from cnn_core.training.snapshots import (
    Moment,
    Snapshots,
    StoredArray,
    architecture_digest,
    read_snapshots,
)


class TrainingCourse:
    """A network together with the snapshots of its training.

    All snapshots share one compiled pass, which takes the weights as it takes the images: twelve
    passes of their own would take twenty times as long to compile. It never changes and may be used
    by several threads at once.

    Attributes
    ----------
    network
        The network that the training ended in, or another of the same architecture.
    moments
        When each snapshot was taken, rising by step; the first is the untrained twin.
    ends_in_network
        Whether the last snapshot has just the network's weights.
    """

    def __init__(self, snapshots: Snapshots, network: Network) -> None:
        self.network = network
        self.moments: tuple[Moment, ...] = snapshots.moments
        self.seed = snapshots.about.seed
        layers = [layer for layer in network.keras_layers if getattr(layer, "weights", [])]
        # As tensors the weights of a snapshot are handed to the pass without a copy.
        self._weights = [
            [
                tf.constant(values, variable.dtype)
                for layer in layers
                for values, variable in zip(arrays[layer.name], layer.weights, strict=True)
            ]
            for arrays in map(snapshots.weights, range(len(snapshots.moments)))
        ]
        self._sizes = {layer.name: len(layer.weights) for layer in layers}
        own = [variable.numpy() for layer in layers for variable in layer.weights]
        self.ends_in_network = all(map(np.array_equal, own, self._weights[-1]))

    def __len__(self) -> int:
        return len(self.moments)

    def activations(
        self, place: int, images: ArrayLike | ScaledImages, layer: str | None = None
    ) -> Activations:
        """Values of one layer, or of all, and the logits at one snapshot.

        Parameters
        ----------
        place
            Of the snapshot in `moments`.
        images
            As in `Network.activations`.

        Raises
        ------
        SelectionError
            When there is no such snapshot or layer.
        """
        layers = None if layer is None else [layer]
        return self.network.activations(images, layers, weights=self._weights[self._checked(place)])

    def network_at(self, place: int) -> Network:
        """Build the network of one snapshot, for everything that a network can be asked."""
        weights = iter(self._weights[self._checked(place)])
        by_layer = {
            name: [next(weights).numpy() for _ in range(n)] for name, n in self._sizes.items()
        }
        return self.network.twin(by_layer, f"{self.network.name}, step {self.moments[place].step}")

    def _checked(self, place: int) -> int:
        if not 0 <= place < len(self):
            raise SelectionError(
                f"snapshot {place}: there are the snapshots 0 to {len(self) - 1}",
                nearest=min(max(place, 0), len(self) - 1),
            )
        return place


def open_snapshots(path: AnyPath, network: Network) -> TrainingCourse:
    """Open a file of snapshots taken while a network was trained.

    Raises
    ------
    DataError
        When the file is missing, damaged, does not begin at step 0, or is of another architecture.
    """
    snapshots = read_snapshots(path)
    expected = [
        StoredArray(layer=layer.name, name=variable.name, shape=list(variable.shape))
        for layer in network.keras_layers
        for variable in getattr(layer, "weights", [])
    ]
    told = sorted(snapshots.about.arrays, key=lambda array: array.layer)
    same_arrays = told == sorted(expected, key=lambda array: array.layer)
    same_layers = snapshots.about.architecture == architecture_digest(network.keras_layers)
    if not (same_arrays and same_layers):
        raise DataError(
            f"{Path(path).name}: snapshots of another architecture than that of {network.name}; "
            "those that were taken while this network was trained are accepted"
        )
    return TrainingCourse(snapshots, network)


def snapshots_beside(model_file: AnyPath) -> Path | None:
    """The file of snapshots that lies beside a model, such as cnn_snapshots.npz beside cnn.keras."""
    path = Path(model_file)
    beside = path.with_name(f"{path.stem}{SNAPSHOTS_ENDING}")
    return beside if beside.is_file() else None


def activations_over_training(
    course: TrainingCourse, images: ArrayLike | ScaledImages, layer: str | None = None
) -> tuple[Activations, ...]:
    """Values of one layer, or of all, and the logits at every snapshot, in the order of moments."""
    return tuple(course.activations(place, images, layer) for place in range(len(course)))


def untrained_twin(network: Network, seed: int) -> Network:
    """Build the article's CNN as it was before a training with this seed, for a network of its form.

    Raises
    ------
    DataError
        When the network is not the article's CNN.
    """
    if min(network.input_shape[:2]) >= 18:
        model = build_article_cnn(network.input_shape, network.n_classes, seed)
        if architecture_digest(model.layers) == architecture_digest(network.keras_layers):
            weights = {layer.name: layer.get_weights() for layer in model.layers}
            return network.twin(weights, f"{network.name}, untrained")
    raise DataError(
        f"{network.name}: only the article's CNN can be rebuilt from its seed; snapshots of another "
        "network hold its weights at step 0"
    )
