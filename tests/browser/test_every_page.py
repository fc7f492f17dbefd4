"""What holds for the pages that have no journey of their own yet."""

import pytest

from tests.harness.journey import axe_faults

PATHS = ("/patterns", "/training", "/draw")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("size", [(1280, 800), (360, 740)])
def test_a_page_opens_without_faults_and_inside_its_width(open_page, path, size):
    width, height = size
    page = open_page(path, viewport={"width": width, "height": height})
    # Not every page has a chart to wait for.
    page.wait_for_selector("body[data-settled=yes]")
    page.locator(".page-sentence", has_text=" ").wait_for()
    assert page.locator(".page-question").inner_text()
    assert page.locator(".page-sentence").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_faults(page) == []
