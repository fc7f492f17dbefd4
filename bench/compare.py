"""Compare: a layer, a threshold or members changed, until the pictures stand and until all does.

The boards stand first; what the circles are worth is measured on the server after that.
"""

from bench.clicks import set_address, times_of
from bench.explore import open_page
from bench.summary import summary

_LAYERS = ("Conv2D_1", "Max_Pool_1", "Conv2D_2", "Max_Pool_2", "Conv2D_3", "Dense_1")
_BOARDS = "#compare-boards"


def measure(page, address, short=False):
    """Measure the page.

    Returns
    -------
    dict
    """
    open_page(page, f"{address}/compare", _BOARDS)
    layers = _LAYERS if not short else ("Conv2D_1", "Conv2D_3")
    times = {layer: [] for layer in layers}
    for _ in range(2 if short else 8):
        for layer in layers:
            times[layer].append(_changed(page, layer=layer))
    told = {}
    for layer in layers:
        # The first visit computes what later ones find.
        told |= _told(f"3 + 3 + 2 images, to {layer}", times[layer][1:])
    _changed(page, layer="Conv2D_3")
    shifts = [_changed(page, t=t) for t in (0.2, 0.4, 0.5, 0.25, 0.35, 0.6)[: 2 if short else 6]]
    told |= _told("3 + 3 + 2 images, threshold at Conv2D_3", shifts)
    groups = {
        key: ",".join(str(first + step) for step in range(12))
        for key, first in (("a", 100), ("b", 300), ("c", 500))
    }
    _changed(page, **groups)
    many = [_changed(page, layer=layer) for layer in ("Conv2D_1", "Conv2D_3") * (1 if short else 4)]
    told |= _told("12 + 12 + 12 images, to Conv2D_1", many[::2])
    told |= _told("12 + 12 + 12 images, to Conv2D_3", many[1::2])
    return told


def _changed(page, **changes):
    return times_of(page, lambda: set_address(page, **changes))


def _told(name, times):
    return {
        f"{name}, pictures stand, ms": summary([one.pictures for one in times]),
        f"{name}, last change, ms": summary([one.last for one in times]),
    }
