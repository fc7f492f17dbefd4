"""The blind quiz, taken by keys, by pointer and by finger."""

import csv
import io
import json

import pytest

from tests.harness.journey import axe_faults, press, settle, visit

QUESTION = "#quiz-title h2"
ALL = "PpnqQ" * 4


def question(page):
    return page.inner_text(QUESTION)


def grid(page):
    """Numbers of the grid that stands."""
    return page.evaluate("""() => {
      const plot = document.querySelector("#quiz-grid .js-plotly-plot");
      return JSON.stringify(plot.calcdata[0][0].z.map((row) => [...row]));
    }""")


def test_two_browsers_with_one_link_get_the_same_block(open_page):
    pages = [open_page("/quiz?seed=12") for _ in range(2)]
    for number in range(1, 4):
        for page in pages:
            settle(page)
            assert question(page) == f"Question {number} of 20"
        assert grid(pages[0]) == grid(pages[1])
        press(pages[0], "1")
        pages[1].locator(".quiz-answer").nth(4).click()
    settle(pages[1])
    # What the one answered does not change what the other is asked.
    assert "answers=PPP" in pages[0].url and "answers=QQQ" in pages[1].url


def test_a_block_by_keys_is_kept_over_reload_back_and_a_new_visit(page, dashboard):
    visit(page, f"{dashboard}/quiz?seed=3")
    first = grid(page)
    for key in ("1", "ArrowLeft", "3", "ArrowRight", "5"):
        press(page, key)
    assert "answers=PpnqQ" in page.url and question(page) == "Question 6 of 20"
    press(page, "Backspace")
    assert question(page) == "Question 5 of 20"
    page.go_back()
    settle(page)
    assert question(page) == "Question 6 of 20"
    sixth = grid(page)
    assert sixth != first
    page.reload()
    settle(page)
    assert question(page) == "Question 6 of 20" and grid(page) == sixth

    # The teacher's link again: what was answered is offered, never taken by itself.
    visit(page, f"{dashboard}/quiz?seed=3")
    assert question(page) == "Question 1 of 20" and grid(page) == first
    assert page.evaluate("Object.values(JSON.parse(localStorage['looking-glass-quiz']))") == [
        "PpnqQ"
    ]
    page.locator("#quiz-continue", has_text="5 of your answers").click()
    settle(page)
    assert question(page) == "Question 6 of 20" and grid(page) == sixth

    visit(page, f"{dashboard}/quiz?seed=3&answers=PpnqQPpnqQPpnqQPp")
    for key in "345":
        press(page, key)
    page.locator("#quiz-compared .quiz-report").wait_for()
    assert page.locator("#quiz-trial").is_hidden()
    assert page.inner_text(".page-sentence").startswith("You got ")
    with page.expect_download() as saving:
        page.get_by_text("Save as CSV").click()
    rows = list(csv.DictReader(io.StringIO(saving.value.path().read_text())))
    credit = sum(float(row["credit"]) for row in rows)
    assert len(rows) == 20 and f"You got {credit:g} of 20 right" in page.inner_text(
        ".page-sentence"
    )

    page.go_back()
    settle(page)
    assert question(page) == "Question 20 of 20" and page.locator("#quiz-results").is_hidden()
    assert page.locator("#quiz-grid .main-svg").first.bounding_box()["width"] > 300

    visit(page, f"{dashboard}/quiz?seed=3")
    page.locator("#quiz-forget").click()
    assert page.locator("#quiz-kept").is_hidden()
    visit(page, f"{dashboard}/quiz?seed=3")
    assert page.locator("#quiz-kept").is_hidden()


def test_two_quick_keys_answer_one_question(page, dashboard):
    visit(page, f"{dashboard}/quiz")
    page.evaluate("""() => {
      for (const key of ["1", "5"]) {
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      }
    }""")
    settle(page)
    assert question(page) == "Question 2 of 20" and "answers=Q" in page.url


def test_nothing_that_reaches_the_browser_tells_an_answer_before_the_end(open_page, dashboard):
    heard = []
    page = open_page(None)
    page.on("response", lambda response: heard.append(response))
    visit(page, f"{dashboard}/quiz?seed=8&answers={ALL[:17]}")
    press(page, "3")
    press(page, "3")
    callbacks = [one for one in heard if "_dash-update" in one.url]
    # Nothing is sent where nothing changes.
    assert {one.status for one in callbacks} <= {200, 204}
    shown = [one.json() for one in callbacks if one.status == 200]
    assert len(shown) >= 3
    heard.clear()
    press(page, "3")
    page.locator(".quiz-cards li").first.wait_for()
    images = {
        link.partition("image=")[2].partition("&")[0]
        for link in page.locator(".quiz-cards a").evaluate_all("found => found.map((a) => a.href)")
    }
    assert len(images) == 20
    assert not any("image=" in one.url for one in callbacks)
    for answer in shown:
        # The figure's numbers are the grid's own.
        told = json.loads(json.dumps(answer))
        told.get("response", {}).pop("quiz-grid", None)
        numbers = json.dumps(told)
        assert not [
            image for image in images if f'"{image}"' in numbers or f": {image}," in numbers
        ]
        assert "data:image" not in numbers


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_by_finger(open_page, scheme):
    page = open_page(
        "/quiz?seed=2", viewport={"width": 360, "height": 740}, has_touch=True, color_scheme=scheme
    )
    settle(page)
    for n in (1, 2):
        places = page.locator(".quiz-answer").evaluate_all(
            "found => found.map((part) => part.getBoundingClientRect().toJSON())"
        )
        assert question(page) == f"Question {n} of 20"
        assert all(min(place["width"], place["height"]) >= 44 for place in places)
        assert all(place["bottom"] <= 740 and place["right"] <= 360 for place in places)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert axe_faults(page) == []
        page.locator(".quiz-answer").first.tap()
        settle(page)
    page.goto(page.url.replace("answers=PP", f"answers={ALL}"))
    page.locator("#quiz-compared .quiz-report").wait_for()
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert axe_faults(page) == []


def test_compare_opens_the_quiz_on_its_pair_and_marks_its_place(page, dashboard):
    visit(page, f"{dashboard}/compare?p=3&q=5")
    page.locator('a[data-link="quiz"]').click()
    settle(page)
    assert "/quiz" in page.url and "p=3" in page.url and "q=5" in page.url
    assert page.locator(".quiz-answer b").first.inner_text() == "3"
    assert page.locator(".nav-link[aria-current]").inner_text() == "Compare"
    assert page.title().startswith("Quiz · ")
