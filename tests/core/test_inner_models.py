"""Models inside models: laid out flat, with the values of the same network built in one piece."""

import numpy as np
import pytest

from cnn_core.decision.ledger import ledger
from cnn_core.errors import ModelError
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.network.opening import load_network
from tests.core import networks

L = keras.layers
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def parts():
    """Layers of a network, to be put together in one piece or as models in models."""
    return {
        "scale": L.Rescaling(2.0, offset=-1.0, name="scale"),
        "flip": L.RandomFlip("horizontal", name="flip"),
        "conv_1": L.Conv2D(3, 3, activation="relu", name="conv_1"),
        "norm": L.BatchNormalization(name="norm"),
        "conv_2": L.Conv2D(4, 2, activation="relu", name="conv_2"),
        "flat": L.Flatten(name="flat"),
        "hidden": L.Dense(5, activation="relu", name="hidden"),
        "classes": L.Dense(3, name="classes"),
        "softmax": L.Softmax(name="softmax"),
    }


def in_one_piece():
    return keras.Sequential([keras.Input((8, 7, 1)), *parts().values()])


def in_models():
    """A Sequential for scales, a functional base with a model inside, and the softmax behind all."""
    layers = parts()
    entry = keras.Sequential(
        [keras.Input((8, 7, 1)), layers["scale"], layers["flip"]], name="entry"
    )
    image = keras.Input((8, 7, 1))
    inner = keras.Sequential([keras.Input((6, 5, 3)), layers["norm"], layers["conv_2"]])
    base = keras.Model(image, inner(layers["conv_1"](image)), name="base")
    base.trainable = False
    head = keras.Sequential([L.Input((5, 4, 4)), layers["flat"], layers["hidden"]], name="head")
    whole = keras.Sequential([keras.Input((8, 7, 1)), entry, base, head, layers["classes"]])
    whole.compile("adam", "mse")
    return keras.Sequential([whole, layers["softmax"]])


def all_layers(model):
    for layer in model.layers:
        yield from all_layers(layer) if hasattr(layer, "layers") else [layer]


def with_the_same_weights(model, source):
    by_name = {layer.name: layer for layer in all_layers(model)}
    for layer in source.layers:
        by_name[layer.name].set_weights(layer.get_weights())
    return model


@pytest.fixture(scope="module")
def pair():
    flat = networks.seeded(in_one_piece)
    return flat, with_the_same_weights(in_models(), flat)


def assert_the_same(found, flat):
    expected = Network(flat, name="flat")
    images = networks.random_images(expected, 4)
    own, other = found.activations(images), expected.activations(images)
    assert list(own) == list(other)
    for name, values in other.items():
        np.testing.assert_allclose(own[name], values, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(own.pre(name), other.pre(name), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(own.logits, other.logits, rtol=1e-6, atol=1e-6)
    assert [info.window for info in found.layers] == [info.window for info in expected.layers]
    assert [info.inputs for info in found.layers] == [info.inputs for info in expected.layers]
    return images


def test_in_memory(pair):
    flat, nested = pair
    network = Network(nested, name="nested")
    images = assert_the_same(network, flat)
    for name in ("", *list(parts())[:-1]):
        opened = ledger(network, name, images, 0, 2)
        assert opened.is_exact
        assert np.all(np.abs(opened.residual) <= 1e-5 * opened.absolute_sum)


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_from_a_file(pair, tmp_path, ending):
    """Also compiled ones, with the state of their optimizer beside the weights."""
    flat, nested = pair
    path = tmp_path / f"nested{ending}"
    nested.save(path)
    assert_the_same(load_network(path, isolated=False), flat)


def test_layers_of_one_name_carry_the_names_of_their_models():
    def block(name, channels):
        layers = [keras.Input((None, None, channels)), L.Conv2D(2, 2, name="conv")]
        return keras.Sequential(layers, name=name)

    top = [L.Conv2D(2, 2, name="conv"), L.Flatten(name="flat"), L.Dense(3, name="classes")]
    model = keras.Sequential([keras.Input((7, 7, 1)), block("left", 1), block("right", 2), *top])
    names = [info.name for info in Network(model, name="blocks").layers]
    assert names == ["left.conv", "right.conv", "conv", "flat", "classes"]


def test_a_model_used_twice_is_refused():
    block = keras.Sequential([keras.Input((5, 5, 1)), L.Conv2D(1, 3, padding="same", name="conv")])
    image = keras.Input((5, 5, 1))
    model = keras.Model(image, L.Dense(3)(L.Flatten()(block(block(image)))))
    with pytest.raises(ModelError, match='"conv" is used more than once'):
        Network(model, name="twice")
