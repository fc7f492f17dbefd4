"""Two readers compared on the same images."""

import numpy as np
import pytest
from scipy.stats import binomtest

from cnn_core.errors import SelectionError
from cnn_core.readouts.comparing.answers import Share
from cnn_core.readouts.comparing.paired import compare, false_discovery_rates


def answers(both, only_first, only_second, neither):
    counts = (both, only_first, only_second, neither)
    first = np.repeat([True, True, False, False], counts)
    second = np.repeat([True, False, True, False], counts)
    return first, second


def test_counts_and_difference():
    paired = compare(*answers(70, 9, 4, 17))
    assert (paired.n, paired.only_first, paired.only_second) == (100, 9, 4)
    assert paired.difference == pytest.approx(0.05)


def test_interval_and_test_are_of_one_method():
    for only_first in range(13):
        for only_second in range(5):
            paired = compare(*answers(60, only_first, only_second, 3))
            assert (paired.p_value < 0.05) == (not paired.low <= 0 <= paired.high)
            assert paired.smallest_detectable > 0


def test_many_comparisons_find_little_by_chance():
    """Step-up rule of Benjamini and Hochberg, counted by hand."""
    compared = [
        compare(*answers(60, first, second, 3)) for first, second in ((9, 0), (5, 5), (7, 1))
    ]
    values = np.array([one.p_value for one in compared])
    order = np.argsort(values)
    scaled = values[order] * len(values) / np.arange(1, len(values) + 1)
    expected = np.minimum.accumulate(scaled[::-1])[::-1][np.argsort(order)]
    assert false_discovery_rates(compared) == pytest.approx(expected.tolist())
    assert false_discovery_rates([]) == []


def test_exchanged_readers_turn_the_sign():
    first, second = answers(70, 9, 4, 17)
    one, other = compare(first, second), compare(second, first)
    assert (one.difference, one.low, one.high) == pytest.approx(
        (-other.difference, -other.high, -other.low)
    )
    assert one.p_value == other.p_value


def test_answers_to_different_images_are_refused():
    with pytest.raises(SelectionError, match="same images"):
        compare([True], [True, False])
    with pytest.raises(SelectionError):
        compare([], [])


@pytest.mark.parametrize("n_right, n", [(0, 7), (7, 7), (993, 1000)])
def test_share_has_scipys_wilson_interval(n_right, n):
    share = Share.of(n_right, n)
    expected = binomtest(n_right, n).proportion_ci(method="wilson")
    assert (share.low, share.high) == pytest.approx((expected.low, expected.high))
    assert share.value == n_right / n
