"""The ledger: a margin told as an exact sum over nodes, the cells of a layer, or pixels."""

from dataclasses import dataclass

import numpy as np

from cnn_core.decision.pairs import checked_pair, margin_of
from cnn_core.errors import SelectionError

_BATCH = 256


@dataclass(frozen=True, eq=False)
class Ledger:
    """Margins of n images, opened at one layer.

    Where the network is piecewise linear behind the layer, ``margin = constant + sum of terms``
    holds for each image, up to rounding. The terms hold for the gates that are open in that very
    image; except at the last hidden layer a term is not what silencing the cell would change.

    Attributes
    ----------
    layer : str
        "" for the pixels.
    target, rival : ndarray, shape (n,), int64
        Classes p and q.
    values : ndarray, shape (n, *layer shape), float32
        What the terms are contributions of: activations, for the output layer the logits, or
        pixels.
    terms : ndarray, shape (n, *layer shape), float32
        Contribution of every cell: its value times the margin's derivative by it.
    constant : ndarray, shape (n,), float64
        What the biases on the open paths add.
    margin : ndarray, shape (n,), float64
        z_p - z_q, from the network's own logits.
    is_exact : bool
        False if something behind the layer is not piecewise linear; the residual then is more than
        rounding.
    """

    layer: str
    target: np.ndarray
    rival: np.ndarray
    values: np.ndarray
    terms: np.ndarray
    constant: np.ndarray
    margin: np.ndarray
    is_exact: bool

    @property
    def total(self):
        """Constant and all terms together, shape (n,), float64."""
        return self.constant + _flat(self.terms).sum(axis=1, dtype=np.float64)

    @property
    def residual(self):
        """What the sum leaves unexplained: margin less total, shape (n,), float64."""
        return self.margin - self.total

    @property
    def absolute_sum(self):
        """Sum of the absolute terms, shape (n,), float64, 0 or more."""
        return np.abs(_flat(self.terms)).sum(axis=1, dtype=np.float64)

    @property
    def cancellation(self):
        """How much larger the terms are than what is left of them, shape (n,), float64.

        The sum of the absolute terms over the absolute margin; infinite where the margin is 0.
        """
        margin = np.abs(self.margin)
        return np.divide(
            self.absolute_sum, margin, out=np.full_like(margin, np.inf), where=margin > 0
        )

    @property
    def by_unit(self):
        """Sum of the terms of each map or node, shape (n, units), float64."""
        spots = self.terms.reshape(len(self.terms), -1, self.terms.shape[-1])
        return spots.sum(axis=1, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class NodeLedger(Ledger):
    """The ledger over the nodes that the output layer weighs, written out.

    Attributes
    ----------
    weights : ndarray, shape (n, nodes), float32
        W_jp - W_jq, so that ``terms = values * weights``; ``constant`` is b_p - b_q. Each term is
        also what silencing its node takes from the margin.
    """

    weights: np.ndarray


@dataclass(frozen=True, eq=False)
class MeanLedger:
    """Mean ledger over a set of images.

    Attributes
    ----------
    layer : str
    n_images : int
    values, terms, absolute_terms : ndarray, shape layer shape, float64
        Mean of the value, the term and the absolute term of each cell.
    constant, margin : float
        Their means.
    is_exact : bool
    largest_residual : float
        Largest residual of one image, as a share of the sum of its absolute terms; infinite where
        that sum is 0 and something is left.
    """

    layer: str
    n_images: int
    values: np.ndarray
    terms: np.ndarray
    absolute_terms: np.ndarray
    constant: float
    margin: float
    is_exact: bool
    largest_residual: float


def ledger(network, layer, images, target, rival):
    """Open the margins of some images at a layer.

    Parameters
    ----------
    network : Network
    layer : str
        Name of a layer, or "" for the pixels.
    images : array_like, shape (n, height, width, channels)
        float in [0, 1]; the terms of all of them are held at once, see `ledgers` for whole sets.
    target, rival : int or array_like of int, shape (n,)
        Classes p and q.

    Returns
    -------
    Ledger

    Raises
    ------
    SelectionError
        When the layer or a class does not exist, p is q, or the logits do not depend on the layer.
    DataError
        When the images do not fit the network.
    """
    parts = [part for _, part in ledgers(network, layer, images, target, rival)]
    if len(parts) == 1:
        return parts[0]
    arrays = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("target", "rival", "values", "terms", "constant", "margin")
    }
    return Ledger(layer=layer, is_exact=parts[0].is_exact, **arrays)


