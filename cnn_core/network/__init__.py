"""Open a saved Keras file; every layer in one pass; what lies behind a layer."""

from typing import TYPE_CHECKING

from cnn_core.lazy_names import lazy_names

if TYPE_CHECKING:
    from cnn_core.network.activations import Activations as Activations
    from cnn_core.network.activations import softmax as softmax
    from cnn_core.network.classifier import Network as Network
    from cnn_core.network.graph.rest import MarginTerms as MarginTerms
    from cnn_core.network.graph.rest import RestOfNetwork as RestOfNetwork
    from cnn_core.network.in_memory import network_of as network_of
    from cnn_core.network.layers import LayerInfo as LayerInfo
    from cnn_core.network.layers import LayerKind as LayerKind
    from cnn_core.network.layers import Window as Window
    from cnn_core.network.opened_layer import OpenedLayer as OpenedLayer
    from cnn_core.network.opening import load_network as load_network
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__)
