"""The Model page in a real browser, with the shipped models."""

import csv
import io
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.harness.journey import axe_faults, box, control, settle, visit


def cards(page, panel):
    return page.locator(f"#model-{panel} .image-card")


def cell_at(page, label, prediction):
    """Place of a cell of the matrix on the screen."""
    return page.evaluate(
        """([label, prediction]) => {
      const plot = document.querySelector('#model-confusion .js-plotly-plot');
      const { xaxis, yaxis } = plot._fullLayout, place = plot.getBoundingClientRect();
      return [place.left + xaxis._offset + xaxis.d2p(prediction),
              place.top + yaxis._offset + yaxis.d2p(label)];
    }""",
        [label, prediction],
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080), (360, 740)])
def test_everything_stands_on_the_page(open_page, width, height, scheme):
    page = open_page("/model", viewport={"width": width, "height": height}, color_scheme=scheme)
    settle(page)
    for panel in (
        "architecture",
        "accuracy",
        "firmness",
        "calibration",
        "training",
        "record",
        "confusion",
        "images",
        "hardest",
        "disputed",
    ):
        place = box(page, f"#model-panel-{panel}")
        assert place["height"] > 80, panel
        assert place["x"] >= 0 and place["x"] + place["width"] <= width, panel
    if width > 800:
        for panel in ("accuracy", "firmness", "training"):
            place = box(page, f"#model-panel-{panel}")
            assert place["y"] + place["height"] <= height, panel
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_faults(page) == []


def test_a_click_on_a_cell_lists_its_images(page, dashboard):
    visit(page, dashboard + "/model")
    kind = page.locator("#model-errors .error-link").nth(1)
    label, prediction = kind.inner_text().split(" ")[0:3:2]
    count = int(kind.locator(".error-count").inner_text())
    page.locator("#model-confusion").scroll_into_view_if_needed()
    page.mouse.move(*cell_at(page, int(label), int(prediction)))
    page.locator("#tooltip").wait_for()
    assert f"{count} labelled {label} and predicted {prediction}" in page.inner_text("#tooltip")
    page.mouse.click(*cell_at(page, int(label), int(prediction)))
    settle(page)
    assert f"label={label}&pred={prediction}" in page.url
    assert cards(page, "listed").count() == count
    assert control(page, "label").input_value() == label
    assert control(page, "pred").input_value() == prediction
    assert page.locator("#model-errors [aria-current]").inner_text().startswith(label)
    page.go_back()
    settle(page)
    assert "label" not in page.url and control(page, "label").input_value() == "any"
    assert cards(page, "listed").count() > count


def test_keys_alone_reach_the_images_of_a_cell_and_explore(page, dashboard):
    visit(page, dashboard + "/model")
    link = page.locator("#model-errors .error-link").nth(1)
    link.focus()
    page.keyboard.press("Enter")
    settle(page)
    assert "pred=" in page.url
    number = cards(page, "listed").first.locator(".card-number").inner_text().replace(",", "")
    cards(page, "listed").first.locator(".card-link").focus()
    page.keyboard.press("Enter")
    settle(page)
    assert f"image={number}" in page.url and "find=label:" in page.url
    assert "wrong" in page.locator("#explore-verdict").inner_text()
    page.go_back()
    settle(page)
    assert "/model?" in page.url and cards(page, "listed").count() > 0


def test_a_link_to_a_cell_brings_its_images_into_view(open_page):
    page = open_page("/model?label=4&pred=9")
    settle(page)
    page.wait_for_function("""() => {
      const { top } = document.querySelector('#model-listed').getBoundingClientRect();
      return top > 0 && top < innerHeight / 2;
    }""")


def test_choosing_any_prediction_opens_the_row_again(page, dashboard):
    visit(page, dashboard + "/model?label=9&pred=4")
    n_in_cell = cards(page, "listed").count()
    control(page, "pred").select_option("any")
    settle(page)
    assert "label=9" in page.url and "pred" not in page.url
    assert cards(page, "listed").count() > n_in_cell


def test_a_long_list_is_turned_page_by_page(page, dashboard):
    visit(page, dashboard + "/model?label=1&pred=1")
    first = cards(page, "listed").first.inner_text()
    page.get_by_role("link", name="Next ›").click()
    settle(page)
    assert "page=2" in page.url
    assert cards(page, "listed").first.inner_text() != first


def test_a_wrong_link_is_told_in_words_and_seen(open_page):
    page = open_page("/model?label=44&model=cnn_sed2")
    settle(page)
    notice = page.locator("#notices")
    assert "cnn_sed2" in notice.inner_text() and "44" in notice.inner_text()
    assert box(page, "#notices")["y"] >= 0


def test_disputed_labels_and_provenance_are_told(page, dashboard):
    visit(page, dashboard + "/model")
    assert cards(page, "disputed").count() == 15
    assert "labelerrors.com" in page.locator("#model-disputed").inner_text()
    told = page.locator("#model-record").inner_text()
    assert "python -m cnn_core train --name cnn --seed 1" in told and "keras" in told
    assert "as counted here" in page.locator("#model-record-note").inner_text()
    visit(page, dashboard + "/model?set=train")
    assert cards(page, "disputed").count() == 0
    assert "No disputed labels" in page.locator("#model-disputed-note").inner_text()


def test_numbers_and_pictures_are_saved(page, dashboard):
    visit(page, dashboard + "/model?label=9&pred=4&model=cnn_seed2")
    address = dashboard + page.locator("#model-download-images").get_attribute("href")
    with urlopen(address) as answer:
        rows = list(csv.DictReader(io.StringIO(answer.read().decode())))
    assert len(rows) == cards(page, "listed").count()
    assert {(row["label"], row["prediction"]) for row in rows} == {("9", "4")}
    for name in ("confusion", "training"):
        with page.expect_download() as download:
            page.locator(f"[data-save=model-{name}]").click()
        content = Path(download.value.path()).read_bytes()
        assert content.startswith(b"\x89PNG") and len(content) > 5_000
