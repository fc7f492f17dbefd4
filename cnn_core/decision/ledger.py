"""The ledger: a margin told as an exact sum over nodes, the cells of a layer, or pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.decision.pairs import checked_pair, margin_of
from cnn_core.errors import SelectionError
from cnn_core.network.batches import images_at_once
from cnn_core.network.layers import Adds, ConstantSource

if TYPE_CHECKING:
    from cnn_core.images.scaled_images import Images
    from cnn_core.network.classifier import Network

_BATCH = 256


@dataclass(frozen=True, eq=False)
class Ledger:
    """Margins of n images, opened at one layer.

    Where the network is piecewise linear behind the layer, ``margin = constant + sum of terms``
    holds for each image, up to rounding, whatever reference the terms are counted from. The terms
    hold for the gates that are open in that very image; except at the last hidden layer a term is
    not what silencing the cell would change.

    Attributes
    ----------
    layer
        "" for the pixels.
    target, rival : shape (n,)
        Classes p and q.
    values : shape (n, *layer shape)
        What the terms are contributions of: activations, for the output layer the logits, or
        pixels.
    gradient : shape (n, *layer shape)
        The margin's derivative by each value.
    margin : shape (n,)
        z_p - z_q, from the network's own logits.
    sources
        The k layers that add to the constant.
    constant_parts : shape (n, k)
        What each of them adds.
    is_exact
        False if something behind the layer is not piecewise linear; the residual then is more than
        rounding.
    rounding
        Share of a value that is lost where something behind the layer rounds it: larger where the
        network computes with half the precision; see `RestOfNetwork.rounding`.
    reference : shape broadcastable to (n, *layer shape)
        The values of which nothing is said to come; 0, for pixels black, unless `against` another.
    """

    layer: str
    target: NDArray[np.int64]
    rival: NDArray[np.int64]
    values: NDArray[np.float32]
    gradient: NDArray[np.float32]
    margin: NDArray[np.float64]
    sources: tuple[ConstantSource, ...]
    constant_parts: NDArray[np.float64]
    is_exact: bool
    rounding: float = 2.0**-24
    reference: NDArray[np.float32] | float = 0.0

    def against(self, reference: ArrayLike) -> Self:
        """The same margins with terms counted from another reference.

        ``margin = (c + sum(gradient * reference)) + sum(gradient * (values - reference))``: with
        the same gates, so equally exact.

        Parameters
        ----------
        reference : a number, the layer shape, or (n, *layer shape)
        """
        given = np.asarray(reference, np.float32)
        if given.shape not in ((), self.values.shape[1:], self.values.shape):
            raise SelectionError(
                f"reference of shape {given.shape}: a number, {self.values.shape[1:]} and "
                f"{self.values.shape} are accepted"
            )
        return replace(self, reference=given)

    @cached_property
    def terms(self) -> NDArray[np.float32]:
        """Contribution of every cell, shape (n, *layer shape): slope times value less reference."""
        return self.gradient * (self.values - self.reference)

    @cached_property
    def constant(self) -> NDArray[np.float64]:
        """What the biases on the open paths and the reference add, shape (n,)."""
        return np.asarray(self.constant_parts.sum(axis=1)) + self.of_reference

    @cached_property
    def of_reference(self) -> NDArray[np.float64]:
        """What the reference alone adds to the constant, shape (n,); 0 for black."""
        return _sum_per_image(self.gradient * self.reference)

    @property
    def total(self) -> NDArray[np.float64]:
        """Constant and all terms together, shape (n,)."""
        return self.constant + _sum_per_image(self.terms)

    @property
    def residual(self) -> NDArray[np.float64]:
        """What the sum leaves unexplained: margin less total, shape (n,)."""
        return self.margin - self.total

    @property
    def absolute_sum(self) -> NDArray[np.float64]:
        """Sum of the absolute terms, shape (n,), 0 or more."""
        return _sum_per_image(np.abs(self.terms))

    @property
    def cancellation(self) -> NDArray[np.float64]:
        """How much larger the terms are than what is left of them, shape (n,).

        The sum of the absolute terms over the absolute margin; infinite where the margin is 0.
        """
        margin = np.abs(self.margin)
        return np.divide(
            self.absolute_sum, margin, out=np.full_like(margin, np.inf), where=margin > 0
        )

    @property
    def by_unit(self) -> NDArray[np.float64]:
        """Sum of the terms of each map or node, shape (n, units)."""
        spots = self.terms.reshape(len(self.terms), -1, self.terms.shape[-1])
        return np.asarray(spots.sum(axis=1, dtype=np.float64))


@dataclass(frozen=True, eq=False)
class NodeLedger(Ledger):
    """The ledger over the nodes that the output layer weighs, written out.

    Each term is also what silencing its node takes from the margin; the constant is b_p - b_q.
    """

    @property
    def weights(self) -> NDArray[np.float32]:
        """W_jp - W_jq, shape (n, nodes): the slopes are the weights themselves."""
        return self.gradient


def ledger(
    network: Network, layer: str, images: ArrayLike, target: ArrayLike, rival: ArrayLike
) -> Ledger:
    """Open the margins of some images at a layer.

    Parameters
    ----------
    layer
        Name of a layer, or "" for the pixels.
    images : shape (n, height, width, channels)
        float in [0, 1]; the terms of all of them are held at once, see `ledgers` for whole sets.
    target, rival : one class or shape (n,)
        Classes p and q.

    Raises
    ------
    SelectionError
        When the layer or a class does not exist, p is q, or the logits do not depend on the layer.
    DataError
        When the images do not fit the network.
    """
    taken = np.asarray(images)
    parts = [part for _, part in ledgers(network, layer, taken, target, rival)]
    if len(parts) == 1:
        return parts[0]
    return replace(
        parts[0],
        target=np.concatenate([part.target for part in parts]),
        rival=np.concatenate([part.rival for part in parts]),
        values=np.concatenate([part.values for part in parts]),
        gradient=np.concatenate([part.gradient for part in parts]),
        margin=np.concatenate([part.margin for part in parts]),
        constant_parts=np.concatenate([part.constant_parts for part in parts]),
    )


def ledgers(
    network: Network,
    layer: str,
    images: Images,
    target: ArrayLike,
    rival: ArrayLike,
    batch_size: int | None = None,
) -> Iterator[tuple[slice, Ledger]]:
    """Open the margins of any number of images, batch by batch.

    Parameters as in `ledger`; the images may be memory-mapped. A batch is by default what fits into
    `cnn_core.network.batches.BATCH_BYTES`.

    Yields
    ------
    Which of the images these are, and the ledger of these images.
    """
    p, q = checked_pair(network.n_classes, target, rival, len(images))
    rest = network.behind(layer)
    # No image at all still goes to the network, which says what it takes.
    size = images_at_once(network, _BATCH) if batch_size is None else batch_size
    for start in range(0, max(len(images), 1), size):
        rows = slice(start, min(start + size, len(images)))
        opening = network.margin_terms(layer, images[rows], p[rows], q[rows])
        n = len(opening.values)
        shape = network.layer(layer).shape if layer else network.input_shape
        yield (
            rows,
            Ledger(
                layer=layer,
                target=p[rows],
                rival=q[rows],
                values=opening.values.reshape(n, *shape),
                gradient=opening.gradient.reshape(n, *shape),
                margin=opening.margin,
                sources=opening.sources,
                constant_parts=opening.constant_parts,
                is_exact=rest.is_exact,
                rounding=rest.rounding,
            ),
        )


def node_ledger(
    network: Network, images: ArrayLike, target: ArrayLike, rival: ArrayLike
) -> NodeLedger:
    """Open margins at the nodes that the output layer weighs, from its weights.

    Parameters as in `ledger`.

    Raises
    ------
    SelectionError
        When the output layer is not dense or weighs the pixels: there are no such nodes. Otherwise
        as in `ledger`.
    """
    kernel, bias = network.output_weights
    nodes = network.layer(network.output_layer.inputs[0])
    p, q = checked_pair(network.n_classes, target, rival, len(np.asarray(images)))
    activations = network.activations(images, [nodes.name])
    return NodeLedger(
        layer=nodes.name,
        target=p,
        rival=q,
        values=activations[nodes.name],
        gradient=(kernel[:, p] - kernel[:, q]).T,
        margin=margin_of(activations.logits, p, q),
        sources=(ConstantSource(network.output_layer.name, Adds.BIAS),),
        constant_parts=(bias[p].astype(np.float64) - bias[q])[:, np.newaxis],
        is_exact=True,
        rounding=network.behind(nodes.name).rounding,
    )


def _sum_per_image(values: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(values.reshape(len(values), -1).sum(axis=1, dtype=np.float64))
