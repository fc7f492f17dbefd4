"""What one pass through a network yields: every layer's values for a batch of images."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from cnn_core.errors import SelectionError


def softmax(logits):
    """Probabilities of the classes.

    Parameters
    ----------
    logits : ndarray, shape (..., n_classes), float

    Returns
    -------
    ndarray, shape (..., n_classes), float of the same width
        In [0, 1], summing to 1 over the last axis.
    """
    shifted = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


@dataclass(frozen=True, eq=False)
class Activations(Mapping):
    """Values of a network's layers for a batch of images; a read-only mapping by layer name.

    ``activations["Conv2D_3"]`` has shape (n_images, height, width, n_maps), that of a dense layer
    (n_images, n_nodes); float32, read-only.

    Attributes
    ----------
    outputs : mapping of str to ndarray
        Layer outputs, after the non-linearity.
    pre_activations : mapping of str to ndarray
        The same before it, for layers that end in a non-linearity of their own.
    logits : ndarray, shape (n_images, n_classes), float32
        Pre-activation of the output layer, without bounds.
    """

    outputs: Mapping
    pre_activations: Mapping = field(repr=False)
    logits: np.ndarray = field(repr=False)

    def __post_init__(self):
        for name in ("outputs", "pre_activations"):
            arrays = dict(getattr(self, name))
            for array in arrays.values():
                array.flags.writeable = False
            object.__setattr__(self, name, MappingProxyType(arrays))
        self.logits.flags.writeable = False

    def __getitem__(self, layer_name):
        return self.outputs[layer_name]

    def __iter__(self):
        return iter(self.outputs)

    def __len__(self):
        return len(self.outputs)

    def pre(self, layer_name):
        """Values of the layer before its non-linearity.

        Parameters
        ----------
        layer_name : str

        Returns
        -------
        ndarray, float32
            Of the shape of the activations; the activations themselves where the layer is linear.

        Raises
        ------
        SelectionError
            When the pass did not include the layer.
        """
        if layer_name not in self.outputs:
            raise SelectionError(f'layer "{layer_name}": this pass has {", ".join(self.outputs)}')
        return self.pre_activations.get(layer_name, self.outputs[layer_name])

    @property
    def n_images(self):
        """Number of images in the batch."""
        return len(self.logits)

    @property
    def n_bytes(self):
        """Memory that the arrays take, in bytes."""
        arrays = [*self.outputs.values(), *self.pre_activations.values(), self.logits]
        return sum(array.nbytes for array in arrays)

    @property
    def probabilities(self):
        """Softmax of the logits, shape (n_images, n_classes), float32 in [0, 1]."""
        return softmax(self.logits)

    @property
    def predictions(self):
        """Class with the largest logit, shape (n_images,), int64."""
        return self.logits.argmax(axis=1)

    def of_image(self, position):
        """Values of one image of the batch, still with a batch axis of length 1.

        Parameters
        ----------
        position : int
            Place in the batch, from 0.

        Returns
        -------
        Activations
        """
        one = slice(position, position + 1)
        return Activations(
            {name: array[one] for name, array in self.outputs.items()},
            {name: array[one] for name, array in self.pre_activations.items()},
            self.logits[one],
        )
