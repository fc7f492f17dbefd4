"""The way from one image to another, in pixels or in a layer, and where the answer changes on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.drawing.own_images import light_of, rounded, values_of
from cnn_core.errors import SelectionError
from cnn_core.network.opened_layer import one_image

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

FLIP_PRECISION = 0.001
"""How far apart the two places of a flip are at most, as a share of the way."""


@dataclass(frozen=True, eq=False)
class Flip:
    """Where the prediction of the first image is given up for the first time.

    Attributes
    ----------
    before, after
        Places on the way, 0…1, at most `FLIP_PRECISION` apart: the last with the old prediction,
        the first with the new one.
    old, new
        Classes.
    logits
        (2, n_classes): at the two places.
    pixels
        Of the network's input shape: the image at `after`; None on the way through a layer, where
        there is no image.
    """

    before: float
    after: float
    old: int
    new: int
    logits: NDArray[np.float32]
    pixels: NDArray[np.uint8] | None


@dataclass(frozen=True, eq=False)
class Morph:
    """The answers on a way.

    Attributes
    ----------
    layer
        Name of the layer whose values are mixed, "" for the pixels.
    way
        (n,), 0…1: share of the last image.
    logits
        (n, n_classes).
    target, rival
        Classes p and q.
    flip
        None where the prediction stays on the whole way, as far as the n places tell.
    """

    layer: str
    way: NDArray[np.float64]
    logits: NDArray[np.float32]
    target: int
    rival: int
    flip: Flip | None

    @property
    def margin(self) -> NDArray[np.float64]:
        """z_p - z_q, (n,)."""
        logits = self.logits.astype(np.float64)
        return logits[:, self.target] - logits[:, self.rival]


def mixed_pixels(first: ArrayLike, last: ArrayLike, share: ArrayLike) -> NDArray[np.uint8]:
    """Mix two images, rounded to bytes as all images are that can be kept.

    Parameters
    ----------
    first, last : (h, w, c), light in 0…1
    share : (n,), 0…1
        Of the last image.

    Returns
    -------
    (n, h, w, c)
    """
    return rounded(_mixed(np.asarray(first, np.float64), np.asarray(last, np.float64), share))


def _mixed(
    first: NDArray[np.floating], last: NDArray[np.floating], share: ArrayLike
) -> NDArray[np.float64]:
    part = np.asarray(share, np.float64).reshape(-1, *(1,) * first.ndim)
    return (1 - part) * first + part * last


def morph(
    network: Network,
    first: ArrayLike,
    last: ArrayLike,
    *,
    layer: str = "",
    target: int | None = None,
    rival: int | None = None,
    n_places: int = 101,
) -> Morph:
    """Follow the answer from one image to another.

    Parameters
    ----------
    first, last : (h, w, c) or (1, h, w, c)
        In `Network.value_range`, as all that is given to a network.
    layer
        Mix the values of this layer and run the rest of the network; "" mixes pixels, in bytes.
    target, rival
        Classes p and q; by default the predictions at both ends, or where these are the same the
        prediction and the runner-up of the last image.
    n_places
        Places on the way, both ends included; at least 2.

    Raises
    ------
    SelectionError
        When there is no such layer or class, or fewer places than two.
    DataError
        When an image does not fit the network.
    """
    if n_places < 2:
        raise SelectionError(f"{n_places} places on a way: 2 or more are accepted", nearest=2)
    ends = np.concatenate([one_image(network, image) for image in (first, last)])
    light = light_of(ends, network.value_range)
    logits_at = _through_layer(network, layer, ends) if layer else _through_pixels(network, light)
    way = np.linspace(0, 1, n_places)
    logits = logits_at(way)
    p, q = _classes(network, logits, target, rival)
    flip = _find_flip(way, logits, logits_at, None if layer else light)
    return Morph(layer, way, logits, p, q, flip)


_LogitsAt = Callable[[NDArray[np.float64]], NDArray[np.float32]]


def _through_pixels(network: Network, light: NDArray[np.float32]) -> _LogitsAt:
    def logits_at(way: NDArray[np.float64]) -> NDArray[np.float32]:
        images = values_of(mixed_pixels(light[0], light[1], way), network.value_range)
        found: NDArray[np.float32] = network.logits(images)
        return found

    return logits_at


def _through_layer(network: Network, layer: str, ends: NDArray[np.float32]) -> _LogitsAt:
    rest = network.behind(layer)
    names = (layer, *rest.beside)
    passed = network.activations(ends, [name for name in names if name])
    own = passed.pre(layer) if rest.reads_pre_activation else passed[layer]
    values = [own, *(passed[name] if name else ends for name in rest.beside)]

    def logits_at(way: NDArray[np.float64]) -> NDArray[np.float32]:
        mixed, *beside = (_mixed(part[0], part[1], way).astype(np.float32) for part in values)
        found: NDArray[np.float32] = rest.logits(mixed, beside)
        return found

    return logits_at


def _classes(
    network: Network, logits: NDArray[np.float32], target: int | None, rival: int | None
) -> tuple[int, int]:
    for number in (target, rival):
        if number is not None and not 0 <= number < network.n_classes:
            raise SelectionError(
                f"class {number}: the network {network.name} has the classes 0 to "
                f"{network.n_classes - 1}",
                nearest=int(np.clip(number, 0, network.n_classes - 1)),
            )
    p = int(logits[0].argmax()) if target is None else target
    others = [int(number) for number in np.argsort(-logits[-1]) if number != p]
    return p, others[0] if rival is None else rival


def _find_flip(
    way: NDArray[np.float64],
    logits: NDArray[np.float32],
    logits_at: _LogitsAt,
    light: NDArray[np.float32] | None,
) -> Flip | None:
    """Halve the stretch on which the first prediction is given up, until it is short enough."""
    old = int(logits[0].argmax())
    changed = np.flatnonzero(logits.argmax(axis=1) != old)
    if not len(changed):
        return None
    place = int(changed[0])
    before, after = float(way[place - 1]), float(way[place])
    while after - before > FLIP_PRECISION / 2:
        middle = (before + after) / 2
        if int(logits_at(np.array([middle]))[0].argmax()) == old:
            before = middle
        else:
            after = middle
    both = logits_at(np.array([before, after]))
    pixels = None if light is None else mixed_pixels(light[0], light[1], [after])[0]
    return Flip(before, after, old, int(both[1].argmax()), both, pixels)
