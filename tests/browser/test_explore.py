"""Explore in a real browser, with the shipped models."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest

from cnn_core import load_dataset, load_network
from cnn_core.space.mosaic import Mosaic
from tests.harness.journey import axe_faults, box, control, press, settle, visit

UNITS = {
    "Conv2D_1": (26, 26, 32),
    "Max_Pool_1": (13, 13, 32),
    "Conv2D_2": (11, 11, 64),
    "Max_Pool_2": (5, 5, 64),
    "Conv2D_3": (3, 3, 128),
    "Flatten": (1152,),
    "Dense_1": (100,),
    "Dense_2": (10,),
}


ARTIFACTS = Path(__file__).parents[2] / "artifacts"


def grid_title(page):
    return page.locator("#explore-grid-title").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080), (360, 740)])
def test_image_grid_and_answer_stand_on_the_page(open_page, width, height, scheme):
    page = open_page("/", viewport={"width": width, "height": height}, color_scheme=scheme)
    settle(page)
    for selector in ("#explore-image", "#explore-grid", "#explore-answer", "#explore-verdict"):
        place = box(page, selector)
        assert place["width"] > 60 and place["height"] > 10, selector
        assert place["x"] >= 0 and place["x"] + place["width"] <= width + 1, selector
        if width > 800:
            assert place["y"] + place["height"] <= height, selector
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_faults(page) == []


def test_the_ends_of_the_set_meet(page, dashboard):
    visit(page, dashboard + "/?image=9999")
    press(page, "ArrowRight")
    assert "image=0" in page.url
    press(page, "ArrowLeft")
    assert "image=9999" in page.url


def test_keys_back_and_forward(page, dashboard):
    visit(page, dashboard + "/?image=100")
    press(page, "ArrowRight")
    assert "image=101" in page.url
    press(page, "ArrowDown")
    assert grid_title(page).startswith("Flatten")
    page.go_back()
    settle(page)
    assert grid_title(page).startswith("Conv2D_3") and "image=101" in page.url
    page.go_back()
    settle(page)
    assert "image=100" in page.url and control(page, "image").input_value() == "100"
    page.go_forward()
    settle(page)
    assert control(page, "image").input_value() == "101"
    press(page, "w")
    assert "wrong" in page.locator("#explore-verdict").inner_text()


def test_a_held_key_ends_on_the_picture_of_the_address(page, dashboard):
    visit(page, dashboard + "/?image=100&layer=Conv2D_1")
    for _ in range(25):
        page.keyboard.down("ArrowRight")
        page.wait_for_timeout(20)
    page.keyboard.up("ArrowRight")
    settle(page)
    assert "image=125" in page.url
    assert "Image 125 " in page.locator("#explore-image-summary").text_content()
    assert control(page, "image").input_value() == "125"


def slowed(page, milliseconds):
    """Let every answer come later."""
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": milliseconds,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        },
    )


@pytest.mark.parametrize(
    ("search", "ends"), [("?image=10", 16), ("?image=9998", 4), ("?image=4&find=label:4", None)]
)
def test_no_step_is_lost_or_taken_twice_while_answers_are_late(page, dashboard, search, ends):
    visit(page, f"{dashboard}/{search}")
    if ends is None:
        labels = load_dataset(ARTIFACTS / "mnist.npz", "test").labels
        ends = int(np.flatnonzero(labels == 4)[6])  # image 4 is the first 4
    slowed(page, 250)
    for pause in (0, 90, 0, 200, 120, 0, 0, 60):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(pause)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    settle(page)
    page.wait_for_timeout(700)
    settle(page)
    assert f"image={ends}" in page.url
    assert f"Image {ends} " in page.locator("#explore-image-summary").text_content()


def test_layers_are_stepped_from_the_one_asked_for_last(page, dashboard):
    visit(page, dashboard + "/?image=10")
    slowed(page, 250)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(900)
    settle(page)
    assert grid_title(page).startswith("Dense_1")
    for _ in range(12):
        page.keyboard.down("ArrowUp")
    page.keyboard.up("ArrowUp")
    page.wait_for_timeout(900)
    settle(page)
    assert grid_title(page).startswith("Conv2D_1"), "a held key stops at the end"
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(900)
    settle(page)
    assert grid_title(page).startswith("Dense_2"), "the ends meet"


def test_choices_follow_a_model_that_was_left_before_its_answer(page, dashboard):
    visit(page, dashboard + "/?image=10&layer=Dense_1")
    slowed(page, 250)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(900)
    settle(page)
    assert "layer=Flatten" in page.url and "image=11" in page.url
    page.locator(".options-box summary").click()
    order = control(page, "order").locator("option[value=weight]")
    assert order.is_disabled()


def test_a_key_pressed_while_the_page_is_left_does_nothing(page, dashboard):
    visit(page, dashboard + "/?image=10")
    slowed(page, 300)
    page.keyboard.press("ArrowRight")
    page.get_by_role("link", name="Model", exact=True).click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("r")
    page.wait_for_selector("#model-accuracy, .model", timeout=20_000)
    page.wait_for_timeout(1500)
    # The image that was asked for goes along, and no key takes it further.
    assert page.url == dashboard + "/model?image=11"
    assert page.locator(".notice").count() == 0


def test_a_search_is_followed_by_the_arrow_keys(page, dashboard):
    visit(page, dashboard + "/?image=0")
    page.keyboard.press("/")
    page.keyboard.type("label:4 wrong")
    press(page, "Enter")
    settle(page)
    assert page.locator("#explore-found").inner_text().startswith("1 of ")
    press(page, "ArrowRight")
    text = page.locator("#explore-verdict").inner_text()
    assert "label" in text and "4" in text and "wrong" in text
    assert page.locator("#explore-found").inner_text().startswith("2 of ")


def test_pointing_at_a_cell_tells_its_value_and_marks_what_it_sees(page, dashboard):
    visit(page, dashboard + "/?image=1302&layer=Dense_1")
    numbers = np.load(
        io.BytesIO(urlopen(f"{dashboard}/download/activations.npz?image=1302&layer=Dense_1").read())
    )
    place = box(page, "#explore-grid .nsewdrag")
    page.mouse.move(place["x"] + place["width"] * 0.055, place["y"] + 20)
    page.mouse.move(place["x"] + place["width"] * 0.05, place["y"] + 22)
    page.wait_for_selector("#tooltip:not([hidden])")
    first, second = page.locator("#tooltip").inner_text().split("\n")[:2]
    unit = int(first.split()[1])
    value = float(second.split()[1])
    assert value == pytest.approx(float(numbers["Dense_1"][unit]), rel=1e-4, abs=1e-6)
    field = box(page, "#explore-image .field-box")
    assert field["width"] > 50


def test_a_cell_is_read_by_keys_alone(page, dashboard):
    visit(page, dashboard + "/?image=1302&layer=Conv2D_3")
    numbers = np.load(
        io.BytesIO(
            urlopen(f"{dashboard}/download/activations.npz?image=1302&layer=Conv2D_3").read()
        )
    )["Conv2D_3"]

    def spoken():
        place, value, *_ = page.locator("#spoken-cell").text_content().split(", ")
        unit, row, column = (int(part.split()[1]) for part in place.split(" · "))
        told = float(value.split()[1])
        assert told == pytest.approx(float(numbers[row, column, unit]), rel=1e-4, abs=1e-6)
        return unit, row, column

    page.keyboard.press("c")
    row, column, unit = np.unravel_index(numbers.argmax(), numbers.shape)
    assert spoken() == (unit, row, column)
    seen = {spoken()}
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
        seen.add(spoken())
    assert len(seen) == 5 and "image=1302" in page.url
    unit = spoken()[0]
    press(page, "Enter")
    assert f"unit={unit}" in page.url
    page.keyboard.press("Escape")
    press(page, "ArrowRight")
    assert "image=1303" in page.url


def test_a_click_enlarges_a_unit_and_escape_closes_it(page, dashboard):
    visit(page, dashboard + "/?image=1302&layer=Conv2D_1")
    place = box(page, "#explore-grid .nsewdrag")
    page.mouse.click(place["x"] + place["width"] * 0.3, place["y"] + place["height"] * 0.3)
    settle(page)
    assert "unit=" in page.url
    assert "Learned" in page.locator("#explore-unit").inner_text()
    assert axe_faults(page) == []
    press(page, "Escape")
    assert "unit=" not in page.url


def test_options_change_the_address_and_the_picture(page, dashboard):
    visit(page, dashboard + "/?image=1302&layer=Dense_1")
    page.locator(".options-box summary").click()
    control(page, "order").select_option("weight")
    settle(page)
    control(page, "colours").select_option("jet")
    settle(page)
    assert "order=weight" in page.url and "colours=jet" in page.url
    assert "Sorted by weight" in page.locator("#explore-grid-note").inner_text()
    assert axe_faults(page) == []


def test_a_pasted_link_shows_the_same_and_two_readers_never_meet(open_page, dashboard):
    first = open_page("/?image=4500&layer=Conv2D_2&colours=magma")
    second = open_page("/?image=17&layer=Dense_1")
    settle(first)
    settle(second)
    press(first, "ArrowRight")
    press(second, "ArrowLeft")
    assert "image=4501" in first.url and "image=16" in second.url
    third = open_page(first.url.removeprefix(dashboard))
    settle(third)
    for selector in ("#explore-grid-summary", "#explore-answer-summary"):
        assert (
            third.locator(selector).text_content()
            == first.locator(selector).text_content()
            != second.locator(selector).text_content()
        )


def test_a_wrong_link_says_so_and_becomes_the_nearest(page, dashboard):
    visit(page, dashboard + "/?image=99999&layer=Conv2D_33")
    notice = page.locator(".notice").inner_text()
    assert "Conv2D_33" in notice and "99999" in notice
    assert grid_title(page).startswith("Conv2D_3")
    assert "99999" not in page.url and "Conv2D_33" not in page.url
    assert page.locator(".notice a").count() == 0
    press(page, "ArrowRight")
    assert page.locator(".notice").count() == 0
    visit(page, dashboard + "/?image=5&find=zebra")
    page.locator(".notice a").click()
    settle(page)
    assert page.locator(".notice").count() == 0 and "find" not in page.url


def test_pictures_are_saved_under_the_content_security_policy(page, dashboard):
    visit(page, dashboard + "/?image=1302")
    with page.expect_download() as download:
        page.get_by_text("Grid PNG").click()
    content = Path(download.value.path()).read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) > 5000


def test_the_theme_button_is_remembered(page, dashboard):
    visit(page, dashboard + "/?image=1302")
    page.locator("#theme-button").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    settle(page)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    assert axe_faults(page) == []


def test_random_downloads_equal_an_independent_forward_pass(dashboard):
    from cnn_core.network.backend import keras

    generator = np.random.default_rng(0)
    with np.load("artifacts/mnist.npz") as data:
        images = {name: data[f"x_{name}"] for name in ("test", "train")}
    model = keras.models.load_model("artifacts/cnn.keras", compile=False)
    parts = {layer: keras.Model(model.inputs[0], model.get_layer(layer).output) for layer in UNITS}
    cases = [
        (name, int(generator.integers(len(images[name]))), layer)
        for name, layer in zip(
            generator.choice(["test", "train"], 60), generator.choice(list(UNITS), 60), strict=True
        )
    ]

    def fetch(case):
        name, number, layer = case
        address = f"{dashboard}/download/activations.npz?set={name}&image={number}&layer={layer}"
        with urlopen(address) as response:
            return np.load(io.BytesIO(response.read()))[layer]

    with ThreadPoolExecutor(4) as pool:
        for (name, number, layer), values in zip(cases, pool.map(fetch, cases), strict=True):
            pixels = images[name][number][None, ..., None].astype("float32") / 255
            expected = np.asarray(parts[layer](pixels))[0]
            assert values.shape == UNITS[layer]
            np.testing.assert_allclose(values, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("layer", "more"),
    [
        ("Conv2D_1", ""),
        ("Max_Pool_2", "&columns=5"),
        ("Conv2D_3", "&range=map"),
        ("Flatten", ""),
        ("Dense_1", "&order=weight&p=4&q=9"),
    ],
)
def test_every_number_stands_in_its_place_of_the_drawn_grid(page, dashboard, layer, more):
    visit(page, f"{dashboard}/?image=1303&layer={layer}{more}")
    press(page, "ArrowLeft")
    part = "customdata" if "range=map" in more else "z"
    drawn = page.evaluate(
        """(part) => {
      const plot = document.querySelector("#explore-grid .js-plotly-plot");
      const { columns, gap, order } = plot.layout.meta;
      return { columns, gap, order, rows: Array.from(plot.data[0][part], (row) => Array.from(row,
        (value) => Number.isNaN(value) ? null : value)) };
    }""",
        part,
    )
    images = load_dataset(ARTIFACTS / "mnist.npz", "test").images
    values = load_network(ARTIFACTS / "cnn.keras").activations(images[[1302]])[layer][0]
    expected = Mosaic.of(values.shape, drawn["columns"], drawn["gap"], drawn["order"]).tile(values)
    # The server's compiled pass and this one may round the last bit in another order.
    np.testing.assert_allclose(np.array(drawn["rows"], float), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("scale", ["linear", "log", "logits"])
def test_the_bars_have_the_lengths_and_texts_of_the_figure(page, dashboard, scale):
    visit(page, f"{dashboard}/?image=247&scale={scale}")
    press(page, "ArrowRight")
    images = load_dataset(ARTIFACTS / "mnist.npz", "test").images
    told = load_network(ARTIFACTS / "cnn.keras").activations(images[[248]])
    logits, shares = told.logits[0].astype(float), told.probabilities[0].astype(float)
    lengths = {"linear": shares, "log": np.log10(np.maximum(shares, 1e-12)) + 12, "logits": logits}[
        scale
    ]
    bars = page.locator("#explore-answer .bars .length")
    widths = [bars.nth(number).bounding_box()["width"] for number in range(10)]
    np.testing.assert_allclose(
        np.array(widths) / max(widths), np.abs(lengths) / np.abs(lengths).max(), atol=0.01
    )
    strongest = page.locator("#explore-answer .bars .text").nth(int(logits.argmax()))
    text = strongest.inner_text().replace("−", "-").removeprefix(">")
    expected = logits.max() if scale == "logits" else shares.max()
    assert float(text) == pytest.approx(expected, abs=0.006)
    with page.expect_download() as download:
        page.locator("[data-save=explore-answer]").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    ending = {"linear": "softmax", "log": "softmax_log", "logits": "logits"}[scale]
    assert download.value.suggested_filename == f"cnn_test_248_Conv2D_3_{ending}.png"


def test_the_answer_stands_at_one_height_whatever_layer_is_shown(page, dashboard):
    visit(page, dashboard + "/?image=247&layer=Conv2D_1")
    places = [box(page, "#explore-answer")]
    for _ in range(3):
        press(page, "ArrowDown")
        places.append(box(page, "#explore-answer"))
    assert len({(place["y"], place["height"]) for place in places}) == 1


@pytest.mark.parametrize("path", ["/", "/decide"])
def test_on_paper_the_verdict_stands_below_the_digit_and_nothing_runs_over_its_edge(
    open_page, path
):
    page = open_page(path, viewport={"width": 718, "height": 1000})
    settle(page)
    page.emulate_media(media="print")
    picture, verdict = (
        box(page, f".side {part}") for part in (".image-figure .svg-container", ".verdict")
    )
    assert verdict["y"] >= picture["y"] + picture["height"]
    assert box(page, ".side .answer-figure")["x"] > verdict["x"]
    assert (
        not page.locator(".grid-foot .button-row, .choices, .header").filter(visible=True).count()
    )


def test_on_paper_no_table_is_cut(open_page):
    page = open_page("/evidence", viewport={"width": 718, "height": 1000})
    settle(page)
    page.locator("#evidence-ladder-table td").first.wait_for()
    page.emulate_media(media="print")
    widest = "[...document.querySelectorAll('.scrolled')].map((one) => one.scrollWidth - one.clientWidth)"
    assert max(page.evaluate(widest)) <= 1
