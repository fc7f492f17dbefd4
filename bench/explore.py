"""Explore: click to picture, held keys, bytes."""

import time

from bench.clicks import summary, time_of, watch

_HELD_SECONDS = 5


def measure(page, address, short=False):
    """Measure the page.

    Parameters
    ----------
    page : playwright Page
    address : str
    short : bool

    Returns
    -------
    dict
    """
    repeats = 10 if short else 40
    received = []
    page.on("response", lambda response: received.append(response))
    told = {"first load, bytes on the wire": _load(page, address, received),
            "second load, bytes on the wire": _load(page, address, received)}
    for layer in ("Conv2D_1", "Conv2D_3", "Dense_1"):
        open_page(page, f"{address}/?image=100&layer={layer}")
        for _ in range(5):
            time_of(page, lambda: page.keyboard.press("ArrowRight"))
        sizes = []
        times = []
        for _ in range(repeats):
            received.clear()
            times.append(time_of(page, lambda: page.keyboard.press("ArrowRight")))
            sizes += [_size(response) for response in received
                      if "_dash-update-component" in response.url]
        told[f"{layer}, key to last change, ms"] = summary(times)
        told[f"{layer}, bytes of an answer"] = summary(sizes)
    told["Conv2D_1, pictures a second with the key held"] = _held(page, address)
    return told


def open_page(page, address):
    """Open a page and wait until its pictures stand and nothing changes any more."""
    page.goto(address)
    page.wait_for_selector("body[data-settled=yes]", timeout=60_000)
    page.wait_for_selector(".js-plotly-plot .main-svg", state="attached", timeout=60_000)
    page.wait_for_timeout(1500)
    watch(page)


def _load(page, address, received):
    received.clear()
    open_page(page, f"{address}/?image=100")
    return sum(_size(response) for response in received)


def _size(response):
    sizes = response.request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def _held(page, address):
    open_page(page, f"{address}/?image=100&layer=Conv2D_1")
    page.evaluate("""() => {
      window.benchPictures = 0;
      document.addEventListener("lookingglass:settled", () => { window.benchPictures += 1; });
    }""")
    began = time.perf_counter()
    while time.perf_counter() - began < _HELD_SECONDS:
        page.keyboard.down("ArrowRight")
        page.wait_for_timeout(30)
    page.keyboard.up("ArrowRight")
    return round(page.evaluate("window.benchPictures") / (time.perf_counter() - began), 1)
