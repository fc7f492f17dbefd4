"""What a page shows when the address leaves it open: chosen by rule, never typed in."""

from functools import lru_cache

from cnn_core.circles.groups import clearest
from cnn_core.network.layers import LayerKind

_CONVOLUTIONS = (LayerKind.CONV, LayerKind.DEPTHWISE_CONV)


def default_pair(class_names):
    """Classes p and q of a question that names none.

    Parameters
    ----------
    class_names : sequence of str

    Returns
    -------
    tuple of int
        The article's 4 and 9 where the data has classes of these names, else the first two.
    """
    if "4" in class_names and "9" in class_names:
        return class_names.index("4"), class_names.index("9")
    return 0, 1


def default_layer(network):
    """Layer shown first: the last convolution, else the first layer.

    Parameters
    ----------
    network : Network

    Returns
    -------
    str
    """
    convolutions = [info.name for info in network.layers if info.kind in _CONVOLUTIONS]
    return convolutions[-1] if convolutions else network.layers[0].name


def default_image(explorer, model, set_name):
    """Image shown first: the clearest one of the default pair's first class.

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
    return _clearest_one(explorer.survey(model, set_name), p, q)


# Every address is read against it, and a survey never changes.
@lru_cache(maxsize=64)
def _clearest_one(survey, p, q):
    found = clearest(survey.logits, survey.labels, survey.predictions, p, q, 1)
    return int(found[0]) if found else 0
