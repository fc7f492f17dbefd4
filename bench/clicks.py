"""Time from a key press or a click until the pictures stand, and until nothing changes any more."""

import time
from dataclasses import dataclass

# Every change of the document counts, whatever caused it. A picture counts as standing in the
# frame after its last change, since that is when it is seen; neither the label that
# follows the pointer is part of it, nor the class by which Dash notes that a plot is being drawn.
_WATCH = """(pictures) => {
  const bench = { pressed: 0, last: 0, stand: 0, pending: 0, pictures };
  window.bench = bench;
  // Words of the field are marked once the page has come to rest: no part of an answer.
  const isMark = ({ addedNodes }) => [...addedNodes].some(({ className }) => className === "term");
  new MutationObserver((told) => {
    const changes = told.filter((one) => !isMark(one));
    if (!changes.length) return;
    bench.last = performance.now();
    const isPicture = changes.some(({ target, attributeName }) => {
      const part = target.nodeType === 1 ? target : target.parentElement;
      const isNote = attributeName === "class" && part.matches(".js-plotly-plot");
      return part?.closest(bench.pictures) && !part.closest(".hoverlayer") && !isNote;
    });
    if (isPicture) requestAnimationFrame(() => { bench.stand = performance.now(); });
  }).observe(document.body, {subtree: true, childList: true, attributes: true,
                             characterData: true});
  for (const kind of ["keydown", "change", "pointerdown"]) {
    document.addEventListener(kind, () => { bench.pressed = performance.now(); }, true);
  }
  const send = window.fetch.bind(window);
  window.fetch = (...what) => {
    bench.pending += 1;
    return send(...what).finally(() => { bench.pending -= 1; });
  };
}"""
_STATE = """() => {
  const { pressed, last, stand, pending } = window.bench;
  const isAsking = pending > 0 || document.body.dataset.settled === "no";
  return { pressed, last, stand, isAsking, quiet: performance.now() - Math.max(last, stand) };
}"""
_QUIET_MS = 250
_MOST_SECONDS = 40


@dataclass(frozen=True)
class Times:
    """Milliseconds from an action.

    Attributes
    ----------
    pictures : float
        To the frame in which the watched pictures stand; 0 where none of them changed.
    last : float
        To the last change on the page.
    """

    pictures: float
    last: float


def watch(page, pictures=".js-plotly-plot"):
    """Begin to note changes; call it once after each page load.

    Parameters
    ----------
    page : playwright Page
    pictures : str
        CSS selector of what has to stand.
    """
    page.evaluate(_WATCH, pictures)


def times_of(page, act, quiet_ms=_QUIET_MS):
    """Times from an action to what it led to.

    Parameters
    ----------
    page : playwright Page
    act : callable
        Presses a key or clicks.
    quiet_ms : float
        Without a request under way and without a change for so long, nothing more is awaited.

    Returns
    -------
    Times

    Raises
    ------
    TimeoutError
        When nothing changed, or the page did not come to rest.
    """
    act()
    deadline = time.monotonic() + _MOST_SECONDS
    while time.monotonic() < deadline:
        page.wait_for_timeout(40)
        state = page.evaluate(_STATE)
        has_changed = state["last"] > state["pressed"]
        if has_changed and not state["isAsking"] and state["quiet"] >= quiet_ms:
            pressed = state["pressed"]
            return Times(max(state["stand"] - pressed, 0), state["last"] - pressed)
    raise TimeoutError(
        f"{page.url}: no change, or no rest, within {_MOST_SECONDS} s of an action: {state}"
    )


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
    return times_of(page, act).last


def set_address(page, **changes):
    """Change parts of the address, as a control does, and note the time.

    Parameters
    ----------
    page : playwright Page
    **changes : object
        Values by key of the query string.
    """
    page.evaluate(
        "(changes) => { window.bench.pressed = performance.now(); "
        "window.lookingGlass.set(changes); }",
        changes,
    )
