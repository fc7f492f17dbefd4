"""The two nulls of the circles, against the circles of every pair of groups."""

from itertools import combinations
from math import comb

import numpy as np
import pytest

from cnn_core.circles import nulls
from cnn_core.circles.nulls import Null, chance_across, chance_within
from cnn_core.circles.packed import PackedOn, unique_bits
from cnn_core.circles.random_triples import random_triples
from cnn_core.circles.rule import Flag, find_circles
from cnn_core.errors import SelectionError


@pytest.fixture(params=[(3, 3, 7), (5,)])
def layer(request):
    """Which cells are on in 16 images of classes 0 to 2: a number of cells that fills no bytes."""
    rng = np.random.default_rng(3)
    labels = np.repeat([2, 0, 1], [6, 7, 3])
    tendency = rng.random((3, *request.param)) < 0.6
    return tendency[labels] ^ (rng.random((16, *request.param)) < 0.2), labels


def counts(on, a, b):
    circles = find_circles(on[list(a)], on[list(b)])
    return circles.n_unique_a, circles.n_unique_b


@pytest.mark.parametrize(("size_a", "size_b"), [(2, 2), (1, 3), (2, 0), (0, 1)])
@pytest.mark.parametrize("left_out", [(), (0, 7, 15)])
def test_across_counts_every_pair_of_groups_of_both_classes(layer, size_a, size_b, left_out):
    on, labels = layer
    found = chance_across(on, labels, 2, 0, size_a, size_b, left_out=left_out)
    rows = [sorted(set(np.flatnonzero(labels == wanted)) - set(left_out)) for wanted in (2, 0)]
    expected = [
        counts(on, a, b)
        for a in combinations(rows[0], size_a)
        for b in combinations(rows[1], size_b)
    ]
    assert (found.null, found.is_exact, found.n_possible) == (Null.ACROSS, True, len(expected))
    assert list(zip(found.unique_a, found.unique_b, strict=True)) == expected
    assert found.mean == pytest.approx(np.mean([a + b for a, b in expected]))
    for count in (0, 1, 4):
        share = np.mean([a + b >= count for a, b in expected])
        assert found.share_at_least(count) == found.p_value(count) == pytest.approx(share)


@pytest.mark.parametrize(("size_a", "size_b"), [(2, 2), (1, 3), (2, 0)])
def test_within_counts_every_pair_of_groups_of_one_class(layer, size_a, size_b):
    on, labels = layer
    found = chance_within(on, labels, 0, size_a, size_b, left_out=[8])
    rows = set(np.flatnonzero(labels == 0)) - {8}
    expected = [
        counts(on, a, b)
        for a in combinations(sorted(rows), size_a)
        for b in combinations(sorted(rows - set(a)), size_b)
    ]
    assert (found.null, found.is_exact, found.n_possible) == (Null.WITHIN, True, len(expected))
    assert list(zip(found.unique_a, found.unique_b, strict=True)) == expected


def test_draws_are_of_the_right_images_and_counted_as_the_circles_are(layer, monkeypatch):
    on, labels = layer
    monkeypatch.setattr(nulls, "BYTES_AT_ONCE", 100)
    across = chance_across(on, labels, 2, 0, 3, 2, left_out=[1], n_draws=60, seed=4)
    within = chance_within(on, labels, 0, 2, 3, left_out=[9], n_draws=60, seed=4)
    assert across.n_possible == comb(5, 3) * comb(7, 2)
    assert within.n_possible == comb(6, 2) * comb(4, 3)
    for found, of_b, left_out in ((across, 0, 1), (within, 0, 9)):
        assert (found.is_exact, found.n_draws) == (found.n_possible <= 60, len(found.unique_a))
        for place in range(found.n_draws):
            a, b = found.members_a[place].tolist(), found.members_b[place].tolist()
            assert len({*a, *b}) == len(a) + len(b)
            assert left_out not in {*a, *b}
            assert set(labels[b]) == {of_b}
            assert counts(on, a, b) == (found.unique_a[place], found.unique_b[place])


