"""The order of nodes: the same image in the last hidden layer of every model."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from app.explorer import Explorer
from app.frame.subject import Subject
from app.pages.evidence.state import EvidenceSelection
from cnn_core.space.mosaic import Mosaic, default_columns


@dataclass(frozen=True, eq=False)
class Nodes:
    """One model's last hidden layer for one image.

    Attributes
    ----------
    model, layer : str
    values : ndarray, shape (units,), float32
        Activations.
    weights : ndarray, shape (units,), float32
        Weight for p minus weight for q.
    natural, sorted : Mosaic
        By number, and by weight, most for p first.
    share_p : float
        Share of the activation in nodes with a positive weight; nan without activation, and where
        activations can be negative.
    """

    model: str
    layer: str
    values: np.ndarray
    weights: np.ndarray
    natural: Mosaic
    sorted: Mosaic
    share_p: float


@dataclass(frozen=True)
class Likeness:
    """Correlation of the weights of two models' nodes, node by node in natural order.

    Attributes
    ----------
    first, second : str
        The models.
    r, low, high : float
        Pearson's correlation and its 95 % interval.
    """

    first: str
    second: str
    r: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class NodeOrder:
    """The last hidden layers of all models for one image.

    Attributes
    ----------
    label
        None of an own image.
    models : tuple of Nodes
    without : tuple of str
        Models without a hidden layer that the output layer weighs.
    likeness : tuple of Likeness
        Of all pairs of models with equally many nodes.
    """

    subject: Subject
    label: int | None
    models: tuple[Nodes, ...]
    without: tuple[str, ...]
    likeness: tuple[Likeness, ...]


def order_of_nodes(explorer: Explorer, selection: EvidenceSelection) -> NodeOrder:
    """Look at one image in the last hidden layer of every model.

    Parameters
    ----------
    explorer : Explorer
    selection : EvidenceSelection

    Returns
    -------
    NodeOrder
    """
    models, without = [], []
    for model in explorer.model_names:
        network = explorer.network(model)
        if network.last_hidden is None or max(selection.p, selection.q) >= network.n_classes:
            without.append(model)
        else:
            activations = explorer.activations(model, selection.subject)
            models.append(_nodes(model, network, activations, selection))
    return NodeOrder(
        subject=selection.subject,
        label=explorer.label(selection.subject),
        models=tuple(models),
        without=tuple(without),
        likeness=tuple(_likeness(*pair) for pair in combinations(models, 2) if _comparable(*pair)),
    )


def _nodes(model, network, activations, selection):
    info = network.last_hidden
    values = activations[info.name][0]
    kernel, _ = network.output_weights
    weights = kernel[:, selection.p] - kernel[:, selection.q]
    columns = default_columns(info.n_units, *info.grid)
    order = tuple(np.argsort(-weights, kind="stable").tolist())
    total = float(values.sum())
    return Nodes(
        model=model,
        layer=info.name,
        values=values,
        weights=weights,
        natural=Mosaic.of(info.shape, columns),
        sorted=Mosaic.of(info.shape, columns, order=order),
        share_p=(
            float(values[weights > 0].sum()) / total
            if total > 0 and values.min() >= 0
            else float("nan")
        ),
    )


def _comparable(first, second):
    return (
        first.weights.shape == second.weights.shape
        and len(first.weights) > 3
        and np.ptp(first.weights) > 0
        and np.ptp(second.weights) > 0
    )


def _likeness(first, second):
    # Half a second to import: a server starts without it.
    from scipy.stats import pearsonr

    found = pearsonr(first.weights.astype(np.float64), second.weights.astype(np.float64))
    interval = found.confidence_interval(0.95)
    return Likeness(
        first.model, second.model, float(found.statistic), float(interval.low), float(interval.high)
    )
