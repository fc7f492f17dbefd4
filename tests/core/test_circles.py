"""Which cells are on, and which are circled, against plain loops."""

import numpy as np
import pytest

from cnn_core.circles.rule import Flag, find_circles, on_cells, on_from_peak
from cnn_core.errors import SelectionError
from cnn_core.survey.peaks import peaks


def on_by_loop(activations, threshold):
    """The definition in Python's own (double precision) numbers."""
    on = np.zeros(activations.shape, dtype=bool)
    for image, values in enumerate(activations):
        largest = max(float(v) for v in values.ravel())
        for cell in np.ndindex(values.shape):
            value = float(values[cell])
            on[(image, *cell)] = value > 0 and value >= threshold * largest
    return on


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("threshold", [0, 0.25, 0.3, 0.5, 1])
def test_on_is_the_definition(threshold, dtype):
    rng = np.random.default_rng(3)
    activations = (rng.integers(-4, 21, (20, 2, 3, 4)) / 4).astype(dtype)
    activations[3] = 0
    activations[4] = -1
    on = on_cells(activations, threshold)
    assert on.dtype == bool
    np.testing.assert_array_equal(on, on_by_loop(activations, threshold))


@pytest.mark.parametrize("threshold", [0.3, 0.1, 1 / 3, 0.7])
def test_on_is_exact_beside_the_cut(threshold):
    rng = np.random.default_rng(5)
    largest = rng.uniform(0.5, 9, 200).astype(np.float32)
    beside = (threshold * largest.astype(np.float64)).astype(np.float32)
    neighbours = [np.nextafter(beside, np.float32(0)), beside, np.nextafter(beside, np.float32(99))]
    activations = np.stack([*neighbours, largest], axis=1)
    on = on_cells(activations, threshold)
    np.testing.assert_array_equal(on, on_by_loop(activations, threshold))
    assert on[:, 2:].all()
    assert not on[:, 0].all()


def test_an_image_without_a_positive_value_has_nothing_on():
    silent = np.array([[0, 0, 0], [-1, -2, -1], [0, -1, 0]], dtype=np.float32)
    for threshold in (0, 0.3, 1):
        assert not on_cells(silent, threshold).any()


def test_threshold_0_is_every_positive_cell_and_1_only_the_maximum():
    image = np.array([[0, 1e-30, 5, -2, 5]], dtype=np.float32)
    assert on_cells(image, 0).tolist() == [[False, True, True, False, True]]
    assert on_cells(image, 1).tolist() == [[False, False, True, False, True]]


def test_columns_with_known_peaks_give_the_same_answer():
    activations = np.random.default_rng(2).normal(size=(9, 3, 3, 5)).astype(np.float32)
    columns = [4, 0, 44]
    flat = activations.reshape(9, -1)
    expected = on_cells(activations).reshape(9, -1)[:, columns]
    peak = peaks(activations)
    np.testing.assert_array_equal(peak, flat.max(axis=1))
    np.testing.assert_array_equal(on_from_peak(flat[:, columns], peak), expected)


@pytest.mark.parametrize("threshold", [-0.01, 1.01, float("nan")])
def test_impossible_thresholds(threshold):
    with pytest.raises(SelectionError, match="threshold"):
        on_cells(np.ones((1, 2)), threshold)


def test_impossible_shapes():
    with pytest.raises(SelectionError, match="activations of shape"):
        on_cells(np.ones(3))
    with pytest.raises(SelectionError, match="peak of shape"):
        on_from_peak(np.ones((3, 2)), np.ones(2))
    with pytest.raises(SelectionError, match="same cells"):
        find_circles(np.ones((3, 2)), np.ones((3, 4)))


def circles_by_loop(on_a, on_b):
    cells = on_a.shape[1:]
    found = {name: np.zeros(cells, dtype=bool) for name in ARRAYS}
    for cell in np.ndindex(cells):
        in_a = [bool(image[cell]) for image in on_a]
        in_b = [bool(image[cell]) for image in on_b]
        common_a = len(in_a) > 0 and in_a.count(False) == 0
        common_b = len(in_b) > 0 and in_b.count(False) == 0
        found["common_a"][cell] = common_a
        found["common_b"][cell] = common_b
        found["unique_a"][cell] = common_a and in_b.count(True) == 0
        found["unique_b"][cell] = common_b and in_a.count(True) == 0
        found["shared"][cell] = common_a and in_b.count(True) >= 1
        found["shared_b"][cell] = common_b and in_a.count(True) >= 1
    return found


ARRAYS = ("common_a", "common_b", "unique_a", "unique_b", "shared", "shared_b")


@pytest.mark.parametrize(("n_a", "n_b"), [(3, 3), (1, 4), (2, 1), (0, 2), (3, 0), (0, 0)])
def test_circles_are_the_definition(n_a, n_b):
    rng = np.random.default_rng(n_a * 10 + n_b)
    on_a, on_b = (rng.random((n, 4, 5, 6)) < 0.5 for n in (n_a, n_b))
    circles = find_circles(on_a, on_b)
    expected = circles_by_loop(on_a, on_b)
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(circles, name), expected[name], err_msg=name)
    assert (circles.n_a, circles.n_b) == (n_a, n_b)
    assert circles.n_unique_a == expected["unique_a"].sum()
    assert circles.n_unique_b == expected["unique_b"].sum()
    assert circles.n_shared == expected["shared"].sum()
    np.testing.assert_array_equal(
        circles.cells, np.flatnonzero(expected["common_a"] | expected["common_b"])
    )
    assert (Flag.EMPTY_A in circles.flags) == (n_a == 0)
    assert (Flag.EMPTY_B in circles.flags) == (n_b == 0)
    assert (Flag.UNEQUAL_SIZES in circles.flags) == (n_a != n_b)


def test_against_an_empty_group_all_that_is_common_is_unique():
    on_a = np.array([[1, 1, 0], [1, 0, 0]], dtype=bool)
    circles = find_circles(on_a, on_a[:0])
    assert circles.unique_a.tolist() == [True, False, False]
    assert circles.n_unique_b == 0
    assert circles.flags == {Flag.EMPTY_B, Flag.UNEQUAL_SIZES, Flag.NO_UNIQUE_B}


def test_an_image_in_both_groups_leaves_nothing_unique():
    on = np.random.default_rng(1).random((5, 30)) < 0.7
    circles = find_circles(on[:3], on[2:])
    assert circles.n_unique_a == circles.n_unique_b == 0
    assert circles.n_shared == circles.common_a.sum() > 0


def test_a_silent_image_leaves_nothing_common_and_is_flagged():
    on = np.ones((2, 4), dtype=bool)
    on[1] = False
    circles = find_circles(on, np.ones((2, 4), dtype=bool))
    assert circles.silent_a == 1
    assert circles.silent_b == 0
    assert not circles.common_a.any()
    assert circles.flags == {Flag.SILENT_A, Flag.NO_UNIQUE_A, Flag.NO_UNIQUE_B}
