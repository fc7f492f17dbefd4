"""The order of nodes: the same image in the last hidden layer of every model."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.explorer import Explorer
from app.frame.subject import Subject
from app.pages.evidence.state import EvidenceSelection
from cnn_core.network.layers import LayerInfo
from cnn_core.space.mosaic import Mosaic, default_columns

if TYPE_CHECKING:
    from cnn_core.network.activations import Activations
    from cnn_core.network.classifier import Network


@dataclass(frozen=True, eq=False)
class Nodes:
    """One model's last hidden layer for one image.

    Attributes
    ----------
    values : shape (units,)
        Activations.
    weights : shape (units,)
        Weight for p minus weight for q.
    order
        Nodes by weight, most for p first.
    natural, sorted
        By number, and in that order.
    share_p
        Share of the activation in nodes with a positive weight; nan without activation, and where
        activations can be negative.
    """

    model: str
    layer: str
    values: NDArray[np.float32]
    weights: NDArray[np.float32]
    order: tuple[int, ...]
    natural: Mosaic
    sorted: Mosaic
    share_p: float


@dataclass(frozen=True)
class Likeness:
    """Correlation of the weights of two models' nodes, node by node in natural order.

    Attributes
    ----------
    first, second
        The models.
    r, low, high
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
    without
        Models without a hidden layer that the output layer weighs.
    likeness
        Of all pairs of models with equally many nodes.
    """

    subject: Subject
    label: int | None
    models: tuple[Nodes, ...]
    without: tuple[str, ...]
    likeness: tuple[Likeness, ...]


def order_of_nodes(explorer: Explorer, selection: EvidenceSelection) -> NodeOrder:
    """Look at one image in the last hidden layer of every model."""
    models: list[Nodes] = []
    without = []
    for model in explorer.model_names:
        network = explorer.network(model)
        hidden = network.last_hidden
        if hidden is None or max(selection.p, selection.q) >= network.n_classes:
            without.append(model)
        else:
            activations = explorer.activations(model, selection.subject)
            models.append(_nodes(model, network, hidden, activations, selection))
    return NodeOrder(
        subject=selection.subject,
        label=explorer.label(selection.subject),
        models=tuple(models),
        without=tuple(without),
        likeness=tuple(_likeness(*pair) for pair in combinations(models, 2) if _comparable(*pair)),
    )


def _nodes(
    model: str,
    network: Network,
    info: LayerInfo,
    activations: Activations,
    selection: EvidenceSelection,
) -> Nodes:
    values = activations[info.name][0]
    kernel, _ = network.output_weights
    weights = kernel[:, selection.p] - kernel[:, selection.q]
    height, width = info.grid
    columns = default_columns(info.n_units, height, width)
    order = tuple(np.argsort(-weights, kind="stable").tolist())
    total = float(values.sum())
    return Nodes(
        model=model,
        layer=info.name,
        values=values,
        weights=weights,
        order=order,
        natural=Mosaic.of(info.shape, columns),
        sorted=Mosaic.of(info.shape, columns, order=order),
        share_p=(
            float(values[weights > 0].sum()) / total
            if total > 0 and values.min() >= 0
            else float("nan")
        ),
    )


def _comparable(first: Nodes, second: Nodes) -> bool:
    return (
        first.weights.shape == second.weights.shape
        and len(first.weights) > 3
        and bool(np.ptp(first.weights) > 0 and np.ptp(second.weights) > 0)
    )


def _likeness(first: Nodes, second: Nodes) -> Likeness:
    # Half a second to import: a server starts without it.
    from scipy.stats import pearsonr

    found = pearsonr(first.weights.astype(np.float64), second.weights.astype(np.float64))
    interval = found.confidence_interval(0.95)
    return Likeness(
        first.model, second.model, float(found.statistic), float(interval.low), float(interval.high)
    )
