"""Hit rates, the circle reader and random triples, against plain loops."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binomtest

from cnn_core.circles.circle_reader import (
    UNDECIDED,
    circle_reader,
    hit_rates,
    network_on_pair,
    pooled_difference,
    rows_of_classes,
    weigh_circles,
)
from cnn_core.circles.random_triples import random_triples
from cnn_core.circles.rule import Flag, find_circles, on_cells
from cnn_core.errors import SelectionError
from cnn_core.statistics import paired_difference, wilson_interval
from cnn_core.survey.peaks import peaks


@pytest.fixture(params=range(3))
def layer(request):
    """Activations (60, 3, 3, 8) with equal values and silent images, and labels 0 ... 3."""
    rng = np.random.default_rng(request.param)
    labels = rng.integers(0, 4, 60)
    tendency = rng.normal(size=(4, 3, 3, 8))
    values = np.maximum(np.round(2 * (tendency[labels] + rng.normal(size=(60, 3, 3, 8)))), 0)
    values[7] = 0
    return values.astype(np.float32), labels


def test_hit_rates_leave_the_own_images_out(layer):
    values, labels = layer
    on = on_cells(values)
    left_out = [int(i) for c in (1, 3) for i in np.flatnonzero(labels == c)[:3]]
    found = hit_rates(on, labels, 1, 3, left_out)
    assert found.classes == (1, 3)
    for place, wanted in enumerate((1, 3)):
        rows = [i for i in range(60) if labels[i] == wanted and i not in left_out]
        assert found.n_images[place] == len(rows)
        for cell in np.ndindex(on.shape[1:]):
            hits = sum(bool(on[(i, *cell)]) for i in rows)
            interval = binomtest(hits, len(rows)).proportion_ci(method="wilson")
            where = (place, *cell)
            assert found.hits[where] == hits
            assert found.rate[where] == hits / len(rows)
            assert found.low[where] == pytest.approx(interval.low, abs=1e-13)
            assert found.high[where] == pytest.approx(interval.high, abs=1e-13)


def test_left_out_images_change_the_rate():
    on = np.array([[True], [True], [False], [False]])
    assert hit_rates(on, [0, 0, 0, 1], 0, 1).rate[0] == [2 / 3]
    assert hit_rates(on, [0, 0, 0, 1], 0, 1, left_out=(0, 1)).rate[0] == [0]


def test_a_class_without_images_has_no_hit_rate():
    on = np.ones((3, 2, 2), dtype=bool)
    found = hit_rates(on, [0, 0, 1], 0, 1, left_out=[2])
    assert found.n_images.tolist() == [2, 0]
    assert found.rate[0].tolist() == [[1, 1], [1, 1]]
    for undefined in (found.rate, found.low, found.high):
        assert np.isnan(undefined[1]).all()
    no_cells = hit_rates(np.ones((3, 0), dtype=bool), [0, 0, 1], 0, 1)
    assert no_cells.rate.shape == (2, 0)


def read_by_loop(on, unique_a, unique_b, labels, p, q, left_out):
    """Decisions, and (credit, number judged), with exact fractions."""
    decisions, credit, judged = [], Fraction(0), 0
    for image, label in enumerate(labels):
        shares = []
        for unique in (unique_a, unique_b):
            cells = list(zip(*np.nonzero(unique), strict=True))
            hits = sum(bool(on[(image, *cell)]) for cell in cells)
            shares.append(Fraction(hits, len(cells)) if cells else Fraction(0))
        decision = p if shares[0] > shares[1] else q if shares[0] < shares[1] else UNDECIDED
        decisions.append(decision)
        if label in (p, q) and image not in left_out:
            judged += 1
            credit += Fraction(1, 2) if decision == UNDECIDED else int(decision == label)
    return decisions, credit, judged


def groups_of(labels, p, q, n_a, n_b):
    return np.flatnonzero(labels == p)[:n_a], np.flatnonzero(labels == q)[:n_b]


@pytest.mark.parametrize(("n_a", "n_b"), [(3, 3), (1, 4), (2, 0), (0, 0)])
@pytest.mark.parametrize(("p", "q"), [(0, 2), (3, 1)])
def test_reader_is_the_definition(layer, p, q, n_a, n_b):
    values, labels = layer
    on = on_cells(values)
    a, b = groups_of(labels, p, q, n_a, n_b)
    circles = find_circles(on[a], on[b])
    left_out = [*a.tolist(), *b.tolist()]
    reader = circle_reader(on[:, circles.unique_a], on[:, circles.unique_b], labels, p, q, left_out)
    decisions, credit, judged = read_by_loop(
        on, circles.unique_a, circles.unique_b, labels, p, q, left_out
    )
    assert reader.decisions.tolist() == decisions
    assert reader.overall.n == judged == reader.judged.sum()
    assert reader.overall.credit == credit
    assert reader.overall.value == pytest.approx(float(credit / judged), rel=1e-15)
    assert (reader.overall.low, reader.overall.high) == tuple(
        map(float, wilson_interval(float(credit), judged))
    )
    assert reader.of_p.n + reader.of_q.n == judged
    assert reader.of_p.credit + reader.of_q.credit == credit
    assert not reader.judged[left_out].any()
    assert reader.n_undecided == sum(
        decisions[i] == UNDECIDED for i in np.flatnonzero(reader.judged)
    )
    assert (Flag.NO_UNIQUE_A in reader.flags) == (circles.n_unique_a == 0)
    assert (Flag.NO_UNIQUE_B in reader.flags) == (circles.n_unique_b == 0)


def test_equal_shares_of_different_numbers_of_cells_are_a_tie():
    on_a = np.array([[1, 0, 0]], dtype=bool)
    on_b = np.array([[1, 1, 0, 0, 0, 0]], dtype=bool)
    reader = circle_reader(on_a, on_b, [4], 4, 9)
    assert reader.decisions.tolist() == [UNDECIDED]
    assert (reader.overall.value, reader.n_undecided) == (0.5, 1)
    assert reader.flags == {Flag.NO_IMAGES_OF_Q}
    assert np.isnan(reader.of_q.value)


def test_without_any_unique_cell_every_image_is_undecided():
    nothing = np.empty((4, 0), dtype=bool)
    reader = circle_reader(nothing, nothing, [4, 9, 9, 1], 4, 9)
    assert reader.overall.value == 0.5
    assert reader.n_undecided == 3
    assert reader.share_a.tolist() == [0] * 4
    assert reader.flags == {Flag.NO_UNIQUE_A, Flag.NO_UNIQUE_B}


def test_nothing_to_tell_apart_within_one_class():
    on = np.ones((3, 2), dtype=bool)
    reader = circle_reader(on, ~on, [4, 4, 9], 4, 4)
    assert Flag.SAME_CLASS in reader.flags
    assert reader.overall.n == 0
    assert np.isnan(reader.overall.value)


def test_all_images_left_out():
    on = np.ones((2, 1), dtype=bool)
    reader = circle_reader(on, ~on, [0, 1], 0, 1, left_out=[0, 1])
    assert {Flag.NO_IMAGES_OF_P, Flag.NO_IMAGES_OF_Q} <= reader.flags
    assert np.isnan([reader.overall.value, reader.overall.low, reader.overall.high]).all()
    assert reader.decisions.tolist() == [0, 0]


@pytest.mark.parametrize("left_out", [[-1], [60]])
def test_rows_left_out_must_exist(layer, left_out):
    values, labels = layer
    with pytest.raises(SelectionError, match="rows go from 0 to 59"):
        hit_rates(values > 0, labels, 0, 1, left_out)


def test_labels_must_match():
    with pytest.raises(SelectionError, match="as many labels"):
        circle_reader(np.ones((2, 1)), np.ones((2, 1)), [1], 0, 1)
    with pytest.raises(SelectionError, match="unique cells of shape"):
        circle_reader(np.ones((2, 1, 1)), np.ones((2, 1)), [0, 1], 0, 1)


def test_weighing_needs_the_circled_columns_of_the_two_classes_only(layer):
    values, labels = layer
    on = on_cells(values, 0.4)
    a, b = groups_of(labels, 1, 2, 2, 2)
    circles = find_circles(on[a], on[b])
    left_out = [*a, *b]
    rows = rows_of_classes(labels, (1, 2))
    columns = values.reshape(60, -1)[np.ix_(rows, circles.cells)]
    places = [rows.tolist().index(i) for i in left_out]
    worth = weigh_circles(circles, columns, peaks(values)[rows], labels[rows], 1, 2, 0.4, places)
    whole = hit_rates(on, labels, 1, 2, left_out)
    np.testing.assert_array_equal(worth.hit_rates.rate, whole.rate.reshape(2, -1)[:, worth.cells])
    reader = circle_reader(on[:, circles.unique_a], on[:, circles.unique_b], labels, 1, 2, left_out)
    assert worth.reader.overall == reader.overall
    np.testing.assert_array_equal(worth.reader.decisions, reader.decisions[rows])
    with pytest.raises(SelectionError, match="expected one for each"):
        weigh_circles(circles, columns[:, 1:], peaks(values)[rows], labels[rows], 1, 2, 0.4)


def test_the_network_is_asked_the_same_question():
    logits = np.array([[5, 1, 2], [5, 2, 1], [0, 1, 1], [9, 0, 1], [0, 1, 2]], np.float32)
    labels = [1, 1, 2, 0, 2]
    found = network_on_pair(logits, labels, 1, 2)
    # The first image is a 0 to the network, but between 1 and 2 it is a 2.
    assert found.decisions.tolist() == [2, 1, UNDECIDED, 2, 2]
    assert found.judged.tolist() == [True, True, True, False, True]
    assert found.credit[found.judged].tolist() == [0, 1, 0.5, 1]
    assert (found.overall.credit, found.overall.n, found.n_undecided) == (2.5, 4, 1)
    assert (found.of_p.value, found.of_q.value) == (0.5, 0.75)
    assert network_on_pair(logits, labels, 1, 2, left_out=[0]).overall.credit == 2.5
    assert network_on_pair(logits, labels, 1, 1).flags == {
        Flag.SAME_CLASS,
        Flag.NO_IMAGES_OF_P,
        Flag.NO_IMAGES_OF_Q,
    }
    with pytest.raises(SelectionError, match="class 3 does not exist"):
        network_on_pair(logits, labels, 1, 3)


def test_readers_are_compared_on_the_images_that_all_of_them_judge(layer):
    values, labels = layer
    on = on_cells(values).reshape(60, -1)
    rng = np.random.default_rng(5)
    circles, networks = [], []
    for left_out in ([4, 9], [20]):
        cells = rng.choice(on.shape[1], 6, replace=False)
        reader = circle_reader(on[:, cells[:3]], on[:, cells[3:]], labels, 1, 3, left_out)
        circles.append(reader)
        logits = rng.normal(size=(60, 4)) + 2 * np.eye(4)[labels]
        networks.append(network_on_pair(logits, labels, 1, 3))
    found = pooled_difference(networks, circles)
    rows = rows_of_classes(labels, (1, 3), left_out=[4, 9, 20])
    expected = paired_difference(
        [reader.credit[rows] for reader in networks], [reader.credit[rows] for reader in circles]
    )
    assert found == expected
    assert found.n_models == 2


def test_rows_of_classes():
    assert rows_of_classes([3, 1, 2, 3], (3, 2), left_out=[0]).tolist() == [2, 3]
    assert rows_of_classes([3, 1], (5,)).tolist() == []


@pytest.mark.parametrize("size", [3, 1, 5])
def test_random_triples_are_the_reader_of_their_circles(layer, size):
    values, labels = layer
    on = on_cells(values)
    found = random_triples(on, labels, 2, 0, n=45, seed=6, size=size)
    assert found.members_a.shape == found.members_b.shape == (45, size)
    for draw in range(45):
        a, b = found.members_a[draw], found.members_b[draw]
        assert len(set(a.tolist())) == len(set(b.tolist())) == size
        assert (labels[a] == 2).all()
        assert (labels[b] == 0).all()
        circles = find_circles(on[a], on[b])
        left_out = [*a.tolist(), *b.tolist()]
        _, credit, judged = read_by_loop(
            on, circles.unique_a, circles.unique_b, labels, 2, 0, left_out
        )
        assert found.unique_a[draw] == circles.n_unique_a
        assert found.unique_b[draw] == circles.n_unique_b
        assert found.accuracies[draw] == float(credit) / judged
        assert found.n_judged == judged
    assert found.mean == pytest.approx(sum(found.accuracies) / 45)
    assert found.flags == frozenset()


def test_random_triples_do_not_depend_on_other_classes_or_on_their_number(layer):
    values, labels = layer
    on = on_cells(values)
    found = random_triples(on, labels, 1, 3, n=30, seed=2)
    rows = rows_of_classes(labels, (1, 3))
    alone = random_triples(on[rows], labels[rows], 1, 3, n=30, seed=2)
    np.testing.assert_array_equal(found.accuracies, alone.accuracies)
    np.testing.assert_array_equal(found.members_a, rows[alone.members_a])
    fewer = random_triples(on, labels, 1, 3, n=7, seed=2)
    np.testing.assert_array_equal(found.accuracies[:7], fewer.accuracies)
    later = random_triples(on, labels, 1, 3, n=23, seed=2, first=7)
    np.testing.assert_array_equal(found.accuracies[7:], later.accuracies)
    np.testing.assert_array_equal(found.members_b[7:], later.members_b)
    other = random_triples(on, labels, 1, 3, n=30, seed=3)
    assert not np.array_equal(found.members_a, other.members_a)


def test_random_triples_report_progress_and_can_be_stopped(layer):
    values, labels = layer
    told = []
    random_triples(values > 0, labels, 0, 1, n=50, progress=lambda *done: told.append(done))
    assert told[-1] == (50, 50)
    assert told == sorted(set(told))
    assert len(told) > 1

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        random_triples(values > 0, labels, 0, 1, progress=stop)


@pytest.mark.parametrize(
    ("labels", "p", "q", "flag"),
    [
        ([0, 0, 0, 1, 1, 5], 0, 1, Flag.TOO_FEW_TO_DRAW),
        ([0] * 6, 0, 1, Flag.TOO_FEW_TO_DRAW),
        ([0] * 6, 0, 0, Flag.SAME_CLASS),
    ],
)
def test_random_triples_that_cannot_be_drawn(labels, p, q, flag):
    found = random_triples(np.ones((6, 4), dtype=bool), labels, p, q)
    assert flag in found.flags
    assert len(found.accuracies) == len(found.members_a) == len(found.unique_b) == 0
    assert np.isnan(found.mean)


def test_random_triples_with_no_image_left_to_judge():
    on = np.random.default_rng(0).random((6, 4)) < 0.5
    found = random_triples(on, [0, 0, 0, 1, 1, 1], 0, 1, n=4)
    assert found.flags == {Flag.NO_IMAGES_OF_P, Flag.NO_IMAGES_OF_Q}
    assert found.n_judged == 0
    assert np.isnan(found.accuracies).all()
    assert np.isnan(found.mean)
    with pytest.raises(SelectionError, match="at least 1"):
        random_triples(on, [0] * 6, 0, 1, n=0)


def test_random_triples_in_several_portions_of_images(layer, monkeypatch):
    values, labels = layer
    whole = random_triples(values > 0, labels, 0, 1, n=25)
    monkeypatch.setattr("cnn_core.circles.random_triples._VALUES_AT_ONCE", 200)
    np.testing.assert_array_equal(
        random_triples(values > 0, labels, 0, 1, n=25).accuracies, whole.accuracies
    )


def test_a_silent_layer_is_read_by_nobody():
    on = on_cells(np.zeros((10, 2, 2, 3), dtype=np.float32))
    found = random_triples(on, [0, 1] * 5, 0, 1, n=5)
    assert found.accuracies.tolist() == [0.5] * 5
    assert not found.unique_a.any()
