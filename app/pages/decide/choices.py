"""What the Decide page offers and shows first: chosen by rule from network and survey."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from app.explorer import Explorer
from app.frame.defaults import default_layer, default_pair
from cnn_core.circles.groups import clearest
from cnn_core.errors import SelectionError

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network
    from cnn_core.survey.whole_set import Survey


@lru_cache(maxsize=64)
def ledger_layers(network: Network) -> tuple[str, ...]:
    """Layers at which the margin can be opened: all that lead to the logits.

    In the order of computation.
    """
    return tuple(info.name for info in network.layers if _leads_to_logits(network, info.name))


def _leads_to_logits(network: Network, name: str) -> bool:
    try:
        network.behind(name)
    except SelectionError:
        return False
    return True


def unit_layers(network: Network) -> tuple[str, ...]:
    """Layers whose units can be silenced: those before the logits.

    The layer of the logits alone where there is no other.
    """
    before = tuple(name for name in ledger_layers(network) if name != network.output_layer.name)
    return before or (network.output_layer.name,)


def default_ledger_layer(network: Network) -> str:
    """Layer of the ledger over cells at first: the one that all pages show first, if it counts."""
    layers = ledger_layers(network)
    wanted = default_layer(network)
    return wanted if wanted in layers else layers[-1]


def default_race_layer(network: Network) -> str:
    """Layer whose units race against each other at first: the last hidden one."""
    layers = unit_layers(network)
    wanted = network.last_hidden.name if network.last_hidden else default_layer(network)
    return wanted if wanted in layers else layers[-1]


@lru_cache(maxsize=64)
def _clear_with_runner_up(survey: Survey, p: int, q: int) -> int | None:
    found = np.array(
        clearest(survey.logits, survey.labels, survey.predictions, p, q, len(survey)), np.int64
    )
    if len(found) == 0:
        return None
    others = survey.logits[found].copy()
    others[:, p] = -np.inf
    is_rival = others.argmax(axis=1) == q
    return int(found[is_rival][0] if is_rival.any() else found[0])


def default_image(explorer: Explorer, model: str, set_name: str) -> int:
    """Image shown first: the clearest one of the default pair's first class against the second.

    Of these the first whose runner-up is the second class, so that prediction and runner-up are
    the pair.

    0 where no image of that class is classified right.
    """
    p, q = default_pair(explorer.class_names)
    found = _clear_with_runner_up(explorer.survey(model, set_name), p, q)
    return 0 if found is None else found


def default_donor(
    explorer: Explorer, model: str, set_name: str, p: int, q: int, image: int | None
) -> int | None:
    """Image whose maps are taken over by rule: the clearest one of the rival.

    The image that is edited gives nothing to itself. None where no image of the rival is classified right.
    """
    survey = explorer.survey(model, set_name)
    found = clearest(
        survey.logits,
        survey.labels,
        survey.predictions,
        q,
        p,
        1,
        exclude=() if image is None else (image,),
    )
    return int(found[0]) if found else None
