"""The Compare page in a real browser, with the shipped models."""

import re

import pytest

from tests.harness.journey import axe_faults, box, control, press, settle, visit


def drawn(page):
    """Wait until the circles are weighed and the table stands."""
    settle(page)
    page.locator("#compare-table tbody tr").first.wait_for()
    page.wait_for_selector("#compare-board-a0 canvas", state="attached")


def members(page, key):
    return page.locator(f"#compare-group-{key} [data-member]").evaluate_all(
        "found => found.map(member => Number(member.dataset.member))"
    )


def point_of(page, key, tile, row, column):
    """Place on the screen of a point of a mosaic in one tile of a group's first line."""
    page.locator(f"#compare-board-{key}0").scroll_into_view_if_needed()
    return page.evaluate(
        """([id, tile, y, x]) => {
      const plot = document.querySelector(id + ' .js-plotly-plot'), board = window.lookingGlassBoards;
      const place = board.pixelOf(plot, { x: tile * board.metaOf(plot).slot + x, y });
      return [place.clientX, place.clientY];
    }""",
        [f"#compare-board-{key}0", tile, row, column],
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768), (1920, 1080), (360, 740)])
def test_groups_and_their_worth_stand_on_one_screen(open_page, width, height, scheme):
    page = open_page("/compare", viewport={"width": width, "height": height}, color_scheme=scheme)
    drawn(page)
    if width > 900:
        for key in "abc":
            place = box(page, f"#compare-board-{key}0")
            assert place["y"] + place["height"] <= height, key
        place = box(page, "#compare-readers-note")
        assert place["x"] > width / 2
    if width > 1200:
        assert place["y"] + place["height"] <= height
        size = page.evaluate(
            "window.lookingGlassBoards.sizeOf("
            "document.querySelector('#compare-board-a0 .js-plotly-plot'))"
        )
        assert size >= 6
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_faults(page) == []


def test_a_pointer_that_rests_is_told_the_values_of_new_images(page, dashboard):
    def told():
        page.mouse.move(*point_of(page, "a", 0, 1, 33))
        page.mouse.move(*point_of(page, "a", 0, 1, 34))
        page.locator("#tooltip").wait_for()
        return values()

    def values():
        texts = page.locator("#compare-boards .cell-value").all_inner_texts()
        return [page.inner_text("#tooltip"), *texts]

    visit(page, dashboard + "/compare")
    drawn(page)
    before = told()
    press(page, "r")
    drawn(page)
    page.wait_for_function(
        "told => document.getElementById('tooltip').innerText !== told", arg=before[0]
    )
    resting = values()
    assert resting == told()


def test_a_pointer_that_rests_is_told_the_cell_of_a_new_layer_under_it(page, dashboard):
    visit(page, dashboard + "/compare")
    drawn(page)
    x, y = point_of(page, "a", 0, 1, 34)
    page.mouse.move(x - 1, y)
    page.mouse.move(x, y)
    page.locator("#tooltip").wait_for()
    page.evaluate("window.lookingGlass.set({ layer: 'Conv2D_2' })")
    page.wait_for_function(
        "() => window.lookingGlassBoards.metaOf(document.querySelector("
        "'#compare-board-a0 .js-plotly-plot')).units === 64"
    )
    drawn(page)
    resting = page.inner_text("#tooltip")
    page.mouse.move(x - 1, y)
    page.mouse.move(x, y)
    assert page.inner_text("#tooltip") == resting


def test_pointing_at_a_cell_tells_its_value_in_all_images(page, dashboard):
    visit(page, dashboard + "/compare?mean=1&min=1")
    drawn(page)
    page.mouse.move(*point_of(page, "a", 0, 1, 33))
    page.mouse.move(*point_of(page, "a", 0, 1, 34))
    page.locator("#tooltip").wait_for()
    assert "map 11 · row 1 · column 1" in page.inner_text("#tooltip")
    values = page.locator("#compare-boards .cell-value").all_inner_texts()
    assert len(values) == 14 and all(re.fullmatch(r"= \S+", value) for value in values)
    assert page.locator("#compare-boards .cell-marks div").count() == 14
    assert page.locator("#compare-boards .field-mark").count() == 8
    # The minimum is the least of the three, as far as four digits tell.
    numbers = [float(value[2:]) for value in values[:5]]
    assert numbers[4] == pytest.approx(min(numbers[:3]), rel=1e-3, abs=1e-9)
    for image, number in zip(members(page, "a"), numbers[:3], strict=True):
        file = page.request.get(f"{dashboard}/download/activations.csv?image={image}").text()
        (cell,) = re.findall(r"^11,1,1,(.+)$", file, re.MULTILINE)
        assert number == pytest.approx(float(cell), rel=1e-3) and number > 0


