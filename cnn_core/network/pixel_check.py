"""Whether a network was trained on other pixels than those that it is given."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnn_core.network.pixels import BYTES, UNIT, Pixels, entry_of

if TYPE_CHECKING:
    from cnn_core.images.dataset import Dataset
    from cnn_core.network.classifier import Network

_IMAGES = 400
_IMAGES_OF_MEAN = 5000
_FEWEST_IMAGES = 20
_GOOD_ENOUGH = 0.95
_LEAST_GAIN = 0.05
_STANDARD_ERRORS = 3.0
_USUAL = (UNIT, BYTES, Pixels.parse("-1-1"), Pixels.parse("-0.5-0.5"))


def better_pixels(
    network: "Network",
    dataset: "Dataset",
    accuracy: float = 0.0,
    *,
    trained_on: "Dataset | None" = None,
) -> str:
    """Say with which pixels a network would be right clearly more often; "" if with none.

    Some hundred images of the set are put in at the usual scales. Another one wins clearly if it
    gains at least five points and three standard errors of the paired difference. Nothing is
    changed: it is for the reader to start anew with what is named.

    Parameters
    ----------
    accuracy
        Share of right answers as it is fed now, where that is known: from 0.95 on nothing is tried.
    trained_on
        The set whose mean and standard deviation may have been used; by default `dataset`.
    """
    is_enough = len(dataset) >= _FEWEST_IMAGES and dataset.n_classes <= network.n_classes
    if accuracy >= _GOOD_ENOUGH or not is_enough:
        return ""
    chosen = _spread(len(dataset), _IMAGES)
    images, labels = dataset.images[chosen], dataset.labels[chosen]
    now = network.logits(images).argmax(axis=1) == labels
    tried = [
        (network.logits_as(pixels, images).argmax(axis=1) == labels, pixels)
        for pixels in _candidates(network, trained_on or dataset)
    ]
    best, pixels = max(tried, key=lambda found: int(found[0].sum()))
    alone, lost = int((best & ~now).sum()), int((now & ~best).sum())
    gain = alone - lost
    if gain < _LEAST_GAIN * len(labels) or gain < _STANDARD_ERRORS * np.sqrt(alone + lost):
        return ""
    return (
        f"{network.name}: {now.sum():,} of {len(labels):,} images are right with pixels of "
        f"{_told(network)} as it is fed now, {best.sum():,} with {pixels.text}: start with "
        f'--pixels {pixels.text} (in a notebook: pixels="{pixels.text}")'
    )


def _candidates(network: "Network", dataset: "Dataset") -> Iterator[Pixels]:
    low, high = network.value_range
    units = (dataset.images[_spread(len(dataset), _IMAGES_OF_MEAN)] - low) / (high - low)
    deviation = float(units.std())
    if deviation > 0:
        yield Pixels.parse(f"{float(units.mean()):.4f},{deviation:.4f}")
    for pixels in _USUAL:
        if entry_of(pixels, network.value_range) != network.entry:
            yield pixels


def _spread(n_images: int, most: int) -> NDArray[np.int64]:
    """Return numbers of images all over a set, which may be sorted by class."""
    return np.unique(np.linspace(0, n_images - 1, most).astype(np.int64))


def _told(network: "Network") -> str:
    if network.pixels is not None:
        return network.pixels.text
    return "{:g}…{:g}".format(*network.value_range)
