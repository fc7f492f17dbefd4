"""Decide: another image or layer, one unit silenced, until the picture stands."""

from bench.clicks import set_address, summary, time_of
from bench.explore import open_page


def measure(page, address, short=False):
    """Measure the page.

    Returns
    -------
    dict
    """
    repeats = 6 if short else 25
    open_page(page, f"{address}/decide?image=100")
    for _ in range(3):
        time_of(page, lambda: page.keyboard.press("ArrowRight"))
    told = {"another image, ms": summary(
        [time_of(page, lambda: page.keyboard.press("ArrowRight")) for _ in range(repeats)])}
    layers = ("Conv2D_3", "Max_Pool_2", "Conv2D_2", "Conv2D_1")
    for layer in layers:
        time_of(page, lambda layer=layer: set_address(page, layer=layer))
    told["another layer, ms"] = summary(
        [time_of(page, lambda layer=layers[number % 4]: set_address(page, layer=layer))
         for number in range(repeats)])
    return told