def test_dragging_over_maps_enlarges_them_in_all_grids(page, dashboard):
    visit(page, dashboard + "/compare")
    drawn(page)
    page.mouse.move(*point_of(page, "a", 1, 4, 4))
    page.mouse.down()
    page.mouse.move(*point_of(page, "a", 1, 5, 7), steps=6)
    page.mouse.up()
    settle(page)
    assert page.url.endswith("zoom=17,18")
    units = page.locator("#compare-boards .js-plotly-plot").evaluate_all(
        "plots => plots.filter(plot => plot.offsetParent).map(plot => window.lookingGlassBoards.metaOf(plot).order)"
    )
    assert units == [[17, 18]] * 3
    page.go_back()
    settle(page)
    assert "zoom" not in page.url


def test_images_are_moved_added_and_removed(page, dashboard):
    visit(page, dashboard + "/compare")
    drawn(page)
    first, second, third = members(page, "a")
    page.locator("#compare-group-a [data-member]").first.drag_to(
        page.locator("#compare-group-a [data-member]").nth(2)
    )
    settle(page)
    assert members(page, "a") == [second, first, third]
    page.locator("#compare-group-a [data-member]").nth(1).hover()
    page.get_by_label(f"Move left: {first}").click()
    settle(page)
    assert members(page, "a") == [first, second, third]
    page.get_by_label(f"Remove from A: {third}").focus()
    page.keyboard.press("Enter")
    settle(page)
    assert members(page, "a") == [first, second]
    page.locator(".compare-warnings", has_text="A has 2 images and B 3").wait_for()
    control(page, "add_a").fill("label:4 wrong")
    control(page, "add_a").press("Enter")
    settle(page)
    assert len(members(page, "a")) == 3 and control(page, "add_a").input_value() == ""
    page.go_back()
    page.go_back()
    settle(page)
    control(page, "ra").select_option("random")
    settle(page)
    assert "ra=random" in page.url and members(page, "a") != [first, second, third]


def test_an_image_sent_from_explore_joins_the_last_comparison(page, dashboard):
    visit(page, dashboard + "/compare?nb=2")
    drawn(page)
    visit(page, dashboard + "/?image=1270")
    page.get_by_label("Add to group C of Compare").click()
    drawn(page)
    assert members(page, "c")[-1] == 1270 and len(members(page, "b")) == 2


def test_a_row_of_the_table_points_its_cell_out(page, dashboard):
    visit(page, dashboard + "/compare")
    drawn(page)
    page.get_by_role("link", name="on in 4").click()
    drawn(page)
    assert "sort=-rate_p" in page.url
    row = page.locator("#compare-table tbody tr").nth(2)
    name = row.locator("button").inner_text()
    row.click()
    settle(page)
    assert f"cell={name}" in page.url
    assert box(page, "#compare-board-a0")["y"] < 800
    assert page.locator("#compare-table tr.here button").inner_text() == name


def test_random_threes_are_judged_and_drawn(page, dashboard):
    visit(page, dashboard + "/compare")
    drawn(page)
    page.locator("#compare-try").click()
    page.locator("#compare-triples .bars path").first.wait_for(state="attached")
    page.locator("#compare-triples-note", has_text="on average").wait_for()
    told = page.locator("#compare-triples-note").inner_text()
    assert re.search(r"9\d\.\d % right on average", told)
    assert "triples=0" in page.url
    page.reload()
    page.locator("#compare-triples-note", has_text="on average").wait_for()
    assert page.locator("#compare-triples-note").inner_text() == told


def test_a_head_that_sorts_the_table_keeps_the_focus_and_the_keyboard(page, dashboard):
    visit(page, dashboard + "/compare")
    drawn(page)
    page.locator("#compare-table th a").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_function("new URLSearchParams(location.search).get('sort') === 'cell'")
    page.wait_for_selector("#compare-table th:nth-child(2)[aria-sort=ascending]")
    focused = page.evaluate("document.activeElement.closest('th')?.cellIndex")
    assert focused == 1
    page.keyboard.press("Enter")
    page.wait_for_selector("#compare-table th:nth-child(2)[aria-sort=descending]")


def test_on_a_phone_every_card_s_number_can_be_touched(open_page):
    page = open_page("/compare", viewport={"width": 360, "height": 740}, has_touch=True)
    settle(page)
    page.locator(".member-line a").nth(7).wait_for()
    covered = page.evaluate(
        """() => [...document.querySelectorAll('.member-line a')].filter((link) => {
          link.scrollIntoView({ block: 'center', inline: 'center' });
          const { left, top, width, height } = link.getBoundingClientRect();
          return document.elementFromPoint(left + width / 2, top + height / 2) !== link;
        }).map((link) => link.textContent)"""
    )
    assert covered == []
