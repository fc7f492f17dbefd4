"""A trained Keras classifier, opened read-only: its layers and one compiled pass through them."""

import threading
from collections import OrderedDict
from difflib import get_close_matches

import numpy as np

from cnn_core.errors import DataError, ModelError, SelectionError
from cnn_core.images.scaled_images import ScaledImages
from cnn_core.network.activations import Activations
from cnn_core.network.backend import tf
from cnn_core.network.layers import LayerKind
from cnn_core.network.rest import RestOfNetwork
from cnn_core.network.wiring import lay_out

_MOST_COMPILED_PASSES = 12


class Network:
    """A classifier whose every layer can be read.

    Built by `opening.load_network`. It never changes and may be used by several threads at once.

    Attributes
    ----------
    name : str
        Name of its file without the ending, unless another was given.
    path : pathlib.Path or None
        Its file.
    digest : str
        SHA-256 of the file, in hexadecimal.
    input_shape : tuple of int
        (height, width, colour channels) of the images that it takes.
    n_classes : int
    layers : tuple of LayerInfo
        Every layer that can be looked at, in the order of computation.
    output_layer : LayerInfo
        The layer whose pre-activation the logits are.
    last_hidden : LayerInfo or None
        The layer whose nodes the output layer weighs, if the output layer is dense.
    """

    def __init__(self, model, *, name, path=None, digest="", image_shape=None):
        self.name = name
        self.path = path
        self.digest = digest
        self._wiring = lay_out(model, image_shape)
        self._fed_shape = self._wiring.input_shape
        self.input_shape = _image_shape(self._fed_shape, image_shape)
        self.layers = self._wiring.layer_infos()
        self._by_name = {info.name: info for info in self.layers}
        self.n_classes = int(self._wiring.shape(self._wiring.logits_name)[0])
        self.output_layer = self._by_name[self._wiring.logits_name]
        self.last_hidden = self._find_last_hidden()
        self._lock = threading.Lock()
        self._passes = OrderedDict()
        self._rests = {}

    def _find_last_hidden(self):
        if self.output_layer.kind is not LayerKind.DENSE:
            return None
        return self._by_name.get(self.output_layer.inputs[0])

    @property
    def n_parameters(self):
        """Number of weights and biases of all layers."""
        return sum(info.n_parameters for info in self.layers)

    def layer(self, name):
        """Facts about one layer.

        Parameters
        ----------
        name : str

        Returns
        -------
        LayerInfo

        Raises
        ------
        SelectionError
            When the network has no such layer; `nearest` is the closest name.
        """
        if name in self._by_name:
            return self._by_name[name]
        names = list(self._by_name)
        matches = get_close_matches(str(name), names, n=1, cutoff=0.0)
        raise SelectionError(
            f'layer "{name}": the network {self.name} has {", ".join(names)}',
            nearest=matches[0] if matches else names[0],
        )

    def weights(self, name):
        """Learned arrays of a layer.

        Parameters
        ----------
        name : str

        Returns
        -------
        dict of str to ndarray, float32
            "kernel" and "bias" of convolutions and dense layers; "gamma", "beta", "moving_mean"
            and "moving_variance" of batch normalisation; empty where there is nothing to learn.
        """
        self.layer(name)
        operation = self._wiring.steps[name].operation
        variables = getattr(operation, "weights", [])
        return {variable.name: variable.numpy() for variable in variables}

    def activations(self, images, layers=None, batch_size=256):
        """Values of every layer for a batch of images, in one compiled pass.

        Parameters
        ----------
        images : array_like, shape (n, height, width, channels) or, with one channel, (n, h, w)
            float in [0, 1], as `Dataset.images` holds them.
        layers : sequence of str, optional
            Only these layers; all by default.
        batch_size : int
            Images computed at once.

        Returns
        -------
        Activations

        Raises
        ------
        DataError
            When the images do not fit the network.
        SelectionError
            When a layer does not exist.
        """
        names = (
            tuple(self._by_name)
            if layers is None
            else tuple(self.layer(name).name for name in layers)
        )
        images = self._checked(images)
        run, pre_names = self._compiled_pass(names)
        parts = [
            [tensor.numpy() for tensor in run(self._as_fed(images[start : start + batch_size]))]
            for start in range(0, len(images), batch_size)
        ]
        # One part is the rule, and copying it would double the time of a single image.
        arrays = (
            parts[0]
            if len(parts) == 1
            else [np.concatenate(part) for part in zip(*parts, strict=True)]
        )
        logits, *rest = arrays
        return Activations(
            dict(zip(names, rest[: len(names)], strict=True)),
            dict(zip(pre_names, rest[len(names) :], strict=True)),
            logits,
        )

    def logits(self, images, batch_size=512):
        """Logits of a batch of images.

        Parameters
        ----------
        images : array_like
            As in `activations`.
        batch_size : int

        Returns
        -------
        ndarray, shape (n, n_classes), float32
        """
        return self.activations(images, layers=(), batch_size=batch_size).logits

    def behind(self, name=""):
        """The part of the network behind a layer.

        Parameters
        ----------
        name : str
            A layer, or "" for everything behind the pixels.

        Returns
        -------
        RestOfNetwork
        """
        if name:
            self.layer(name)
        with self._lock:
            if name not in self._rests:
                self._rests[name] = RestOfNetwork(self._wiring, name)
            return self._rests[name]

    def logits_with(self, name, values, activations, images=None):
        """Logits when a layer's values are replaced and the rest is run again.

        Parameters
        ----------
        name : str
            A layer.
        values : ndarray, shape (n, *layer shape), float
        activations : Activations
            Of the same images, or of one image, which then serves for all n; read only where a
            path leads past the layer.
        images : array_like, optional
            The same images; needed only where a path leads from the pixels past the layer.

        Returns
        -------
        ndarray, shape (n, n_classes), float32

        Raises
        ------
        SelectionError
            When the values of a layer beside the replaced one are not given.
        """
        rest = self.behind(name)
        given = dict(activations)
        if images is not None:
            given[""] = self._as_fed(self._checked(images))
        for other in rest.beside:
            if other not in given:
                missing = f'values of "{other}"' if other else "images"
                raise SelectionError(
                    f'layer "{name}": what lies behind it also needs the {missing}'
                )
        return rest.logits(
            values,
            [
                np.broadcast_to(given[other], (len(values), *given[other].shape[1:]))
                for other in rest.beside
            ],
        )

    def margin_terms(self, name, images, target, rival):
        """The margin of each image opened at a layer.

        Parameters
        ----------
        name : str
            A layer, or "" for the pixels.
        images : array_like
            As in `activations`.
        target, rival : array_like of int, shape (n,) or ()
            Classes p and q.

        Returns
        -------
        MarginTerms

        Raises
        ------
        SelectionError
            When the layer or a class does not exist.
        """
        for number in (*np.ravel(target), *np.ravel(rival)):
            if not 0 <= number < self.n_classes:
                raise SelectionError(
                    f"class {number}: the network {self.name} has the classes 0 to "
                    f"{self.n_classes - 1}",
                    nearest=int(np.clip(number, 0, self.n_classes - 1)),
                )
        images = self._checked(images)
        rest = self.behind(name)
        if not name:
            return rest.margin_terms(self._as_fed(images), target, rival)
        needed = [other for other in (name, *rest.beside) if other]
        values = self.activations(images, needed)
        beside = [values[other] if other else self._as_fed(images) for other in rest.beside]
        own = values.pre(name) if rest.reads_pre_activation else values[name]
        return rest.margin_terms(own, target, rival, beside)

    def _checked(self, images):
        # Images kept as stored, in a file or as bytes, become float32 batch by batch, when fed.
        if not isinstance(images, ScaledImages):
            images = np.asarray(images)
        if images.ndim == 3 and self.input_shape[2] == 1:
            images = images[..., np.newaxis]
        if images.ndim != 4 or images.shape[1:] != self.input_shape or len(images) == 0:
            raise DataError(
                f"images of shape {images.shape}: the network {self.name} takes "
                f"(n, {', '.join(map(str, self.input_shape))}) with n at least 1"
            )
        return images

    def _as_fed(self, images):
        """Images in the shape that the saved model takes, which may lack the channel axis."""
        return np.asarray(images, np.float32).reshape(len(images), *self._fed_shape)

    def _compiled_pass(self, names):
        with self._lock:
            if names in self._passes:
                self._passes.move_to_end(names)
            else:
                self._passes[names] = self._compile(names)
                while len(self._passes) > _MOST_COMPILED_PASSES:
                    self._passes.popitem(last=False)
            return self._passes[names]

    def _compile(self, names):
        wiring = self._wiring
        needed = wiring.leading_to((*names, wiring.logits_name))
        pre_names = tuple(name for name in names if wiring.steps[name].has_pre_activation)
        signature = tf.TensorSpec((None, *self._fed_shape), tf.float32)

        def run(images):
            before, after = wiring.compute({"": images}, needed)
            return [
                before[wiring.logits_name],
                *(after[name] for name in names),
                *(before[name] for name in pre_names),
            ]

        # Without AutoGraph, which would read and rewrite Keras' own code: there is no branch on a
        # tensor here, and the first pass takes a tenth of the time.
        return tf.function(run, input_signature=[signature], autograph=False), pre_names


def _image_shape(fed_shape, stated):
    if len(fed_shape) == 3:
        return fed_shape
    if len(fed_shape) == 2:
        return (*fed_shape, 1)
    if stated is not None and np.prod(stated) == np.prod(fed_shape):
        return tuple(stated)
    raise ModelError(
        f"the network takes {fed_shape}; images (height, width) or (height, width, channels) are "
        "accepted"
    )
