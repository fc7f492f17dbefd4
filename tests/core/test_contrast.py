"""Means and AUC of two classes in every cell, against SciPy and plain loops."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from cnn_core.circles.cells.contrast import class_contrast, class_means
from cnn_core.errors import SelectionError


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
