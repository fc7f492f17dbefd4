"""Morphs: every place on the way recomputed with plain Keras, the flip to a thousandth of it."""

import numpy as np
import pytest

from cnn_core.drawing.morphing import FLIP_PRECISION, mixed_pixels, morph
from cnn_core.errors import DataError, SelectionError
from tests.core.networks import (
    article_like,
    colour_odd_sizes,
    names_of,
    opened,
    random_images,
    residual_layer,
    run,
    seeded,
    short_cut_from_pixels,
    without_channel_axis,
    without_softmax,
)

BUILDERS = (article_like, colour_odd_sizes, residual_layer, short_cut_from_pixels)


def two_answers(builder):
    """A network, its logits in plain Keras, and two images that it answers differently."""
    for seed in range(8):
        model, network = seeded(builder, seed), opened(builder, seed)
        rng = np.random.default_rng(seed)
        noise = random_images(network, 60, seed)
        # Noise alone looks the same to most networks: some is dark, some has empty halves.
        noise *= rng.random((60, 1, 1, 1)) ** 2
        noise[::3, : noise.shape[1] // 2] = 0
        noise[1::3, :, noise.shape[2] // 2 :] = 1
        images = np.round(noise * 255).astype(np.float32) / np.float32(255)
        answers = network.logits(images).argmax(axis=1)
        if (answers != answers[0]).any():
            last = images[int((answers != answers[0]).argmax())]
            return network, without_softmax(model), images[0], last
    raise AssertionError("no seed gives two answers")


@pytest.mark.parametrize("builder", BUILDERS, ids=names_of(BUILDERS))
def test_the_way_through_pixels_is_what_keras_says(builder):
    network, logits_of, first, last = two_answers(builder)
    found = morph(network, first, last, n_places=21)
    images = mixed_pixels(first, last, found.way).astype(np.float32) / 255
    assert np.array_equal(images[0], first) and np.array_equal(images[-1], last)
    plain = run(logits_of, images)
    assert np.allclose(found.logits, plain, atol=1e-4)
    assert np.allclose(found.margin, plain[:, found.target] - plain[:, found.rival], atol=2e-4)
    assert (found.target, found.rival) == (plain[0].argmax(), plain[-1].argmax())


@pytest.mark.parametrize("builder", BUILDERS, ids=names_of(BUILDERS))
def test_the_flip_lies_between_two_places_a_thousandth_apart(builder):
    network, logits_of, first, last = two_answers(builder)
    flip = morph(network, first, last).flip
    assert 0 < flip.after - flip.before <= FLIP_PRECISION
    images = mixed_pixels(first, last, [flip.before, flip.after]).astype(np.float32) / 255
    plain = run(logits_of, images)
    assert tuple(plain.argmax(axis=1)) == (flip.old, flip.new)
    assert flip.old == network.logits(first[np.newaxis]).argmax() != flip.new
    assert np.array_equal(flip.pixels / np.float32(255), images[1])


@pytest.mark.parametrize("builder", BUILDERS, ids=names_of(BUILDERS))
def test_every_layer_gives_the_network_s_own_answers_at_both_ends(builder):
    network, _, first, last = two_answers(builder)
    own = network.logits(np.stack([first, last]))
    for info in network.layers:
        try:
            network.behind(info.name)
        except SelectionError:
            continue
        found = morph(network, first, last, layer=info.name, n_places=3)
        assert np.allclose(found.logits[[0, -1]], own, atol=1e-4)
        assert found.flip.pixels is None


def test_the_way_through_the_logits_is_straight():
    network, _, first, last = two_answers(article_like)
    found = morph(network, first, last, layer=network.output_layer.name, n_places=11)
    assert np.allclose(np.diff(found.margin, 2), 0, atol=1e-4)


def test_the_way_through_a_layer_mixes_its_values():
    network, _, first, last = two_answers(article_like)
    values = network.activations(np.stack([first, last]))["Conv2D_2"]
    middle = network.behind("Conv2D_2").logits(values.mean(axis=0, keepdims=True))
    assert np.allclose(
        morph(network, first, last, layer="Conv2D_2", n_places=3).logits[1], middle[0]
    )


def test_from_an_image_to_itself_nothing_flips():
    network, _, first, _ = two_answers(article_like)
    found = morph(network, first, first, n_places=5)
    assert found.flip is None and found.target != found.rival
    assert np.allclose(found.margin, found.margin[0], atol=1e-5)


def test_classes_can_be_chosen():
    network, _, first, last = two_answers(article_like)
    found = morph(network, first, last, target=1, rival=3, n_places=2)
    assert np.allclose(found.margin, found.logits[:, 1] - found.logits[:, 3], atol=1e-5)
    with pytest.raises(SelectionError, match="classes 0 to 3"):
        morph(network, first, last, target=4)
    with pytest.raises(SelectionError, match="2 or more"):
        morph(network, first, last, n_places=1)
    with pytest.raises(SelectionError, match="layer"):
        morph(network, first, last, layer="nothing")
    with pytest.raises(DataError):
        morph(network, first, last[:3])


def test_a_network_without_channel_axis():
    network, logits_of, first, last = two_answers(without_channel_axis)
    found = morph(network, first, last, n_places=4)
    images = mixed_pixels(first, last, found.way).astype(np.float32) / 255
    assert np.allclose(found.logits, run(logits_of, images), atol=1e-4)
