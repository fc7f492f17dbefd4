"""What one pass through a network yields: every layer's values for a batch of images."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cnn_core.errors import SelectionError
from cnn_core.network.as_tables import values_table

_Float = TypeVar("_Float", bound=np.floating[Any])


def softmax(logits: NDArray[_Float]) -> NDArray[_Float]:
    """Probabilities of the classes, in [0, 1], from logits of shape (..., n_classes).

    They sum to 1 over the last axis.
    """
    shifted = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]


def probabilities_of(logits: NDArray[_Float], each_for_itself: bool = False) -> NDArray[_Float]:
    """Probabilities of the classes: one of all by softmax, or each for itself by sigmoid."""
    if not each_for_itself:
        return softmax(logits)
    # Of the two forms the one whose exponent is never large.
    small = np.exp(-np.abs(logits))
    return np.where(logits < 0, small, 1) / (1 + small)  # type: ignore[no-any-return]


@dataclass(frozen=True, eq=False, repr=False)
class Activations(Mapping[str, NDArray[np.float32]]):
    """Values of a network's layers for a batch of images; a read-only mapping by layer name.

    ``activations["Conv2D_3"]`` has shape (n_images, height, width, n_maps), that of a dense layer
    (n_images, n_nodes); float32, read-only.

    Attributes
    ----------
    outputs
        Layer outputs, after the non-linearity.
    pre_activations
        The same before it, for layers that end in a non-linearity of their own.
    logits : shape (n_images, n_classes)
        Pre-activation of the output layer, without bounds.
    each_for_itself
        Whether each class is a yes or no of its own: `Network.each_for_itself`.
    """

    outputs: Mapping[str, NDArray[np.float32]]
    pre_activations: Mapping[str, NDArray[np.float32]]
    logits: NDArray[np.float32]
    each_for_itself: bool = False

    def __post_init__(self) -> None:
        for name in ("outputs", "pre_activations"):
            arrays = dict(getattr(self, name))
            for array in arrays.values():
                array.flags.writeable = False
            object.__setattr__(self, name, MappingProxyType(arrays))
        self.logits.flags.writeable = False

    def __repr__(self) -> str:
        plural = "" if self.n_images == 1 else "s"
        return f"Activations of {self.n_images:,} image{plural} in {len(self)} layers"

    def _repr_html_(self) -> str:
        return values_table(self.outputs, repr(self))

    def __getitem__(self, layer_name: str) -> NDArray[np.float32]:
        return self.outputs[layer_name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.outputs)

    def __len__(self) -> int:
        return len(self.outputs)

    def pre(self, layer_name: str) -> NDArray[np.float32]:
        """Values of the layer before its non-linearity; the activations where it is linear.

        Raises
        ------
        SelectionError
            When the pass did not include the layer.
        """
        if layer_name not in self.outputs:
            raise SelectionError(f'layer "{layer_name}": this pass has {", ".join(self.outputs)}')
        return self.pre_activations.get(layer_name, self.outputs[layer_name])

    @property
    def n_images(self) -> int:
        """Number of images in the batch."""
        return len(self.logits)

    @property
    def n_bytes(self) -> int:
        """Memory that the arrays take, in bytes."""
        arrays = [*self.outputs.values(), *self.pre_activations.values(), self.logits]
        return sum(array.nbytes for array in arrays)

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """Probabilities of the classes, shape (n_images, n_classes), in [0, 1].

        They add up to 1, unless each class stands for itself.
        """
        return probabilities_of(self.logits, self.each_for_itself)

    @property
    def predictions(self) -> NDArray[np.int64]:
        """Class with the largest logit, shape (n_images,)."""
        return np.asarray(self.logits.argmax(axis=1), np.int64)

    def of_image(self, position: int) -> "Activations":
        """Values of the image at a place in the batch, still with a batch axis of length 1."""
        one = slice(position, position + 1)
        return Activations(
            {name: array[one] for name, array in self.outputs.items()},
            {name: array[one] for name, array in self.pre_activations.items()},
            self.logits[one],
            self.each_for_itself,
        )
