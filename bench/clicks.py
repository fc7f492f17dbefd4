"""Time from a key press to the last change on the page, in a real browser."""

from statistics import quantiles

import numpy as np

# Every change of the document counts, and so does the frame that draws it.
_WATCH = """() => {
  window.benchLast = performance.now();
  const observer = new MutationObserver(() => { window.benchLast = performance.now(); });
  observer.observe(document.body, {subtree: true, childList: true, attributes: true,
                                   characterData: true});
  document.addEventListener("keydown", () => { window.benchPressed = performance.now(); }, true);
  document.addEventListener("change", () => { window.benchPressed = performance.now(); }, true);
  document.addEventListener("pointerdown", () => { window.benchPressed = performance.now(); },
                            true);
}"""
_QUIET_MS = 250


def watch(page):
    """Begin to note changes; call it once after each page load."""
    page.evaluate(_WATCH)


def time_of(page, act):
    """Milliseconds from an action to the last change that it led to.

    Parameters
    ----------
    page : playwright Page
    act : callable
        Presses a key or clicks.

    Returns
    -------
    float
    """
    act()
    page.wait_for_timeout(30)
    page.wait_for_selector("body[data-settled=yes]")
    while page.evaluate("performance.now() - window.benchLast") < _QUIET_MS:
        page.wait_for_timeout(40)
    return page.evaluate("window.benchLast - window.benchPressed")


def set_address(page, **changes):
    """Change parts of the address, as a control does, and note the time.

    Parameters
    ----------
    page : playwright Page
    **changes : object
        Values by key of the query string.
    """
    page.evaluate("(changes) => { window.benchPressed = performance.now(); "
                  "window.lookingGlass.set(changes); }", changes)


def summary(times):
    """Median and 95th percentile of a list of numbers.

    Returns
    -------
    dict
        median, p95 and n.
    """
    p95 = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    return {"median": round(float(np.median(times)), 1), "p95": round(float(p95), 1),
            "n": len(times)}
