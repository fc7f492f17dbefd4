from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnn_core.errors import ModelError, SelectionError
from cnn_core.network.layers import LayerInfo, LayerKind, Window
from cnn_core.space.receptive_fields import Field, ReceptiveFields
from tests.core.network_sketch import Sketch

MNIST = Path(__file__).parents[2] / "artifacts" / "mnist.npz"


def bounds(mask):
    """Bounding box of the true pixels of (H, W), zeros if there is none."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return (0, 0, 0, 0)
    return (int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def assert_fields_are_what_cells_depend_on(sketch):
    fields = sketch.fields
    for layer in sketch.layers:
        depends = sketch.depends[layer.name]
        expected = np.array([bounds(mask) for mask in depends.reshape(-1, *depends.shape[-2:])])
        boxes = fields.boxes(layer.name)
        np.testing.assert_array_equal(boxes, expected.reshape(*layer.shape, 4), layer.name)
        reaching = depends.any(axis=tuple(range(depends.ndim - 2)))
        np.testing.assert_array_equal(fields.pixels_reaching(layer.name), reaching, layer.name)
        for cell in {0, layer.n_cells // 2, layer.n_cells - 1}:
            *place, unit = map(int, np.unravel_index(cell, layer.shape))
            assert fields.field(layer.name, unit, *place).box == tuple(expected[cell])
            np.testing.assert_array_equal(
                fields.pixels_seen(layer.name, unit, *place), depends[(*place, unit)]
            )
        summary = fields.describe(layer.name)
        areas = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
        seen = depends.reshape(-1, *depends.shape[-2:])[areas.argmax()]
        assert (summary.n_pixels, summary.n_in_box) == (seen.sum(), areas.max())
        assert summary.whole == bounds(reaching)
        assert summary.is_known


def article_network():
    sketch = Sketch((28, 28, 1))
    sketch.conv(32, (3, 3))
    sketch.pool((2, 2))
    sketch.conv(64, (3, 3))
    sketch.pool((2, 2))
    sketch.conv(128, (3, 3))
    sketch.reshape()
    sketch.dense(100)
    sketch.dense(10, activation="softmax")
    names = (
        "Conv2D_1",
        "Max_Pool_1",
        "Conv2D_2",
        "Max_Pool_2",
        "Conv2D_3",
        "Flatten",
        "Dense_1",
        "Dense_2",
    )
    inputs = ("", *names)
    return [
        replace(layer, name=name, inputs=(source,))
        for layer, name, source in zip(sketch.layers, names, inputs, strict=False)
    ]


@pytest.fixture(scope="module")
def article():
    return ReceptiveFields.of(article_network(), (28, 28, 1))


@pytest.mark.parametrize(
    ("layer", "size", "stride"),
    [
        ("Conv2D_1", 3, 1),
        ("Max_Pool_1", 4, 2),
        ("Conv2D_2", 8, 2),
        ("Max_Pool_2", 10, 4),
        ("Conv2D_3", 18, 4),
        ("Flatten", 18, 4),
    ],
)
def test_sizes_and_strides_of_the_articles_layers(article, layer, size, stride):
    summary = article.describe(layer)
    assert (summary.size, summary.stride, summary.start) == ((size,) * 2, (stride,) * 2, (0, 0))
    assert summary.is_known
    assert summary.text == f"A cell sees {size} × {size} pixels, stride {stride}."


def test_cells_of_the_articles_last_convolution(article):
    assert article.field("Conv2D_3", 127, 0, 0) == Field((0, 0, 18, 18), (0, 0, 18, 18))
    assert article.field("Conv2D_3", 0, 2, 1) == Field((8, 4, 26, 22), (8, 4, 26, 22))
    # Cell (2, 1) of map 5 stands at (2 * 3 + 1) * 128 + 5 behind the flattening.
    assert article.field("Flatten", 901) == article.field("Conv2D_3", 5, 2, 1)


@pytest.mark.parametrize("layer", ["Dense_1", "Dense_2"])
def test_the_articles_nodes_see_everything_but_two_rows_and_columns(article, layer):
    assert article.field(layer, 9).box == (0, 0, 26, 26)
    summary = article.describe(layer)
    assert (summary.size, summary.stride) == ((26, 26), None)
    assert summary.whole == (0, 0, 26, 26)
    assert not article.pixels_seen(layer, 9)[26:].any()
    assert not article.pixels_seen(layer, 9)[:, 26:].any()
    assert summary.text == "A cell sees up to 26 × 26 pixels of the image."


def test_rows_and_columns_26_and_27_reach_nothing_behind_the_second_pooling(article):
    seen = np.zeros((28, 28), bool)
    seen[:26, :26] = True
    for layer in ("Max_Pool_2", "Conv2D_3", "Flatten", "Dense_1", "Dense_2"):
        np.testing.assert_array_equal(article.pixels_reaching(layer), seen)
    for layer in ("Conv2D_1", "Max_Pool_1", "Conv2D_2"):
        assert article.pixels_reaching(layer).all()


@pytest.mark.skipif(not MNIST.exists(), reason="artifacts/mnist.npz is not there")
def test_the_test_images_with_ink_where_the_articles_network_is_blind(article):
    with np.load(MNIST, allow_pickle=False) as archive:
        images = archive["x_test"]
    blind = ~article.pixels_reaching("Dense_2")
    assert len(images) == 10_000
    assert np.count_nonzero(images[:, blind].any(axis=1)) == 1_134


def random_sketch(rng):
    """A small network with any of the ways in which layers read one another."""
    sketch = Sketch((*rng.integers(6, 13, 2).tolist(), int(rng.integers(1, 3))))
    for _ in range(rng.integers(2, 7)):
        before, grid = sketch.last, sketch.grid(sketch.last)
        kernel, stride, dilation = (tuple(rng.integers(1, 4, 2).tolist()) for _ in range(3))
        padding = str(rng.choice(["same", "valid"]))
        if any((k - 1) * d + 1 > size for k, d, size in zip(kernel, dilation, grid, strict=True)):
            padding = "same"
        n_units = sketch.depends[before].shape[2]
        match rng.integers(0, 12):
            case 0 | 1:
                sketch.conv(int(rng.integers(1, 4)), kernel, stride, padding, dilation)
            case 2:
                window = Window.over(grid, kernel, stride, dilation, padding)
                sketch.window(LayerKind.DEPTHWISE_CONV, window, n_units * 2)
            case 3:
                sketch.pool(kernel, stride, "same")
            case 4:
                sketch.sum_of(sketch.conv(n_units, kernel, (1, 1), "same"), before)
            case 5 | 6:
                narrow = sketch.conv(1, (1, 1), source=before)
                wide = sketch.conv(2, (3, 3), (1, 1), "same", source=before)
                sketch.concatenation(wide, before, narrow, wide)
            case 7:
                sketch.sum_of(sketch.global_pool(keep=bool(rng.integers(2))), before)
            case 8:
                sketch.unchanged(LayerKind.ACTIVATION, str(rng.choice(["relu", "softmax"])))
            case 9:
                padding = tuple(rng.integers(0, 3, 4).tolist())
                sketch.window(
                    LayerKind.OTHER, Window((1, 1), padding=padding), class_name="ZeroPadding2D"
                )
            case 10:
                sketch.dense(2)
            case 11:
                sketch.unchanged(LayerKind.BATCH_NORM)
                sketch.reshape((grid[1], n_units, grid[0]))
    sketch.unchanged(LayerKind.DROPOUT)
    match rng.integers(0, 3):
        case 0:
            sketch.global_pool()
        case 1:
            flat = sketch.reshape()
            sketch.unchanged(LayerKind.ACTIVATION, "relu")
            sketch.concatenation(sketch.last, sketch.global_pool(sketch.layers[0].name), flat)
        case 2:
            flat = sketch.reshape()
            sketch.sum_of(flat, sketch.unchanged(LayerKind.ACTIVATION, "softmax"))
    sketch.dense(3)
    sketch.dense(2, activation="softmax")
    return sketch


@pytest.mark.parametrize("seed", range(60))
def test_fields_are_what_cells_depend_on_in_random_networks(seed):
    assert_fields_are_what_cells_depend_on(random_sketch(np.random.default_rng(seed)))


@pytest.mark.parametrize("seed", range(20))
def test_unclipped_fields_are_those_of_a_cell_far_from_the_borders(seed):
    rng = np.random.default_rng(seed)
    sketch = Sketch((44, 40, 1))
    for _ in range(3):
        kernel, stride = (tuple(rng.integers(1, top, 2).tolist()) for top in (4, 3))
        if rng.integers(2):
            sketch.conv(1, kernel, stride, str(rng.choice(["same", "valid"])))
        else:
            sketch.pool(kernel, stride, "same")
    fields = sketch.fields
    for layer in sketch.layers:
        middle = tuple(size // 2 for size in layer.grid)
        depends = sketch.depends[layer.name][(*middle, 0)]
        summary = fields.describe(layer.name)
        unclipped = fields.field(layer.name, 0, *middle).unclipped
        assert unclipped == bounds(depends)
        for axis in (0, 1):
            assert unclipped[axis + 2] - unclipped[axis] == summary.size[axis]
            shift = middle[axis] * summary.stride[axis]
            assert unclipped[axis] == summary.start[axis] + shift


def test_padding_reaches_out_of_the_image_and_is_cut_off_the_box():
    sketch = Sketch((6, 8, 1))
    layer = sketch.conv(2, (3, 5), padding="same")
    assert sketch.fields.field(layer, 1, 0, 7) == Field((0, 5, 2, 8), (-1, 5, 2, 10))
    assert sketch.fields.describe(layer).start == (-1, -2)
    assert sketch.fields.describe(layer).text == "A cell sees 3 × 5 pixels, stride 1."


def test_a_dilated_window_says_how_many_pixels_count():
    sketch = Sketch((9, 9, 1))
    layer = sketch.conv(2, (3, 3), dilation=(2, 2))
    summary = sketch.fields.describe(layer)
    assert (summary.size, summary.n_pixels, summary.n_in_box) == ((5, 5), 9, 25)
    assert summary.text == "A cell sees 9 of 25 pixels in a field of 5 × 5, stride 1."
    expected = np.zeros((9, 9), bool)
    expected[1:6:2, 2:7:2] = True
    np.testing.assert_array_equal(sketch.fields.pixels_seen(layer, 1, 1, 2), expected)
    sketch.pool((1, 1), (2, 2))
    sketch.reshape()
    node = sketch.dense(2)
    # Every second column and row of every second cell: 25 pixels, one in four of a field of 9 × 9.
    summary = sketch.fields.describe(node)
    assert (summary.n_pixels, summary.whole) == (25, (0, 0, 9, 9))
    assert summary.text == "A cell sees up to 25 of 81 pixels in a field of 9 × 9 of the image."


def test_uneven_strides_are_told_down_first():
    sketch = Sketch((6, 8, 1))
    layer = sketch.pool((3, 2))
    assert sketch.fields.describe(layer).text == "A cell sees 3 × 2 pixels, stride 3 × 2."


def test_a_cell_of_padding_alone_sees_no_pixel():
    sketch = Sketch((3, 3, 1))
    layer = sketch.window(LayerKind.OTHER, Window((1, 1), padding=(0, 2, 1, 0)))
    assert sketch.fields.field(layer, 0, 4, 3) == Field((0, 0, 0, 0), (4, 2, 5, 3))
    assert sketch.fields.field(layer, 0, 0, 0).box == (0, 0, 0, 0)
    assert sketch.fields.field(layer, 0, 0, 1).box == (0, 0, 1, 1)


def test_a_sum_sees_the_union_and_maps_side_by_side_keep_their_own():
    sketch = Sketch((12, 12, 1))
    near = sketch.conv(2, (3, 3), padding="same")
    far = sketch.conv(2, (5, 5), padding="same", source="")
    both = sketch.sum_of(near, far)
    beside = sketch.concatenation(near, far)
    fields = sketch.fields
    assert fields.field(both, 0, 0, 6) == Field((0, 4, 3, 9), (-2, 4, 3, 9))
    assert fields.field(beside, 1, 0, 6) == Field((0, 5, 2, 8), (-1, 5, 2, 8))
    assert fields.field(beside, 2, 0, 6) == Field((0, 4, 3, 9), (-2, 4, 3, 9))
    assert fields.describe(both).size == fields.describe(beside).size == (5, 5)


def test_a_gated_map_sees_what_its_gate_sees():
    sketch = Sketch((12, 12, 3))
    maps = sketch.conv(4, (3, 3))
    gated = sketch.sum_of(maps, sketch.global_pool(maps, keep=True))
    assert sketch.fields.field(gated, 3, 0, 0) == Field((0, 0, 12, 12), (0, 0, 12, 12))
    assert sketch.fields.describe(gated).stride is None


def test_branches_of_different_strides_form_no_grid():
    sketch = Sketch((8, 8, 1))
    coarse, fine = sketch.pool((2, 2)), sketch.conv(1, (5, 5), source="")
    for layer in (sketch.sum_of(coarse, fine), sketch.concatenation(coarse, fine)):
        assert sketch.fields.describe(layer).stride is None
        assert sketch.fields.describe(layer).size[0] == max(
            bottom - top for top, _, bottom, _ in sketch.fields.boxes(layer).reshape(-1, 4)
        )
    assert_fields_are_what_cells_depend_on(sketch)


def test_a_softmax_ties_units_of_which_only_one_is_read():
    sketch = Sketch((4, 4, 1))
    sketch.reshape((2, 2, 4))
    sketch.unchanged(LayerKind.ACTIVATION, "softmax")
    sketch.reshape((4, 4, 1))
    sketch.pool((1, 1), (2, 2))
    assert_fields_are_what_cells_depend_on(sketch)
    assert sketch.fields.pixels_reaching(sketch.last).sum() == 8


def test_a_pooled_map_that_is_not_read_leaves_its_own_pixels_unread():
    sketch = Sketch((4, 4, 1))
    sketch.reshape((2, 2, 4))
    sketch.global_pool(keep=True)
    sketch.reshape((2, 2, 1))
    sketch.pool((1, 1), (2, 2))
    assert_fields_are_what_cells_depend_on(sketch)
    assert sketch.fields.pixels_reaching(sketch.last).sum() == 4


def unknown_behind_pooling(**changes):
    """Layers of which the second is of a kind that is not known; image of 7 by 6."""
    pool = LayerInfo(
        "pool", LayerKind.POOLING, "MaxPooling2D", (3, 3, 1), window=Window((2, 2), (2, 2))
    )
    other = LayerInfo("other", LayerKind.OTHER, "Attention", (3, 3, 2), inputs=("pool",))
    conv = LayerInfo(
        "conv", LayerKind.CONV, "Conv2D", (2, 2, 4), inputs=("other",), window=Window((2, 2))
    )
    return [pool, replace(other, **changes), conv]


def test_an_unknown_layer_may_see_all_that_its_inputs_see_and_says_so():
    fields = ReceptiveFields.of(unknown_behind_pooling(), (7, 6, 1))
    for layer in ("other", "conv"):
        assert fields.field(layer, 1, 1, 0).box == (0, 0, 6, 6)
        summary = fields.describe(layer)
        assert not summary.is_known and summary.stride is None and summary.size == (6, 6)
        assert summary.text == (
            "A cell sees up to 6 × 6 pixels of the image; the inner workings of a layer on the "
            "way are not known, it may see fewer."
        )
        reaching = fields.pixels_reaching(layer)
        assert reaching[:6].all() and not reaching[6].any()
    assert fields.describe("pool").is_known


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": LayerKind.ACTIVATION, "class_name": "Softmax"},
        {"kind": LayerKind.MERGE, "class_name": "Dot", "inputs": ("pool", "pool")},
        {"class_name": "Reshape"},
        {"kind": LayerKind.DENSE, "shape": (5,)},
    ],
)
def test_what_does_not_fit_its_kind_counts_as_unknown(changes):
    layer = unknown_behind_pooling(shape=(3, 1, 1))[1]
    layers = [unknown_behind_pooling()[0], replace(layer, **changes)]
    summary = ReceptiveFields.of(layers, (7, 6, 1)).describe("other")
    assert not summary.is_known and summary.size == (6, 6)


def test_softmax_over_maps_is_not_taken_for_one_over_units():
    layers = unknown_behind_pooling(
        shape=(3, 3, 1), kind=LayerKind.ACTIVATION, class_name="Softmax", activation="softmax"
    )
    assert not ReceptiveFields.of(layers, (7, 6, 1)).describe("other").is_known


def test_a_layer_fed_through_something_unlisted_counts_as_unknown():
    flat = LayerInfo("flat", LayerKind.FLATTEN, "Flatten", (42,))
    assert ReceptiveFields.of([flat], (7, 6, 1)).field("flat", 41).box == (6, 5, 7, 6)
    fields = ReceptiveFields.of([flat], (7, 6, 1), indirect={"flat"})
    assert fields.field("flat", 41).box == (0, 0, 7, 6)
    assert not fields.describe("flat").is_known


@pytest.mark.parametrize(
    ("layers", "input_shape", "fault"),
    [
        (unknown_behind_pooling()[1:], (7, 6, 1), 'layer "other" fed by'),
        (unknown_behind_pooling() * 2, (7, 6, 1), 'layer "pool" fed by'),
        (unknown_behind_pooling(inputs=()), (7, 6, 1), 'layer "other" fed by'),
        (unknown_behind_pooling(), (9, 6, 1), 'layer "pool": Window'),
        (unknown_behind_pooling(shape=(2,)), (7, 6, 1), 'layer "conv": Window'),
        (unknown_behind_pooling(), (7, 6), "network input"),
    ],
)
def test_layers_that_do_not_follow_from_one_another_are_refused(layers, input_shape, fault):
    with pytest.raises(ModelError, match=fault):
        ReceptiveFields.of(layers, input_shape)


@pytest.mark.parametrize(("name", "nearest"), [("Conv2D3", "Conv2D_3"), ("dens_2", "Dense_2")])
def test_unknown_layers_are_refused_with_the_nearest(article, name, nearest):
    for ask in (
        lambda: article.field(name, 0),
        lambda: article.boxes(name),
        lambda: article.describe(name),
        lambda: article.pixels_reaching(name),
        lambda: article.pixels_seen(name, 0),
    ):
        with pytest.raises(SelectionError, match="Conv2D_1, Max_Pool_1") as caught:
            ask()
        assert caught.value.nearest == nearest


def test_the_image_itself_is_no_layer(article):
    with pytest.raises(SelectionError, match="are accepted"):
        article.describe("")


@pytest.mark.parametrize(
    ("layer", "cell", "what"),
    [
        ("Conv2D_3", (128, 0, 0), "unit"),
        ("Conv2D_3", (0, 3, 0), "row"),
        ("Conv2D_3", (0, 0, -1), "column"),
        ("Dense_1", (100,), "unit"),
        ("Dense_1", (0, 1, 0), "row"),
    ],
)
def test_unknown_cells_are_refused(article, layer, cell, what):
    with pytest.raises(SelectionError, match=f'{what} of layer "{layer}"'):
        article.field(layer, *cell)
    with pytest.raises(SelectionError, match=f'{what} of layer "{layer}"'):
        article.pixels_seen(layer, *cell)
