"""Circles drawn by hand in a real browser: with a pointer, with the keyboard, with a finger."""

from tests.browser.test_compare import point_of
from tests.harness.journey import axe_faults, settle, visit


def drawn_in(page):
    """Circles for A and for B, as the address has them."""
    return page.evaluate(
        "['ha', 'hb'].map((key) => new URLSearchParams(location.search).get(key) || '')"
    )


def wait_for_boards(page):
    settle(page)
    for key in "ab":
        page.wait_for_selector(f"#compare-board-{key}0 canvas", state="attached")


def test_circles_are_drawn_with_a_pointer(page, dashboard):
    visit(page, dashboard + "/compare")
    wait_for_boards(page)
    page.get_by_role("button", name="Draw circles yourself").click()
    settle(page)
    page.mouse.click(*point_of(page, "a", 0, 4, 5))
    settle(page)
    page.mouse.click(*point_of(page, "b", 1, 8, 2))
    settle(page)
    assert drawn_in(page) == ["17:1:2", "32:2:2"]
    # Drawn for the other group, a cell leaves the one before; drawn again, it goes.
    page.mouse.click(*point_of(page, "b", 0, 4, 5))
    settle(page)
    assert drawn_in(page) == ["", "32:2:2,17:1:2"]
    page.mouse.click(*point_of(page, "b", 0, 4, 5))
    settle(page)
    assert drawn_in(page) == ["", "32:2:2"]
    page.go_back()
    page.go_back()
    settle(page)
    assert drawn_in(page) == ["17:1:2", "32:2:2"]
    page.locator("#compare-sentence", has_text="of your 2 circles fit").wait_for()
    assert "The rule finds" in page.inner_text("#compare-hand-fit")
    assert axe_faults(page) == []
    page.locator("#compare-hand-clear").click()
    settle(page)
    assert drawn_in(page) == ["", ""] and "hand=1" in page.url


def test_circles_are_drawn_and_values_read_with_the_keyboard(page, dashboard):
    visit(page, dashboard + "/compare?hand=1")
    wait_for_boards(page)
    page.locator(".board:has(#compare-board-a0)").focus()
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowRight"):
        page.keyboard.press(key)
    assert "map 1 · row 1 · column 1" in page.inner_text("#tooltip")
    assert page.locator("#compare-boards .cell-value", has_text="=").count() == 8
    page.keyboard.press("Enter")
    settle(page)
    assert drawn_in(page) == ["1:1:1", ""] and "layer" not in page.url
    page.locator(".board:has(#compare-board-c0)").focus()
    page.keyboard.press("Enter")
    settle(page)
    assert "cell=0:0:0" in page.url
    page.get_by_label("Cell to the right").click()
    settle(page)
    page.locator("#compare-circle-hb").click()
    settle(page)
    assert drawn_in(page) == ["1:1:1", "0:0:1"]


def test_a_finger_points_a_small_cell_out_and_buttons_circle_it(open_page):
    page = open_page("/compare?hand=1", viewport={"width": 360, "height": 740}, has_touch=True)
    wait_for_boards(page)
    page.touchscreen.tap(*point_of(page, "a", 0, 4, 5))
    page.wait_for_selector("#compare-circle-ha")
    assert "cell=17:1:2" in page.url and drawn_in(page) == ["", ""]
    page.locator("#compare-circle-ha").tap()
    settle(page)
    assert drawn_in(page) == ["17:1:2", ""]
    sizes = page.locator(".hand button").evaluate_all(
        "found => found.map((one) => one.getBoundingClientRect()).map(({ width, height }) =>"
        " Math.min(width, height))"
    )
    assert min(sizes) >= 24
