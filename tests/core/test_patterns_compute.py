"""All units of a network in one survey: every part of it, and a killed run that goes on."""

import numpy as np
import pytest

from cnn_core.errors import DataError, SelectionError
from cnn_core.images.dataset import Dataset
from cnn_core.patterns import compute
from cnn_core.patterns.compute import PatternSurvey
from cnn_core.patterns.files.pattern_file import load_patterns, write_patterns
from cnn_core.patterns.files.stages import Stages
from cnn_core.patterns.results import TABLE
from cnn_core.patterns.scoring.likeness import patch_windows
from cnn_core.patterns.scoring.quiz import quiz_trials
from tests.core.pattern_cases import DEAD, frame, images_for, mixed_kinds, network_of
from tests.core.test_patterns_ascent import SHORT

N_TRAIN, N_TEST = 64, 50


def sets():
    network = network_of(mixed_kinds)
    return images_for(network, N_TRAIN), images_for(network, N_TEST, "test")


def survey(cache, **options):
    return PatternSurvey(
        network_of(mixed_kinds), *sets(), recipe=SHORT, cache_folder=cache, **options
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def found(cache):
    return survey(cache).result()


def test_every_unit_has_everything(found, tmp_path):
    assert list(found.layers) == ["five", "depthwise", "bounded", "hidden", "classes"]
    assert found.n_searched == N_TRAIN and found.n_of_class.tolist() == [17, 17, 16]
    for layer in found.layers.values():
        assert all(layer.unit(unit).is_complete for unit in range(layer.n_units))
    dead = found.layer("five").unit(DEAD)
    assert dead.is_dead and dead.n_reached == dead.n_top == 0
    assert np.isnan(dead.out_of_range) and not dead.n_fired.any()
    assert found.layer("five")["is_dead"].sum() == 1
    write_patterns(tmp_path / "own.npz", found)
    again = load_patterns(tmp_path / "own.npz")
    for name in TABLE:
        np.testing.assert_array_equal(again.layer("hidden")[name], found.layer("hidden")[name])
    assert tuple(again.recipe["length_scales"]) == SHORT.length_scales


def test_finished_steps_are_not_computed_again(found, cache, monkeypatch):
    for name in ("read_peaks", "read_set", "Ascender", "Judge"):
        monkeypatch.setattr(compute, name, None)
    again = survey(cache).result()
    for name in TABLE:
        np.testing.assert_array_equal(again.layer("five")[name], found.layer("five")[name])


def test_killed_run_goes_on_where_it_was(found, tmp_path, monkeypatch):
    monkeypatch.setattr(compute, "IMAGES_A_STEP", 20)
    steps = []

    def stop_at(step):
        def progress(done, total, title):
            steps.append((done, total, title))
            if done == step:
                raise KeyboardInterrupt

        return progress

    for step in (2, 4, 7):
        with pytest.raises(KeyboardInterrupt):
            survey(tmp_path, progress=stop_at(step)).result()
    again = survey(tmp_path, progress=stop_at(None)).result()
    assert steps[-1] == (10, 10, "done")
    # Three parts of 20 images and the rest: the third was told twice, and computed once.
    told = [done for done, _, title in steps if title == "train images"]
    assert told == [0, 1, 2, 2, 3]
    for name, layer in found.layers.items():
        for key in TABLE:
            np.testing.assert_allclose(
                again.layer(name)[key].astype(float), layer[key], rtol=1e-4, atol=1e-5
            )


def test_damaged_steps_and_a_lost_disk_count_as_none(tmp_path):
    stages, arrays = Stages(("a", 1), tmp_path), {"x/y": np.arange(9)}
    assert stages.load("first") is None
    stages.save("first", arrays)
    np.testing.assert_array_equal(stages.load("first")["x/y"], np.arange(9))
    assert Stages(("a", 2), tmp_path).load("first") is None
    for path in tmp_path.glob("*/*.npz"):
        path.write_bytes(path.read_bytes()[:-50])
    assert stages.load("first") is None
    stages.save("first", arrays)
    stages.forget()
    assert stages.load("first") is None
    (tmp_path / "file").write_text("")
    lost = Stages(("a", 1), tmp_path / "file")
    lost.save("first", arrays)
    assert lost.load("first") is None


def test_images_of_another_shape_are_refused(tmp_path):
    train, test = sets()
    small = Dataset("train", train.images[:, 1:], train.labels, train.class_names)
    with pytest.raises(DataError, match=r"image set train: images of shape \(19, 31, 3\)"):
        PatternSurvey(network_of(mixed_kinds), small, test, cache_folder=tmp_path)


def test_quiz_asks_about_test_images_and_the_machine_looks_at_the_same_pixels(found):
    train, test = sets()
    looks = frame(mixed_kinds, "bounded")
    unit = found.layer("bounded").unit(1)
    assert unit.n_top
    trials = quiz_trials(unit, looks, train, test, 40, seed=3)
    for trial in trials:
        assert set(trial.reference_image) <= set(unit.patch_image)
        assert trial.answer == trial.query_response.argmax()
        assert trial.query_image[trial.answer] in unit.quiz_image[0]
        assert trial.query_image[1 - trial.answer] in unit.quiz_image[1]
        for windows, dataset, image, cell in (
            (trial.references, train, trial.reference_image, trial.reference_cell),
            (trial.queries, test, trial.query_image, trial.query_cell),
        ):
            seen = patch_windows(dataset, looks, np.array(1), image, cell)
            np.testing.assert_array_equal(windows, seen)
        cosines = [
            np.mean(
                [
                    np.vdot(query, one) / np.linalg.norm(query) / np.linalg.norm(one)
                    for one in trial.references
                ]
            )
            for query in trial.queries
        ]
        assert trial.machine == np.argmax(cosines)
    assert {trial.answer for trial in trials} == {0, 1}
    again = quiz_trials(unit, looks, train, test, 40, seed=3)
    assert [one.answer for one in again] == [one.answer for one in trials]
    other = quiz_trials(unit, looks, train, test, 40, seed=4)
    assert [one.answer for one in other] != [one.answer for one in trials]


def test_quiz_about_a_dead_unit_is_refused(found):
    with pytest.raises(SelectionError, match=f'unit {DEAD} of layer "five": no image excites it'):
        quiz_trials(found.layer("five").unit(DEAD), frame(mixed_kinds, "five"), *sets(), 3)
