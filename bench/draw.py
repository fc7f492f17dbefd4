"""Draw: a digit drawn by scripted strokes, from the pen's lifting until its answer stands.

The answer follows the pen all the while; what counts is how long after the last stroke the softmax,
the digit in words and the grid of the chosen layer are those of the finished drawing.
"""

from itertools import pairwise

from bench.clicks import times_of
from bench.explore import open_page
from bench.summary import summary

_PICTURES = "#draw-said, #draw-answer, #draw-grid"
_FOUR = (((90, 50), (70, 150), (190, 150)), ((170, 60), (165, 240)))
"""Strokes of a 4 on a pad of 280 pixels."""
_SIDE = 280
_STEPS = 12
_EVERY_MS = 16
# Longer than the page waits before it asks for its slow parts.
_QUIET_MS = 600
_FROM_THE_LIFT = """() => document.addEventListener(
  "pointerup", () => { window.bench.pressed = performance.now(); }, true)"""


def measure(page, address, short=False):
    """Measure the page.

    Returns
    -------
    dict
    """
    repeats = 4 if short else 25
    open_page(page, f"{address}/draw", _PICTURES)
    page.evaluate(_FROM_THE_LIFT)
    times = []
    for number in range(1 + repeats):
        times.append(_drawn(page, number))
        page.locator('[data-pad="clear"]').click()
        page.wait_for_function("() => !location.hash && document.body.dataset.settled === 'yes'")
    return {
        "pen lifted, answer and grid stand, ms": summary([one.pictures for one in times[1:]]),
        "pen lifted, last change, ms": summary([one.last for one in times[1:]]),
    }


def _drawn(page, number):
    """Draw a 4, each time a little elsewhere; the last stroke is timed."""
    box = page.locator("#draw-pad canvas").bounding_box()
    scale, aside = box["width"] / _SIDE, 3 * (number % 7)
    *before, last = [
        [(box["x"] + (x + aside) * scale, box["y"] + y * scale) for x, y in stroke]
        for stroke in _FOUR
    ]
    for stroke in before:
        draw_stroke(page, stroke)
    return times_of(page, lambda: draw_stroke(page, last), _QUIET_MS)


def draw_stroke(page, places, steps=_STEPS):
    """Draw along places of the screen, a step every 16 ms as a hand does."""
    page.mouse.move(*places[0])
    page.mouse.down()
    for (x0, y0), (x1, y1) in pairwise(places):
        for step in range(1, steps + 1):
            page.mouse.move(x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps)
            page.wait_for_timeout(_EVERY_MS)
    page.mouse.up()
