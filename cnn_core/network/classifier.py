"""A trained Keras classifier, opened read-only: one compiled pass gives every layer."""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import SelectionError
from cnn_core.images.scaled_images import ScaledImages
from cnn_core.network.activations import Activations
from cnn_core.network.architecture import Architecture
from cnn_core.network.backend import keras, tf
from cnn_core.network.feeding import checked_images
from cnn_core.network.graph.keras_layers import take_state_from_weights
from cnn_core.network.graph.laying_out import lay_out
from cnn_core.network.graph.passes import CompiledPasses
from cnn_core.network.graph.rest import MarginTerms, RestOfNetwork
from cnn_core.network.pixels import UNIT_RANGE, Pixels, entry_of


class Network(Architecture):
    """A classifier whose every layer can be read.

    Built by `opening.load_network`. It never changes and may be used by several threads at once.
    What it is stands in `Architecture`, and what it computes here.
    """

    def __init__(
        self,
        model: Any,
        *,
        name: str,
        path: Path | None = None,
        digest: str = "",
        image_shape: tuple[int, int, int] | None = None,
        pixels: Pixels | None = None,
        value_range: tuple[float, float] = UNIT_RANGE,
    ) -> None:
        super().__init__(
            lay_out(model, image_shape),
            name=name,
            path=path,
            digest=digest,
            image_shape=image_shape,
            pixels=pixels,
            value_range=value_range,
        )
        self._model = model
        self._lock = threading.Lock()
        self._passes = CompiledPasses(self._wiring)
        self._rests: dict[str, RestOfNetwork] = {}

    def twin(self, weights: Mapping[str, Sequence[NDArray[Any]]], name: str) -> "Network":
        """Build the same network with other weights, given for every layer that has any."""
        model = keras.models.clone_model(self._model)
        for layer in model.layers:
            layer.set_weights(weights.get(layer.name, []))
        take_state_from_weights(model)
        return Network(
            model,
            name=name,
            image_shape=self.input_shape,
            pixels=self.pixels,
            value_range=self.value_range,
        )

    def activations(
        self,
        images: ArrayLike | ScaledImages,
        layers: Sequence[str] | None = None,
        batch_size: int = 256,
        weights: Sequence[Any] = (),
    ) -> Activations:
        """Values of every layer for a batch of images, in one compiled pass.

        Parameters
        ----------
        images : shape (n, height, width, channels) or, with one channel, (n, h, w)
            float in `value_range`, which is [0, 1] for most, as `Dataset.images` holds them; or
            whole numbers 0…255.
        layers
            Only these layers; all by default.
        batch_size
            Images computed at once.
        weights
            Tensors to compute with in place of the network's own weights: the arrays of each of
            `keras_layers`, one layer behind the other.

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
        checked = self._checked(images)
        run, pre_names = self._passes.over(names, bool(weights))
        parts = [
            [
                tensor.numpy()
                for tensor in run(self._as_fed(checked[start : start + batch_size]), *weights)
            ]
            for start in range(0, len(checked), batch_size)
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
            self.each_for_itself,
        )

    def values(self, name: str, images: ArrayLike | ScaledImages) -> NDArray[np.float32]:
        """One layer (n, *shape), read-only: a fraction of `activations` where much lies behind it.

        All images are computed at once.
        """
        run = self._passes.alone(self.layer(name).name)
        return np.asarray(run(self._as_fed(self._checked(images))))

    def logits_as(self, pixels: Pixels, images: ArrayLike) -> NDArray[np.float32]:
        """Logits as if the network took other pixels, shape (n, n_classes)."""
        own, other = self.entry, entry_of(pixels, self.value_range)
        values = np.asarray(self._checked(images), np.float32)
        values = values * np.float32(other.scale / own.scale)
        values += np.float32((other.offset - own.offset) / own.scale)
        run, _ = self._passes.over((), False)
        return np.asarray(run(self._as_fed(values))[0])

    def logits(
        self, images: ArrayLike | ScaledImages, batch_size: int = 512
    ) -> NDArray[np.float32]:
        """Logits of images as in `activations`, shape (n, n_classes)."""
        return self.activations(images, layers=(), batch_size=batch_size).logits

    def behind(self, name: str = "") -> RestOfNetwork:
        """The part of the network behind a layer, or with "" everything behind the pixels."""
        if name:
            self.layer(name)
        with self._lock:
            if name not in self._rests:
                self._rests[name] = RestOfNetwork(self._wiring, name)
            return self._rests[name]

    def in_front_of(self, name: str) -> Callable[[Any], tuple[Any, Any]]:
        """Everything up to and with a layer, as a function of tensors.

        It takes images (n, height, width, channels), float32, and gives the layer's values before
        and behind its non-linearity, each (n, *layer shape): to be compiled and differentiated.

        Raises
        ------
        SelectionError
            When the network has no such layer.
        """
        self.layer(name)
        needed = self._wiring.leading_to((name,))

        def run(images: Any) -> tuple[Any, Any]:
            fed = tf.reshape(images, (-1, *self._fed_shape))
            before, after = self._wiring.compute({"": fed}, needed)
            return before[name], after[name]

        return run

    def logits_with(
        self,
        name: str,
        values: NDArray[Any],
        activations: Activations,
        images: ArrayLike | ScaledImages | None = None,
    ) -> NDArray[np.float32]:
        """Logits (n, n_classes) when a layer's values are replaced and the rest is run again.

        Parameters
        ----------
        name
            A layer.
        values : shape (n, *layer shape), float
        activations
            Of the same images, or of one image, which then serves for all n; read only where a
            path leads past the layer.
        images
            The same images; needed only where a path leads from the pixels past the layer.

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

    def margin_terms(
        self, name: str, images: ArrayLike | ScaledImages, target: ArrayLike, rival: ArrayLike
    ) -> MarginTerms:
        """The margin of each image opened at a layer.

        Parameters
        ----------
        name
            A layer, or "" for the pixels.
        images
            As in `activations`.
        target, rival : int, shape (n,) or ()
            Classes p and q.

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
        checked = self._checked(images)
        rest = self.behind(name)
        if not name:
            return rest.margin_terms(self._as_fed(checked), target, rival)
        if not rest.beside and not rest.reads_pre_activation:
            return rest.margin_terms(self.values(name, checked), target, rival)
        needed = [other for other in (name, *rest.beside) if other]
        values = self.activations(checked, needed)
        beside = [values[other] if other else self._as_fed(checked) for other in rest.beside]
        own = values.pre(name) if rest.reads_pre_activation else values[name]
        return rest.margin_terms(own, target, rival, beside)

    def _checked(self, images: ArrayLike | ScaledImages) -> NDArray[Any] | ScaledImages:
        knows_pixels = self.pixels is not None
        return checked_images(images, self.name, self.input_shape, self.value_range, knows_pixels)

    def _as_fed(self, images: NDArray[Any] | ScaledImages) -> NDArray[np.float32]:
        """Images in the shape that the saved model takes, which may lack the channel axis."""
        return np.asarray(images, np.float32).reshape(len(images), *self._fed_shape)