def test_every_pair_is_drawn_equally_often():
    on = np.eye(4, dtype=bool)
    labels = np.array([0, 0, 0, 1])
    drawn = chance_within(on, labels, 0, 1, 1, n_draws=5, seed=0)
    assert (drawn.is_exact, drawn.n_possible) == (False, 6)
    many = [chance_within(on, labels, 0, 1, 1, n_draws=5, seed=seed) for seed in range(400)]
    firsts = np.concatenate([one.members_a[:, 0] for one in many])
    pairs = firsts * 4 + np.concatenate([one.members_b[:, 0] for one in many])
    times = np.unique(pairs, return_counts=True)[1]
    assert len(times) == 6
    assert np.abs(times - 2000 / 6).max() < 5 * np.sqrt(2000 / 6)


def test_a_longer_series_begins_with_the_shorter_and_is_that_of_the_random_threes():
    rng = np.random.default_rng(0)
    on, labels = rng.random((40, 30)) < 0.5, rng.integers(0, 2, 40)
    longer = chance_across(on, labels, 0, 1, 3, 3, n_draws=50, seed=9)
    shorter = chance_across(PackedOn.of(on), labels, 0, 1, 3, 3, n_draws=20, seed=9)
    np.testing.assert_array_equal(longer.members_a[:20], shorter.members_a)
    np.testing.assert_array_equal(longer.unique[:20], shorter.unique)
    threes = random_triples(on, labels, 0, 1, n=20, seed=9)
    np.testing.assert_array_equal(shorter.members_b, threes.members_b)
    np.testing.assert_array_equal(shorter.unique_a, threes.unique_a)


def test_drawn_pairs_never_give_a_chance_of_nothing():
    rng = np.random.default_rng(0)
    on, labels = rng.random((40, 30)) < 0.5, rng.integers(0, 2, 40)
    found = chance_across(on, labels, 0, 1, 3, 3, n_draws=99)
    assert found.share_at_least(31) == 0
    assert found.p_value(31) == 1 / 100
    assert found.p_value(0) == 1
    low, high = found.quantiles((0.025, 0.975))
    assert low <= found.mean <= high


def test_what_cannot_be_drawn_says_so(layer):
    on, labels = layer
    for found, flag in (
        (chance_across(on, labels, 2, 1, 2, 4), Flag.TOO_FEW_TO_DRAW),
        (chance_across(on, labels, 2, 2, 2, 2), Flag.SAME_CLASS),
        (chance_within(on, labels, 1, 2, 2), Flag.TOO_FEW_TO_DRAW),
        (chance_within(on, labels, 7, 1, 1), Flag.TOO_FEW_TO_DRAW),
    ):
        assert found.flags == {flag}
        assert found.n_draws == 0
        assert np.isnan([found.mean, found.share_at_least(1), found.p_value(1)]).all()
        assert np.isnan(found.quantiles([0.5])).all()
    for sizes in ((0, 0), (-1, 2)):
        with pytest.raises(SelectionError, match="at least one image"):
            chance_across(on, labels, 2, 0, *sizes)
    with pytest.raises(SelectionError, match="at least one draw"):
        chance_within(on, labels, 0, 1, 1, n_draws=0)


def test_packed_cells_are_the_cells():
    rng = np.random.default_rng(1)
    for shape in ((9, 13), (4, 2, 2, 4), (3, 1)):
        on = rng.random(shape) < 0.5
        packed = PackedOn.of(on)
        flat = on.reshape(len(on), -1)
        assert packed.shape == flat.shape == (len(packed), packed.n_cells)
        np.testing.assert_array_equal(packed.unpacked(), flat)
        cells = rng.permutation(flat.shape[1])[:5]
        np.testing.assert_array_equal(packed.columns(cells), flat[:, cells])
        np.testing.assert_array_equal(packed.rows(slice(1, 3)).unpacked(), flat[1:3])
    assert PackedOn.of(packed) is packed
    with pytest.raises(SelectionError, match="packed cells of shape"):
        PackedOn(packed.bits, 9)
    with pytest.raises(SelectionError, match="expected"):
        PackedOn.of(np.ones(3, bool))


def test_unique_bits_are_the_rule(layer):
    on, _ = layer
    packed = PackedOn.of(on)
    members_a, members_b = np.array([[0, 1], [4, 9]]), np.array([[7, 8], [1, 15]])
    for place, bits in enumerate(unique_bits(packed, members_a, members_b)):
        for row, (a, b) in enumerate(zip(members_a, members_b, strict=True)):
            circles = find_circles(on[a], on[b])
            expected = (circles.unique_a, circles.unique_b)[place].reshape(-1)
            np.testing.assert_array_equal(PackedOn(bits, packed.n_cells).unpacked()[row], expected)
