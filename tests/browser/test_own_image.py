"""An image of one's own, pasted as a link, on its way through the pages."""

import numpy as np

from cnn_core.drawing.packed import pack
from tests.harness.journey import press, settle, visit


def fragment():
    """The address's end for a thick upright stroke, which is in no set."""
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 12:16] = 255
    return f"#own={pack(pixels)}"


def go_to(page, name):
    page.locator(".nav-link").get_by_text(name, exact=True).click()
    settle(page)


def test_an_own_image_is_shown_and_goes_along_from_page_to_page(page, dashboard):
    own = fragment()
    visit(page, f"{dashboard}/?layer=Dense_1{own}")
    assert page.locator("#explore-image-summary").text_content().startswith("Your own image")
    assert "unknown" in page.locator("#explore-verdict").inner_text()
    assert page.url == f"{dashboard}/?layer=Dense_1{own}"

    go_to(page, "Decide")
    assert "/decide" in page.url and page.url.endswith(own)
    assert "unknown" in page.locator("#decide-verdict").inner_text()
    margin = page.locator("#decide-nodes-sum").inner_text()

    go_to(page, "Compare")
    assert "/compare" in page.url and page.url.endswith(own)

    page.go_back()
    settle(page)
    assert "/decide" in page.url and page.url.endswith(own)
    assert page.locator("#decide-nodes-sum").inner_text() == margin
    page.go_back()
    settle(page)
    assert page.url == f"{dashboard}/?layer=Dense_1{own}"

    page.get_by_label("Add to group A of Compare").click()
    settle(page)
    assert page.url.endswith(own)
    added = page.locator("#compare-group-a [data-member=own]")
    assert added.count() == 1 and "unknown" in added.inner_text()


def test_an_image_of_the_set_takes_the_place_of_the_own_one_and_back_brings_it(page, dashboard):
    own = fragment()
    visit(page, f"{dashboard}/?image=7{own}")
    press(page, "ArrowRight")
    assert "#own=" not in page.url and "image=8" in page.url
    page.go_back()
    settle(page)
    assert page.url.endswith(own)
    assert "unknown" in page.locator("#explore-verdict").inner_text()


def test_a_cut_link_is_told_in_words(page, dashboard):
    visit(page, f"{dashboard}/?image=7{fragment()[:-6]}")
    assert "image in the link" in page.locator("#notices").inner_text().lower()
    assert "#own=" not in page.url
    assert page.locator("#explore-image-summary").text_content().startswith("Image 7 ")
