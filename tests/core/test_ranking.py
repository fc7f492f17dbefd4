"""The first of many, against NumPy's stable sort."""

import numpy as np
import pytest

from cnn_core.survey.ranking import smallest_first

_draw = np.random.default_rng(3)
KEYS = {
    "all different": _draw.permutation(500) / 7,
    "many ties": _draw.integers(0, 6, 500).astype(float),
    "all equal": np.zeros(500),
    "zeros of both signs": np.where(_draw.random(500) < 0.5, 0.0, -0.0),
    "some nan": np.where(_draw.random(500) < 0.3, np.nan, _draw.integers(0, 9, 500)),
    "all nan": np.full(500, np.nan),
    "infinite": _draw.choice([-np.inf, 1.0, np.inf], 500),
    "whole numbers": _draw.integers(-3, 3, 500),
    "narrow floats": _draw.normal(0, 1, 500).astype(np.float32),
}


@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("n", [1, 2, 7, 60, 63, 250, 499, 500, 501, None])
def test_it_is_the_head_of_a_stable_sort(keys, n):
    given = keys.copy()
    np.testing.assert_array_equal(smallest_first(given, n), np.argsort(keys, kind="stable")[:n])
    np.testing.assert_array_equal(given, keys)


def test_nothing_has_no_first():
    assert smallest_first(np.empty(0)).tolist() == []
    assert smallest_first(np.empty(0), 3).tolist() == []
