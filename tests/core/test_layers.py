import pytest

from cnn_core.errors import ModelError
from cnn_core.network.layers import LayerInfo, LayerKind, Window


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "dilation", "padding"),
    [
        # The cells that TensorFlow adds for "same": nothing, both sides, or one more at the end.
        (28, 3, 1, 1, (1, 1)),
        (28, 3, 2, 1, (0, 1)),
        (27, 3, 2, 1, (1, 1)),
        (28, 2, 2, 1, (0, 0)),
        (27, 2, 2, 1, (0, 1)),
        (28, 4, 1, 1, (1, 2)),
        (28, 3, 1, 2, (2, 2)),
        (5, 1, 3, 1, (0, 0)),
        (7, 5, 3, 1, (2, 2)),
    ],
)
def test_same_padding_in_cells(size, kernel, stride, dilation, padding):
    window = Window.over((size, 9), (kernel, 1), (stride, 1), (dilation, 1), "same")
    assert window.padding == (*padding, 0, 0)
    assert window.output_grid((size, 9)) == (-(-size // stride), 9)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kernel": (0, 3)},
        {"kernel": (3,)},
        {"stride": (1, 0)},
        {"padding": (0, 0)},
        {"padding": (0, 0, -1, 0)},
        {"dilation": (1, 2, 3)},
    ],
)
def test_windows_out_of_range_are_refused(wrong):
    with pytest.raises(ModelError, match=f"window {next(iter(wrong))}"):
        Window(**({"kernel": (3, 3)} | wrong))
    with pytest.raises(ModelError, match="full"):
        Window.over((9, 9), (3, 3), padding="full")


@pytest.mark.parametrize("shape", [(), (3, 4), (2, 3, 4, 5), (None,), (0,), (3, 0, 2)])
def test_layers_of_other_shapes_are_refused(shape):
    with pytest.raises(ModelError, match='layer "odd"'):
        LayerInfo("odd", LayerKind.OTHER, "Odd", shape)


def test_a_layer_tells_its_units_and_cells():
    maps = LayerInfo("maps", LayerKind.CONV, "Conv2D", (5, 4, 3))
    nodes = LayerInfo("nodes", LayerKind.DENSE, "Dense", (7,))
    assert (maps.n_units, maps.n_cells, maps.is_spatial, maps.grid) == (3, 60, True, (5, 4))
    assert (nodes.n_units, nodes.n_cells, nodes.is_spatial, nodes.grid) == (7, 7, False, (1, 1))
