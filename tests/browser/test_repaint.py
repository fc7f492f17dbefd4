"""What is painted in place of Plotly's drawing is what Plotly would draw, and answers the pointer."""

import numpy as np
import pytest

from tests.harness.journey import box, press, settle, visit

_DRAWN = """async (id) => {
  const plot = document.querySelector(`#${id} .js-plotly-plot`);
  const read = async (image) => {
    const picture = new Image();
    picture.src = image.getAttributeNS("http://www.w3.org/1999/xlink", "href");
    await picture.decode();
    const canvas = Object.assign(document.createElement("canvas"),
      { width: picture.naturalWidth, height: picture.naturalHeight });
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    return [...context.getImageData(0, 0, canvas.width, canvas.height).data];
  };
  const all = () => Promise.all([...plot.querySelectorAll("image")].map(read));
  const before = await all();
  await window.Plotly.redraw(plot);
  return { before, after: await all() };
}"""
# What is pointed at, saved and crossed beside the numbers.
_BESIDE = """() => {
  const plot = document.querySelector("#explore-grid .js-plotly-plot");
  const crosses = plot.querySelector(".layer-above .imagelayer image");
  return [plot.layout.meta, crosses.getAttributeNS("http://www.w3.org/1999/xlink", "href")];
}"""
_MARKS = """() => [...document.querySelectorAll("#decide-pixels .infolayer text")]
  .map((mark) => [mark.textContent, mark.getAttribute("transform")])"""
_STRONGEST = """() => {
  const plot = document.querySelector("#explore-grid .js-plotly-plot");
  let best = { value: 0 };
  plot.calcdata[0][0].z.forEach((row, y) => row.forEach((value, x) => {
    if (value > best.value) best = { value, x, y };
  }));
  const { left, top } = plot.getBoundingClientRect();
  const { xaxis, yaxis } = plot._fullLayout;
  return [left + xaxis._offset + xaxis.d2p(best.x), top + yaxis._offset + yaxis.d2p(best.y)];
}"""
_COUNT_DRAWS = """(id) => {
  const plot = document.querySelector(`#${id} .js-plotly-plot`);
  window.glassDraws = 0;
  plot.on("plotly_afterplot", () => { window.glassDraws += 1; });
}"""


@pytest.mark.parametrize(
    ("address", "plot"),
    [
        ("/?image=1302", "explore-grid"),
        ("/?image=1302&range=map", "explore-grid"),
        ("/?image=1302&layer=Conv2D_1", "explore-grid"),
        ("/?image=1302&layer=Conv2D_1", "explore-image"),
        ("/decide?image=1302", "decide-seen"),
        ("/training?image=1302", "training-grid"),
    ],
)
def test_the_next_image_is_painted_as_plotly_would_draw_it(page, dashboard, address, plot):
    visit(page, dashboard + address)
    page.evaluate(_COUNT_DRAWS, plot)
    press(page, "ArrowRight")
    shown = page.evaluate(_DRAWN, plot)
    assert len(shown["before"]) == len(shown["after"]) >= 1
    for before, after in zip(shown["before"], shown["after"], strict=True):
        np.testing.assert_allclose(before, after, atol=1)


def test_plotly_draws_nothing_anew_from_image_to_image(page, dashboard):
    visit(page, dashboard + "/?image=1302")
    press(page, "ArrowRight")
    page.evaluate(_COUNT_DRAWS, "explore-grid")
    press(page, "ArrowRight")
    assert page.evaluate("window.glassDraws") == 0
    press(page, "ArrowUp")
    assert page.evaluate("window.glassDraws") == 1


def test_pointing_at_a_painted_grid_tells_its_numbers(page, dashboard):
    visit(page, dashboard + "/?image=1302")
    press(page, "ArrowRight")
    place = box(page, "#explore-grid .nsewdrag")
    told = []
    for _ in range(2):
        page.mouse.move(place["x"] + 2, place["y"] - 40)
        page.mouse.move(place["x"] + place["width"] * 0.41, place["y"] + place["height"] * 0.41)
        page.locator("#tooltip").wait_for()
        told.append(page.locator("#tooltip").inner_text())
        visit(page, dashboard + "/?image=1303")
    assert told[0] == told[1]


def point_at(page, x, y):
    page.mouse.move(x + 40, y - 40)
    page.mouse.move(x, y)
    page.locator("#tooltip").wait_for()


def test_a_pointer_that_rests_is_told_the_number_of_the_next_image(page, dashboard):
    visit(page, dashboard + "/?image=1303")
    place = page.evaluate(_STRONGEST)
    point_at(page, *place)
    before = page.inner_text("#tooltip")
    press(page, "ArrowRight")
    page.wait_for_function(
        "told => document.getElementById('tooltip').innerText !== told", arg=before
    )
    told = page.inner_text("#tooltip")
    visit(page, dashboard + "/?image=1304")
    point_at(page, *place)
    assert page.inner_text("#tooltip") == told


def test_what_a_resting_pointer_was_told_goes_with_its_page(page, dashboard):
    visit(page, dashboard + "/?image=1303")
    page.click(".nav-link[href*='/model']")
    settle(page)
    page.go_back()
    settle(page)
    point_at(page, *page.evaluate(_STRONGEST))
    page.go_forward()
    settle(page)
    page.locator("#tooltip").wait_for(state="hidden")


def test_crosses_and_the_saved_colour_bar_are_those_of_the_image_shown(page, dashboard):
    visit(page, dashboard + "/?image=1302")
    old = page.evaluate(_BESIDE)
    press(page, "ArrowRight")
    painted = page.evaluate(_BESIDE)
    visit(page, dashboard + "/?image=1303")
    assert page.evaluate(_BESIDE) == painted
    assert painted[0] != old[0] and painted[1] != old[1]


def test_the_colour_bar_of_the_contributions_follows_their_numbers(page, dashboard):
    is_drawn = """before => {
      const plot = document.querySelector("#decide-pixels .js-plotly-plot");
      return plot?.querySelector(".infolayer text") && plot.data[0].zmin !== before && plot.data[0].zmin;
    }"""
    visit(page, dashboard + "/decide?image=115&p=4&q=9")
    before = page.wait_for_function(is_drawn, arg=None).json_value()
    page.evaluate("window.lookingGlass.set({ image: '247', p: '4', q: '9' })")
    page.wait_for_function(is_drawn, arg=before)
    told = page.evaluate(_MARKS)
    visit(page, dashboard + "/decide?image=247&p=4&q=9")
    page.wait_for_function(is_drawn, arg=None)
    assert page.evaluate(_MARKS) == told
