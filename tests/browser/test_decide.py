"""Decide in a real browser, with the shipped models."""

import json
import re

import pytest

from tests.harness.journey import axe_faults, box, control, press, settle, visit


def bar_at(page, place):
    """Middle of the column of a bar on the screen, near the foot of the chart."""
    return page.evaluate(
        """(place) => {
      const plot = document.querySelector('#decide-nodes .js-plotly-plot');
      const { xaxis, yaxis } = plot._fullLayout, at = plot.getBoundingClientRect();
      const bars = plot.data[1];
      const middle = bars.base[place] + bars.y[place] / 2;
      return [at.left + xaxis._offset + xaxis.d2p(place),
              at.top + yaxis._offset + yaxis.d2p(middle)];
    }""",
        place,
    )


def cell_at(page, graph, x, y):
    """Place of a cell of a grid on the screen."""
    return page.evaluate(
        """([graph, x, y]) => {
      const plot = document.querySelector(`#${graph} .js-plotly-plot`);
      const { xaxis, yaxis } = plot._fullLayout, at = plot.getBoundingClientRect();
      return [at.left + xaxis._offset + xaxis.d2p(x), at.top + yaxis._offset + yaxis.d2p(y)];
    }""",
        [graph, x, y],
    )


def unit_of_bar(page, place):
    return page.evaluate(
        "(place) => document.querySelector('#decide-nodes .js-plotly-plot')"
        ".layout.meta.units[place]",
        place,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080), (360, 740)])
def test_the_decision_stands_on_one_screen(open_page, width, height, scheme):
    page = open_page(
        "/decide?off=Dense_1:3&donor=7",
        color_scheme=scheme,
        viewport={"width": width, "height": height},
    )
    settle(page)
    page.locator("#decide-edit .table").wait_for()
    for part in ("image", "answer", "nodes", "nodes-sum", "reason", "silenced"):
        place = box(page, f"#decide-{part}")
        assert place["height"] > 15, part
        if width > 800:
            assert place["x"] >= 0 and place["x"] + place["width"] <= width, part
            assert place["y"] + place["height"] <= height, part
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_faults(page) == []


def test_a_click_on_a_bar_silences_its_node_and_undo_brings_it_back(page, dashboard):
    visit(page, dashboard + "/decide")
    first, second = unit_of_bar(page, 0), unit_of_bar(page, 1)
    page.mouse.move(*bar_at(page, 0))
    page.locator("#tooltip").wait_for()
    assert "× weight" in page.inner_text("#tooltip") and f"node {first}" in (
        page.inner_text("#tooltip")
    )
    for place in (0, 1):
        page.mouse.click(*bar_at(page, place))
        settle(page)
    assert f"off=Dense_1:{first},{second}" in page.url
    assert "effect −" in page.inner_text("#decide-silenced")
    page.locator("#decide-effect", has_text="Over the test set").wait_for()
    page.get_by_role("button", name="Undo").click()
    settle(page)
    assert page.url.endswith(f"off=Dense_1:{first}")
    page.get_by_role("button", name="Clear").first.click()
    settle(page)
    assert "off=" not in page.url
    page.go_back()
    settle(page)
    assert page.url.endswith(f"off=Dense_1:{first}")


def test_nodes_are_silenced_and_restored_by_keyboard_and_the_focus_stays(page, dashboard):
    page.goto(f"{dashboard}/decide?image=247")
    settle(page)
    page.locator(".by-keyboard summary").focus()
    for key in ("Enter", "Tab", "Enter"):
        page.keyboard.press(key)
    pressed = page.locator("#decide-node-buttons [aria-pressed='true']:focus")
    pressed.wait_for()
    unit = pressed.get_attribute("id").rpartition("-")[2]
    assert f"node {unit} silenced" in page.inner_text("#decide-silenced")
    page.keyboard.press("Enter")
    page.locator(f"#decide-node-{unit}[aria-pressed='false']:focus").wait_for()
    page.get_by_label("Silenced units").fill("Conv2D_3:5,91")
    page.keyboard.press("Enter")
    page.get_by_text("Conv2D_3, maps 5, 91 silenced").wait_for()


def test_enough_silenced_nodes_flip_the_prediction(page, dashboard):
    visit(page, dashboard + "/decide")
    units = page.evaluate("""() => {
      const { data, layout } = document.querySelector('#decide-nodes .js-plotly-plot');
      return layout.meta.units.filter((unit, place) => unit !== null && data[1].y[place] > 0);
    }""")
    visit(page, f"{dashboard}/decide?off=Dense_1:{','.join(map(str, units))}")
    assert "The prediction flips from 4" in page.inner_text("#decide-silenced")


