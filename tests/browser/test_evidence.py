"""Evidence in a real browser: two small models of one's own, measured, and a third that is not."""

from urllib.request import urlopen

import numpy as np
import pytest

from cnn_core.images.dataset import load_dataset
from cnn_core.network.opening import load_network
from cnn_core.readouts.compute import compute_readouts
from cnn_core.readouts.result_file import READOUTS, load_readouts, save_readouts
from tests.app.small_explorer import small_images, small_model
from tests.harness.journey import axe_faults, box, control, press, settle, visit
from tests.harness.served import served

# Keras saves weights through an interface that NumPy has since extended.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

MEASURED, UNMEASURED = ("first", "second"), "third"
PAIR = (1, 3)
CENTRE = "document.querySelector('{}').scrollIntoView({{block: 'center'}})"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Models and images, and beside them what was measured of the first two."""
    folder = tmp_path_factory.mktemp("evidence")
    parts = {}
    for name in ("test", "train"):
        images = small_images(name)
        # Names of classes are not stored: class n is called n.
        parts |= {f"x_{name}": images.images, f"y_{name}": images.labels}
    np.savez(folder / "images.npz", **parts)
    for seed, name in enumerate((*MEASURED, UNMEASURED)):
        small_model(seed).save(folder / f"{name}.keras")
    train, test = (load_dataset(folder / "images.npz", name) for name in ("train", "test"))
    save_readouts(
        folder / READOUTS,
        [
            compute_readouts(
                load_network(folder / f"{name}.keras"),
                train,
                test,
                [PAIR],
                cache_folder=folder / "cache",
            )
            for name in MEASURED
        ],
    )
    return folder


@pytest.fixture(scope="module")
def dashboard(folder):
    """Address of a dashboard with these models."""
    models = [str(folder / f"{name}.keras") for name in (*MEASURED, UNMEASURED)]
    with served(
        "--model", *models, "--data", str(folder / "images.npz"), "--cache", str(folder / "cache")
    ) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080), (360, 740)])
def test_answer_and_ladder_stand_on_the_page(open_page, width, height, scheme):
    page = open_page("/evidence", viewport={"width": width, "height": height}, color_scheme=scheme)
    settle(page)
    for selector in (
        "#evidence-purpose",
        "#evidence-steps",
        "#evidence-ladder",
        "#evidence-mlp",
        "#evidence-ladder-table",
        "#evidence-claims",
        "#evidence-nodes",
    ):
        place = box(page, selector)
        assert place["width"] > 100 and place["height"] > 10, selector
        assert place["x"] >= 0 and place["x"] + place["width"] <= width + 1, selector
    if width > 800:
        steps = box(page, "#evidence-steps")
        assert steps["y"] + steps["height"] <= height / 2
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_faults(page) == []


def test_on_a_phone_no_mark_begins_a_row_and_labels_of_claims_have_room(open_page):
    page = open_page("/evidence", viewport={"width": 360, "height": 740})
    settle(page)
    steps = page.locator(".step").evaluate_all("""steps => steps.map((step) => ({
        left: step.getBoundingClientRect().left,
        mark: getComputedStyle(step, "::before").content !== "none" &&
              getComputedStyle(step, "::before").display !== "none"}))""")
    leftmost = min(step["left"] for step in steps)
    assert [step["mark"] for step in steps] == [step["left"] > leftmost for step in steps]
    assert any(step["mark"] for step in steps)
    rows = page.locator(".claim-numbers li").evaluate_all("""rows => rows.map((row) => [
        row.clientWidth, row.querySelector("span").clientWidth ||
        row.querySelector("span").getBoundingClientRect().width])""")
    assert rows and all(label > 0.9 * row for row, label in rows)


def test_the_way_to_an_edit_stays_inside_a_narrow_page(open_page):
    page = open_page("/decide", viewport={"width": 280, "height": 740})
    settle(page)
    button = page.get_by_role("button", name="Take over maps from the clearest")
    button.wait_for()
    inside = button.evaluate("""button => [button.scrollWidth <= button.clientWidth,
        button.getBoundingClientRect().right <= button.parentElement.getBoundingClientRect().right,
        button.parentElement.scrollWidth <= button.parentElement.clientWidth]""")
    assert inside == [True, True, True]


def test_the_slider_changes_the_cells_and_the_address(page, dashboard):
    visit(page, dashboard + "/evidence")
    slider = page.locator("#evidence-k")
    assert page.locator("#evidence-k-note").inner_text() == "10"
    slider.focus()
    press(page, "ArrowRight")
    assert "k=20" in page.url and page.locator("#evidence-k-note").inner_text() == "20"
    assert "best 20 cells" in page.locator("#evidence-ladder-table").inner_text()
    slider.focus()
    press(page, "Home")
    assert "k=1" in page.url
    page.go_back()
    settle(page)
    assert "k=20" in page.url and slider.input_value() == "4"


def test_pointing_at_a_mark_tells_counts_interval_and_fitted_images(page, folder, dashboard):
    visit(page, dashboard + "/evidence")
    page.evaluate(CENTRE.format("#evidence-ladder"))
    mark = page.locator("#evidence-ladder .scatterlayer .points path").last
    mark.wait_for(state="attached")
    place = mark.bounding_box()
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.wait_for_selector("#tooltip:not([hidden])")
    share = load_readouts(folder / READOUTS)[0].task("1-3").network
    told = page.locator("#tooltip").inner_text()
    assert "the network itself" in told
    assert f"{share.n_right} of {share.n} test images right" in told
    assert "95 % interval" in told and "over 2 models" in told


def test_a_pasted_link_shows_the_same_and_a_wrong_part_is_told(open_page):
    first = open_page("/evidence?model=second&task=all&variant=linear_refit&k=2&image=7")
    settle(first)
    second = open_page(None)
    visit(second, first.url)
    for part in ("#evidence-purpose", "#evidence-cards-note", "#evidence-nodes-note"):
        assert first.locator(part).inner_text() == second.locator(part).inner_text()
    assert control(second, "variant").input_value() == "linear_refit"
    visit(second, second.url.replace("linear_refit", "linear_refut"))
    assert "There is no changed network" in second.locator("#notices").inner_text()


def test_a_disagreement_opens_in_decide_and_back(page, dashboard):
    visit(page, dashboard + "/evidence?task=all")
    way = page.locator("#evidence-cards").get_by_text("Decide", exact=True).first
    asked = way.evaluate("link => new URL(link.href).searchParams.get('image')")
    way.click()
    settle(page)
    # The address leaves out the image that Decide opens on by itself.
    assert "/decide?" in page.url and control(page, "image").input_value() == asked
    page.go_back()
    settle(page)
    assert "/evidence?task=all" in page.url
    page.locator("#evidence-cards").get_by_text("+C", exact=True).first.click()
    settle(page)
    assert "/compare?c=" in page.url


def test_a_node_is_found_again_where_sorting_put_it(page, dashboard):
    visit(page, dashboard + "/evidence?image=7")
    page.evaluate(CENTRE.format("#evidence-nodes"))
    natural, ordered = ("#evidence-nodes-0-natural", "#evidence-nodes-0-sorted")
    for plot in (natural, ordered):
        page.wait_for_selector(f"{plot} .nsewdrag", state="attached")
    units = page.evaluate(f"document.querySelector('{ordered} .js-plotly-plot').layout.meta.order")
    place = box(page, f"{natural} .nsewdrag")
    width = place["width"] / len(units)
    unit = 2
    page.mouse.move(place["x"] + (unit + 0.5) * width, place["y"] + place["height"] / 2)
    page.wait_for_selector("#tooltip:not([hidden])")
    assert f"node {unit}" in page.locator("#tooltip").inner_text()
    mark, whole = box(page, f"{ordered} .cell-box"), box(page, f"{ordered} .nsewdrag")
    middle = (mark["x"] + mark["width"] / 2 - whole["x"]) / (whole["width"] / len(units))
    assert units[int(middle)] == unit


def test_keys_change_the_image_of_the_nodes(page, dashboard):
    visit(page, dashboard + "/evidence?image=7")
    press(page, "ArrowRight")
    assert "image=8" in page.url
    assert "test image 8" in page.locator("#evidence-nodes-image").inner_text()


def test_an_unmeasured_model_is_told_with_its_command_and_measured_ones_come_back(
    page, dashboard, folder
):
    visit(page, dashboard + f"/evidence?model={UNMEASURED}")
    told = page.locator("#evidence-missing").inner_text()
    assert "third has not been measured yet" in told
    files = f"--model {folder / 'third.keras'} --data {folder / 'images.npz'}"
    assert f"python -m cnn_core survey --readouts {files}" in told
    assert page.locator("#evidence-measured").is_hidden()
    assert axe_faults(page) == []
    page.locator("#evidence-missing").get_by_text("second", exact=True).click()
    settle(page)
    assert page.locator("#evidence-ladder").is_visible()
    page.wait_for_selector("#evidence-ladder .main-svg", state="attached")
    assert page.locator("#evidence-ladder .main-svg").first.bounding_box()["width"] > 300


def test_files_hold_the_numbers_of_the_page(page, dashboard):
    visit(page, dashboard + "/evidence?model=second")
    links = page.locator("a[download]").evaluate_all("all => all.map(one => one.href)")
    fetched = [urlopen(link).read().decode() for link in links if "/download/evidence/" in link]
    assert len(fetched) == 5 and all(len(text.splitlines()) > 1 for text in fetched)


def test_a_picture_is_saved(page, dashboard):
    visit(page, dashboard + "/evidence")
    with page.expect_download() as saved:
        page.locator("[data-save=evidence-ladder]").click()
    assert saved.value.suggested_filename == "evidence_ladder.png"


def test_the_whole_question_stands_in_the_controls(page, dashboard):
    visit(page, dashboard + "/evidence")
    control(page, "task").select_option("all")
    settle(page)
    assert "task=all" in page.url
    assert "tell the 4 classes apart" in page.locator("#evidence-purpose").inner_text()
    assert page.locator("#evidence-pair-box").is_hidden()


def test_few_nodes_leave_no_empty_place(page, dashboard):
    visit(page, dashboard + "/evidence")
    page.wait_for_selector("#evidence-nodes-0-natural .main-svg", state="attached")
    grids = page.locator(".node-grid").evaluate_all(
        "found => found.map((grid) => [grid.clientWidth, grid.clientHeight])"
    )
    assert len(grids) == 6
    # Seven nodes in a row: a strip, not a square.
    assert all(height < 0.35 * width or height < 45 for width, height in grids)
    assert page.locator(".node-grid .colour-bar").count() == 0


def test_a_model_without_history_says_so_and_its_table_is_whole(page, dashboard):
    visit(page, dashboard + "/model?model=third")
    note = page.locator("#model-training-note")
    assert note.inner_text().startswith("No training history is known of this model")
    panel, table = box(page, ".model-training"), box(page, ".model-architecture")
    assert panel["height"] < 120 and panel["width"] == table["width"] > 1200
    assert page.locator(".model-architecture .scrolled").evaluate(
        "(box) => box.scrollWidth <= box.clientWidth"
    )
