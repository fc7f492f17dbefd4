"""Rankings of terms, and what is seen against what is used, by hand and by brute force."""

from itertools import combinations

import numpy as np
import pytest

from cnn_core.decision.visibility import agreement, n_carrying, ranking, visibility
from cnn_core.errors import SelectionError


def test_ranking_shows_the_largest_and_folds_the_rest():
    found = ranking([[0.5, -3], [2, 0.25]], constant=1.0, n_shown=2)
    np.testing.assert_array_equal(found.order, [1, 2])
    np.testing.assert_array_equal(found.terms, [-3, 2])
    assert (found.rest, found.n_rest, found.constant) == (0.75, 2, 1.0)
    np.testing.assert_array_equal(found.steps, [-3, 2, 0.75, 1])
    np.testing.assert_array_equal(found.running, [-3, -1, -0.25, 0.75])


@pytest.mark.parametrize(("n_shown", "n_rest"), [(0, 3), (3, 0), (10, 0)])
def test_ranking_of_none_and_of_all(n_shown, n_rest):
    found = ranking([1.0, -2, 4], 0.5, n_shown)
    assert found.n_rest == n_rest
    assert found.running[-1] == pytest.approx(3.5)


def test_equal_terms_stay_in_their_order():
    np.testing.assert_array_equal(ranking([1, -1, 2, 1, 0], 0, 5).order, [2, 0, 1, 3, 4])


@pytest.mark.parametrize("share", [0.5, 0.9, 1.0])
def test_number_of_terms_that_carry_a_share_against_every_subset(share):
    rng = np.random.default_rng(1)
    terms = rng.normal(size=(6, 7)).round(1)
    for row, found in zip(terms, n_carrying(terms, share), strict=True):
        sizes = np.abs(row)
        enough = [
            k
            for k in range(8)
            if any(sum(subset) >= share * sizes.sum() - 1e-9 for subset in combinations(sizes, k))
        ]
        assert found == enough[0]


def test_share_that_is_met_exactly():
    assert n_carrying([0.1, 0.1, 0.1, 0.1], 0.5) == 2
    assert n_carrying([0.1] * 10, 0.9) == 9
    assert n_carrying([5, 0, 0, 0], 1.0) == 1
    np.testing.assert_array_equal(n_carrying(np.zeros((2, 3)), 0.9), [0, 0])


@pytest.mark.parametrize("share", [0, -0.5, 1.5, float("nan")])
def test_shares_that_are_none(share):
    with pytest.raises(SelectionError, match="at most 1"):
        n_carrying([1.0], share)


def test_bright_cells_that_count_for_nothing_and_dim_ones_that_count():
    # Brightest 10, so bright from 3 on; largest term 8, so idle up to 0.08 and large from 2.4 on.
    values = np.array([[10, 3.5, 2.9, 0], [-4, 2, 1, 8]])
    terms = np.array([[0.08, 8, -2.5, 0], [-0.01, 2.4, 2.3, 0.09]])
    found = visibility(values, terms)
    np.testing.assert_array_equal(found.bright_idle, [0, 4])
    np.testing.assert_array_equal(found.dim_working, [2, 5])
    assert (found.n_bright, found.n_large, found.n_active) == (4, 3, 7)


def test_rank_correlation_over_all_and_over_active_cells():
    values, terms = np.array([0, 0, 0, 1.0, 2, 3]), np.array([0, 0, 0, 3.0, -2, 1])
    found = visibility(values, terms)
    assert found.rank_correlation_active == pytest.approx(-1)
    # Ranks 2, 2, 2, 4, 5, 6 against 2, 2, 2, 6, 5, 4.
    one, other = np.array([2, 2, 2, 4, 5, 6]), np.array([2, 2, 2, 6, 5, 4])
    assert found.rank_correlation == pytest.approx(np.corrcoef(one, other)[0, 1])
    assert visibility(values, -2 * values).rank_correlation == pytest.approx(1)


@pytest.mark.parametrize(
    ("values", "terms"),
    [
        (np.zeros(4), np.zeros(4)),
        (np.ones(4), np.arange(4.0)),
        (np.arange(4.0), np.zeros(4)),
        (np.ones(1), np.ones(1)),
    ],
)
def test_where_nothing_varies_there_is_no_correlation(values, terms):
    assert np.isnan(visibility(values, terms).rank_correlation)


def test_dead_layer_has_no_bright_and_no_large_cell():
    found = visibility(np.zeros((2, 2, 3)), np.zeros((2, 2, 3)))
    assert (found.n_bright, found.n_large, found.n_active) == (0, 0, 0)
    assert len(found.bright_idle) == len(found.dim_working) == 0


def test_bright_cells_all_count_for_nothing_where_no_term_is_left():
    found = visibility([3.0, 1, 0], [0.0, 0, 0])
    np.testing.assert_array_equal(found.bright_idle, [0, 1])


def test_ledgers_agree_over_the_cells_that_have_a_term():
    one, other = np.array([[0, 0, 3, -2], [1, 0, -4, 0]]), np.array([[0, 5, 4, -1], [2, 0, 6, 0]])
    found = agreement(one, other)
    # Ranks 3, 5, 2, 4, 1 against 4, 3, 1, 2, 5; of the sizes 1, 4, 3, 2, 5 against 4, 3, 1, 2, 5.
    assert found.n_cells == 5
    expected = np.corrcoef([3, 5, 2, 4, 1], [4, 3, 1, 2, 5])[0, 1]
    assert found.rank_correlation == pytest.approx(expected)
    expected = np.corrcoef([1, 4, 3, 2, 5], [4, 3, 1, 2, 5])[0, 1]
    assert found.of_sizes == pytest.approx(expected)
    turned = agreement(one, -2 * one)
    assert (turned.rank_correlation, turned.of_sizes) == (pytest.approx(-1), pytest.approx(1))
    nothing = agreement(np.zeros(4), np.zeros(4))
    assert nothing.n_cells == 0
    assert np.isnan([nothing.rank_correlation, nothing.of_sizes]).all()
    with pytest.raises(SelectionError, match="same cells"):
        agreement(np.zeros(4), np.zeros(5))
