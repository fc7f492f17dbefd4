"""The article's CNN, untrained: layers, shapes, parameters, initial weights."""

import numpy as np
import pytest

from cnn_core.errors import ModelError
from cnn_core.training.train import Recipe, build_article_cnn


def test_the_article_cnn():
    model = build_article_cnn(seed=1)
    assert model.count_params() == 208_982
    told = [(layer.name, layer.output.shape[1:], layer.count_params()) for layer in model.layers]
    assert told == [
        ("Conv2D_1", (26, 26, 32), 320),
        ("Max_Pool_1", (13, 13, 32), 0),
        ("Conv2D_2", (11, 11, 64), 18_496),
        ("Max_Pool_2", (5, 5, 64), 0),
        ("Conv2D_3", (3, 3, 128), 73_856),
        ("Flatten", (1152,), 0),
        ("Dense_1", (100,), 115_300),
        ("Dense_2", (10,), 1_010),
    ]
    weighted = [layer for layer in model.layers if layer.count_params()]
    activations = [layer.activation.__name__ for layer in weighted]
    assert activations == ["relu", "relu", "relu", "relu", "softmax"]
    assert all(layer.kernel_regularizer.l2 == pytest.approx(Recipe().l2) for layer in weighted)


def test_initial_weights_follow_the_seed():
    first, again, other = (build_article_cnn(seed=s).get_weights() for s in (1, 1, 2))
    for a, b, c in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.ndim == 1 or not np.array_equal(a, c)
    kernels = [a.ravel()[:200] for a in first if a.ndim > 1]
    assert len({k[:5].tobytes() for k in kernels}) == len(kernels)


@pytest.mark.parametrize(
    ("shape", "classes", "told"),
    [((17, 28, 1), 10, "17 x 28 pixels: .* at least 18 x 18"), ((28, 28, 1), 1, "at least 2")],
)
def test_networks_that_cannot_be(shape, classes, told):
    with pytest.raises(ModelError, match=told):
        build_article_cnn(shape, classes)


def test_smallest_colour_network():
    model = build_article_cnn((18, 21, 3), 2)
    assert model(np.zeros((1, 18, 21, 3), np.float32)).shape == (1, 2)
