"""What the Decide page offers and shows first: chosen by rule from network and survey."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from app.explorer import Explorer
from app.frame.defaults import default_layer, default_pair
from cnn_core.circles.groups import clearest
from cnn_core.circles.rule import THRESHOLD, find_circles, on_cells, on_from_peak
from cnn_core.errors import SelectionError

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network
    from cnn_core.survey.whole_set import Survey

_OF_THE_ARTICLE = 3
"""Images in each of the article's groups."""


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
    """Image shown first: the one of p on which circles and network disagree most closely.

    Of the images that the network takes rightly for the pair's first class and the circles of three
    clear images each for its second, the one with the smallest margin; where there is none, the
    clearest image whose runner-up is the second class; 0 where nothing of p is classified right.
    """
    p, q = default_pair(explorer.class_names)
    survey = explorer.survey(model, set_name)
    layer = default_layer(explorer.network(model))
    disputed = _read_otherwise(explorer, survey, layer, p, q)
    found = disputed if disputed is not None else _clear_with_runner_up(survey, p, q)
    return 0 if found is None else found


@lru_cache(maxsize=64)
def _read_otherwise(explorer: Explorer, survey: Survey, layer: str, p: int, q: int) -> int | None:
    """Image of p, classified right, that the circles take for q; the least clear of several."""
    values = partial(explorer.values_of, survey, layer)
    known = (survey.logits, survey.labels, survey.predictions)
    groups = [list(clearest(*known, *classes, _OF_THE_ARTICLE)) for classes in ((p, q), (q, p))]
    if min(map(len, groups)) < _OF_THE_ARTICLE:
        return None
    circles = find_circles(*(on_cells(values(rows), THRESHOLD) for rows in groups))
    right = np.flatnonzero((survey.labels == p) & (survey.predictions == p))
    on = on_from_peak(values(right), survey.peak[layer][right], THRESHOLD)
    shares = [
        on[:, mask].mean(axis=1) if mask.any() else np.zeros(len(right))
        for mask in (circles.unique_a, circles.unique_b)
    ]
    disputed = right[shares[1] > shares[0]]
    if not len(disputed):
        return None
    margins = survey.logits[disputed, p] - survey.logits[disputed, q]
    return int(disputed[margins.argmin()])


def default_donor(
    explorer: Explorer, model: str, set_name: str, p: int, q: int, image: int | None
) -> int | None:
    """Image whose maps are taken over by rule: the clearest one of the rival.

    None where no image of the rival is classified right.
    """
    found = clearest_donors(explorer, model, set_name, p, q, image, 1)
    return found[0] if found else None


def clearest_donors(
    explorer: Explorer, model: str, set_name: str, p: int, q: int, image: int | None, n: int
) -> list[int]:
    """The n clearest images of the rival; the one that is edited gives nothing to itself."""
    survey = explorer.survey(model, set_name)
    known = (survey.logits, survey.labels, survey.predictions)
    return list(map(int, clearest(*known, q, p, n, exclude=() if image is None else (image,))))
