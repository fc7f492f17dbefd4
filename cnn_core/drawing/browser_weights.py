"""A network as plain numbers, for a pass in a browser that follows a pen without a server.

`assets/forward_pass.js` reads it. The description is what JSON can hold; the weights are one block of
float32, low byte first, in the order of the layers, each layer's kernel before its bias:

==========  =============================================================================
kind        fields beside ``name``, ``shape`` (of the output) and ``activation``
==========  =============================================================================
conv        ``kernel`` [rows, columns], ``stride`` and ``dilation`` [down, right],
            ``padding`` [top, bottom, left, right]; kernel (rows, columns, in, out), bias (out)
pool        ``kernel``, ``stride``, ``padding`` as above; the largest value
dense       kernel (in, out), bias (out)
copy        nothing: Flatten and, when a network is used, Dropout
activation  nothing: a non-linearity on its own
==========  =============================================================================

``input`` has ``shape``, and ``scale`` and ``offset``: light in 0…1 times the one plus the other is
what the first layer takes. The activation of the layer ``logits`` is left out: it is the softmax.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.errors import ModelError
from cnn_core.network.classifier import Network
from cnn_core.network.layers import LayerInfo

MOST_BYTES = 8 * 2**20
"""Most bytes of weights that a browser is asked to load."""

_KINDS = {
    "Conv2D": "conv",
    "MaxPooling2D": "pool",
    "Dense": "dense",
    "Flatten": "copy",
    "Dropout": "copy",
    "SpatialDropout2D": "copy",
    "ReLU": "activation",
    "Activation": "activation",
    "Softmax": "activation",
}
_ACTIVATIONS = ("linear", "relu", "softmax")


@dataclass(frozen=True)
class BrowserNetwork:
    """A network for `assets/forward_pass.js`: its description, and its weights as one block."""

    description: dict[str, Any]
    weights: bytes


def browser_network(network: Network) -> BrowserNetwork:
    """Give a network as plain numbers.

    Raises
    ------
    ModelError
        In one line, when it is no plain chain of Conv2D, ReLU, MaxPooling2D, Flatten, Dropout and
        Dense layers, or has more than `MOST_BYTES` of weights.
    """
    blocks: list[NDArray[np.float32]] = []
    layers = []
    before = ""
    for info in network.layers:
        _require_plain(network, info, before)
        layers.append(_described(info, is_logits=info.name == network.output_layer.name))
        blocks += _weights(network, info)
        before = info.name
    n_bytes = sum(block.nbytes for block in blocks)
    if n_bytes > MOST_BYTES:
        raise ModelError(
            f"{network.name}: {n_bytes:,} bytes of weights; for the pass in the browser up to "
            f"{MOST_BYTES:,} are accepted"
        )
    low, high = network.value_range
    entry = network.entry
    description = {
        "input": {
            "shape": list(network.input_shape),
            "scale": entry.scale * (high - low),
            "offset": entry.scale * low + entry.offset,
        },
        "layers": layers,
        "logits": network.output_layer.name,
        "classes": network.n_classes,
        "digest": network.digest,
    }
    weights = b"".join(np.ascontiguousarray(block, "<f4").tobytes() for block in blocks)
    return BrowserNetwork(description, weights)


def _require_plain(network: Network, info: LayerInfo, before: str) -> None:
    what = f'layer "{info.name}" ({info.class_name})'
    if info.inputs != (before,):
        raise ModelError(
            f"{network.name}: {what} is not fed by the layer before it alone; for the pass in the "
            "browser a plain chain is accepted"
        )
    is_bare = info.class_name in _KINDS and info.activation in _ACTIVATIONS
    if not is_bare or not _is_exact(network, info):
        raise ModelError(
            f"{network.name}: {what} with activation {info.activation}; for the pass in the browser "
            f"{', '.join(_KINDS)} with {', '.join(_ACTIVATIONS)} are accepted"
        )


def _is_exact(network: Network, info: LayerInfo) -> bool:
    """Whether a layer does no more than its kind says: no groups, no bend elsewhere than at 0."""
    names = [one.name for one in network.layers]
    if len(names) != len(network.keras_layers):
        return False
    operation = network.keras_layers[names.index(info.name)]
    is_cut = getattr(operation, "max_value", None) is not None
    starts_elsewhere = bool(getattr(operation, "threshold", 0))
    leaks = bool(getattr(operation, "negative_slope", 0))
    in_groups = getattr(operation, "groups", 1) != 1
    return not (is_cut or starts_elsewhere or leaks or in_groups)


def _described(info: LayerInfo, is_logits: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": info.name,
        "kind": _KINDS[info.class_name],
        "shape": list(info.shape),
        "activation": "linear" if is_logits else info.activation,
    }
    if info.window is not None:
        told["kernel"] = list(info.window.kernel)
        told["stride"] = list(info.window.stride)
        told["padding"] = list(info.window.padding)
        told["dilation"] = list(info.window.dilation)
    return told


def _weights(network: Network, info: LayerInfo) -> list[NDArray[np.float32]]:
    """Kernel and bias of a layer, the bias as zeros where it has none."""
    if _KINDS[info.class_name] not in ("conv", "dense"):
        return []
    held = network.weights(info.name)
    kernel = np.asarray(held["kernel"], np.float32)
    bias = np.asarray(held.get("bias", np.zeros(kernel.shape[-1])), np.float32)
    return [kernel, bias]
