"""Counts that a lesson tells: maps like the image, entries that carry a sum, circles that fade."""

import numpy as np
import pytest

from cnn_core.circles.fading import fading, first_disagreement, unclear_images
from cnn_core.decision.turning import entries_to_turn
from cnn_core.space.likeness import likeness_to_image


def boxes_of(rows, columns, units, size):
    """What cells see through a window of `size`, one pixel further on from cell to cell."""
    row, column = np.mgrid[:rows, :columns]
    box = np.stack([row, column, row + size, column + size], axis=-1)
    return np.repeat(box[:, :, None], units, axis=2)


def test_a_map_of_the_mean_ink_is_the_image_and_its_negative_the_opposite():
    image = np.random.default_rng(0).random((6, 6, 3))
    ink = image.mean(axis=2)
    mean = np.array([[ink[r : r + 3, c : c + 3].mean() for c in range(4)] for r in range(4)])
    maps = np.stack([mean, 2 - 3 * mean, np.zeros((4, 4))], axis=-1)
    likeness = likeness_to_image(maps, image, boxes_of(4, 4, 3, 3))
    np.testing.assert_allclose(likeness, [1, -1, 0], atol=1e-12)


def test_likeness_is_a_correlation():
    rng = np.random.default_rng(1)
    image, maps = rng.random((5, 5, 1)), rng.random((5, 5, 4))
    expected = [np.corrcoef(maps[..., k].ravel(), image.ravel())[0, 1] for k in range(4)]
    np.testing.assert_allclose(likeness_to_image(maps, image, boxes_of(5, 5, 4, 1)), expected)


def test_an_even_image_is_like_no_map():
    maps = np.random.default_rng(2).random((3, 3, 2))
    assert not likeness_to_image(maps, np.ones((3, 3, 1)), boxes_of(3, 3, 2, 1)).any()


@pytest.mark.parametrize(
    ("entries", "total", "expected"),
    [
        ([3, 2, -4], 1, 1),
        ([5, 2, -4], 3, 1),
        ([2, 2, 2, -1], 5, 3),
        ([1, 1], 5, None),
        ([1, 1], -0.5, 0),
        ([], 1, None),
        ([1], 1, None),  # exactly 0 is not below 0
    ],
)
def test_entries_fall_from_the_largest_on(entries, total, expected):
    assert entries_to_turn(entries, total) == expected


def test_unclear_are_the_smallest_margins_among_those_that_fit():
    margins = np.array([5.0, 1, 0.1, 3, 2, 9])
    fits = np.array([1, 1, 0, 1, 1, 1], bool)
    assert np.flatnonzero(unclear_images(margins, fits, 0.4)).tolist() == [1, 4]
    assert np.flatnonzero(unclear_images(margins, fits, 0.01)).tolist() == [1]
    assert not unclear_images(margins, np.zeros(6, bool)).any()


def test_fading_counts_images_with_half_of_the_circles_on():
    margins, fits = np.arange(40.0), np.ones(40, bool)
    shares = np.where(np.arange(40) < 2, [0.4, 0.5] * 20, 0.9)
    found = fading(shares, margins, fits)
    assert (found.n_unclear, found.n_half_unclear) == (2, 1)
    assert (found.n_others, found.n_half_others) == (38, 38)


def test_the_first_disagreement_is_the_least_clear_one():
    answers, margins = np.array([9, 4, 9, 9]), np.array([3.0, 0.1, 2, 1])
    assert first_disagreement(answers, 9, margins, np.array([1, 1, 1, 0], bool)) == 2
    assert first_disagreement(answers, 9, margins, np.array([0, 1, 0, 0], bool)) is None
