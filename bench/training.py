"""Training: the slider moved by a snapshot, until answer, grid and curves stand."""

from bench.clicks import times_of
from bench.explore import open_page
from bench.summary import summary

_PICTURES = "#training-answer, #training-grid, #training-curves"
_SLIDER = ".course-slider input[type=range]"
_LAYERS = ("Conv2D_3", "Conv2D_1")


def measure(page, address, short=False):
    """Measure the page.

    Returns
    -------
    dict
    """
    repeats = 4 if short else 11
    told = {}
    for layer in _LAYERS:
        open_page(page, f"{address}/training?image=100&layer={layer}&step=0", _PICTURES)
        page.locator(_SLIDER).focus()
        times = []
        for way in ("ArrowRight", "ArrowLeft"):
            for _ in range(repeats):
                times.append(times_of(page, lambda key=way: page.keyboard.press(key)))
        told[f"{layer}, another snapshot, pictures stand, ms"] = summary(
            [one.pictures for one in times[1:]]
        )
    return told
