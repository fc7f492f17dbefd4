"""Explore: click to picture beside stock Dash apps, held keys, bytes."""

import sys
import time
from contextlib import ExitStack

from bench.clicks import times_of, watch
from bench.running import started
from bench.stock import WAYS
from bench.summary import summary

_WARM = 2
_LAYERS = ("Conv2D_1", "Conv2D_3", "Dense_1")


def measure(page, address, short=False):
    """Measure the page, and at Conv2D_1 the stock apps in turns with it.

    Parameters
    ----------
    page : playwright Page
    address : str
    short : bool

    Returns
    -------
    dict
    """
    repeats = 8 if short else 40
    received = []
    page.on("response", lambda response: received.append(response))
    with started((sys.executable, "-m", "bench.stock"), "--port") as stock:
        # Bytes are counted while the stock apps load; times are taken when that is over.
        told = {
            "first load, bytes on the wire": _load(page, address, received),
            "second load, bytes on the wire": _load(page, address, received),
        }
        for way in WAYS:
            stock.wait_for(f"/{way}/")
        for layer in _LAYERS[1:] if not short else ():
            told |= _layer(page, address, layer, repeats, received)
        told |= _beside_stock(page, address, stock, repeats, received)
    return told | _held(page, address, 2 if short else 8)


def open_page(page, address, pictures=".js-plotly-plot"):
    """Open a page and wait until its pictures stand and nothing changes any more.

    Parameters
    ----------
    page : playwright Page
    address : str
    pictures : str
        CSS selector of the pictures that are watched from now on.
    """
    page.goto(address)
    page.wait_for_selector("body[data-settled=yes]", timeout=60_000)
    _pictures_stand(page, pictures)


def _pictures_stand(page, pictures=".js-plotly-plot"):
    page.wait_for_selector(".js-plotly-plot .main-svg", state="attached", timeout=60_000)
    page.wait_for_timeout(1500)
    watch(page, pictures)


def _load(page, address, received):
    received.clear()
    open_page(page, f"{address}/?image=100")
    return sum(_size(response) for response in received)


def _size(response):
    sizes = response.request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def _layer(page, address, layer, repeats, received):
    open_page(page, f"{address}/?image=100&layer={layer}")
    times, sizes = [], []
    for number in range(repeats + _WARM):
        received.clear()
        found = times_of(page, lambda: page.keyboard.press("ArrowRight"))
        if number >= _WARM:
            times.append(found)
            sizes += _answer_sizes(received)
    return _told(layer, times) | {f"{layer}, bytes of an answer": summary(sizes)}


def _answer_sizes(received):
    return [_size(response) for response in received if "_dash-update-component" in response.url]


def _told(name, times):
    return {
        f"{name}, key to last change, ms": summary([one.last for one in times]),
        f"{name}, key to pictures drawn, ms": summary([one.pictures for one in times]),
    }


def _beside_stock(page, address, stock, repeats, received):
    """Ours and the stock apps in the same browser: one key press each, then the next."""
    with ExitStack() as stack:
        pages = {
            way: stack.enter_context(
                page.context.browser.new_context(viewport=page.viewport_size)
            ).new_page()
            for way in WAYS
        }
        for way, shown in pages.items():
            shown.goto(f"{stock.address}/{way}/")
            _pictures_stand(shown)
            shown.focus("#image")
        open_page(page, f"{address}/?image=100&layer=Conv2D_1")
        ways = {
            "Conv2D_1": (page, "ArrowRight"),
            **{f"stock Dash, {way}": (pages[way], "ArrowUp") for way in WAYS},
        }
        times = {name: [] for name in ways}
        sizes = []
        for number in range(repeats + _WARM):
            received.clear()
            for name, (shown, key) in ways.items():
                found = times_of(shown, lambda shown=shown, key=key: shown.keyboard.press(key))
                if number >= _WARM:
                    times[name].append(found)
            sizes += _answer_sizes(received) if number >= _WARM else []
    told = {}
    for name, found in times.items():
        told |= _told(name, found)
    return told | {"Conv2D_1, bytes of an answer": summary(sizes)}


def _held(page, address, seconds):
    open_page(page, f"{address}/?image=100&layer=Conv2D_1")
    page.evaluate("""() => {
      window.benchPictures = 0;
      document.addEventListener("lookingglass:settled", () => { window.benchPictures += 1; });
    }""")
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        page.keyboard.down("ArrowRight")
        page.wait_for_timeout(30)
    n_pictures, took = page.evaluate("window.benchPictures"), time.perf_counter() - began
    page.keyboard.up("ArrowRight")
    page.wait_for_timeout(1000)
    shown, asked = page.evaluate("""() => [
      document.querySelector(".verdict").closest(".panel").querySelector(".js-plotly-plot")
        .layout.meta.name, new URLSearchParams(location.search).get("image")]""")
    return {
        "Conv2D_1, pictures a second with the key held": round(n_pictures / took, 1),
        "Conv2D_1, stale pictures when the key is let go": int(shown != f"test {asked}"),
    }
