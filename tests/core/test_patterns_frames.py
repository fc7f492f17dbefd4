"""Where cells look: windows cut and put back, and nothing outside the field that moves a cell."""

import numpy as np
import pytest

from cnn_core.network.layers import LayerInfo, LayerKind, Window
from cnn_core.patterns.peaks import layers_with_patterns
from cnn_core.patterns.scoring.frames import cut, frame_of, paste
from cnn_core.space.receptive_fields import ReceptiveFields
from tests.core.networks import (
    article_like,
    colour_odd_sizes,
    depthwise_dropout_padding,
    global_pooling,
    names_of,
)
from tests.core.pattern_cases import frame, mixed_kinds, network_of

BUILDERS = (mixed_kinds, colour_odd_sizes, depthwise_dropout_padding, article_like)


def test_layers_that_are_asked():
    assert [info.name for info in layers_with_patterns(network_of(mixed_kinds))] == [
        "five", "depthwise", "bounded", "hidden", "classes",
    ]  # fmt: skip
    # The logits count as output classes whatever layer puts them out.
    names = [info.name for info in layers_with_patterns(network_of(global_pooling))]
    assert names == ["conv", "head", "flat"]


@pytest.mark.parametrize("builder", BUILDERS, ids=names_of(BUILDERS))
def test_nothing_outside_its_field_moves_a_cell(builder):
    network = network_of(builder)
    rng = np.random.default_rng(3)
    for info in layers_with_patterns(network):
        looks = frame(builder, info.name)
        unit = rng.integers(info.n_units, size=6)
        cell = rng.integers(np.prod(info.grid), size=6)
        images = rng.random((6, *network.input_shape), dtype=np.float32)
        corner = looks.corner(unit, cell)
        alone = paste(cut(images, corner, looks.size), corner, network.input_shape)
        row, column = np.divmod(cell, info.grid[1])
        outside = np.ones(images.shape, bool)
        for shown, box in zip(outside, looks.boxes[row, column, unit], strict=True):
            shown[box[0] : box[2], box[1] : box[3]] = False
        # Outside the box lies nothing of the window but what is outside every field.
        changed = np.where(outside, rng.random(images.shape, dtype=np.float32), images)
        values = [
            network.activations(shown, [info.name]).pre(info.name).reshape(6, -1, info.n_units)
            for shown in (images, changed, alone)
        ]
        own = [one[np.arange(6), cell, unit] for one in values]
        np.testing.assert_allclose(own[1], own[0], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(own[2], own[0], rtol=1e-5, atol=1e-5)
        assert not np.allclose(images, changed) or not outside.any()


def test_windows_at_the_border_are_filled_with_black():
    images = np.arange(2 * 4 * 5 * 3, dtype=np.float32).reshape(2, 4, 5, 3) + 1
    windows = cut(images, np.array([[-1, 3], [2, -2]]), (3, 4))
    assert (windows[0, 0] == 0).all() and (windows[0, :, 2:] == 0).all()
    np.testing.assert_array_equal(windows[0, 1:, :2], images[0, :2, 3:])
    np.testing.assert_array_equal(windows[1, :2, 2:], images[1, 2:, :2])
    again = cut(paste(windows, np.array([[-1, 3], [2, -2]]), (4, 5, 3)), [[-1, 3], [2, -2]], (3, 4))
    np.testing.assert_array_equal(again, windows)


def test_driven_cell_has_the_largest_field_and_stands_in_the_middle():
    assert frame(mixed_kinds, "five").middle_cell(0) == 5 * 16 + 8
    # Padding cuts the fields of the outer cells.
    looks = frame(colour_odd_sizes, "dilated")
    box = looks.boxes.reshape(-1, *looks.boxes.shape[2:])[looks.middle_cell(1), 1]
    assert tuple(box[2:] - box[:2]) == tuple(
        (looks.boxes[:, :, 1, 2:] - looks.boxes[:, :, 1, :2]).reshape(-1, 2).max(axis=0)
    )


def test_whole_map_sees_what_any_cell_sees():
    whole = frame(mixed_kinds, "bounded").whole()
    boxes = frame(mixed_kinds, "bounded").boxes.reshape(-1, 4)
    assert whole.corner(np.zeros(1, int), np.zeros(1, int)).tolist() == [
        boxes[:, :2].min(axis=0).tolist()
    ]
    assert whole.size == tuple(boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0))


def test_layer_that_no_pixel_reaches_has_a_window_all_the_same():
    kept = Window((1, 1), stride=(1, 9), padding=(0, 0, 1, 0))
    layers = [
        LayerInfo("blind", LayerKind.CONV, "Conv2D", (1, 1, 2), window=kept),
        LayerInfo("node", LayerKind.DENSE, "Dense", (3,), inputs=("blind",)),
    ]
    fields = ReceptiveFields.of(layers, (1, 1, 1))
    for info in layers:
        looks = frame_of(fields, info)
        assert looks.size == looks.whole().size == (1, 1)
        assert not looks.boxes.any() and looks.middle_cell(0) == 0