def ledgers(network, layer, images, target, rival, batch_size=_BATCH):
    """Open the margins of any number of images, batch by batch.

    Parameters
    ----------
    network, layer, images, target, rival
        As in `ledger`; the images may be memory-mapped.
    batch_size : int

    Yields
    ------
    rows : slice
        Which of the images these are.
    ledger : Ledger
        Of these images.
    """
    target, rival = checked_pair(network.n_classes, target, rival, len(images))
    is_exact = network.behind(layer).is_exact
    # No image at all still goes to the network, which says what it takes.
    for start in range(0, max(len(images), 1), batch_size):
        rows = slice(start, min(start + batch_size, len(images)))
        opening = network.margin_terms(layer, images[rows], target[rows], rival[rows])
        n = len(opening.values)
        shape = network.layer(layer).shape if layer else network.input_shape
        yield (
            rows,
            Ledger(
                layer=layer,
                target=target[rows],
                rival=rival[rows],
                values=opening.values.reshape(n, *shape),
                terms=opening.terms.reshape(n, *shape),
                constant=opening.constant,
                margin=opening.margin,
                is_exact=is_exact,
            ),
        )


def mean_ledger(network, layer, images, target, rival, progress=None):
    """Mean ledger over any number of images, in bounded memory.

    Parameters
    ----------
    network, layer, images, target, rival
        As in `ledger`; the images may be memory-mapped.
    progress : callable, optional
        Called with (images done, images in all) after each batch.

    Returns
    -------
    MeanLedger
    """
    sums, largest_residual, n, is_exact = None, 0.0, len(images), True
    for rows, part in ledgers(network, layer, images, target, rival):
        batch = [part.values, part.terms, np.abs(part.terms), part.constant, part.margin]
        batch = [array.sum(axis=0, dtype=np.float64) for array in batch]
        sums = batch if sums is None else [old + new for old, new in zip(sums, batch, strict=True)]
        largest_residual = max(largest_residual, float(_relative_residual(part).max()))
        is_exact = part.is_exact
        if progress is not None:
            progress(rows.stop, n)
    values, terms, absolute_terms, constant, margin = (array / n for array in sums)
    return MeanLedger(
        layer,
        n,
        values,
        terms,
        absolute_terms,
        float(constant),
        float(margin),
        is_exact,
        largest_residual,
    )


def node_ledger(network, images, target, rival):
    """Open margins at the nodes that the output layer weighs, from its weights.

    Parameters
    ----------
    network, images, target, rival
        As in `ledger`.

    Returns
    -------
    NodeLedger

    Raises
    ------
    SelectionError
        When the output layer is not dense or weighs the pixels: there are no such nodes. Otherwise
        as in `ledger`.
    """
    nodes = network.last_hidden
    if nodes is None:
        raise SelectionError(
            f'the output layer "{network.output_layer.name}" of the network {network.name} is not '
            "a dense layer behind another layer, so there are no nodes that it weighs; open the "
            "margin at a layer",
            nearest=network.output_layer.name,
        )
    target, rival = checked_pair(network.n_classes, target, rival, len(images))
    activations = network.activations(images, [nodes.name])
    learned = network.weights(network.output_layer.name)
    kernel, bias = learned["kernel"], learned.get("bias", np.zeros(network.n_classes, np.float32))
    weights = (kernel[:, target] - kernel[:, rival]).T
    values = activations[nodes.name]
    return NodeLedger(
        layer=nodes.name,
        target=target,
        rival=rival,
        values=values,
        terms=values * weights,
        constant=bias[target].astype(np.float64) - bias[rival],
        margin=margin_of(activations.logits, target, rival),
        is_exact=True,
        weights=weights,
    )


def _relative_residual(part):
    residual = np.abs(part.residual)
    unexplained = np.where(residual > 0, np.inf, 0.0)
    scale = part.absolute_sum
    return np.divide(residual, scale, out=unexplained, where=scale > 0)


def _flat(values):
    return values.reshape(len(values), -1)
