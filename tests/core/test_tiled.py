"""The dense grid of a layer as an array."""

import numpy as np
import pytest

from cnn_core.errors import SelectionError
from cnn_core.space.display import display_values
from cnn_core.space.mosaic import Mosaic
from cnn_core.space.tiled import layer_grid

RNG = np.random.default_rng(2)
LAYERS = {
    "maps": RNG.normal(size=(3, 4, 5, 6)).astype(np.float32),
    "nodes": RNG.normal(size=(3, 10)).astype(np.float32),
}


@pytest.mark.parametrize("mode", ["layer", "map", "clip"])
def test_units_stand_where_the_mosaic_puts_them(mode):
    pictures = layer_grid(LAYERS, "maps", mode, columns=2, gap=0)
    assert pictures.shape == (3, 12, 10)
    shown = display_values(LAYERS["maps"], mode, True)
    for image, picture in enumerate(pictures):
        for unit in range(6):
            row, column = divmod(unit, 2)
            tile = picture[4 * row : 4 * row + 4, 5 * column : 5 * column + 5]
            np.testing.assert_array_equal(tile, shown[image, :, :, unit])
            alone = display_values(LAYERS["maps"][image], mode, True)[..., unit]
            np.testing.assert_allclose(tile, alone, rtol=1e-5, atol=1e-5)


def test_gaps_and_nodes():
    pictures = layer_grid(LAYERS, "maps")
    assert pictures.shape[1:] == Mosaic.of((4, 5, 6)).picture_shape
    assert np.isnan(pictures).any()
    nodes = layer_grid(LAYERS, "nodes", columns=5)
    np.testing.assert_array_equal(nodes, LAYERS["nodes"].reshape(3, 2, 5))


def test_what_is_not_there_is_refused():
    with pytest.raises(SelectionError, match='layer "pool": there are maps, nodes'):
        layer_grid(LAYERS, "pool")
    with pytest.raises(SelectionError, match='colour range "grey"'):
        layer_grid(LAYERS, "maps", "grey")