def test_seen_and_used_are_linked_and_a_click_silences_a_map(page, dashboard):
    visit(page, dashboard + "/decide")
    page.locator("#decide-race-note", has_text="flips").wait_for()
    page.locator("#decide-used").scroll_into_view_if_needed()
    page.mouse.move(*cell_at(page, "decide-used", 0, 0))
    page.locator("#tooltip").wait_for()
    told = page.inner_text("#tooltip")
    assert "contribution" in told and "activation" in told and "map 0" in told
    page.locator("#decide-seen .cell-box").wait_for()
    page.locator("#decide-image .field-box").wait_for()
    page.mouse.click(*cell_at(page, "decide-used", 0, 0))
    settle(page)
    assert "off=Conv2D_3:0" in page.url
    assert "Conv2D_3, map 0 silenced" in page.inner_text("#decide-silenced")


def test_keys_change_image_and_layer_and_the_sums_hold(page, dashboard):
    visit(page, dashboard + "/decide?image=115")
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowUp", "w", "r"):
        press(page, key)
        for part in ("nodes", "cells", "pixels"):
            text = page.inner_text(f"#decide-{part}-sum").replace("−", "-")
            *_, total, margin = map(float, re.findall(r"= ([+-]?[\d.]+)", text))
            assert total == pytest.approx(margin, abs=2e-4)
            assert "not exact" not in text
    assert "image=" in page.url


def test_another_rival_is_asked_for_by_hand_and_swapped(page, dashboard):
    visit(page, dashboard + "/decide?image=115")
    control(page, "q").select_option("2")
    settle(page)
    assert "q=2" in page.url
    headline = page.locator("#decide-reason b").inner_text()
    assert headline.endswith("and not 2")
    page.get_by_label("Swap target and rival").click()
    settle(page)
    assert control(page, "p").input_value() == "2"
    assert page.locator("#decide-reason b").inner_text() == headline


def test_the_race_and_its_curve_come_after_the_page_has_settled(page, dashboard):
    visit(page, dashboard + "/decide")
    page.locator("#decide-race-note", has_text="flips").wait_for()
    page.get_by_label("Over all images of the target").check()
    page.locator("#decide-curve-note", has_text="All 982 images of 4").wait_for(timeout=60_000)
    assert page.locator("#decide-curve .main-svg").first.is_visible()
    assert "curve=1" in page.url


def test_a_slow_part_is_dimmed_as_soon_as_it_is_not_what_is_asked_for(page, dashboard):
    visit(page, dashboard + "/decide")
    shown = '[data-panel="decide-race"]:not(.unfilled):not(.stale)'
    page.wait_for_selector(shown)
    is_dimmed = """change => {
      window.lookingGlass.set(change);
      return document.querySelector('[data-panel="decide-race"]').matches(".stale");
    }"""
    assert not page.evaluate(is_dimmed, {"scale": "log"})
    settle(page)
    assert page.evaluate(is_dimmed, {"image": 5})
    page.wait_for_selector(shown)


def test_the_smallest_edit_flips_the_decision(page, dashboard):
    visit(page, dashboard + "/decide")
    page.get_by_role("button", name=re.compile("Take over maps from the clearest 9")).click()
    settle(page)
    page.locator("#decide-edit", has_text="the decision from 4 to 9").wait_for()
    rows = page.locator("#decide-edit tbody tr")
    assert rows.first.locator("td").last.inner_text() == "4"
    assert rows.last.locator("td").last.inner_text() == "9"


def test_a_link_shows_the_same_to_another_browser(open_page):
    page = open_page("/decide?image=247&p=4&q=2&off=Conv2D_3:5-9&layer=Max_Pool_2&group=map")
    settle(page)
    other = open_page(page.url.removeprefix(page.evaluate("location.origin")))
    settle(other)
    for part in ("reason", "nodes-sum", "cells-sum", "silenced", "cells-note"):
        assert page.inner_text(f"#decide-{part}") == other.inner_text(f"#decide-{part}")


def test_a_wrong_link_is_told_and_its_address_corrected(page, dashboard):
    visit(page, dashboard + "/decide?p=4&q=4&off=Dense_1:100&image=10000")
    notice = page.inner_text(".notice")
    assert "strongest other class" in notice and "0 to 99" in notice and "0 to 9999" in notice
    assert page.locator(".notice a").count() == 0
    assert page.url.endswith("/decide?image=9999&p=4")
    assert control(page, "q").input_value() != control(page, "p").input_value() == "4"
    press(page, "ArrowLeft")
    assert page.locator(".notice").count() == 0 and "image=9998" in page.url


def test_explore_carries_its_image_here_and_back(page, dashboard):
    visit(page, dashboard + "/?image=247")
    page.get_by_role("link", name="Decide").click()
    settle(page)
    assert "/decide?image=247" in page.url
    page.get_by_role("link", name="Explore").click()
    settle(page)
    assert "/?image=247" in page.url


