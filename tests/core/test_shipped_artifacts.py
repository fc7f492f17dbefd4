"""The shipped files are whole, and what the manifest says of the models is what they do."""

from pathlib import Path

import numpy as np
import pytest

from cnn_core.artifacts import MANIFEST, read_manifest, verify_artifacts
from cnn_core.images.dataset import load_dataset
from cnn_core.images.mnist_writers import HALVES
from cnn_core.network.backend import keras
from cnn_core.network.opening import load_network
from cnn_core.readouts.over_training.results import load_training_course
from cnn_core.survey.calibration import calibration
from cnn_core.training.course import open_snapshots, untrained_twin
from cnn_core.training.publishing import read_history
from cnn_core.training.train import build_article_cnn, split_training_images

# Keras reads its variables in a way that NumPy 2 will stop to allow.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
SHIPPED = tuple(f"cnn{name}.keras" for name in ("", "_seed2", "_seed3", "_seed4", "_seed5"))
KNOWN = dict(
    zip(
        SHIPPED,
        [((28, 9), 0.14), ((35, 9), 0.19), ((27, 11), 0.12), ((34, 7), 0.19), ((28, 12), 0.10)],
        strict=True,
    )
)
"""Mistakes on the images of students and of Census staff, and calibration error in per cent."""


@pytest.fixture(scope="module")
def sets():
    return {split: load_dataset(ARTIFACTS / "mnist.npz", split) for split in ("train", "test")}


def test_the_shipped_artifacts_are_whole():
    verify_artifacts(ARTIFACTS)


def test_five_models_are_shipped_that_reach_the_goal():
    models = read_manifest(ARTIFACTS)["models"]
    shipped = [models[file] for file in SHIPPED]
    assert [record["seed"] for record in shipped] == [1, 2, 3, 4, 5]
    assert len({str(record["recipe"]) for record in shipped}) == 1
    for record in shipped:
        assert record["correct"]["test"] / 10_000 == record["accuracy"]["test"] >= 0.994
        assert record["images"] == {"train": 55_000, "validation": 5_000, "test": 10_000}
    assert sum(record["correct"]["test"] for record in shipped) >= 0.996 * 50_000


def test_the_shipped_history_fits_the_models():
    manifest, history = read_manifest(ARTIFACTS), read_history(ARTIFACTS)
    assert sorted(history) == sorted(manifest["models"])
    for file, record in manifest["models"].items():
        assert history[file]["sha256"] == record["sha256"]
        assert [e["epoch"] for e in history[file]["epochs"]] == [*range(1, record["epochs"] + 1)]
        last = history[file]["epochs"][-1]["val_accuracy"]
        assert last == pytest.approx(record["accuracy"]["validation"], abs=1e-6)


def test_the_manifest_tells_nothing_of_the_machine():
    text = (ARTIFACTS / MANIFEST).read_text()
    assert "cnn.keras" in text
    assert "/" not in text
    assert "\\" not in text


@pytest.mark.parametrize("file", SHIPPED)
def test_the_recorded_accuracies_are_those_of_the_model(file, sets):
    record = read_manifest(ARTIFACTS)["models"][file]
    assert record["data"]["train"] == sets["train"].digest
    assert record["data"]["test"] == sets["test"].digest
    model = keras.saving.load_model(ARTIFACTS / file, compile=False)
    _, held_back = split_training_images(60_000, 5_000, record["seed"])
    for part, images, labels in (
        ("test", sets["test"].images, sets["test"].labels),
        ("validation", sets["train"].images[held_back], sets["train"].labels[held_back]),
    ):
        probabilities = model.predict(images, batch_size=500, verbose=0)
        is_right = probabilities.argmax(axis=1) == labels
        assert is_right.sum() == record["correct"][part]
        if part == "test":
            wrong = tuple(int((~is_right[half.images]).sum()) for half in HALVES)
            error = calibration(probabilities.max(axis=1), is_right).error
            assert (wrong, round(100 * error, 2)) == KNOWN[file]


@pytest.mark.parametrize("file", SHIPPED)
def test_the_shipped_models_are_the_article_cnn(file):
    model = keras.saving.load_model(ARTIFACTS / file, compile=False)
    article = build_article_cnn(seed=0)
    assert model.count_params() == 208_982
    assert [layer.name for layer in model.layers] == [layer.name for layer in article.layers]
    for ours, theirs in zip(model.layers, article.layers, strict=True):
        assert type(ours) is type(theirs)
        assert ours.output.shape == theirs.output.shape


def test_the_shipped_snapshots_go_from_the_seed_to_the_shipped_model(sets):
    record = read_manifest(ARTIFACTS)["snapshots"]["cnn_snapshots.npz"]
    network = load_network(ARTIFACTS / record["model"])
    course = open_snapshots(ARTIFACTS / "cnn_snapshots.npz", network)
    assert course.ends_in_network
    assert course.seed == record["seed"] == 1
    planned = [0, 25, 50, 100, 200, 400, *(860 * epoch for epoch in (1, 2, 4, 8, 16, 40))]
    assert [moment.step for moment in course.moments] == planned
    assert [moment.epoch for moment in course.moments][5:] == [0, 1, 2, 4, 8, 16, 40]
    assert record["bytes"] <= 12_000_000
    images = sets["test"].images[:4]
    for place, same in ((0, untrained_twin(network, 1)), (-1, network)):
        at_moment = course.activations(range(12)[place], images)
        expected = same.activations(images)
        np.testing.assert_array_equal(at_moment.logits, expected.logits)
        np.testing.assert_array_equal(at_moment["Conv2D_3"], expected["Conv2D_3"])


def test_the_shipped_course_belongs_to_the_shipped_snapshots(sets):
    manifest = read_manifest(ARTIFACTS)
    (told,) = load_training_course(ARTIFACTS / "training_course.json")
    assert told.snapshots_digest == manifest["snapshots"]["cnn_snapshots.npz"]["sha256"]
    assert told.model_digest == manifest["models"]["cnn.keras"]["sha256"]
    assert (told.train_digest, told.test_digest) == (sets["train"].digest, sets["test"].digest)
    assert [task.name for task in told.tasks] == ["all", "4-9"]
    course = open_snapshots(ARTIFACTS / "cnn_snapshots.npz", load_network(ARTIFACTS / "cnn.keras"))
    assert [(one.step, one.epoch) for one in told.moments] == [
        (moment.step, moment.epoch) for moment in course.moments
    ]
    start, end = told.moments[0], told.moments[-1]
    assert end.of("all").network.credit == manifest["models"]["cnn.keras"]["correct"]["test"]
    first = course.activations(0, sets["test"].images[:2000], "Dense_1").predictions
    share = (first == sets["test"].labels[:2000]).mean()
    assert start.of("all").network.value == pytest.approx(share, abs=0.02)
    # What the page says: the probe reads before training what one cell or node learns to show.
    before, after = start.of("4-9"), end.of("4-9")
    assert before.probe.low > 0.98 > after.best_cell.high > before.best_cell.high + 0.1
    assert after.best_node.low > before.best_node.high + 0.2
