"""Models in memory: copied as they are; networks and activations as a notebook shows them."""

import numpy as np
import pytest

from cnn_core.errors import ModelError
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.network.in_memory import network_of
from cnn_core.survey.identity import identity_of
from tests.core.networks import (
    article_like,
    normalised_pixels,
    open_size,
    random_images,
    run,
    seeded,
)

# Keras reads its variables in a way that NumPy 2 will stop to allow.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def test_a_network_stays_what_it_is_when_training_goes_on():
    model = seeded(article_like)
    network = network_of(model, "before")
    images = random_images(network, 4)
    answers = run(model, images)
    np.testing.assert_allclose(network.activations(images).probabilities, answers, atol=1e-6)
    for variable in model.weights:
        variable.assign(variable * 0.5)
    np.testing.assert_allclose(network.activations(images).probabilities, answers, atol=1e-6)
    after = network_of(model, "after", pixels="0-255")
    assert np.abs(after.logits(images) - network.logits(images)).max() > 1e-3
    assert (after.name, after.pixels.text, after.path, after.digest) == ("after", "0-255", None, "")
    assert (
        identity_of(after) != identity_of(network) == identity_of(network_of(seeded(article_like)))
    )


def test_what_a_normalisation_learned_is_copied_and_put_into_twins():
    image = keras.Input((4, 4, 1))
    norm = keras.layers.Normalization(axis=None)
    model = keras.Model(image, keras.layers.Dense(2)(keras.layers.Flatten()(norm(image))))
    norm.adapt(np.random.default_rng(0).random((20, 4, 4, 1)) * 255)
    network = network_of(model, pixels="0-1", value_range=(0.0, 255.0))
    images = np.random.default_rng(1).random((3, 4, 4, 1), np.float32) * 255
    network = network_of(model, pixels="0-255", value_range=(0.0, 255.0))
    wanted = model(images).numpy()
    np.testing.assert_allclose(network.logits(images), wanted, rtol=1e-4, atol=1e-4)
    weights = {layer.name: layer.get_weights() for layer in model.layers}
    twin = network.twin(weights, "twin")
    np.testing.assert_allclose(twin.logits(images), wanted, rtol=1e-4, atol=1e-4)


def test_what_is_no_graph_of_layers_is_refused():
    class Own(keras.Model):
        def call(self, images):
            return images

    for model in (Own(), keras.Sequential([keras.layers.Dense(2)]), "model.keras"):
        with pytest.raises(ModelError, match="accepted"):
            network_of(model)
    with pytest.raises(ModelError, match="state the size"):
        network_of(seeded(open_size))


def test_networks_and_activations_tell_what_they_are():
    network = Network(seeded(article_like), name="<small>")
    told = "Network <small>: images of 12 × 11 × 1, 4 classes, "
    assert repr(network).startswith(told)
    table = network._repr_html_()
    assert table.startswith("<p>Network &lt;small&gt;: images of 12 × 11 × 1")
    assert table.count("<tr>") == len(network.layers) + 1
    assert "<td>Conv2D_1</td><td>Conv2D</td><td>relu</td><td>10 × 9 × 4</td><td>40</td>" in table
    found = network.activations(random_images(network, 2))
    assert repr(found) == f"Activations of 2 images in {len(network.layers)} layers"
    assert "<td>Conv2D_1</td><td>2 × 10 × 9 × 4</td>" in found._repr_html_()
    assert repr(found.of_image(0)).startswith("Activations of 1 image in")
    scaled = Network(seeded(normalised_pixels), name="scaled", pixels=None)
    assert ", pixels 0-1, " in repr(scaled)
