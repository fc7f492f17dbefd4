"""Compare: a layer, a threshold or a member changed, until the picture stands."""

from bench.clicks import set_address, summary, time_of
from bench.explore import open_page

_LAYERS = ("Conv2D_1", "Max_Pool_1", "Conv2D_2", "Max_Pool_2", "Conv2D_3", "Dense_1")


def measure(page, address, short=False):
    """Measure the page.

    Returns
    -------
    dict
    """
    rounds = 1 if short else 4
    open_page(page, f"{address}/compare")
    told = {}
    times = {layer: [] for layer in _LAYERS}
    for _ in range(rounds + 1):
        for layer in _LAYERS:
            times[layer].append(time_of(page, lambda layer=layer: set_address(page, layer=layer)))
    for layer in _LAYERS:
        told[f"3 + 3 + 2 images, to {layer}, ms"] = summary(times[layer][1:])
    _set_and_wait(page, layer="Conv2D_3")
    shifts = [time_of(page, lambda t=t: set_address(page, t=t))
              for t in (0.2, 0.4, 0.5, 0.25, 0.35, 0.6)[:3 if short else 6]]
    told["3 + 3 + 2 images, threshold at Conv2D_3, ms"] = summary(shifts)
    groups = {key: ",".join(str(first + step) for step in range(12))
              for key, first in (("a", 100), ("b", 300), ("c", 500))}
    _set_and_wait(page, **groups)
    many = [time_of(page, lambda layer=layer: set_address(page, layer=layer))
            for layer in ("Conv2D_1", "Conv2D_3") * (1 if short else 3)]
    told["12 + 12 + 12 images, to Conv2D_1, ms"] = summary(many[::2])
    told["12 + 12 + 12 images, to Conv2D_3, ms"] = summary(many[1::2])
    return told


def _set_and_wait(page, **changes):
    time_of(page, lambda: set_address(page, **changes))
