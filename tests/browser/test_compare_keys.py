"""Keys, slider and help of the Compare page in a real browser."""

from tests.browser.test_compare import point_of
from tests.harness.journey import press, settle, visit


def members(page, key):
    return page.locator(f"#compare-group-{key} [data-member]").evaluate_all(
        "found => found.map(member => Number(member.dataset.member))"
    )


def touched(page):
    return page.locator("#compare-boards .touched").evaluate_all(
        "found => found.map(({ dataset }) => [dataset.group, Number(dataset.member)])"
    )


def test_arrows_exchange_the_image_touched_last(page, dashboard):
    visit(page, dashboard + "/compare")
    before = members(page, "c")
    page.wait_for_selector("#compare-boards .touched")
    assert touched(page) == [["c", before[0]]]
    press(page, "ArrowRight")
    stepped = members(page, "c")
    assert stepped[0] > before[0] and stepped[1:] == before[1:]
    press(page, "ArrowLeft")
    assert members(page, "c") == before
    group_a = members(page, "a")
    page.locator("#compare-group-a [data-member]").nth(1).click(position={"x": 12, "y": 30})
    assert touched(page) == [["a", group_a[1]]]
    press(page, "ArrowLeft")
    now = members(page, "a")
    assert (now[0], now[2]) == (group_a[0], group_a[2]) and now[1] != group_a[1]
    labels = page.locator("#compare-group-a [data-member] .digit").evaluate_all(
        "found => found.map((digit) => digit.alt.split(', ')[1])"
    )
    assert labels == ["a 4"] * 3
    page.wait_for_selector(f"#compare-group-a .touched[data-member='{now[1]}']")
    layer = page.url
    press(page, "ArrowUp")
    assert "layer=" in page.url and page.url != layer


def test_r_draws_random_groups_with_the_next_seed(page, dashboard):
    visit(page, dashboard + "/compare?p=3&q=5")
    press(page, "r")
    assert all(part in page.url for part in ("ra=random", "rb=random", "rc=random", "seed=1"))
    first = members(page, "a")
    press(page, "r")
    assert "seed=2" in page.url and members(page, "a") != first
    assert page.locator("#compare-group-b .digit").first.get_attribute("alt").endswith("a 5")


def test_one_gesture_on_the_slider_is_one_entry_of_the_history(page, dashboard):
    visit(page, dashboard + "/compare")
    before = page.evaluate("history.length")
    place = page.locator("#compare-t").bounding_box()
    middle = place["y"] + place["height"] / 2
    page.mouse.move(place["x"] + 0.3 * place["width"], middle)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(place["x"] + (0.3 + 0.06 * step) * place["width"], middle)
        page.wait_for_timeout(180)
    page.mouse.up()
    settle(page)
    threshold = page.locator("#compare-t").input_value()
    assert float(threshold) > 0.5 and f"t={threshold}" in page.url
    assert float(page.inner_text("#compare-threshold")) == float(threshold)
    assert page.evaluate("history.length") == before + 1
    page.go_back()
    settle(page)
    assert "t=" not in page.url
    page.wait_for_function("document.getElementById('compare-t').value === '0.3'")
    assert page.inner_text("#compare-threshold") == "0.30"
    # The slider keeps the focus, and letters still are keys.
    press(page, "r")
    assert "seed=1" in page.url


def test_the_options_open_within_a_phone(open_page):
    page = open_page("/compare", viewport={"width": 360, "height": 740})
    settle(page)
    page.locator(".compare .options-box summary").click()
    place = page.locator(".compare .options").bounding_box()
    assert place["x"] >= 0 and place["x"] + place["width"] <= 360
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    # No probability of a caption is cut.
    assert page.locator(".member-line > *").evaluate_all(
        "found => found.every((part) => part.scrollWidth <= part.clientWidth + 1"
        " || getComputedStyle(part).display === 'inline')"
    )


def test_pointing_moves_no_picture(page, dashboard):
    visit(page, dashboard + "/compare")
    page.wait_for_selector("#compare-board-c0 canvas", state="attached")
    page.locator("#compare-table tbody tr").first.wait_for()
    boards = [f"#compare-board-{key}0" for key in "abc"]
    before = [page.locator(board).bounding_box() for board in boards]
    x, y = point_of(page, "a", 0, 5, 5)
    page.mouse.move(x + 1, y + 1)
    page.mouse.move(x, y)
    page.locator("#compare-group-c .cell-value", has_text="=").first.wait_for()
    assert [page.locator(board).bounding_box() for board in boards] == before


def test_a_second_r_before_the_answer_draws_the_seed_after_next(page, dashboard):
    visit(page, dashboard + "/compare?p=3&q=5&seed=7")
    page.evaluate("""() => {
      for (let press = 0; press < 3; press += 1) {
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'r', bubbles: true }));
      }
    }""")
    settle(page)
    assert "seed=10" in page.url
    drawn = members(page, "a")
    visit(page, page.url)
    assert members(page, "a") == drawn
