"""Circles by hand, circles over thresholds, and fair choices of clear images."""

from types import SimpleNamespace

import numpy as np
import pytest

from cnn_core.circles.by_hand import chosen_cells, circles_by_hand, luck_of
from cnn_core.circles.choice import clear_groups
from cnn_core.circles.circle_reader import circle_reader, hit_rates, weigh_circles
from cnn_core.circles.groups import clearest
from cnn_core.circles.nulls import chance_across
from cnn_core.circles.rule import Flag, find_circles, on_cells
from cnn_core.circles.thresholds import THRESHOLDS, cells_at_any_threshold, threshold_strip
from cnn_core.errors import SelectionError
from cnn_core.survey.peaks import peaks

SHAPE = (2, 3, 4)


@pytest.fixture(scope="module")
def layer():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 50)
    tendency = rng.normal(size=(3, *SHAPE))
    values = np.maximum(tendency[labels] + 0.4 * rng.normal(size=(50, *SHAPE)), 0)
    return values.astype(np.float32), labels


def groups(labels, n=3):
    return np.flatnonzero(labels == 1)[:n], np.flatnonzero(labels == 2)[:n]


def test_cells_are_named_by_unit_row_and_column():
    cells = chosen_cells([(3, 1, 2), (0, 0, 1), (3, 1, 2)], SHAPE)
    assert sorted(zip(*np.nonzero(cells), strict=True)) == [(0, 1, 0), (1, 2, 3)]
    np.testing.assert_array_equal(chosen_cells(cells, SHAPE), cells)
    assert chosen_cells([(4, 0, 0)], (6,)).tolist() == [False] * 4 + [True, False]
    assert not chosen_cells([], SHAPE).any()


@pytest.mark.parametrize(
    ("chosen", "shape", "match", "nearest"),
    [
        ([(4, 0, 0)], SHAPE, "cell .unit 4, row 0, column 0.: the layer has 4 units", (3, 0, 0)),
        ([(0, 0, 0), (1, -1, 2)], SHAPE, "row -1", (1, 0, 2)),
        ([(2, 0, 1)], (6,), "units of 1 × 1", (2, 0, 0)),
        ([(1, 2)], SHAPE, "unit, row, column", None),
        ([(0.0, 0.0, 0.0)], SHAPE, "whole numbers", None),
        (np.ones((2, 3), bool), SHAPE, "true and false", None),
    ],
)
def test_cells_that_do_not_exist(chosen, shape, match, nearest):
    with pytest.raises(SelectionError, match=match) as caught:
        chosen_cells(chosen, shape)
    assert caught.value.nearest == nearest


def test_the_rules_own_circles_by_hand_are_worth_the_same(layer):
    values, labels = layer
    a, b = groups(labels)
    on = on_cells(values)
    rule = find_circles(on[a], on[b])
    hand = circles_by_hand(rule.unique_a, rule.unique_b, on[a], on[b])
    assert rule.n_unique_a and rule.n_unique_b
    assert (hand.n_unique_a, hand.n_unique_b) == (rule.n_unique_a, rule.n_unique_b)
    np.testing.assert_array_equal(hand.fits_a, rule.unique_a)
    np.testing.assert_array_equal(hand.fits_b, rule.unique_b)
    worth = [
        weigh_circles(
            circles,
            values.reshape(50, -1)[:, circles.cells],
            peaks(values),
            labels,
            1,
            2,
            0.3,
            [*a, *b],
        )
        for circles in (rule, hand)
    ]
    assert worth[0].reader.overall == worth[1].reader.overall
    same = np.isin(worth[0].cells, worth[1].cells)
    np.testing.assert_array_equal(worth[0].hit_rates.rate[:, same], worth[1].hit_rates.rate)


def test_any_cells_by_hand_are_read_as_they_were_circled(layer):
    values, labels = layer
    a, b = groups(labels)
    on = on_cells(values)
    chosen_a, chosen_b = [(0, 0, 0), (2, 1, 1), (3, 0, 2)], [(1, 1, 2), (2, 1, 1)]
    hand = circles_by_hand(chosen_a, chosen_b, on[a], on[b])
    rule = find_circles(on[a], on[b])
    mask_a, mask_b = chosen_cells(chosen_a, SHAPE), chosen_cells(chosen_b, SHAPE)
    assert (hand.n_unique_a, hand.n_unique_b) == (3, 2)
    np.testing.assert_array_equal(hand.fits_a, mask_a & rule.unique_a)
    np.testing.assert_array_equal(hand.shared, mask_a & on[b].any(axis=0))
    worth = weigh_circles(
        hand, values.reshape(50, -1)[:, hand.cells], peaks(values), labels, 1, 2, 0.3, [*a, *b]
    )
    expected = circle_reader(on[:, mask_a], on[:, mask_b], labels, 1, 2, [*a, *b])
    assert worth.reader.overall == expected.overall
    np.testing.assert_array_equal(
        worth.hit_rates.rate, hit_rates(on[:, mask_a | mask_b], labels, 1, 2, [*a, *b]).rate
    )


def test_nothing_circled_reads_nothing(layer):
    values, labels = layer
    a, b = groups(labels)
    on = on_cells(values)
    hand = circles_by_hand([], [], on[a], on[b])
    worth = weigh_circles(hand, np.empty((50, 0)), peaks(values), labels, 1, 2, 0.3)
    assert worth.reader.overall.value == 0.5
    assert {Flag.NO_UNIQUE_A, Flag.NO_UNIQUE_B} <= hand.flags


