"""What a training sees: split, order, moved images, and the learning rate of each step."""

import math

import numpy as np
import pytest

from cnn_core.errors import DataError
from cnn_core.images.dataset import Dataset
from cnn_core.network.backend import tf
from cnn_core.training.augmentation import Augmentation, move_randomly, training_batches
from cnn_core.training.run import TrainingRun
from cnn_core.training.train import Recipe, split_training_images

STILL = Augmentation(shift=0.0, rotation=0.0, zoom=0.0)


@pytest.fixture(scope="module")
def noise():
    draw = np.random.default_rng(1)
    images = draw.uniform(size=(80, 18, 18, 1)).astype(np.float32)
    return Dataset("train", images, draw.integers(0, 2, 80), ("a", "b"))


def test_split_covers_all_images_once():
    kept, held_back = split_training_images(100, 17, seed=3)
    assert len(held_back) == 17
    np.testing.assert_array_equal(np.sort(np.concatenate([kept, held_back])), np.arange(100))
    np.testing.assert_array_equal(held_back, split_training_images(100, 17, seed=3)[1])
    assert not np.array_equal(held_back, split_training_images(100, 17, seed=4)[1])


@pytest.mark.parametrize("n_validation", [0, 10, 11])
def test_split_leaves_images_on_both_sides(n_validation):
    with pytest.raises(DataError, match="10 training images"):
        split_training_images(10, n_validation, seed=0)


def test_learning_rate_warms_up_and_falls_to_zero(noise):
    recipe = Recipe(epochs=5, batch_size=16, validation_images=16, warm_up_epochs=1.0)
    run = TrainingRun(noise, 0, recipe)
    assert run.steps == 4
    peak, steps = recipe.learning_rate, np.arange(21)
    warm_up = peak / 10 + (peak - peak / 10) * steps / 4
    cosine = peak * (1 + np.cos(math.pi * (steps - 4) / 16)) / 2
    expected = np.where(steps < 4, warm_up, cosine)
    rates = [float(run.schedule(step)) for step in steps]
    np.testing.assert_allclose(rates, expected, atol=1e-8)


def collected(batches):
    images, labels = zip(*batches, strict=True)
    return np.concatenate(images), np.concatenate(labels)


def test_batches_depend_on_seed_and_epoch_alone(noise):
    data = noise.images, noise.labels, 16, Augmentation()
    first = collected(training_batches(*data, seed=1, epoch=5))
    again = collected(training_batches(*data, seed=1, epoch=5))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    for seed, epoch in ((1, 6), (2, 5)):
        other = collected(training_batches(*data, seed=seed, epoch=epoch))
        assert not np.array_equal(first[0], other[0])


def test_an_epoch_shows_every_image_once(noise):
    images, labels = noise.images[:37], noise.labels[:37]
    batches = list(training_batches(images, labels, 8, STILL, seed=1, epoch=0))
    assert [len(batch[1]) for batch in batches] == [8, 8, 8, 8, 5]
    shown, shown_labels = collected(batches)
    order = [int(np.flatnonzero((images == image).all((1, 2, 3)))[0]) for image in shown]
    assert sorted(order) == list(range(37))
    assert order != list(range(37))
    np.testing.assert_array_equal(labels[order], shown_labels)


def bilinear(image, x, y):
    """Value of an image between its pixels, 0 outside."""
    total, left, top = 0.0, math.floor(x), math.floor(y)
    for row, wy in ((top, 1 - (y - top)), (top + 1, y - top)):
        for column, wx in ((left, 1 - (x - left)), (left + 1, x - left)):
            if 0 <= row < image.shape[0] and 0 <= column < image.shape[1]:
                total += wy * wx * image[row, column]
    return total


def test_moved_images_equal_a_plain_resampling():
    images = np.random.default_rng(0).uniform(size=(4, 7, 9, 1)).astype(np.float32)
    how, seed = Augmentation(shift=1.5, rotation=25.0, zoom=0.2), tf.constant([3, 8], tf.int64)
    draws = tf.random.stateless_uniform((4, 4), seed, -1.0, 1.0).numpy()
    moved = move_randomly(images, how, seed).numpy()
    for i, image in enumerate(images[..., 0]):
        angle, factor = math.radians(25.0 * draws[0, i]), 1 + 0.2 * draws[1, i]
        for row in range(7):
            for column in range(9):
                x, y = column - 4, row - 3
                source_x = (math.cos(angle) * x - math.sin(angle) * y) / factor
                source_y = (math.sin(angle) * x + math.cos(angle) * y) / factor
                expected = bilinear(
                    image, source_x + 4 + 1.5 * draws[2, i], source_y + 3 + 1.5 * draws[3, i]
                )
                assert moved[i, row, column, 0] == pytest.approx(expected, abs=1e-4)


def test_no_movement_changes_nothing(noise):
    images = noise.images[:5]
    moved = move_randomly(images, STILL, tf.constant([1, 2], tf.int64))
    np.testing.assert_array_equal(moved, images)
