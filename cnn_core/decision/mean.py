"""The mean ledger: what cells add to a margin over a set of images, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.decision.ledger import Ledger, ledgers

if TYPE_CHECKING:
    from cnn_core.images.scaled_images import Images
    from cnn_core.network.classifier import Network


@dataclass(frozen=True, eq=False)
class MeanLedger:
    """Mean ledger over a set of images.

    Attributes
    ----------
    values, terms, absolute_terms : shape layer shape
        Mean of the value, the term and the absolute term of each cell.
    constant, margin
        Their means.
    largest_residual
        Largest residual of one image, as a share of the sum of its absolute terms; infinite where
        that sum is 0 and something is left.
    """

    layer: str
    n_images: int
    values: NDArray[np.float64]
    terms: NDArray[np.float64]
    absolute_terms: NDArray[np.float64]
    constant: float
    margin: float
    is_exact: bool
    largest_residual: float


def mean_ledger(
    network: Network,
    layer: str,
    images: Images,
    target: ArrayLike,
    rival: ArrayLike,
    progress: Callable[[int, int], None] | None = None,
    reference: ArrayLike = 0,
) -> MeanLedger:
    """Mean ledger over any number of images, in bounded memory.

    Parameters
    ----------
    layer, images, target, rival
        As in `ledger`; the images may be memory-mapped.
    progress
        Called with (images done, images in all) after each batch.
    reference : a number or the layer shape
        What the terms are counted from.
    """
    shape = network.layer(layer).shape if layer else network.input_shape
    values, terms, absolute_terms = np.zeros((3, *shape))
    constant = margin = largest_residual = 0.0
    is_exact = True
    for rows, opened in ledgers(network, layer, images, target, rival):
        part = opened.against(reference)
        values += part.values.sum(axis=0, dtype=np.float64)
        terms += part.terms.sum(axis=0, dtype=np.float64)
        absolute_terms += np.abs(part.terms).sum(axis=0, dtype=np.float64)
        constant += float(part.constant.sum())
        margin += float(part.margin.sum())
        largest_residual = max(largest_residual, float(_relative_residual(part).max()))
        is_exact = part.is_exact
        if progress is not None:
            progress(rows.stop, len(images))
    n = len(images)
    return MeanLedger(
        layer,
        n,
        values / n,
        terms / n,
        absolute_terms / n,
        constant / n,
        margin / n,
        is_exact,
        largest_residual,
    )


def _relative_residual(part: Ledger) -> NDArray[np.float64]:
    residual = np.abs(part.residual)
    unexplained = np.where(residual > 0, np.inf, 0.0)
    scale = part.absolute_sum
    return np.divide(residual, scale, out=unexplained, where=scale > 0)
