"""The grid's numbers reach the browser bit for bit, and its colour bar states the range."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.figures.pictures.arrays import packed_cells
from app.figures.pictures.grid import grid_figure, receptive_link
from app.figures.pictures.scale import ticks_of
from cnn_core.space.mosaic import Mosaic
from tests.app.packed_figures import cells, picture
from tests.core.network_sketch import Sketch

SHAPES = st.one_of(
    st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 9)),
    st.tuples(st.integers(1, 40)),
)
NUMBERS = st.one_of(st.just(0.0), st.just(0.25), st.floats(width=32))


@given(SHAPES.flatmap(lambda shape: arrays.arrays(np.float32, shape, elements=NUMBERS)))
@settings(max_examples=200, deadline=None)
def test_cells_come_back_bit_for_bit(values):
    again = cells(packed_cells(values))
    shape = values.shape if values.ndim == 3 else (1, 1, values.size)
    np.testing.assert_array_equal(again.view(np.uint32), values.reshape(shape).view(np.uint32))


@pytest.mark.parametrize("order", [None, (3, 0, 4, 1, 2)])
@pytest.mark.parametrize("shape", [(2, 3, 5), (5,)])
def test_the_picture_is_the_mosaic(shape, order):
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    mosaic = Mosaic.of(shape, columns=3, order=order)
    figure = grid_figure(mosaic, values, values, (-1, 2))
    np.testing.assert_array_equal(picture(figure), mosaic.tile(values))


@pytest.mark.parametrize("shape", [(2, 3, 5), (5,)])
def test_numbers_stand_at_the_middle_of_rows_and_columns_of_units(shape):
    values = np.zeros(shape, np.float32)
    mosaic = Mosaic.of(shape, columns=3)
    layout = grid_figure(mosaic, values, values, (0, 1), is_numbered=True)["layout"]
    rows, columns = (
        dict(zip(layout[axis]["ticktext"], layout[axis]["tickvals"], strict=True))
        for axis in ("yaxis", "xaxis")
    )
    middles = np.array(
        [np.argwhere(mosaic.cells()[..., 0] == unit).mean(axis=0) for unit in range(5)]
    )
    assert rows == {"0": middles[0, 0], "3": middles[3, 0]}
    assert columns == {f"+{unit}": middles[unit, 1] for unit in range(3)}


def test_ground_and_zeros_take_a_bit_each():
    values = np.full((20, 20, 8), 0.125, np.float32)
    values[:10] = 0
    n_bytes = len(packed_cells(values)["packed"]) * 3 / 4
    assert n_bytes <= 8 * 4 + 2 * values.size / 8 + 3


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0, 2.13, ["0", "0.5", "1.0", "1.5", "2.13"]),
        (-1.5, 1.5, ["−1.5", "−1", "0", "1", "1.5"]),
        (0, 255, ["0", "100", "200", "255"]),
        (0, 3e-5, ["0", "1.0e−05", "2.0e−05", "3.0e−05"]),
        (0.7, 0.7, ["0.7"]),
        (0, 1234, ["0", "500", "1000", "1234"]),
        (0, 9999, ["0", "2000", "4000", "6000", "8000", "9999"]),
        (0, 12345, ["0", "5000", "10000", "12345"]),
        (0, 1e-30, ["0", "2.0e−31", "4.0e−31", "6.0e−31", "8.0e−31", "1.0e−30"]),
        (0, float("inf"), ["0", "inf"]),
    ],
)
def test_the_bar_tells_its_ends_and_round_numbers_between(low, high, texts):
    ticks = ticks_of(low, high)
    assert [text for _, text in ticks] == texts
    places = [place for place, _ in ticks]
    assert places == sorted(places) and places[0] >= 0 and places[-1] <= 1


def test_the_figure_tells_its_range():
    values = np.linspace(0, 3.5, 12, dtype=np.float32).reshape(2, 2, 3)
    figure = grid_figure(
        Mosaic.of(values.shape), values, values, (0.0, 3.5), range_title="activation"
    )
    bar = figure["layout"]["meta"]["bar"]
    assert bar["title"] == "activation"
    assert (bar["ticks"][0], bar["ticks"][-1]) == ((0, "0"), (1, "3.5"))


def test_nodes_point_at_the_pixels_that_reach_them_and_not_at_the_whole_image():
    sketch = Sketch((7, 9, 1))
    maps = sketch.pool((3, 3))
    sketch.reshape()
    nodes = sketch.dense(4)
    links = {
        name: receptive_link(sketch.fields.describe(name), sketch.fields.boxes(name), is_spatial)
        for name, is_spatial in ((maps, True), (nodes, False))
    }
    assert links[maps] == {"start": [0, 0], "stride": [3, 3], "size": [3, 3]}
    assert links[nodes] == {"box": [0, 0, 6, 9]}
