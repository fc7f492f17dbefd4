"""The pad in a real browser: drawn by mouse, finger and keys, kept, and given on in a link."""

import re

from tests.harness.journey import settle, visit

FOUR = (((90, 50), (70, 150), (190, 150)), ((170, 60), (165, 240)))
CROSSED_BOX = (
    ((40, 40), (240, 40), (240, 240), (40, 240), (40, 40)),
    ((40, 40), (240, 240)),
    ((240, 40), (40, 240)),
)
INKED = """() => document.querySelector("#draw-pad canvas").getContext("2d")
  .getImageData(0, 0, 280, 280).data.some((value, n) => n % 4 === 0 && value > 200)"""


def draw(page, strokes):
    """Draw strokes, given on a pad of 280 pixels, with the mouse; wait for the answer."""
    box = page.locator("#draw-pad canvas").bounding_box()
    scale = box["width"] / 280
    for first, *others in strokes:
        page.mouse.move(box["x"] + first[0] * scale, box["y"] + first[1] * scale)
        page.mouse.down()
        for x, y in others:
            page.mouse.move(box["x"] + x * scale, box["y"] + y * scale, steps=6)
        page.mouse.up()
    rested(page)


def rested(page):
    """Wait for the last slow answer: each step tried the other way."""
    page.wait_for_function(
        "() => document.querySelector('[data-step-other=polarity]').textContent"
        " && document.body.dataset.settled === 'yes'"
    )
    settle(page)


def said(page):
    return page.locator("#draw-said").inner_text()


def test_a_drawn_digit_is_answered_and_its_link_shows_it_elsewhere(page, open_page, dashboard):
    visit(page, f"{dashboard}/draw")
    assert "The pad is empty" in said(page)
    draw(page, FOUR)
    told = said(page)
    assert told.startswith("The network says 4, probability ")
    assert page.locator("[data-live]").inner_text().startswith("4 (")
    link = page.url

    other = open_page(None)
    visit(other, link)
    rested(other)
    assert said(other) == told and other.url == link
    assert other.evaluate(INKED)

    page.keyboard.press("ArrowRight")
    settle(page)
    rested(page)
    assert said(page) == told
    page.reload()
    settle(page)
    rested(page)
    assert said(page) == told
    page.locator(".nav-link").get_by_text("Decide", exact=True).click()
    settle(page)
    page.go_back()
    settle(page)
    rested(page)
    assert said(page) == told and page.evaluate(INKED)
    page.locator('[data-pad="clear"]').click()
    settle(page)
    assert "The pad is empty" in said(page) and "#own=" not in page.url


def test_softmax_is_sure_of_a_crossed_box_and_familiarity_is_not(page, dashboard):
    visit(page, f"{dashboard}/draw")
    draw(page, CROSSED_BOX)
    page.wait_for_selector('[data-panel="draw-familiar"]:not(.unfilled):not(.stale)')
    assert float(re.search(r"probability >?(0\.\d+)", said(page))[1]) > 0.95
    told = page.locator("#draw-familiar").inner_text()
    assert "resembles no training image" in told and "be careful with the answer" in told


def test_a_refused_picture_takes_nothing_from_the_pad(page, open_page, dashboard):
    """Neither what is drawn nor what a switch of a step then cleans."""
    visit(page, f"{dashboard}/draw")
    draw(page, FOUR)
    told, link = said(page), page.url
    broken = {"name": "four.png", "mimeType": "image/png", "buffer": b"\x89PNG cut short"}
    page.locator("#draw-upload input").set_input_files(broken)
    page.wait_for_selector("#draw-fault:not([hidden])")
    assert said(page) == told and page.url == link
    # The browser notes each refusal by itself.
    assert "422" in open_page.watch.complaints.pop()
    page.locator("#draw-upload input").set_input_files(broken | {"buffer": b""})
    page.get_by_text("This file is empty").wait_for()
    settle(page)
    assert said(page) == told and page.url == link
    page.locator("[data-step-name=centre] input").click()
    page.wait_for_selector("#draw-fault", state="hidden")
    settle(page)
    assert said(page).startswith("The network says ") and page.evaluate(INKED)


def test_keys_draw_on_the_grid_and_a_finger_on_a_phone(page, open_page, dashboard):
    visit(page, f"{dashboard}/draw")
    page.locator("#draw-pad canvas").focus()
    for _ in range(4):
        page.keyboard.press("ArrowUp")
    for _ in range(10):
        page.keyboard.press("Shift+ArrowDown")
    rested(page)
    assert said(page).startswith("The network says 1,")
    assert "image=" not in page.url
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    pad = page.locator("#draw-pad canvas")
    assert pad.get_attribute("aria-label").startswith("Pad, column 20, row 17 of 20;")

    phone = open_page(None, viewport={"width": 360, "height": 740}, has_touch=True)
    visit(phone, f"{dashboard}/draw")
    box = phone.locator("#draw-pad canvas").bounding_box()
    phone.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    rested(phone)
    assert said(phone).startswith("The network says ")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def test_one_click_takes_the_image_at_which_the_answer_changes_and_back_brings_the_drawing(
    page, dashboard
):
    visit(page, f"{dashboard}/draw?to=193")
    draw(page, FOUR)
    link, told = page.url, said(page)
    page.locator("#draw-way-place").get_by_text("At 50 %").wait_for()
    page.get_by_text("Take the image at which it changes").click()
    page.wait_for_function("(link) => location.href !== link", arg=link)
    settle(page)
    rested(page)
    assert "The network says 9" in said(page)
    page.go_back()
    settle(page)
    rested(page)
    assert page.url == link and said(page) == told
