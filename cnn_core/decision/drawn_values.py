"""Silenced units that put out what they do in other images, drawn at random."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.decision.effects import sample_of
from cnn_core.decision.pairs import checked_pair, margin_of
from cnn_core.errors import SelectionError
from cnn_core.network.batches import images_at_once
from cnn_core.network.opened_layer import OpenedLayer, checked_units, one_image

if TYPE_CHECKING:
    from cnn_core.images.scaled_images import Images
    from cnn_core.network.classifier import Network

DRAWS = 200

_BATCH = 128


@dataclass(frozen=True, eq=False)
class DrawnAblation:
    """The answers to one image whose units put out what they do in each of n donors.

    A distribution and not one number: where the baseline is 0 or a mean, the rest of the network
    is given values that no image may ever have.

    Attributes
    ----------
    units
        Silenced units, rising.
    donors : shape (n,)
        Which images the values are from, rising.
    before
        Margin with nothing silenced.
    effects : shape (n,)
        Change of the margin, after less before.
    prediction
        With nothing silenced.
    predictions : shape (n,)
    """

    layer: str
    units: tuple[int, ...]
    donors: NDArray[np.int64]
    before: float
    effects: NDArray[np.float64]
    prediction: int
    predictions: NDArray[np.int64]

    @property
    def mean(self) -> float:
        """Mean effect."""
        return float(self.effects.mean())

    def quantiles(self, shares: Sequence[float]) -> NDArray[np.float64]:
        """Quantiles of the effects, such as those at 0.05, 0.5 and 0.95."""
        return np.asarray(np.quantile(self.effects, shares))

    @property
    def share_flipped(self) -> float:
        """Share of the donors with which the prediction changes."""
        return float((self.predictions != self.prediction).mean())


def ablate_with_donors(
    network: Network,
    layer: str,
    units: Iterable[int],
    image: ArrayLike,
    images: Images,
    candidates: NDArray[np.int64],
    target: int,
    rival: int,
    *,
    n_draws: int = DRAWS,
    seed: int = 0,
) -> DrawnAblation:
    """Silence units of one image: each time they take the values of another image.

    All of them take those of the same donor, so that what goes together stays together.

    Parameters
    ----------
    units
        Maps or nodes; none of them leaves everything as it is.
    image : shape (1, height, width, channels) or (height, width, channels)
    images : shape (n, height, width, channels)
    candidates
        Numbers of those that may be drawn: as a rule the images of the rival.
    target, rival
        Classes p and q.
    n_draws
        Donors, all different; all candidates if there are no more.

    Raises
    ------
    SelectionError
        When the layer, a unit or a class does not exist, p is q, the logits do not depend on the
        layer, or there is no candidate.
    DataError
        When the image does not fit the network.
    """
    if not len(candidates) or n_draws < 1:
        raise SelectionError(
            f"{n_draws!r} draws from {len(candidates)} images: at least 1 of each is needed"
        )
    checked_pair(network.n_classes, target, rival, 1)
    opened = OpenedLayer(network, layer, one_image(network, image))
    chosen = checked_units(opened.layer, units)
    silenced = np.zeros(opened.layer.n_units, bool)
    silenced[list(chosen)] = True
    donors = np.sort(np.asarray(candidates)[sample_of(len(candidates), n_draws, seed)])
    size = images_at_once(network, _BATCH)
    parts = []
    for start in range(0, len(donors), size):
        lent = OpenedLayer(network, layer, images[donors[start : start + size]]).values
        values = np.where(silenced, lent, opened.values)
        parts.append(opened.logits_with(values, np.zeros(len(values), np.int64)))
    logits, before = np.concatenate(parts), float(margin_of(opened.logits, target, rival)[0])
    return DrawnAblation(
        layer=layer,
        units=chosen,
        donors=donors,
        before=before,
        effects=margin_of(logits, target, rival) - before,
        prediction=int(opened.logits[0].argmax()),
        predictions=logits.argmax(axis=1),
    )
