"""Units on demand: the same findings as those of the survey, told step by step and kept."""

import numpy as np
import pytest

from cnn_core.errors import SelectionError
from cnn_core.patterns import on_demand, reading
from cnn_core.patterns.compute import PatternSurvey
from cnn_core.patterns.on_demand import PatternBench
from cnn_core.patterns.results import TABLE
from tests.core.pattern_cases import images_for, mixed_kinds, network_of
from tests.core.test_patterns_ascent import SHORT

UNITS = [1, 3]


def bench(cache, layer="bounded"):
    network = network_of(mixed_kinds)
    sets = images_for(network, 64), images_for(network, 50, "test")
    return PatternBench(network, layer, *sets, recipe=SHORT, cache_folder=cache)


@pytest.fixture
def small_steps(monkeypatch):
    monkeypatch.setattr(on_demand, "FIRST_IMAGES", 10)
    monkeypatch.setattr(on_demand, "IMAGES_A_STEP", 25)


def test_steps_grow_into_what_the_survey_finds(tmp_path, small_steps):
    steps = list(bench(tmp_path).steps(UNITS))
    assert [step.n_searched for step in steps[:6]] == [10, 10, 10, 35, 60, 64]
    titles = [
        "patches",
        *["pattern"] * 2,
        *["patches"] * 3,
        *["test images"] * 2,
        "habits",
        "scores",
    ]
    assert [step.title for step in steps] == titles
    shares = [step.done for step in steps]
    assert shares == sorted(shares) and shares[-1] == 1
    first, grown = steps[0].unit(3), steps[1].unit(3)
    assert len(first.patches) == 9 and first.pattern is None and first.n_fired is None
    assert grown.pattern.shape[0] == 2 and grown.right_choice is None
    # What a step has told stays as it was.
    assert max(patch.image for patch in first.patches) < 10
    assert all(steps[-1].unit(unit).is_complete for unit in UNITS)
    network = network_of(mixed_kinds)
    sets = images_for(network, 64), images_for(network, 50, "test")
    whole = PatternSurvey(network, *sets, recipe=SHORT, cache_folder=tmp_path).result()
    for name in TABLE:
        if name.startswith("quiz"):
            continue
        np.testing.assert_allclose(
            steps[-1].arrays[name].astype(float),
            whole.layer("bounded")[name][UNITS].astype(float),
            rtol=0.02, atol=10 if name in ("pattern", "strip") else 0.02, err_msg=name,
        )  # fmt: skip


def test_the_next_unit_takes_the_ascent_alone_and_the_same_one_nothing(tmp_path, small_steps):
    own = bench(tmp_path)
    (*_, last) = own.steps([1])
    (again,) = bench(tmp_path).steps([1])
    assert again.title == "kept"
    for name in TABLE:
        np.testing.assert_array_equal(again.arrays[name], last.arrays[name])
    titles = [step.title for step in own.steps([0])]
    assert titles == ["patches", "pattern", "pattern", "habits", "scores"]
    assert own.n_of_class.tolist() == [17, 17, 16]


def test_of_a_large_set_some_images_are_searched(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_IMAGES", 20)
    (*_, last) = bench(tmp_path).steps([1])
    rows = set(np.linspace(0, 63, 20).astype(int))
    assert last.n_searched == 20 and set(last.arrays["patch_image"][0]) <= rows


def test_unit_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(SelectionError, match="units 0 to 3"):
        next(bench(tmp_path).steps([4]))
    with pytest.raises(SelectionError, match="Mirror"):
        bench(tmp_path, "Mirror")
