import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_core.errors import SelectionError
from cnn_core.space.mosaic import (
    COLOUR_MODES,
    Mosaic,
    colour_range,
    dead_units,
    default_columns,
    display_values,
    standardise_and_clip,
)

ARTICLE_SHAPES = [
    (26, 26, 32),
    (13, 13, 32),
    (11, 11, 64),
    (5, 5, 64),
    (3, 3, 128),
    (1152,),
    (100,),
    (10,),
]
repeatable = settings(derandomize=True, deadline=None, max_examples=80)


@st.composite
def mosaics(draw):
    n_units = draw(st.integers(1, 40))
    return Mosaic(
        n_units,
        draw(st.integers(1, 6)),
        draw(st.integers(1, 6)),
        columns=draw(st.none() | st.integers(1, 50)),
        gap=draw(st.none() | st.integers(0, 3)),
        order=draw(st.none() | st.permutations(range(n_units))),
    )


def numbered(mosaic):
    """Values that name their cell, no two alike."""
    shape = (mosaic.height, mosaic.width, mosaic.n_units)
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


@repeatable
@given(mosaics())
def test_every_cell_goes_to_the_picture_and_back(mosaic):
    values = numbered(mosaic)
    picture = mosaic.tile(values)
    cells = mosaic.cells()
    assert picture.shape == mosaic.picture_shape == cells.shape[:2]
    assert picture.dtype == np.float32 and cells.dtype == np.int32
    seen = set()
    for y, x in np.ndindex(*mosaic.picture_shape):
        cell = mosaic.cell_at(y, x)
        if cell is None:
            assert np.isnan(picture[y, x])
            assert cells[y, x].tolist() == [-1, -1, -1]
            continue
        unit, row, column = cell
        assert picture[y, x] == values[row, column, unit]
        assert cells[y, x].tolist() == [unit, row, column]
        assert mosaic.position_of(unit, row, column) == (y, x)
        top, left, bottom, right = mosaic.unit_boxes()[unit]
        assert (y, x) == (top + row, left + column)
        assert (bottom, right) == (top + mosaic.height, left + mosaic.width)
        seen.add(cell)
    assert len(seen) == values.size


@repeatable
@given(mosaics())
def test_tiles_follow_the_order_row_by_row(mosaic):
    order = range(mosaic.n_units) if mosaic.order is None else mosaic.order
    corners = mosaic.unit_boxes()[:, :2].tolist()
    for tile, unit in enumerate(order):
        tile_row, tile_column = divmod(tile, mosaic.columns)
        assert corners[unit] == [
            tile_row * (mosaic.height + mosaic.gap),
            tile_column * (mosaic.width + mosaic.gap),
        ]


