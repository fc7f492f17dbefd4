"""The lesson in a browser: by keyboard, by touch, on a projector, in German, kept by the browser alone."""

import pytest

from tests.harness.journey import press, settle, visit

FITS = """([width, height]) => document.documentElement.scrollWidth === width &&
  document.documentElement.scrollHeight === height"""
KEPT = "JSON.parse(localStorage.getItem('looking-glass-lesson'))"


def test_the_whole_lesson_by_keyboard_survives_reload_and_is_cleared(page, dashboard):
    visit(page, dashboard + "/lesson/1")
    for number in range(1, 7):
        page.wait_for_selector(f'.lesson[data-step="{number}"] .lesson-card .lesson-option')
        settle(page)
        assert page.locator(".lesson-finding").is_hidden()
        page.keyboard.press("b")
        page.wait_for_selector(".lesson.guessed .lesson-finding")
        page.keyboard.press("PageDown")
    page.wait_for_selector('.lesson[data-step="start"].ended #lesson-answer-text')
    page.reload()
    settle(page)
    page.wait_for_selector(".lesson.ended #lesson-answer-text")
    with page.expect_download() as saved:
        page.click('[data-lesson="csv"]')
    table = saved.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert table[0] == '"part","question","answer","right answer","right?"'
    assert [line.partition(",")[0] for line in table[1:]] == [f'"step {n}"' for n in range(1, 7)]
    page.click('[data-lesson="clear"]')
    page.wait_for_selector(".lesson:not(.ended)")
    assert page.evaluate(KEPT) == {}


def test_a_guess_counts_once_and_the_server_learns_nothing_of_it(page, dashboard):
    visit(page, dashboard + "/lesson/2")
    page.wait_for_selector("[data-guess]")
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.click('[data-guess="1"]')
    page.wait_for_selector(".lesson.guessed .lesson-finding")
    page.keyboard.press("a")
    [made] = page.evaluate(KEPT).values()
    assert made["2"]["place"] == 1 and sent == []


def test_on_a_phone_by_touch_in_german(open_page):
    page = open_page("/lesson/4?lang=de", viewport={"width": 360, "height": 740}, has_touch=True)
    settle(page)
    assert page.evaluate("document.documentElement.lang") == "de"
    page.locator('[data-guess="1"]').tap()
    page.wait_for_selector(".lesson.guessed .lesson-finding")
    assert page.locator(".lesson-said").inner_text().startswith("Dein Tipp")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_on_a_projector_the_speaker_opens_stage_by_stage(open_page):
    page = open_page("/lesson/4?present=1", viewport={"width": 1024, "height": 768})
    settle(page)
    page.wait_for_selector("[data-guess]")
    assert page.locator(".lesson-finding").is_hidden()
    press(page, "2")
    assert page.locator(".lesson-main").is_visible()
    page.keyboard.press("PageDown")
    assert page.locator(".lesson-finding").is_visible()
    press(page, "4")
    assert page.locator(".lesson-why").is_visible()
    page.keyboard.press("PageDown")
    page.wait_for_selector('.lesson[data-step="5"]')


@pytest.mark.parametrize(
    ("width", "height", "language"), [(1280, 800, "en"), (1024, 768, "en"), (1024, 768, "de")]
)
def test_every_step_stands_on_one_screen_with_its_answer(
    open_page, dashboard, width, height, language
):
    page = open_page(None, viewport={"width": width, "height": height})
    for number in range(1, 7):
        visit(page, f"{dashboard}/lesson/{number}?lang={language}")
        page.wait_for_selector(".lesson-card .lesson-option")
        page.keyboard.press("b")
        page.wait_for_selector(".lesson.guessed .lesson-finding")
        # A picture that appears has a width of its own for a moment.
        page.wait_for_function(FITS, arg=[width, height], timeout=10_000)
