"""What is shown of a network: its first and last maps, its nodes by number and by their votes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from cnn_core.network.layers import LayerInfo, LayerKind

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

_CONVOLUTIONS = (LayerKind.CONV, LayerKind.DEPTHWISE_CONV)
# These hand on, unit by unit, what the layer before them says.
_HANDING_ON = (LayerKind.FLATTEN, LayerKind.ACTIVATION, LayerKind.DROPOUT, LayerKind.GLOBAL_POOLING)


class Way(StrEnum):
    """A way of showing what a network makes of an image."""

    FIRST_MAPS = "first-maps"
    LAST_MAPS = "last-maps"
    NODES = "nodes"
    SORTED_NODES = "sorted-nodes"


@dataclass(frozen=True)
class Showing:
    """A layer and the way in which it is shown."""

    way: Way
    layer: str


def showings_of(network: Network) -> tuple[Showing, ...]:
    """What can be shown of a network, from the pixels on.

    The first and the last convolution and the first dense layer, by their classes; the nodes by
    number and, where the output layer weighs them, by their votes. A layer with a unit for each
    class that the output only hands on is never shown: it is the answer. Empty for a network with
    none of these layers.
    """
    told = _layers_of_answer(network)
    hidden = [info for info in network.layers if info.name not in told]
    maps = [info.name for info in hidden if info.kind in _CONVOLUTIONS]
    nodes = next((info for info in hidden if _has_nodes(info)), None)
    found = []
    if maps:
        found.append(Showing(Way.FIRST_MAPS, maps[0]))
    if len(maps) > 1:
        found.append(Showing(Way.LAST_MAPS, maps[-1]))
    if nodes is not None:
        found.append(Showing(Way.NODES, nodes.name))
        if network.last_hidden is not None and network.last_hidden.name == nodes.name:
            found.append(Showing(Way.SORTED_NODES, nodes.name))
    return tuple(found)


def _has_nodes(info: LayerInfo) -> bool:
    return info.kind is LayerKind.DENSE and not info.is_spatial


def _layers_of_answer(network: Network) -> set[str]:
    """The output layer, and what it hands on."""
    info, found = network.output_layer, {network.output_layer.name}
    while info.kind in _HANDING_ON and len(info.inputs) == 1 and info.inputs[0]:
        info = network.layer(info.inputs[0])
        found.add(info.name)
    return found
