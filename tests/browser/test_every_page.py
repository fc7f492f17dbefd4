"""What holds for every page."""

import pytest

from app.pages import PAGES
from tests.harness.journey import axe_faults, box, settle, visit

# These have journeys of their own, which ask for the same.
TRAVELLED = ("/", "/compare", "/decide", "/evidence", "/model", "/quiz")


@pytest.mark.parametrize("path", [page.path for page in PAGES if page.path not in TRAVELLED])
@pytest.mark.parametrize("size", [(1280, 800), (360, 740)])
def test_a_page_opens_without_faults_and_inside_its_width(open_page, path, size):
    width, height = size
    page = open_page(path, viewport={"width": width, "height": height})
    settle(page)
    assert page.locator(".page-question").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_faults(page) == []


def test_the_help_tells_the_keys_of_the_page_it_is_opened_on(page, dashboard):
    for one in PAGES:
        visit(page, dashboard + one.path)
        page.keyboard.press("?")
        rows = page.locator("#help .keys tr:visible").all_inner_texts()
        everywhere = (("?", "this help"), ("Esc", "close it"))
        assert [" ".join(row.split()) for row in rows] == [
            f"{key} {text}" for key, text in (*one.keys, *everywhere)
        ]
        assert one.help in page.inner_text("#help")
        page.keyboard.press("Escape")
        assert page.title().startswith(f"{one.title} · ")


def test_the_help_tells_on_no_page_the_keys_that_work_everywhere(page, dashboard):
    visit(page, dashboard + "/model")
    page.evaluate("history.pushState(null, '', '/elsewhere')")
    page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
    page.get_by_role("heading", name="There is no such page").wait_for()
    page.keyboard.press("?")
    told = page.locator("#help .keys").inner_text()
    assert " ".join(told.split()) == "? this help Esc close it"


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (1280, 800)])
def test_on_a_projector_the_bars_of_the_answer_stay_in_their_panel(open_page, width, height):
    page = open_page("/?present=1", viewport={"width": width, "height": height})
    settle(page)
    panel = box(page, ".explore-body .side")
    for text in page.locator("#explore-answer .bars .text").all():
        place = text.bounding_box()
        assert place["x"] + place["width"] <= panel["x"] + panel["width"]
        assert place["y"] + place["height"] <= panel["y"] + panel["height"]
