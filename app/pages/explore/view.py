"""What the Explore page tells about one selection: numbers ready to be drawn and put into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.explorer import Explorer
from app.frame.browsing.search import Found, found_by
from app.frame.defaults import columns_for, pair_of
from app.frame.page import View
from app.pages.explore.state import ExploreSelection
from cnn_core.decision.votes import vote_order
from cnn_core.network.layers import LayerInfo
from cnn_core.space.display import colour_range, dead_units, display_values
from cnn_core.space.mosaic import Mosaic

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network


@dataclass(frozen=True, eq=False, kw_only=True)
class ExploreView(View):
    """Everything that is drawn for one selection.

    Attributes
    ----------
    image
        Shape (height, width, channels), in [0, 1].
    label
        None of an own image.
    probabilities, logits
        Shape (n_classes,).
    values, shown
        Shape of the layer: activations, and the numbers that are coloured.
    range
        Ends of the colour bar.
    dead
        Units that are zero in all their cells.
    order_classes
        Classes by whose weights the nodes are sorted, None in natural order.
    all_layers
        Activations of every layer for this image, by name.
    found
        Result of the search.
    """

    selection: ExploreSelection
    layer: LayerInfo
    image: NDArray[np.float32]
    label: int | None
    prediction: int
    runner_up: int
    probabilities: NDArray[np.float32]
    logits: NDArray[np.float32]
    values: NDArray[np.float32]
    shown: NDArray[np.float32]
    range: tuple[float, float]
    mosaic: Mosaic
    dead: NDArray[np.int64]
    order_classes: tuple[int, int] | None
    all_layers: dict[str, NDArray[np.float32]]
    found: Found | None


def look(explorer: Explorer, selection: ExploreSelection) -> ExploreView:
    """Look at one image in one layer."""
    network, subject = explorer.network(selection.model), selection.subject
    layer = network.layer(selection.layer)
    activations = explorer.activations(selection.model, subject)
    values = activations[selection.layer][0]
    logits = activations.logits[0]
    ranked = np.argsort(-logits, kind="stable")
    order, order_classes = _order(network, layer, selection, ranked)
    found, problems = found_by(explorer, selection, selection.find)
    return ExploreView(
        explorer=explorer,
        selection=selection,
        problems=problems,
        layer=layer,
        image=explorer.image(subject),
        label=explorer.label(subject),
        prediction=int(ranked[0]),
        runner_up=int(ranked[1]),
        probabilities=activations.probabilities[0],
        logits=logits,
        values=values,
        shown=display_values(values, selection.range, layer.is_spatial),
        range=colour_range(values, selection.range),
        mosaic=Mosaic.of(layer.shape, selection.columns or columns_for(layer), order=order),
        dead=np.flatnonzero(dead_units(values)),
        order_classes=order_classes,
        all_layers={name: activations[name][0] for name in activations},
        found=found,
    )


def can_be_sorted(network: Network, layer: LayerInfo) -> bool:
    """Tell whether the layer's units have a weight for p against q each."""
    return network.last_hidden is not None and layer.name == network.last_hidden.name


def _order(
    network: Network, layer: LayerInfo, selection: ExploreSelection, ranked: NDArray[np.int64]
) -> tuple[tuple[int, ...] | None, tuple[int, int] | None]:
    if selection.order != "weight" or not can_be_sorted(network, layer):
        return None, None
    p, q = pair_of(selection, ranked.tolist())
    return vote_order(network, p, q), (p, q)