@pytest.mark.parametrize("image", [3, 9805])
def test_all_bars_stand_side_by_side_on_a_phone(open_page, image):
    page = open_page(f"/decide?image={image}&off=Dense_1:3", viewport={"width": 360, "height": 740})
    settle(page)
    page.wait_for_function(
        "document.querySelector('#decide-nodes .js-plotly-plot')?.data?.[1]?.textangle === -90"
    )
    for _ in range(2):
        region = page.locator(".wide-figure")
        assert region.evaluate("(box) => box.scrollWidth <= box.clientWidth")
        edges = page.evaluate("""() => {
          const plot = document.querySelector('#decide-nodes .js-plotly-plot');
          const frame = plot.getBoundingClientRect();
          return [...plot.querySelectorAll('.bartext, .xtick text')].map((text) => {
            const { left, right, top, bottom } = text.getBoundingClientRect();
            return Math.min(left - frame.left, frame.right - right, top - frame.top,
                            frame.bottom - bottom);
          });
        }""")
        assert len(edges) >= 40 and min(edges) >= -1
        # The next image is drawn by itself, and must fit as well.
        page.locator("[data-step=next]").first.click()
        settle(page)
        page.wait_for_function(
            "document.querySelector('#decide-nodes .js-plotly-plot').data[1].textangle === -90"
        )


def test_a_turned_phone_gets_the_numbers_that_fit(open_page):
    page = open_page("/decide?image=3", viewport={"width": 740, "height": 360})
    settle(page)
    look = """() => {
      const { data, layout } = document.querySelector('#decide-nodes .js-plotly-plot');
      return [data[1].textangle ?? null, data[1].textfont, layout.margin.l, layout.margin.b,
              layout.xaxis.tickangle, layout.xaxis.ticktext, layout.yaxis.range];
    }"""
    upright = """(angle) => document.querySelector('#decide-nodes .js-plotly-plot')
      ?.data?.[1] && (document.querySelector('#decide-nodes .js-plotly-plot')
      .data[1].textangle === -90) === angle"""
    page.wait_for_function(upright, arg=True)
    narrow = page.evaluate(look)
    for _ in range(2):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.wait_for_function(upright, arg=False)
        wide = page.evaluate(look)
        assert any("<br>" in label for label in wide[5]) and wide[4] == 0
        page.set_viewport_size({"width": 740, "height": 360})
        page.wait_for_function(upright, arg=True)
        assert page.evaluate(look) == narrow
    other = open_page("/decide?image=3")
    settle(other)
    other.wait_for_function(upright, arg=False)
    assert other.evaluate(look) == wide


def test_the_mean_effect_counts_the_images_until_all_are_done(page, dashboard):
    notes = []
    page.expose_function("noted", lambda note: notes.append(note))
    visit(page, dashboard + "/decide?off=Conv2D_3:5,6")
    page.evaluate("""() => {
      const effect = document.getElementById('decide-effect');
      new MutationObserver(() => window.noted(effect.innerText))
        .observe(effect, { childList: true, subtree: true, characterData: true });
    }""")
    page.locator("#decide-effect", has_text="Over the test set").wait_for(timeout=30_000)
    assert notes[-1].startswith("Over the test set, silencing map 6 alone")
    assert any("of 10,000 images of the test set, so far:" in note for note in notes)


def test_a_slow_part_that_failed_is_asked_for_again(open_page, dashboard):
    page, asked = open_page(None), []

    def answer(route):
        changed = json.loads(route.request.post_data)["changedPropIds"]
        is_race = any('"decide-race"' in name and '"ask"' in name for name in changed)
        asked.extend([1] * is_race)
        if is_race and len(asked) == 1:
            route.fulfill(status=500, body="")
        else:
            route.continue_()

    page.route("**/_dash-update-component*", answer)
    with page.expect_response(lambda response: response.status == 500):
        page.goto(dashboard + "/decide?image=115")
    settle(page)
    assert page.locator("#decide-race-note").inner_text() == ""
    # The same race is wanted: only its scale of probabilities is another.
    control(page, "scale").select_option("log")
    settle(page)
    page.locator("#decide-race-note", has_text="flips").wait_for()
    assert len(asked) == 2
    complaints = open_page.watch.complaints
    # The browser's own line and Dash's.
    assert len(complaints) == 2 and "500" in complaints[0]
    complaints.clear()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080)])
def test_the_ledger_keeps_its_size_when_a_node_is_silenced(open_page, width, height):
    page = open_page("/decide?image=247", viewport={"width": width, "height": height})
    settle(page)
    before = box(page, "#decide-nodes")
    page.evaluate("window.lookingGlass.set({ off: 'Dense_1:1,7,20,26' })")
    page.get_by_text("images of the test set").or_(
        page.get_by_text("on all 10,000 images")
    ).first.wait_for(timeout=20_000)
    page.wait_for_timeout(1500)
    settle(page)
    assert box(page, "#decide-nodes") == before
