"""Networks of every kind computed with other weights than their own."""

import numpy as np
import pytest

from tests.core.networks import ALL, names_of, opened, random_images, seeded


def arrays_of(model):
    return {layer.name: layer.get_weights() for layer in model.layers if layer.weights}


def flat(network):
    layers = (layer for layer in network.keras_layers if getattr(layer, "weights", []))
    return [variable.numpy() for layer in layers for variable in layer.weights]


def assert_same(one, other):
    assert list(one) == list(other)
    np.testing.assert_array_equal(one.logits, other.logits)
    for ours, theirs in zip(one, other, strict=True):
        np.testing.assert_array_equal(one[ours], other[theirs])
        np.testing.assert_array_equal(one.pre(ours), other.pre(theirs))


@pytest.mark.parametrize("builder", ALL, ids=names_of(ALL))
def test_other_weights_make_the_other_network(builder):
    network, other = opened(builder), opened(builder, seed=1)
    images = random_images(network, 3)
    weights = flat(other)
    # Bare operations have other names in every model, and no weights.
    expected = [*other.activations(images).outputs.values()]
    with_others = network.activations(images, weights=weights)
    if weights:
        for ours, theirs in zip(with_others.outputs.values(), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    twin = network.twin(arrays_of(seeded(builder, seed=1)), "twin")
    assert_same(twin.activations(images), with_others if weights else network.activations(images))
    assert (twin.name, twin.input_shape) == ("twin", network.input_shape)


def test_the_network_itself_stays_as_it_was():
    network, other = opened(ALL[0]), opened(ALL[0], seed=1)
    images = random_images(network, 2)
    before = network.activations(images)
    changed = network.activations(images, ["Dense_1"], weights=flat(other))
    assert list(changed) == ["Dense_1"]
    assert not np.array_equal(changed["Dense_1"], before["Dense_1"])
    assert_same(network.activations(images), before)


def test_weights_of_another_shape_are_refused():
    network, other = opened(ALL[0]), opened(ALL[1])
    with pytest.raises((TypeError, ValueError)):
        network.activations(random_images(network, 1), weights=flat(other))