@pytest.mark.parametrize("shape", [(2, 3, 13), (13,), (1, 1, 13)])
def test_no_number_of_columns_drops_a_unit(shape):
    for columns in range(1, 20):
        mosaic = Mosaic.of(shape, columns=columns)
        values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
        picture = mosaic.tile(values)
        assert sorted(picture[~np.isnan(picture)]) == sorted(values.ravel())
        assert mosaic.columns == min(columns, 13)
        assert mosaic.rows == -(-13 // mosaic.columns)


@pytest.mark.parametrize("shape", ARTICLE_SHAPES)
def test_the_articles_layers_stand_whole_in_full_rows(shape):
    mosaic = Mosaic.of(shape)
    assert mosaic.rows * mosaic.columns == mosaic.n_units == shape[-1]
    assert mosaic.gap == (1 if len(shape) == 3 else 0)
    values = np.random.default_rng(0).random(shape)
    assert np.count_nonzero(~np.isnan(mosaic.tile(values))) == values.size


@pytest.mark.parametrize("shape", [(3, 2, 7), (7,), (1, 1, 7)])
@pytest.mark.parametrize("order", [None, (6, 0, 5, 1, 4, 2, 3)])
def test_a_batch_is_its_images_one_by_one(shape, order):
    values = np.random.default_rng(1).normal(size=(4, *shape))
    mosaic = Mosaic.of(shape, columns=3, order=order)
    batch = mosaic.tile(values)
    assert batch.shape == (4, *mosaic.picture_shape)
    for picture, image in zip(batch, values, strict=True):
        np.testing.assert_array_equal(picture, mosaic.tile(image))
    assert mosaic.tile(values[:0]).shape == (0, *mosaic.picture_shape)


def test_a_picture_is_a_new_contiguous_array():
    values = np.ones((3, 3, 1), np.float32)
    picture = Mosaic.of(values.shape).tile(values)
    picture[:] = 5
    assert picture.flags.c_contiguous and np.all(values == 1)


@pytest.mark.parametrize("shape", [(3, 2, 7), (2, 3, 8), (7,), (4, 7), (2, 2, 2, 3, 7), ()])
def test_values_of_another_shape_are_refused(shape):
    with pytest.raises(SelectionError, match=r"\(2, 3, 7\) or \(n, 2, 3, 7\) are accepted"):
        Mosaic(7, 2, 3).tile(np.zeros(shape))


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": 0},
        {"columns": -1},
        {"columns": 2.5},
        {"columns": "8"},
        {"columns": True},
        {"gap": -1},
        {"gap": 0.5},
        {"n_units": 0},
        {"height": 0},
        {"width": -3},
        {"order": (0, 1)},
        {"order": (0, 1, 1, 3)},
        {"order": (1, 2, 3, 4)},
        {"order": ()},
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(SelectionError, match="accepted"):
        Mosaic(**({"n_units": 4, "height": 2, "width": 2} | wrong))


def test_equal_settings_make_equal_mosaics():
    one = Mosaic(4, 2, 2, order=np.array([3, 2, 1, 0]))
    assert one == Mosaic(4, 2, 2, order=[3, 2, 1, 0]) and len({one, Mosaic(4, 2, 2)}) == 2
    assert one.tile(np.zeros((2, 2, 4))).shape == one.picture_shape
    assert one == Mosaic(4, 2, 2, order=(3, 2, 1, 0))


@pytest.mark.parametrize(
    ("y", "x", "cell"),
    [
        (0.49, -0.5, (0, 0, 0)),
        (0.5, 0, (0, 1, 0)),
        (2, 0, None),
        (3, 3, (4, 0, 0)),
        (-0.51, 0, None),
        (0, 8, None),
        (0, 7.4, (2, 0, 1)),
        (4, 7, None),
        (0, 1e12, None),
        (float("nan"), 0, None),
        (0, float("inf"), None),
        (-3, 9, None),
    ],
)
def test_points_belong_to_the_nearest_cell_or_to_none(y, x, cell):
    assert Mosaic(5, 2, 2, columns=3).cell_at(y, x) == cell


@pytest.mark.parametrize(
    ("cell", "nearest"),
    [((5, 0, 0), 4), ((-1, 0, 0), 0), ((0, 2, 0), 1), ((0, 0, 3), 2), ((0.5, 0, 0), 0)],
)
def test_cells_that_do_not_exist_have_no_position(cell, nearest):
    with pytest.raises(SelectionError) as caught:
        Mosaic(5, 2, 3).position_of(*cell)
    assert caught.value.nearest == nearest


@pytest.mark.parametrize(
    ("layer", "columns"),
    [
        ((128, 3, 3), 16),
        ((32, 26, 26), 8),
        ((32, 13, 13), 8),
        ((100, 1, 1), 10),
        ((10, 1, 1), 10),
        ((1152, 1, 1), 48),
        ((64, 11, 11), 8),
        ((1, 28, 28), 1),
        ((2, 1, 1), 2),
        ((8, 24, 24), 4),
    ],
)
def test_default_columns_are_round_numbers(layer, columns):
    assert default_columns(*layer) == columns


@repeatable
@given(st.integers(1, 400), st.integers(1, 30), st.integers(1, 30))
def test_default_columns_keep_the_picture_near_a_landscape(n_units, height, width):
    columns = default_columns(n_units, height, width)
    assert 1 <= columns <= n_units
    if n_units >= 12 and height == width > 1:
        shape = Mosaic(n_units, height, width, gap=0).picture_shape
        assert 0.5 <= shape[1] / shape[0] <= 8


@pytest.mark.parametrize("aspect", [0, -1, float("nan"), float("inf")])
def test_an_aspect_must_be_a_positive_number(aspect):
    with pytest.raises(SelectionError, match="aspect"):
        default_columns(10, 3, 3, aspect)


def stretched(numbers):
    """The article's formula for one map or one layer of nodes, in plain Python floats."""
    numbers = np.asarray(numbers, dtype=np.float64)
    if len(set(numbers.ravel().tolist())) == 1:
        return np.full(numbers.shape, 128.0)
    return ((numbers - numbers.mean()) / numbers.std() * 64 + 128).clip(0, 255)


@pytest.mark.parametrize("batch", [(), (3,)])
def test_standardise_and_clip_is_the_articles_formula(batch):
    rng = np.random.default_rng(2)
    maps = rng.normal(size=(*batch, 5, 4, 6)).astype(np.float32)
    maps[..., 2] = 0.1
    maps[..., 3] = 0
    maps[..., 0, 0, 4] = 1000
    nodes = rng.normal(size=(*batch, 9)).astype(np.float32)
    before = maps.copy(), nodes.copy()
    shown = standardise_and_clip(maps, True)
    assert shown.dtype == np.float32 and shown.min() >= 0 and shown.max() == 255
    for where in np.ndindex(*batch, 6):
        image, unit = where[:-1], where[-1]
        np.testing.assert_allclose(
            shown[(*image, ..., unit)], stretched(maps[(*image, ..., unit)]), rtol=1e-6, atol=1e-5
        )
    assert np.all(shown[..., 2:4] == 128)
    for image in np.ndindex(*batch):
        np.testing.assert_allclose(
            standardise_and_clip(nodes, False)[image], stretched(nodes[image]), rtol=1e-6
        )
    np.testing.assert_array_equal(maps, before[0])
    np.testing.assert_array_equal(nodes, before[1])


def test_maps_of_one_cell_are_stretched_over_the_layer_like_nodes():
    nodes = np.random.default_rng(3).normal(size=(2, 7))
    np.testing.assert_array_equal(
        standardise_and_clip(nodes[:, None, None], True)[:, 0, 0],
        standardise_and_clip(nodes, False),
    )


def test_equal_numbers_have_no_spread_though_rounding_gives_them_one():
    nodes = np.full(3, 0.1)
    assert nodes.std() > 0
    assert np.all(standardise_and_clip(nodes, False) == 128)


def test_a_spread_too_small_for_a_float_divides_nothing_by_zero():
    assert np.all(standardise_and_clip(np.array([0.0, 1e-300]), False) == 128)


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([0.5, 2.0], (0, 2)),
        ([-3.0, 2.0], (-3, 2)),
        ([0.0, 0.0], (0, 1)),
        ([-2.0, -1.0], (-2, -1)),
        ([-2.0, -2.0], (-2, 0)),
        ([4.0, 4.0], (0, 4)),
    ],
)
def test_the_layers_colour_range_starts_at_zero_or_below(values, ends):
    assert colour_range(np.array(values), "layer") == ends


