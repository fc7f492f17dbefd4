"""Wilson intervals and paired differences, against SciPy, draws and plain loops."""

import numpy as np
import pytest
from scipy.stats import binomtest

from cnn_core.errors import SelectionError
from cnn_core.statistics import (
    PairedDifference,
    Verdict,
    accuracy,
    paired_difference,
    wilson_interval,
)


@pytest.mark.parametrize("level", [0.95, 0.8])
@pytest.mark.parametrize("n", [1, 2, 7, 1991])
def test_wilson_equals_scipy(n, level):
    successes = np.unique([0, 1, n // 3, n // 2, n - 1, n])
    low, high = wilson_interval(successes, n, level)
    for place, k in enumerate(successes):
        expected = binomtest(int(k), n).proportion_ci(level, method="wilson")
        assert low[place] == pytest.approx(expected.low, abs=1e-13)
        assert high[place] == pytest.approx(expected.high, abs=1e-13)


def test_wilson_touches_0_and_1_exactly_and_has_no_answer_without_trials():
    low, high = wilson_interval([[0, 5], [0, 0]], [[5, 5], [1, 0]])
    assert low[0, 0] == 0.0
    assert high[0, 1] == 1.0
    assert 0 < low[0, 1] < 1
    assert np.isnan([low[1, 1], high[1, 1]]).all()
    assert np.isfinite([low[1, 0], high[1, 0]]).all()


def test_wilson_takes_halves_between_their_neighbours():
    low, high = wilson_interval([3, 3.5, 4], 9)
    assert low[0] < low[1] < low[2]
    assert high[0] < high[1] < high[2]


@pytest.mark.parametrize("bad", [(-1, 3, 0.95), (4, 3, 0.95), (np.nan, 3, 0.95), (1, 3, 1.0)])
def test_wilson_refuses_the_impossible(bad):
    with pytest.raises(SelectionError):
        wilson_interval(*bad)


def test_accuracy_counts_credit():
    told = accuracy([1, 0, 0.5, 1])
    assert (told.value, told.credit, told.n) == (0.625, 2.5, 4)
    assert (told.low, told.high) == tuple(map(float, wilson_interval(2.5, 4)))
    assert accuracy(np.array([True, False])).value == 0.5
    nothing = accuracy([])
    assert nothing.n == 0
    assert np.isnan([nothing.value, nothing.low, nothing.high]).all()


def answers(both, only_a, only_b, neither):
    counts = (both, only_a, only_b, neither)
    return (
        np.repeat([True, True, False, False], counts),
        np.repeat([True, False, True, False], counts),
    )


@pytest.mark.parametrize("level", [0.95, 0.8])
def test_interval_and_exact_test_agree_for_all_small_counts(level):
    for only_a in range(24):
        for only_b in range(24):
            found = paired_difference(*answers(150, only_a, only_b, 9), level)
            assert (found.only_a, found.only_b) == (only_a, only_b)
            assert found.difference == pytest.approx(
                100 * (only_a - only_b) / (159 + only_a + only_b)
            )
            assert found.low <= found.difference <= found.high
            n = only_a + only_b
            assert found.p_value == pytest.approx(binomtest(only_a, n).pvalue if n else 1.0)
            is_sure = found.low > 0 or found.high < 0
            assert is_sure == (found.p_value < 1 - level)


def test_pooled_interval_and_test_agree():
    rng = np.random.default_rng(4)
    n_sure = 0
    for _ in range(60):
        right_a = rng.random((3, 200)) < 0.95
        right_b = np.where(rng.random((1, 200)) < 0.08, rng.random((3, 200)) < 0.8, right_a)
        found = paired_difference(right_a, right_b)
        is_sure = found.low > 0 or found.high < 0
        assert is_sure == (found.p_value < 1 - found.level)
        n_sure += is_sure
    assert 0 < n_sure < 60


def test_interval_is_that_of_images_drawn_anew():
    rng = np.random.default_rng(1)
    right_a = rng.random((3, 2000)) < 0.97
    right_b = right_a ^ (rng.random((1, 2000)) < 0.06) * (rng.random((3, 2000)) < 0.7)
    found = paired_difference(right_a, right_b)
    by_image = (right_a.astype(int) - right_b).mean(axis=0)
    drawn = 100 * by_image[rng.integers(0, 2000, (4000, 2000))].mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    width = high - low
    assert (found.n_models, found.n_images) == (3, 2000)
    assert found.difference == pytest.approx(100 * by_image.mean())
    assert abs(found.low - low) < 0.05 * width
    assert abs(found.high - high) < 0.05 * width
    drawn_deviation = np.std(drawn)
    assert found.smallest_detectable == pytest.approx(2.80 * drawn_deviation, rel=0.05)


def test_exchanges_within_images_give_the_p_value():
    rng = np.random.default_rng(2)
    right_a, right_b = rng.random((2, 3, 40)) < [[[0.9]], [[0.75]]]
    by_image = (right_a.astype(int) - right_b).sum(axis=0)
    signs = rng.choice([-1, 1], (40_000, 40))
    share = (np.abs(signs @ by_image) >= abs(by_image.sum())).mean()
    assert paired_difference(right_a, right_b).p_value == pytest.approx(share, abs=0.01)


def test_copies_of_a_model_add_nothing():
    right_a, right_b = answers(180, 11, 2, 7)
    one = paired_difference(right_a, right_b)
    three = paired_difference(np.tile(right_a, (3, 1)), np.tile(right_b, (3, 1)))
    assert (three.only_a, three.only_b) == (33, 6)
    for name in ("difference", "low", "high", "p_value", "smallest_detectable"):
        assert getattr(three, name) == pytest.approx(getattr(one, name))


def test_exchanged_readers_turn_the_sign():
    right_a, right_b = answers(70, 9, 4, 17)
    one, other = paired_difference(right_a, right_b), paired_difference(right_b, right_a)
    assert (one.low, one.high, one.p_value) == pytest.approx(
        (-other.high, -other.low, other.p_value)
    )


def test_undecided_answers_count_half():
    found = paired_difference([1, 1, 0.5, 0], [0.5, 1, 1, 0.5])
    assert (found.only_a, found.only_b) == (0.5, 1)
    assert found.difference == -12.5


def test_equal_answers_leave_a_doubt_of_three_images():
    found = paired_difference(*answers(290, 0, 0, 10))
    assert (found.difference, found.p_value) == (0, 1)
    assert (found.low, found.high) == (-1, 1)


def test_interval_covers_the_true_difference_often_enough():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        found = paired_difference(*answers(*rng.multinomial(200, [0.9, 0.06, 0.02, 0.02])))
        covered += found.low <= 4 <= found.high
    assert 0.93 <= covered / 400 <= 0.985


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ((970, 20, 4, 6), Verdict.NEEDED),
        ((985, 3, 3, 9), Verdict.EQUIVALENT),
        ((970, 9, 4, 17), Verdict.NOT_SETTLED),
        ((960, 4, 20, 6), Verdict.BETTER_WITHOUT),
    ],
)
def test_verdicts(counts, verdict):
    assert paired_difference(*answers(*counts)).verdict(tolerance=0.6) is verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.0, 0.9, Verdict.NOT_SETTLED),
        (-0.9, 0.0, Verdict.NOT_SETTLED),
        (-0.9, -0.1, Verdict.BETTER_WITHOUT),
        (-0.6, 0.6, Verdict.EQUIVALENT),
    ],
)
def test_an_interval_that_ends_at_0_settles_nothing(low, high, verdict):
    found = PairedDifference(1, 1000, (low + high) / 2, low, high, 9, 9, 0.5, 1.0, 0.95)
    assert found.verdict(tolerance=0.6) is verdict


def test_answers_that_cannot_be_compared():
    for right in ([True], [], np.ones((2, 2, 2))):
        with pytest.raises(SelectionError, match="same images"):
            paired_difference(right, [True, False] if len(right) == 1 else right)
    with pytest.raises(SelectionError, match=r"0, 0.5 or 1"):
        paired_difference([0.3], [1])
    with pytest.raises(SelectionError, match="level"):
        paired_difference([1], [1], level=1)
    with pytest.raises(SelectionError, match="above 0"):
        paired_difference([1], [1]).verdict(0)
