"""The same detector in another network: found when its units stand in another order."""

import numpy as np
import pytest

from cnn_core.errors import ArtifactError, DataError
from cnn_core.patterns.compute import relatives_among
from cnn_core.patterns.files.relatives_file import Relative, load_relatives, write_relatives
from cnn_core.patterns.peaks import Peaks
from cnn_core.patterns.reading import SetReading
from cnn_core.patterns.relatives import correlations, matched

ORDER = [2, 0, 3, 1]
UNKNOWN = pytest.approx(float("nan"), nan_ok=True)


def answers(n=200, units=4, seed=0):
    return np.maximum(np.random.default_rng(seed).normal(size=(n, units)), 0).astype(np.float32)


def reading(activation, rows=None):
    rows = np.arange(len(activation)) if rows is None else rows
    peaks = Peaks(activation, activation, activation.astype(np.uint32))
    return SetReading(rows, rows * 0, 2, {"conv": peaks, "own": peaks}, {}, {})


def test_correlations_are_those_of_numpy():
    first, second = answers(), answers(units=3, seed=1)
    expected = np.corrcoef(first.T, second.T)[:4, 4:]
    np.testing.assert_allclose(correlations(first, second), expected, atol=1e-6)
    with pytest.raises(DataError, match="200 and to 199"):
        correlations(first, second[:-1])


def test_units_are_found_again_in_another_order():
    first = answers()
    noisy = first[:, ORDER] * 3 + 0.1 * answers(seed=2)
    found = matched(first, noisy)
    assert [ORDER[unit] for unit in found.partner] == [0, 1, 2, 3]
    assert found.correlation.min() > 0.98


def test_each_is_taken_once_and_the_sum_is_the_largest():
    first, second = answers(units=3), answers(units=5, seed=3)
    second[:, 0] += first[:, 0]
    second[:, 1] += 2 * first[:, 0]
    found, wide = matched(first, second), matched(second, first)
    assert len(set(found.partner)) == 3
    table = correlations(first, second)
    best = max(
        table[0, a] + table[1, b] + table[2, c]
        for a in range(5) for b in range(5) for c in range(5) if len({a, b, c}) == 3
    )  # fmt: skip
    assert found.correlation.sum() == pytest.approx(best)
    assert sorted(wide.partner)[:2] == [-1, -1]
    assert np.isnan(wide.correlation[wide.partner == -1]).all()


def test_constant_unit_has_no_relative():
    first, second = answers(), answers()
    first[:, 1] = 0.3
    found = matched(first, second)
    assert found.partner[1] == -1 and (found.partner[[0, 2, 3]] == [0, 2, 3]).all()


def test_relatives_in_all_other_networks_come_back_from_the_file(tmp_path):
    first = answers()
    readings = {
        "a1": reading(first),
        "b2": reading(first[:, ORDER]),
        # Another choice of images, and a layer that the others do not have.
        "c3": reading(first[::2, [0, 1]], np.arange(0, 200, 2)),
    }
    del readings["c3"].peaks["own"]
    # The first network before its training answers by other numbers; nothing is known of the others.
    start = reading(answers(seed=5))
    names = {"a1": "one", "b2": "two", "c3": "three"}
    found = relatives_among(names, readings, {"a1": start}, "set")
    path = tmp_path / "relatives.npz"
    write_relatives(path, found)
    again = load_relatives(path)
    assert again.test_digest == "set"
    for told in (found, again):
        assert told.of("a1", "conv", 0) == (
            Relative("two", 1, pytest.approx(1), UNKNOWN),
            Relative("three", 0, pytest.approx(1), UNKNOWN),
        )
        chance = matched(first[:, ORDER], answers(seed=5)).correlation[2]
        assert told.of("b2", "conv", 2) == (
            Relative("one", 3, pytest.approx(1), pytest.approx(chance)),
        )
        chance = matched(first[::2, [0, 1]], answers(seed=5)[::2]).correlation[1]
        assert told.of("c3", "conv", 1) == (
            Relative("one", 1, pytest.approx(1), pytest.approx(chance)),
            Relative("two", 3, pytest.approx(1), UNKNOWN),
        )
        assert told.of("c3", "own", 0) == ()
        assert [one.model for one in told.of("b2", "own", 0)] == ["one"]


def test_missing_file_is_none_and_a_damaged_one_is_told(tmp_path):
    path = tmp_path / "relatives.npz"
    assert load_relatives(path) is None
    write_relatives(path, relatives_among({"a": "one"}, {"a": reading(answers())}, {}, "set"))
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ArtifactError, match=r"relatives\.npz: truncated or altered; check"):
        load_relatives(path)