@repeatable
@given(
    st.sampled_from(COLOUR_MODES),
    st.booleans(),
    st.integers(0, 2**32 - 1),
    st.sampled_from([-1.0, 0.0, 1.0]),
)
def test_what_is_shown_stays_within_the_colour_range(mode, is_spatial, seed, floor):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(2, 3, 4, 5) if is_spatial else (2, 5)).astype(np.float32)
    values = np.maximum(values, floor) * rng.integers(0, 2, 5)
    before = values.copy()
    low, high = colour_range(values, mode)
    shown = display_values(values, mode, is_spatial)
    assert low < high and shown.dtype == np.float32 and shown.shape == values.shape
    assert shown.min() >= np.float32(low) and shown.max() <= np.float32(high)
    np.testing.assert_array_equal(values, before)


def test_maps_are_normalised_one_by_one():
    values = np.zeros((2, 2, 4), np.float32)
    values[..., 0] = [[0, 1], [2, 4]]
    values[..., 1] = [[-1, 0], [1, 3]]
    values[..., 2] = 7
    shown = display_values(values, "map", True)
    np.testing.assert_allclose(shown[..., 0], [[0, 0.25], [0.5, 1]])
    np.testing.assert_allclose(shown[..., 1], [[0, 0.25], [0.5, 1]])
    assert np.all(shown[..., 2] == 1) and np.all(shown[..., 3] == 0)
    np.testing.assert_allclose(display_values(np.array([0.0, 1, 2]), "map", False), [0, 0.5, 1])


def test_unknown_colour_modes_are_refused_with_the_choices():
    for refuse in (
        lambda: colour_range(np.zeros(2), "rainbow"),
        lambda: display_values(np.zeros(2), "rainbow", False),
    ):
        with pytest.raises(SelectionError, match="layer, map, clip") as caught:
            refuse()
        assert caught.value.nearest == "layer"


def test_dead_units_are_zero_in_every_cell():
    maps = np.zeros((2, 3, 3, 4), np.float32)
    maps[0, 2, 1, 1] = 0.1
    maps[1, 0, 0, 3] = -0.1
    expected = [[True, False, True, True], [True, True, True, False]]
    assert dead_units(maps).tolist() == expected
    assert dead_units(maps[0]).tolist() == expected[0]
    assert dead_units(np.array([0.0, 1.0])).tolist() == [True, False]
    assert dead_units(np.array([[0.0, 1.0], [2.0, 0.0]])).tolist() == [[True, False], [False, True]]
