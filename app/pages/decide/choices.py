"""What the Decide page offers and shows first: chosen by rule from network and survey."""

from functools import lru_cache

import numpy as np

from app.frame.defaults import default_layer, default_pair
from cnn_core.circles.groups import clearest
from cnn_core.errors import SelectionError


@lru_cache(maxsize=64)
def ledger_layers(network):
    """Layers at which the margin can be opened: all that lead to the logits.

    Parameters
    ----------
    network : Network

    Returns
    -------
    tuple of str
        In the order of computation.
    """
    return tuple(info.name for info in network.layers if _leads_to_logits(network, info.name))


def _leads_to_logits(network, name):
    try:
        network.behind(name)
    except SelectionError:
        return False
    return True


def unit_layers(network):
    """Layers whose units can be silenced: those before the logits.

    Parameters
    ----------
    network : Network

    Returns
    -------
    tuple of str
        The layer of the logits alone where there is no other.
    """
    before = tuple(name for name in ledger_layers(network) if name != network.output_layer.name)
    return before or (network.output_layer.name,)


def default_race_layer(network):
    """Layer whose units race against each other at first: the last hidden one.

    Parameters
    ----------
    network : Network

    Returns
    -------
    str
    """
    layers = unit_layers(network)
    wanted = network.last_hidden.name if network.last_hidden else default_layer(network)
    return wanted if wanted in layers else layers[-1]


@lru_cache(maxsize=64)
def _clear_with_runner_up(survey, p, q):
    found = np.array(
        clearest(survey.logits, survey.labels, survey.predictions, p, q, len(survey)), np.int64
    )
    if len(found) == 0:
        return None
    others = survey.logits[found].copy()
    others[:, p] = -np.inf
    is_rival = others.argmax(axis=1) == q
    return int(found[is_rival][0] if is_rival.any() else found[0])


def default_image(explorer, model, set_name):
    """Image shown first: the clearest one of the default pair's first class against the second.

    Of these the first whose runner-up is the second class, so that prediction and runner-up are
    the pair.

    Parameters
    ----------
    explorer : Explorer
    model, set_name : str

    Returns
    -------
    int
        0 where no image of that class is classified right.
    """
    p, q = default_pair(explorer.class_names)
    found = _clear_with_runner_up(explorer.survey(model, set_name), p, q)
    return 0 if found is None else found


def default_donor(explorer, model, set_name, p, q, image):
    """Image whose maps are taken over by rule: the clearest one of the rival.

    Parameters
    ----------
    explorer : Explorer
    model, set_name : str
    p, q : int
        Target and rival.
    image : int
        The image that is edited; it gives nothing to itself.

    Returns
    -------
    int or None
        None where no image of the rival is classified right.
    """
    survey = explorer.survey(model, set_name)
    found = clearest(survey.logits, survey.labels, survey.predictions, q, p, 1, exclude=(image,))
    return int(found[0]) if found else None
