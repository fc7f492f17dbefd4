"""Wilson intervals and class contrasts against SciPy and plain loops."""

import numpy as np
import pytest
from scipy.stats import binomtest, mannwhitneyu

from cnn_core.errors import SelectionError
from cnn_core.statistics import accuracy, class_contrast, class_means, wilson_interval


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


def auc_by_pairs(of_p, of_q):
    points = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a in of_p for b in of_q)
    return points / (len(of_p) * len(of_q))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cells", [(2, 3, 4), (5,)])
def test_contrast_against_pairs(cells, dtype):
    rng = np.random.default_rng(len(cells))
    values = np.maximum(rng.integers(-3, 5, (40, *cells)), 0).astype(dtype)  # many equal values
    labels = rng.integers(0, 3, 40)
    found = class_contrast(values, labels, 2, 0)
    assert found.classes == (2, 0)
    assert found.n_images == ((labels == 2).sum(), (labels == 0).sum())
    for cell in np.ndindex(cells):
        of_p, of_q = ([float(v[cell]) for v in values[labels == c]] for c in (2, 0))
        assert found.auc[cell] == auc_by_pairs(of_p, of_q)
        assert found.mean_p[cell] == pytest.approx(sum(of_p) / len(of_p), rel=1e-14)
        assert found.mean_q[cell] == pytest.approx(sum(of_q) / len(of_q), rel=1e-14)
        assert found.difference[cell] == found.mean_p[cell] - found.mean_q[cell]


def test_auc_is_the_mann_whitney_statistic_in_more_cells_than_one_block():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(12, 5000))
    labels = np.arange(12) % 2
    expected = mannwhitneyu(values[labels == 0], values[labels == 1], axis=0).statistic / 36
    np.testing.assert_array_equal(class_contrast(values, labels, 0, 1).auc, expected)


def test_auc_of_separated_and_dead_cells():
    values = np.array([[2, 1, 0], [3, 1, 0], [1, 2, 0], [0, 5, 0]], dtype=np.float32)
    assert class_contrast(values, [7, 7, 1, 1], 7, 1).auc.tolist() == [1.0, 0.0, 0.5]
    same = class_contrast(values, [7, 7, 1, 1], 7, 7)
    assert same.auc.tolist() == [0.5, 0.5, 0.5]
    assert same.difference.tolist() == [0, 0, 0]


def test_means_are_taken_in_double_precision():
    values = np.full((1 << 16, 1), 0.1, dtype=np.float32)
    found = class_means(values, np.zeros(1 << 16, dtype=int), 0, 1)
    assert found.mean_p[0] == pytest.approx(float(np.float32(0.1)), rel=1e-14)


def test_a_class_without_images_has_no_numbers():
    values = np.arange(12, dtype=np.float32).reshape(3, 2, 2)
    found = class_contrast(values, [1, 1, 1], 1, 4)
    assert found.n_images == (3, 0)
    assert found.mean_p.tolist() == [[4, 5], [6, 7]]
    for undefined in (found.mean_q, found.difference, found.auc):
        assert undefined.shape == (2, 2)
        assert np.isnan(undefined).all()


def test_values_stay_untouched():
    values = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    before = values.copy()
    class_contrast(values, [0, 0, 0, 1, 1, 1], 0, 1)
    np.testing.assert_array_equal(values, before)


def test_labels_must_match():
    with pytest.raises(SelectionError, match="as many labels"):
        class_contrast(np.zeros((3, 2)), [0, 1], 0, 1)
