"""Two readers compared on the same images."""

from math import comb

import numpy as np
import pytest
from scipy.stats import binomtest

from cnn_core.errors import SelectionError
from cnn_core.readouts.paired import compare
from cnn_core.readouts.results import Share


def answers(both, only_first, only_second, neither):
    counts = (both, only_first, only_second, neither)
    first = np.repeat([True, True, False, False], counts)
    second = np.repeat([True, False, True, False], counts)
    return first, second


def test_counts_and_difference():
    paired = compare(*answers(70, 9, 4, 17))
    assert (paired.n, paired.only_first, paired.only_second) == (100, 9, 4)
    assert paired.difference == pytest.approx(0.05)


@pytest.mark.parametrize("b, c", [(9, 4), (0, 6), (5, 5), (1, 0)])
def test_p_value_is_the_exact_two_sided_binomial(b, c):
    n = b + c
    weights = [comb(n, k) / 2**n for k in range(n + 1)]
    expected = sum(weight for weight in weights if weight <= weights[b] * (1 + 1e-7))
    assert compare(*answers(20, b, c, 3)).p_value == pytest.approx(expected)


def test_interval_is_walds_with_one_half_added_to_each_count():
    paired = compare(*answers(70, 9, 4, 17))
    n, b, c = 102, 9.5, 4.5
    share = (b - c) / n
    half = 1.959964 * np.sqrt(((b + c) / n - share**2) / n)
    assert (paired.low, paired.high) == pytest.approx((share - half, share + half))


def test_same_answers_differ_by_nothing_within_a_width():
    paired = compare(*answers(50, 0, 0, 3))
    assert (paired.difference, paired.p_value) == (0, 1)
    assert -0.05 < paired.low < 0 < paired.high < 0.05


def test_exchanged_readers_turn_the_sign():
    first, second = answers(70, 9, 4, 17)
    one, other = compare(first, second), compare(second, first)
    assert (one.difference, one.low, one.high) == pytest.approx(
        (-other.difference, -other.high, -other.low)
    )
    assert one.p_value == other.p_value


def test_interval_covers_the_true_difference_often_enough():
    rng = np.random.default_rng(0)
    chances = [0.9, 0.06, 0.02, 0.02]
    covered = 0
    for _ in range(500):
        paired = compare(*answers(*rng.multinomial(200, chances)))
        covered += paired.low <= 0.04 <= paired.high
    assert 0.92 <= covered / 500 <= 0.99


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
