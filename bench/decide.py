"""Decide: another image or layer, one node silenced, until the pictures stand and until all does.

The pictures are those of the answer itself; the page asks for its slow parts (race, effect over the
set) once it has been still for a while, and they change it last.
"""

from functools import partial

from bench.clicks import set_address, times_of
from bench.explore import open_page
from bench.summary import summary

_PICTURES = ", ".join(
    f"#decide-{part}" for part in ("image", "answer", "nodes", "seen", "used", "pixels")
)
_LAYERS = ("Conv2D_3", "Max_Pool_2", "Conv2D_2", "Conv2D_1")
_BARS = "#decide-nodes .bars .point path"
# Longer than the page waits before it asks for its slow parts.
_QUIET_MS = 600


def measure(page, address, short=False):
    """Measure the page.

    Returns
    -------
    dict
    """
    repeats = 4 if short else 25
    open_page(page, f"{address}/decide?image=100", _PICTURES)

    def all_times(n_first, act, prepare=lambda number: None):
        times = []
        for number in range(n_first + repeats):
            prepare(number)
            times.append(times_of(page, partial(act, number), _QUIET_MS))
        return times[n_first:]

    images = all_times(2, lambda number: page.keyboard.press("ArrowRight"))
    layers = all_times(
        0 if short else 4, lambda number: set_address(page, layer=_LAYERS[number % 4])
    )
    clicks = all_times(
        2,
        lambda number: (page.mouse.down(), page.mouse.up()),
        lambda number: _point_at(page, number % 5),
    )
    told = {}
    for name, times in (
        ("another image", images),
        ("another layer", layers),
        ("one more node silenced or restored", clicks),
    ):
        told[f"{name}, pictures stand, ms"] = summary([one.pictures for one in times])
        told[f"{name}, last change, ms"] = summary([one.last for one in times])
    return told


def _point_at(page, place):
    """Put the pointer on a bar of the ledger, so that the next click silences its node."""
    bar = page.locator(_BARS).nth(place)
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2 - 3, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(150)
