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
@pytest.mark.parametrize("is_switched", [False, True])
def test_on_a_projector_the_bars_of_the_answer_stay_in_their_panel(
    open_page, width, height, is_switched
):
    page = open_page(
        "/" if is_switched else "/?present=1", viewport={"width": width, "height": height}
    )
    settle(page)
    if is_switched:
        page.click("#present-button")
        page.locator("body.present").wait_for()
        settle(page)
    panel = box(page, ".explore-body .side")
    for text in page.locator("#explore-answer .bars .text").all():
        place = text.bounding_box()
        assert place["x"] + place["width"] <= panel["x"] + panel["width"]
        assert place["y"] + place["height"] <= panel["y"] + panel["height"]


@pytest.mark.parametrize(
    "path", ["/", "/compare", "/decide", "/evidence", "/training", "/model", "/draw"]
)
def test_the_first_use_of_a_word_says_what_it_means(open_page, path):
    page = open_page(path, viewport={"width": 1280, "height": 800})
    settle(page)
    page.wait_for_function("() => !document.querySelector('.pending')")
    page.locator("#page-body .term").first.wait_for()
    page.wait_for_timeout(600)
    meanings = dict(
        page.evaluate(
            "() => [...document.querySelectorAll('#page-words .word')].map((word) =>"
            " [word.querySelector('dt').textContent.toLowerCase(), word.querySelector('dd').textContent])"
        )
    )
    told = page.evaluate(
        "() => [...document.querySelectorAll('#page-body .term')].map(({ dataset }) => [dataset.word, dataset.term])"
    )
    assert dict(told) == {word: meanings[word] for word, _ in told}
    assert len(dict(told)) == len(told) > 0  # each once
    first = page.locator("#page-body .term").first
    first.focus()
    assert page.inner_text("#tooltip") == first.get_attribute("data-term")
    assert axe_faults(page) == []


SMALL_LETTERS = """() => [...document.querySelectorAll('#page-body *')].filter((element) =>
  [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    && element.getClientRects().length && !element.closest('.visually-hidden, option, svg defs')
    && getComputedStyle(element).visibility !== 'hidden'
    && parseFloat(getComputedStyle(element).fontSize) < 20
).map((element) => `${element.closest('[id]').id}: ${element.textContent.slice(0, 30)}`)"""


# The worksheet is for paper, and has the sizes of a page of paper.
@pytest.mark.parametrize("path", [page.path for page in PAGES if "worksheet" not in page.path])
def test_on_a_projector_no_letter_is_smaller_than_20_pixels(open_page, path):
    page = open_page(path + "?present=1", viewport={"width": 1280, "height": 800})
    settle(page)
    page.wait_for_function("() => !document.querySelector('.pending')")
    assert page.evaluate(SMALL_LETTERS) == []


def test_letters_of_charts_follow_the_projector_to_and_fro(open_page):
    page = open_page("/evidence", viewport={"width": 1280, "height": 800})
    settle(page)
    tick = page.locator("#evidence-ladder .xtick text").first

    def size():
        return tick.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")

    tick.wait_for()
    before = size()
    assert before < 20
    has_size = (
        "size => parseFloat(getComputedStyle("
        "document.querySelector('#evidence-ladder .xtick text')).fontSize) === size"
    )
    for expected in (20, before):
        page.click("#present-button")
        page.wait_for_function(has_size, arg=expected)
