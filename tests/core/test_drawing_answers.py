"""Changed images, and the answers to them: each recomputed in the plainest way."""

import numpy as np
import pytest

from cnn_core.drawing.answers import curve, shift_map, usual_reach
from cnn_core.drawing.changes import (
    KINDS,
    NOISE_DRAWS,
    made_noisy,
    redrawn,
    scaled,
    shifted,
    turned,
)
from cnn_core.drawing.from_paper.strokes import stroke_width
from cnn_core.errors import DataError, SelectionError
from tests.core.networks import article_like, colour_odd_sizes, opened, random_images

RNG = np.random.default_rng(4)


def noise_on(ground, shape=(2, 9, 9, 1), rim=3):
    images = np.full(shape, ground, np.float32)
    images[:, rim:-rim, rim:-rim] = RNG.random(
        (shape[0], *(n - 2 * rim for n in shape[1:3]), shape[3])
    )
    return images


@pytest.mark.parametrize("step", [(0, 0), (2, 0), (-2, 1), (3, -3)])
def test_a_shift_moves_and_fills_with_the_ground(step):
    images = noise_on(0.25)
    right, down = step
    assert np.array_equal(shifted(images, right, down), np.roll(images, (down, right), (1, 2)))


def test_a_shift_cuts_off_what_leaves():
    images = noise_on(0, rim=1)
    moved = shifted(images, 4, 0)
    assert np.array_equal(moved[:, :, 4:], images[:, :, :5])
    assert not moved[:, :, :4].any()


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_quarter_turns_are_exact_and_anticlockwise(quarters):
    images = noise_on(0.25, (2, 9, 9, 3))
    expected = np.rot90(images, quarters, axes=(1, 2))
    assert np.allclose(turned(images, 90 * quarters), expected, atol=1e-5)


def test_nothing_turned_or_scaled_stays():
    images = noise_on(0.25)
    assert np.allclose(turned(images, 0), images, atol=1e-6)
    assert np.allclose(scaled(images, 1), images, atol=1e-6)
    assert np.array_equal(made_noisy(images, 0), images)


@pytest.mark.parametrize("factor", [0.5, 0.7, 1.5])
def test_scaling_changes_the_area_by_the_square(factor):
    images = np.zeros((1, 41, 41, 1), np.float32)
    images[0, 15:26, 15:26] = 1
    assert scaled(images, factor).sum() == pytest.approx(121 * factor**2, rel=0.06)


def test_redrawn_strokes_have_the_width_and_the_ground_they_stood_on():
    ring = np.abs(np.hypot(*(np.mgrid[:41, :41] - 20.0)) - 13) < 1.5
    light = np.where(ring, 0.1, 0.9).astype(np.float32)[np.newaxis, ..., np.newaxis]
    for width in (2.0, 5.0):
        drawn = redrawn(light, width)[0, ..., 0]
        assert drawn[0, 0] == pytest.approx(0.9, abs=1e-3)
        assert stroke_width((0.9 - drawn) / 0.9) == pytest.approx(width, abs=0.6)
    plain = np.full((1, 9, 9, 1), 0.4, np.float32)
    assert np.allclose(redrawn(plain, 3), plain)


def test_noise_is_the_same_each_time_and_has_its_deviation():
    grey = np.full((1, 80, 80, 1), 0.5, np.float32)
    noisy = made_noisy(grey, 0.1)
    assert np.array_equal(noisy, made_noisy(grey, 0.1))
    assert noisy.std() == pytest.approx(0.1, rel=0.05)
    assert made_noisy(grey, 5.0).max() == 1


@pytest.mark.parametrize("builder", [article_like, colour_odd_sizes])
def test_the_map_is_the_answer_to_each_shifted_image(builder):
    network = opened(builder)
    image = random_images(network, 1)
    found = shift_map(network, image[0], reach=2)
    assert found.steps.tolist() == [-2, -1, 0, 1, 2]
    assert np.allclose(found.logits[2, 2], network.logits(image)[0], atol=1e-5)
    moved = network.logits(shifted(image, 2, -1))[0]
    assert np.allclose(found.logits[1, 4], moved, atol=1e-5)
    assert found.predictions[1, 4] == moved.argmax()
    assert np.allclose(found.probabilities.sum(axis=2), 1)


@pytest.mark.parametrize("name", KINDS)
def test_a_curve_is_the_answer_to_each_changed_image(name):
    network, kind = opened(article_like), KINDS[name]
    image = random_images(network, 1)
    found = curve(network, image, name)
    draws = NOISE_DRAWS if name == "noise" else 1
    assert found.logits.shape == (len(kind.amounts), draws, network.n_classes)
    for place in (0, -1):
        changed = kind.change(np.repeat(image, draws, axis=0), kind.amounts[place])
        assert np.allclose(found.logits[place], network.logits(changed), atol=1e-5)
    if kind.unchanged is not None:
        same = kind.amounts.index(kind.unchanged)
        assert np.allclose(found.logits[same], network.logits(image), atol=1e-4)
    assert np.allclose(found.shares.sum(axis=1), 1)
    assert np.allclose(found.probabilities.sum(axis=1), 1)
    assert np.array_equal(found.predictions, found.shares.argmax(axis=1))


def test_what_cannot_be_changed_is_told():
    network = opened(colour_odd_sizes)
    image = random_images(network, 1)
    assert curve(network, image, "rotation").logits.shape[1] == 1
    with pytest.raises(SelectionError, match="colours"):
        curve(network, image, "stroke")
    with pytest.raises(SelectionError, match="rotation, size, stroke, noise") as told:
        curve(network, image, "shear")
    assert told.value.nearest == "rotation"
    with pytest.raises(DataError):
        shift_map(network, image[:, :3])


def test_the_reach_is_a_share_of_the_smaller_side():
    assert usual_reach((28, 28, 1)) == 8
    assert usual_reach((56, 70, 3)) == 16
    assert usual_reach((2, 2, 1)) == 1
