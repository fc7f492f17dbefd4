"""What a reader does with a page, in a few words."""

import json

from axe_playwright_python.sync_playwright import Axe

# A page without a chart has none to wait for; a hidden one is drawn when it is shown.
_SETTLED = """() => document.body.dataset.settled === "yes" &&
  document.querySelector(".page-sentence")?.textContent &&
  [...document.querySelectorAll(".figure .graph")]
    .every((place) => !place.checkVisibility() || place.querySelector(".main-svg"))"""


def settle(page):
    """Wait until the page has answered and every picture that stands on it is drawn."""
    page.wait_for_timeout(60)
    page.wait_for_function(_SETTLED, timeout=20_000)
    page.wait_for_timeout(60)


def visit(page, address):
    """Open an address and wait for its picture."""
    page.goto(address)
    settle(page)


def press(page, key):
    """Press a key and wait for what it leads to."""
    page.keyboard.press(key)
    settle(page)


def control(page, key):
    """Control that sets a part of the address."""
    name = json.dumps({"key": key, "type": "control"}, separators=(",", ":"))
    return page.locator(f"[id='{name}']")


def box(page, selector):
    """Place of an element on the screen."""
    return page.locator(selector).bounding_box()


def axe_faults(page):
    """Accessibility faults that axe finds, each with the elements concerned."""
    page.mouse.move(2, 2)
    found = Axe().run(page).response["violations"]
    return [(fault["id"], [node["html"][:160] for node in fault["nodes"]]) for fault in found]
