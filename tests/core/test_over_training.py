"""What is measured at every snapshot of a training, and the file that keeps it."""

import json

import numpy as np
import pytest

from cnn_core.__main__ import main
from cnn_core.artifacts import read_manifest, sha256_of, verify_artifacts
from cnn_core.circles.groups import clearest
from cnn_core.errors import ArtifactError, SelectionError
from cnn_core.network.classifier import Network
from cnn_core.network.opening import load_network
from cnn_core.readouts.over_training import measure as measuring
from cnn_core.readouts.over_training.measure import measure_course
from cnn_core.readouts.over_training.results import course_text, load_training_course
from cnn_core.statistics import wilson_interval
from cnn_core.training.article_cnn import build_article_cnn
from cnn_core.training.course import activations_over_training, open_snapshots
from cnn_core.training.snapshot_writer import SnapshotTaker
from cnn_core.training.snapshots import SnapshotPlan
from cnn_core.training.train import Recipe, train_and_publish
from tests.core.training_cases import bars

# Keras reads its variables in a way that NumPy 2 will stop to allow.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RECIPE = Recipe(epochs=2, batch_size=16, validation_images=16)


@pytest.fixture(scope="module")
def sets():
    return bars("train", 120, seed=1), bars("test", 60, seed=2)


@pytest.fixture(scope="module")
def folder(sets, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    plan = SnapshotPlan((0, 3), ())
    train_and_publish(*sets, folder, "bars", recipe=RECIPE, plan=plan, show_progress=False)
    return folder


@pytest.fixture(scope="module")
def course(folder):
    return open_snapshots(folder / "bars_snapshots.npz", load_network(folder / "bars.keras"))


def measure(course, sets, cache, **options):
    return measure_course(course, "digest", *sets, [(0, 1)], cache_folder=cache, **options)


@pytest.fixture(scope="module")
def readings(course, sets, tmp_path_factory):
    return measure(course, sets, tmp_path_factory.mktemp("cache"))


def shares(reading):
    found = (reading.network, reading.probe, reading.best_cell, reading.best_node, reading.circles)
    return [share for share in found if share is not None]


def test_every_snapshot_is_measured_for_all_classes_and_the_pair(course, sets, readings):
    assert [moment.step for moment in readings.moments] == [0, 3, 14]
    assert (readings.layer, readings.hidden) == ("Conv2D_3", "Dense_1")
    assert [(task.name, task.classes, task.n_fitted) for task in readings.tasks] == [
        ("all", (0, 1), 120),
        ("0-1", (0, 1), 120),
    ]
    for moment in readings.moments:
        for reading in moment.readings:
            assert (reading.circles is None) == (reading.task == "all")
            for share in shares(reading):
                assert (share.n, share.value) == (60, pytest.approx(share.credit / 60, abs=1e-6))
                assert (share.low, share.high) == pytest.approx(
                    tuple(map(float, wilson_interval(share.credit, 60))), abs=1e-6
                )
        # Two classes are all classes here: the same question asked in two ways.
        of_all, of_pair = moment.of("all"), moment.of("0-1")
        assert (of_all.network, of_all.probe) == (of_pair.network, of_pair.probe)


def test_the_network_is_counted_as_it_answers(course, sets, readings):
    images, labels = sets[1].images, sets[1].labels
    shown = activations_over_training(course, images)
    for moment, activations in zip(readings.moments, shown, strict=True):
        n_right = int((activations.predictions == labels).sum())
        assert moment.of("all").network.credit == n_right
    assert (
        readings.moments[-1].of("all").network.credit
        == (course.network.activations(images).predictions == labels).sum()
    )


def test_silence_is_counted_in_whole_units(course, sets, readings):
    shown = activations_over_training(course, sets[1].images)
    for moment, activations in zip(readings.moments, shown, strict=True):
        for told in moment.silent:
            zero = (activations[told.layer] == 0).reshape(60, -1, activations[told.layer].shape[-1])
            silent = zero.all(axis=1)
            assert told.silent == pytest.approx(silent.mean(), abs=1e-6)
            assert told.dead == pytest.approx(silent.all(axis=0).mean(), abs=1e-6)
    assert [told.layer for told in moment.silent] == ["Conv2D_3", "Dense_1"]


def test_votes_are_held_against_those_at_the_start(course, readings):
    start, last = (course.network_at(place).weights("Dense_2")["kernel"] for place in (0, 2))
    expected = np.corrcoef(start[:, 0] - start[:, 1], last[:, 0] - last[:, 1])[0, 1]
    assert readings.moments[0].of("0-1").votes_correlation == pytest.approx(1)
    assert readings.moments[-1].of("0-1").votes_correlation == pytest.approx(expected, abs=1e-6)


def test_circles_are_those_of_clear_training_images(course, sets, readings):
    train = sets[0]
    told = course.network.activations(train.images)
    of_pair = readings.tasks[1].groups
    for group, (p, q) in zip(of_pair, ((0, 1), (1, 0)), strict=True):
        assert group == clearest(told.logits, train.labels, told.predictions, p, q, 3)


def test_a_class_that_the_network_never_finds_has_no_circles(sets, tmp_path):
    model = build_article_cnn((18, 18, 1), 2, seed=1)
    model.get_layer("Dense_2").bias.assign([100.0, 0.0])
    taker = SnapshotTaker(model, SnapshotPlan())
    taker.after_step(0)
    taker.save(tmp_path / "stuck_snapshots.npz")
    stuck = open_snapshots(tmp_path / "stuck_snapshots.npz", Network(model, name="stuck"))
    found = measure(stuck, sets, tmp_path)
    assert [len(group) for group in found.tasks[1].groups] == [3, 0]
    (moment,) = found.moments
    assert moment.of("0-1").circles is None
    assert moment.of("0-1").network.credit == (sets[1].labels == 0).sum()


def test_a_killed_run_goes_on_after_its_last_snapshot(
    course, sets, readings, tmp_path, monkeypatch
):
    measured = []
    real = measuring._measure

    def counted(*given):
        if len(measured) == 2:
            raise KeyboardInterrupt
        measured.append(given[1])
        return real(*given)

    monkeypatch.setattr(measuring, "_measure", counted)
    told = []
    with pytest.raises(KeyboardInterrupt):
        measure(course, sets, tmp_path)
    measured.clear()
    found = measure(course, sets, tmp_path, progress=lambda *step: told.append(step))
    assert measured == [2]
    assert found.moments == readings.moments
    assert told == [(0, 3, "step 0"), (1, 3, "step 3"), (2, 3, "step 14"), (3, 3, "done")]
    measured.clear()
    with pytest.raises(KeyboardInterrupt):
        measure(course, sets, tmp_path, anew=True)
    assert measured == [0, 1]


def test_a_pair_that_does_not_exist(course, sets, tmp_path):
    with pytest.raises(SelectionError, match="class 2"):
        measure_course(course, "digest", *sets, [(0, 2)], cache_folder=tmp_path)


# --- the file ---------------------------------------------------------------------------------


def test_the_file_gives_back_what_was_measured(readings, tmp_path):
    path = tmp_path / "course.json"
    path.write_text(course_text([readings]))
    (loaded,) = load_training_course(path)
    assert (loaded.moments, loaded.tasks) == (readings.moments, readings.tasks)
    assert course_text([loaded]) == course_text([readings])
    assert load_training_course(tmp_path / "none.json") == ()


def text_for_a_number(content):
    content["courses"][0]["moments"][0]["readings"][0]["network"]["value"] = "abc"


def nothing_for_a_number(content):
    del content["courses"][0]["moments"][0]["silent"][0]["dead"]


def a_field_too_many(content):
    content["courses"][0]["more"] = 1


def another_format(content):
    content["format"] = 9


@pytest.mark.parametrize(
    "change, fault",
    [
        (text_for_a_number, r"courses\.0\.moments\.0\.readings\.0\.network\.value"),
        (nothing_for_a_number, r"silent\.0\.dead"),
        (a_field_too_many, r"courses\.0\.more"),
        (another_format, "format 9 where this version reads 1"),
    ],
)
def test_an_altered_file_is_refused_in_one_line(readings, tmp_path, change, fault):
    path = tmp_path / "course.json"
    content = json.loads(course_text([readings]))
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(ArtifactError, match=fault) as error:
        load_training_course(path)
    assert "\n" not in str(error.value) and "survey --snapshots" in str(error.value)
    path.write_text(course_text([readings])[:-20])
    with pytest.raises(ArtifactError, match="truncated or altered"):
        load_training_course(path)


# --- the command ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def data(sets, tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "bars.npz"
    parts = zip(("train", "test"), sets, strict=True)
    arrays = {}
    for name, own in parts:
        arrays |= {f"x_{name}": np.asarray(own.images), f"y_{name}": own.labels}
    np.savez(path, **arrays)
    return path


def test_the_command_keeps_what_it_measured_and_the_manifest_describes_it(
    folder, data, tmp_path, capsys
):
    model = folder / "bars.keras"
    options = ["survey", "--snapshots", "--data", str(data), "--cache", str(tmp_path)]
    assert main([*options, "--model", str(model), "--pair", "1", "0"]) == 0
    assert "bars_snapshots.npz: 3 snapshots measured" in capsys.readouterr().out
    (found,) = load_training_course(folder / "training_course.json")
    assert found.model_digest == sha256_of(model)
    assert found.snapshots_digest == sha256_of(folder / "bars_snapshots.npz")
    assert "training_course.json" in read_manifest(folder)["readouts"]
    verify_artifacts(folder)
    assert [task.name for task in found.tasks] == ["all", "1-0"]
    own = tmp_path / "own.json"
    snapshots = str(folder / "bars_snapshots.npz")
    more = ["--snapshots", snapshots, "--model", str(model), "--output", str(own)]
    assert main([*options, *more]) == 0
    (by_default,) = load_training_course(own)
    assert [task.name for task in by_default.tasks] == ["all", "0-1"]


def test_the_command_says_what_lacks(folder, data, tmp_path, capsys):
    model = tmp_path / "alone.keras"
    model.write_bytes((folder / "bars.keras").read_bytes())
    options = ["survey", "--data", str(data), "--cache", str(tmp_path), "--model", str(model)]
    assert main([*options, "--snapshots"]) == 1
    assert capsys.readouterr().err.startswith("alone.keras: no snapshots beside; ")
    assert main([*options, str(model), "--snapshots", "some.npz"]) == 1
    assert "snapshots of one network for 2 models" in capsys.readouterr().err
