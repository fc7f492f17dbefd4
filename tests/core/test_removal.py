"""What a network loses without what a probe reads."""

import numpy as np
import pytest

from cnn_core.readouts.removal import N_RANDOM, Cut
from cnn_core.readouts.samples import values_in
from cnn_core.readouts.task import network_answers
from tests.core.networks import article_like, opened, random_images, short_cut_from_pixels


def cut_of(network, layer, weights, images):
    rest = network.behind(layer)
    names = [name for name in (layer, *rest.beside) if name]
    activations = network.activations(images, names)
    values = values_in(network, layer, activations, images)
    return Cut(network, layer, weights, values.mean(axis=0), seed=0), activations, values


@pytest.mark.parametrize("layer", ["", "Conv2D_2", "Dense_1"])
def test_the_rest_is_run_on_values_without_the_direction(layer):
    network = opened(article_like)
    images = random_images(network, 40)
    n_cells = network.layer(layer).n_cells if layer else images[0].size
    weights = np.random.default_rng(1).normal(size=(n_cells, 1)).astype(np.float32)
    cut, activations, values = cut_of(network, layer, weights, images)
    assert cut.n_directions == 1
    unit = weights[:, 0] / np.linalg.norm(weights)
    changed = values - np.outer((values - values.mean(axis=0)) @ unit, unit)
    logits = network.behind(layer).logits(changed.reshape(-1, *(_shape(network, layer))))
    labels = np.arange(40) % 4
    found = cut.right(activations, images, labels, range(4))
    assert found.shape == (1 + N_RANDOM, 40)
    np.testing.assert_array_equal(found[0], network_answers(logits, range(4)) == labels)


def _shape(network, layer):
    return network.layer(layer).shape if layer else network.input_shape


def test_at_the_logits_nothing_of_the_pair_is_left():
    """Without z_p - z_q all images get the answer of the mean one."""
    network = opened(article_like)
    images = random_images(network, 40)
    weights = np.zeros((4, 1), np.float32)
    weights[[1, 2], 0] = 1, -1
    cut, activations, _ = cut_of(network, "Dense_2", weights, images)
    found = cut.right(activations, images, np.full(40, 1), (1, 2))
    # Rounding decides between equal margins only where the mean margin is nothing.
    assert len(set(found[0])) == 1


def test_what_all_scores_have_in_common_is_no_direction():
    network = opened(article_like)
    images = random_images(network, 5)
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(network.layer("Dense_1").n_cells, 4)).astype(np.float32)
    assert cut_of(network, "Dense_1", weights, images)[0].n_directions == 3
    alike = np.repeat(weights[:, :1], 4, axis=1)
    assert cut_of(network, "Dense_1", alike, images)[0].n_directions == 0


def test_paths_beside_the_layer_carry_what_they_carried():
    network = opened(short_cut_from_pixels)
    images = random_images(network, 6)
    layer = next(info.name for info in network.layers if network.behind(info.name).beside)
    weights = np.zeros((network.layer(layer).n_cells, 1), np.float32)
    cut, activations, _ = cut_of(network, layer, weights, images)
    own = network.logits(images)
    found = cut.right(activations, images, own.argmax(axis=1), range(own.shape[1]))
    assert found.all() and len(found) == 1
