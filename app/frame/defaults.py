"""What a page shows when the address leaves it open: chosen by rule, never typed in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import isqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from app.explorer import Explorer
from cnn_core.circles.groups import clearest
from cnn_core.network.layers import LayerInfo, LayerKind
from cnn_core.space.mosaic import default_columns

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network
    from cnn_core.survey.whole_set import Survey

_CONVOLUTIONS = (LayerKind.CONV, LayerKind.DEPTHWISE_CONV)


def default_pair(class_names: Sequence[str]) -> tuple[int, int]:
    """Classes p and q of a question that names none.

    Returns
    -------
    tuple of int
        The article's 4 and 9 where the data has classes of these names, else the first two.
    """
    if "4" in class_names and "9" in class_names:
        return class_names.index("4"), class_names.index("9")
    return 0, 1


def default_layer(network: Network) -> str:
    """Layer shown first: the last convolution, else the last hidden dense one, else the first."""
    shown = [info for info in network.layers if info.kind in _CONVOLUTIONS] or [
        info
        for info in network.layers
        if info.kind is LayerKind.DENSE and info is not network.output_layer
    ]
    return shown[-1].name if shown else network.layers[0].name


def default_image(explorer: Explorer, model: str, set_name: str) -> int:
    """Image shown first: the clearest one of the default pair's first class.

    0 where no image of that class is classified right.
    """
    p, q = default_pair(explorer.class_names)
    return _clearest_one(explorer.survey(model, set_name), p, q)


def stand_in_image(explorer: Explorer, set_name: str) -> int:
    """Image shown first as long as nobody knows what the network says: the first of the class."""
    p, _ = default_pair(explorer.class_names)
    return int(np.argmax(explorer.dataset(set_name).labels == p))


# Every address is read against it, and a survey never changes.
@lru_cache(maxsize=64)
def _clearest_one(survey: Survey, p: int, q: int) -> int:
    found = clearest(survey.logits, survey.labels, survey.predictions, p, q, 1)
    return int(found[0]) if found else 0


def columns_for(layer: LayerInfo) -> int:
    """Units that stand beside each other when the reader does not choose.

    The pixels of a square grey image that was flattened stand as they do in the image.
    """
    side = isqrt(layer.n_units)
    if layer.kind is LayerKind.FLATTEN and layer.inputs == ("",) and side**2 == layer.n_units:
        return side
    return default_columns(layer.n_units, *layer.grid)


def pair_of(selection: Any, ranked: Sequence[int]) -> tuple[int, int]:
    """Target and rival of a selection, those not named taken from the network's ranking.

    Parameters
    ----------
    selection
        With `p` and `q`, each a class or None.
    ranked
        Classes from the largest logit to the smallest.
    """
    p = (
        selection.p
        if selection.p is not None
        else next(number for number in ranked if number != selection.q)
    )
    q = selection.q if selection.q is not None else next(number for number in ranked if number != p)
    return int(p), int(q)
