"""What pixels are counted from: references for ledgers, and the path that leads from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.decision.pairs import checked_pair, margin_of
from cnn_core.errors import SelectionError
from cnn_core.network.batches import images_at_once
from cnn_core.network.opened_layer import one_image

if TYPE_CHECKING:
    from cnn_core.images.scaled_images import Images
    from cnn_core.network.classifier import Network

STEPS = 128
MOST_STEPS = 2048
TOLERANCE = 0.001

_BATCH = 128
_IMAGES_AT_ONCE = 1024


class Reference(StrEnum):
    """Images of which nothing is said to come."""

    BLACK = "black"
    MEAN = "mean"
    GREY = "grey"
    WHITE = "white"


_SHADES = {Reference.BLACK: 0.0, Reference.GREY: 0.5, Reference.WHITE: 1.0}


def reference_image(
    reference: Reference | str,
    shape: tuple[int, ...],
    images: Images | None = None,
    value_range: tuple[float, float] = (0.0, 1.0),
) -> NDArray[np.float32]:
    """Image of a reference, in the shape (height, width, channels) of the network's images.

    Parameters
    ----------
    images
        Of which the mean is taken, the training images; needed for that alone.
    value_range
        Black and white of the network's images, `Network.value_range`.

    Raises
    ------
    SelectionError
        When there is no such reference, or no images for their mean.
    """
    if reference not in set(Reference):
        raise SelectionError(
            f'reference "{reference}": {", ".join(Reference)} are accepted', Reference.BLACK
        )
    if reference in _SHADES:
        black, white = value_range
        shade = black + (white - black) * _SHADES[Reference(reference)]
        return np.full(shape, shade, np.float32)
    if images is None or not len(images):
        raise SelectionError(
            'reference "mean": there are no images to take it from', Reference.BLACK
        )
    return mean_image(images)


def mean_image(images: Images) -> NDArray[np.float32]:
    """Mean of any number of images, taken in slices, (height, width, channels)."""
    total = np.zeros(images.shape[1:])
    for start in range(0, len(images), _IMAGES_AT_ONCE):
        total += images[start : start + _IMAGES_AT_ONCE].sum(axis=0, dtype=np.float64)
    return (total / len(images)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class IntegratedGradients:
    """The change of a margin from a reference image to an image, shared out among the pixels.

    M. Sundararajan, A. Taly and Q. Yan, "Axiomatic attribution for deep networks", ICML 2017: each
    pixel's change times the mean slope along the straight path between the two. Unlike the
    ledger, which holds for the gates of the image alone, it counts every gate that the path passes.

    Attributes
    ----------
    terms : shape (height, width, channels)
    margin, reference_margin
        Of the image and of the reference, from the network's own logits.
    n_steps
        Points of the path at which the slope was taken.
    """

    terms: NDArray[np.float64]
    margin: float
    reference_margin: float
    n_steps: int

    @property
    def total(self) -> float:
        """Sum of the terms."""
        return float(self.terms.sum())

    @property
    def residual(self) -> float:
        """What the sum leaves of the change of the margin: it comes from the number of steps."""
        return self.margin - self.reference_margin - self.total

    @property
    def residual_share(self) -> float:
        """The residual's size over the sum of the absolute terms; 0 where there is nothing."""
        size = float(np.abs(self.terms).sum())
        return abs(self.residual) / size if size else 0.0


def integrated_gradients(
    network: Network,
    image: ArrayLike,
    target: int,
    rival: int,
    reference: ArrayLike = 0,
    *,
    steps: int = STEPS,
    tolerance: float = TOLERANCE,
    most_steps: int = MOST_STEPS,
) -> IntegratedGradients:
    """Share a change of the margin out among the pixels along the path from a reference.

    Slopes are taken in the middle of equal steps, twice as many of them until the residual is at
    most `tolerance` of the sum of the absolute terms, or `most_steps` are taken.

    Parameters
    ----------
    image : shape (1, height, width, channels) or (height, width, channels)
        float in [0, 1].
    target, rival
        Classes p and q.
    reference : a number, or the shape of an image

    Raises
    ------
    SelectionError, DataError
        As in `cnn_core.decision.ledger.ledger`.
    """
    if steps < 1:
        raise SelectionError(f"{steps!r} steps: at least 1 is accepted")
    end = one_image(network, image).reshape(1, *network.input_shape)
    given = np.asarray(reference, np.float32)
    if given.shape not in ((), end.shape, end.shape[1:], end.shape[1:-1]):
        raise SelectionError(
            f"reference of shape {given.shape}: a number or {end.shape[1:]} is accepted"
        )
    if given.shape == end.shape[1:-1]:
        given = given[..., np.newaxis]
    start = np.broadcast_to(given, end.shape)
    checked_pair(network.n_classes, target, rival, 1)
    margin, reference_margin = margin_of(
        network.logits(np.concatenate([end, start])), target, rival
    ).tolist()
    while True:
        slope = _mean_slope(network, start, end, target, rival, steps)
        change = (end - start)[0].astype(np.float64)
        found = IntegratedGradients(change * slope, margin, reference_margin, steps)
        if found.residual_share <= tolerance or 2 * steps > most_steps:
            return found
        steps *= 2


def _mean_slope(
    network: Network,
    start: NDArray[np.float32],
    end: NDArray[np.float32],
    target: int,
    rival: int,
    steps: int,
) -> NDArray[np.float64]:
    total = np.zeros(end.shape[1:])
    size = images_at_once(network, _BATCH)
    for first in range(0, steps, size):
        places = (np.arange(first, min(first + size, steps), dtype=np.float32) + 0.5) / steps
        path = start + places.reshape(-1, 1, 1, 1) * (end - start)
        gradient = network.margin_terms("", path, target, rival).gradient
        total += gradient.reshape(path.shape).sum(axis=0, dtype=np.float64)
    return total / steps
