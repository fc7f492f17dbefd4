"""Calibration by hand, design effects of groups, and who wrote MNIST's test images."""

import numpy as np
import pytest

from cnn_core.errors import SelectionError
from cnn_core.images.dataset import Dataset, load_dataset
from cnn_core.images.mnist_writers import HALVES, writers_of
from cnn_core.shipped_files import shipped_data
from cnn_core.statistics import accuracy, design_effect, wilson_interval
from cnn_core.survey.calibration import N_BINS, calibration


def test_the_error_is_the_distance_weighed_by_images():
    given = [0.9, 0.9, 0.9, 0.9, 0.55, 0.55]
    found = calibration(given, [True, True, True, False, True, False], n_bins=5)
    low, high = found.bins
    assert (low.right.n, high.right.n, found.n) == (2, 4, 6)
    assert (high.low, high.high, high.probability) == (0.8, 1.0, pytest.approx(0.9))
    expected = (4 * abs(0.9 - 0.75) + 2 * abs(0.55 - 0.5)) / 6
    assert found.error == pytest.approx(expected)


def test_every_bin_holds_the_images_that_got_what_lies_between_its_ends():
    given = np.random.default_rng(0).random(500)
    found = calibration(given, np.ones(500, bool))
    counts, edges = np.histogram(given, N_BINS, (0, 1))
    assert [one.right.n for one in found.bins] == counts.tolist()
    np.testing.assert_allclose([one.low for one in found.bins], edges[:-1], atol=1e-12)
    np.testing.assert_allclose([one.high for one in found.bins], edges[1:], atol=1e-12)


def test_certain_and_right_is_calibrated_and_lies_in_the_last_bin():
    found = calibration(np.ones(7), np.ones(7, bool))
    assert found.error == 0 and found.bins[0].high == 1


def test_blocks_of_equal_values_tell_as_much_as_one_of_each():
    values = np.repeat(np.random.default_rng(0).random(400), 10)
    assert design_effect(values, 10) == pytest.approx(10, rel=0.01)
    shuffled = np.random.default_rng(1).permutation(values)
    assert design_effect(shuffled, 10) == pytest.approx(1, abs=0.15)


def test_an_effect_is_never_below_1_and_needs_two_blocks():
    assert design_effect(np.tile([0.0, 1.0], 50), 10) == 1
    assert design_effect(np.zeros(40), 10) == 1
    with pytest.raises(SelectionError, match="two blocks"):
        design_effect(np.zeros(15), 10)


def test_an_interval_with_an_effect_is_that_of_fewer_answers():
    credit = [1] * 90 + [0] * 10
    found, plain = accuracy(credit, design_effect=4), accuracy(credit)
    assert (found.value, found.credit, found.n) == (plain.value, plain.credit, plain.n)
    assert (found.low, found.high) == pytest.approx(tuple(map(float, wilson_interval(22.5, 25))))


def test_the_halves_are_known_of_the_standard_order_alone():
    test = load_dataset(shipped_data(), "test")
    assert writers_of(test) == HALVES
    turned = Dataset("test", np.asarray(test.images)[::-1], test.labels[::-1], test.class_names)
    assert writers_of(turned) == ()