def test_luck_counts_the_drawn_cells_alone(layer):
    values, labels = layer
    a, b = groups(labels)
    on = on_cells(values)
    hand = circles_by_hand([(0, 0, 0), (2, 1, 1), (3, 0, 2)], [(1, 1, 2)], on[a], on[b])
    luck = luck_of(on, hand, labels, 1, 2, left_out=[*a, *b], n_draws=40, seed=3)
    whole = chance_across(on, labels, 1, 2, 3, 3, left_out=[*a, *b], n_draws=40, seed=3)
    flat = on.reshape(50, -1)
    assert luck.across.n_draws == 40
    for draw in range(40):
        rows_a, rows_b = whole.members_a[draw], whole.members_b[draw]
        again = find_circles(on[rows_a], on[rows_b])
        assert luck.across.unique_a[draw] == (again.unique_a & hand.unique_a).sum()
        assert luck.across.unique_b[draw] == (again.unique_b & hand.unique_b).sum()
    for null, wanted, mask in (
        (luck.within_p, 1, hand.unique_a),
        (luck.within_q, 2, hand.unique_b),
    ):
        assert (
            set(labels[null.members_a.ravel()]) == set(labels[null.members_b.ravel()]) == {wanted}
        )
        cells = np.flatnonzero(mask)
        for draw in range(40):
            first, second = (
                flat[rows[draw]][:, cells] for rows in (null.members_a, null.members_b)
            )
            assert null.unique_a[draw] == (first.all(axis=0) & ~second.any(axis=0)).sum()
    assert luck.within_mean == luck.within_p.unique_a.mean() + luck.within_q.unique_a.mean()


def test_luck_draws_groups_as_large_as_those_that_were_circled(layer):
    values, labels = layer
    a, b = groups(labels)
    on = on_cells(values)
    hand = circles_by_hand([(0, 0, 0)], [(1, 1, 2)], on[a], on[b[:2]])
    luck = luck_of(on, hand, labels, 1, 2, n_draws=10)
    sizes = [
        (null.members_a.shape[1], null.members_b.shape[1])
        for null in (luck.across, luck.within_p, luck.within_q)
    ]
    assert sizes == [(3, 2), (3, 2), (2, 3)]


def test_luck_of_everything_is_the_null_of_the_rule(layer):
    values, labels = layer
    a, b = groups(labels)
    on = on_cells(values)
    everything = circles_by_hand(np.ones(SHAPE, bool), np.ones(SHAPE, bool), on[a], on[b])
    luck = luck_of(on, everything, labels, 1, 2, n_draws=30)
    rule = chance_across(on, labels, 1, 2, 3, 3, n_draws=30)
    np.testing.assert_array_equal(luck.across.unique, rule.unique)


def test_luck_has_nothing_to_say_where_nothing_can_be_drawn(layer):
    values, labels = layer
    a, b = groups(labels)
    on = on_cells(values)
    hand = circles_by_hand([(0, 0, 0)], [], on[a], on[b])
    assert luck_of(on, hand, labels, 1, 1) is None
    assert luck_of(on, hand, labels, 1, 2, left_out=np.flatnonzero(labels == 2)) is None
    assert luck_of(on, circles_by_hand([(0, 0, 0)], [], on[a], on[:0]), labels, 1, 2) is None


@pytest.mark.parametrize("n", [3, 1, 0])
def test_the_strip_is_the_circles_of_each_threshold(layer, n):
    values, labels = layer
    a, b = groups(labels, n)
    cells = cells_at_any_threshold(values[a], values[b])
    strip = threshold_strip(
        values[a],
        values[b],
        cells,
        values.reshape(50, -1)[:, cells],
        peaks(values),
        labels,
        1,
        2,
        left_out=[*a, *b],
    )
    assert [point.threshold for point in strip] == list(THRESHOLDS)
    for point in strip:
        on = on_cells(values, point.threshold)
        circles = find_circles(on[a], on[b])
        np.testing.assert_array_equal(point.circles.unique_a, circles.unique_a)
        assert np.isin(circles.cells, cells).all()
        expected = circle_reader(
            on[:, circles.unique_a], on[:, circles.unique_b], labels, 1, 2, [*a, *b]
        )
        assert point.reader.overall == expected.overall


def survey(seed, set_name="test", model="one"):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(40, 4))
    labels = np.where(rng.random(40) < 0.7, logits.argmax(axis=1), rng.integers(0, 4, 40))
    return SimpleNamespace(
        logits=logits,
        labels=labels,
        predictions=logits.argmax(axis=1),
        set_name=set_name,
        data_digest=set_name,
        model_digest=model,
    )


def test_clear_images_say_where_they_were_chosen():
    own, other, train = survey(0), survey(1, model="other"), survey(2, "train")
    for chosen_in, flags, are_scored in (
        (own, {Flag.CHOSEN_ON_SCORED}, True),
        (other, set(), True),
        (train, set(), False),
    ):
        found = clear_groups(chosen_in, own, 1, 3, n=2)
        for members, pair in ((found.members_a, (1, 3)), (found.members_b, (3, 1))):
            expected = clearest(chosen_in.logits, chosen_in.labels, chosen_in.predictions, *pair, 2)
            assert members == expected and len(members) == 2
        assert (found.set_name, found.flags) == (chosen_in.set_name, flags)
        assert found.left_out == (found.members_a + found.members_b if are_scored else ())
