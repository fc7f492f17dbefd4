"""A training that is recorded, stopped, killed and gone on with."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnn_core.artifacts import WORK_FOLDER, read_manifest, sha256_of, verify_artifacts
from cnn_core.errors import ArtifactError, DataError, ModelError, SelectionError
from cnn_core.images.dataset import Dataset
from cnn_core.network.backend import keras
from cnn_core.training import run as training_run
from cnn_core.training import train as training
from cnn_core.training.augmentation import Augmentation
from cnn_core.training.checkpoints import Checkpoint, load_checkpoint, save_checkpoint
from cnn_core.training.publishing import publish_model, read_history
from cnn_core.training.train import Recipe, split_training_images, train_and_publish
from tests.core.training_cases import bars

# Keras reads its variables in a way that NumPy 2 will stop to allow.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ROOT = Path(__file__).parents[2]
TINY = Recipe(epochs=3, batch_size=16, validation_images=16)
STILL = Augmentation(shift=0.0, rotation=0.0, zoom=0.0)


@pytest.fixture(scope="module")
def sets():
    return bars("train", 80, seed=1), bars("test", 24, seed=2)


def train(sets, folder, name="bars", **options):
    options = {"recipe": TINY, "seed": 4, "show_progress": False, **options}
    return train_and_publish(*sets, folder, name, **options)


def stop_after(monkeypatch, epochs):
    """Let the training be stopped by hand just after a checkpoint."""

    def save_then_stop(path, checkpoint):
        save_checkpoint(path, checkpoint)
        if len(checkpoint.epochs) == epochs:
            raise KeyboardInterrupt

    monkeypatch.setattr(training_run, "save_checkpoint", save_then_stop)


@pytest.fixture
def broken_off(sets, tmp_path):
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        stop_after(patch, 1)
        train(sets, tmp_path, command="the first command")
    return tmp_path


@pytest.fixture(scope="module")
def trained(sets, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    return folder, train(sets, folder, command="the first command", data_name="bars.npz")


def weights_of(path):
    return keras.saving.load_model(path, compile=False).get_weights()


# --- training ---------------------------------------------------------------------------------


def test_a_training_is_recorded(sets, trained):
    folder, record = trained
    verify_artifacts(folder)
    assert read_manifest(folder)["models"] == {"bars.keras": record}
    assert record["images"] == {"train": 64, "validation": 16, "test": 24}
    assert (record["seed"], record["epochs"]) == (4, 3)
    assert record["command"] == "the first command"
    assert record["data"] == {"name": "bars.npz", "train": sets[0].digest, "test": sets[1].digest}
    assert record["versions"]["keras"] == keras.__version__
    assert record["recipe"]["augmentation"]["shift"] == 2.0
    assert record["parameters"] == sum(w.size for w in weights_of(folder / "bars.keras"))
    assert not (folder / WORK_FOLDER / "bars").exists()


def test_the_recorded_accuracies_are_those_of_the_saved_model(sets, trained):
    folder, record = trained
    model = keras.saving.load_model(folder / "bars.keras", compile=False)
    _, held_back = split_training_images(80, 16, seed=4)
    for part, images, labels in (
        ("test", sets[1].images, sets[1].labels),
        ("validation", sets[0].images[held_back], sets[0].labels[held_back]),
    ):
        correct = int((np.argmax(model(images), axis=1) == labels).sum())
        assert record["correct"][part] == correct
        assert record["accuracy"][part] == correct / len(labels)


def test_the_history_tells_every_epoch(trained):
    folder, record = trained
    told = read_history(folder)["bars.keras"]
    assert told["sha256"] == record["sha256"] == sha256_of(folder / "bars.keras")
    assert [epoch["epoch"] for epoch in told["epochs"]] == [1, 2, 3]
    keys = {"epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds"}
    assert all(set(epoch) == keys for epoch in told["epochs"])
    assert told["epochs"][-1]["learning_rate"] == pytest.approx(0, abs=1e-9)
    assert told["epochs"][-1]["val_accuracy"] == pytest.approx(record["accuracy"]["validation"])


def test_the_saved_model_has_no_optimizer(trained, tmp_path):
    assert not keras.saving.load_model(trained[0] / "bars.keras").compiled


def test_training_learns(sets, tmp_path):
    recipe = replace(TINY, epochs=12, augmentation=STILL)
    record = train(sets, tmp_path, recipe=recipe)
    history = read_history(tmp_path)["bars.keras"]["epochs"]
    assert history[-1]["loss"] < 0.6 * history[0]["loss"]
    assert record["accuracy"]["test"] > 0.9


@pytest.mark.parametrize("epochs", [1, 3])
def test_a_resumed_training_equals_the_uninterrupted_one(
    sets, trained, tmp_path, monkeypatch, epochs
):
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        stop_after(patch, epochs)
        train(sets, tmp_path, command="the first command", data_name="bars.npz")
    assert not (tmp_path / "bars.keras").exists()
    record = train(sets, tmp_path, command="another", data_name="bars.npz", resume=True)
    whole_folder, whole = trained
    assert record["resumed_after"] == [epochs]
    assert record["command"] == "the first command"
    for ours, theirs in zip(
        weights_of(tmp_path / "bars.keras"), weights_of(whole_folder / "bars.keras"), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    ours, theirs = (read_history(f)["bars.keras"]["epochs"] for f in (tmp_path, whole_folder))
    for a, b in zip(ours, theirs, strict=True):
        assert {**a, "seconds": 0} == pytest.approx({**b, "seconds": 0}, abs=1e-5)
    assert record["correct"] == whole["correct"]


def test_a_trained_model_is_not_overwritten(sets, trained, monkeypatch):
    folder, _ = trained
    before = sha256_of(folder / "bars.keras")
    monkeypatch.setattr(training, "TrainingRun", None)  # nothing is trained before the refusal
    for resume in (False, True):
        with pytest.raises(ArtifactError, match=r"bars\.keras: exists already; .*--overwrite"):
            train(sets, folder, resume=resume)
    assert sha256_of(folder / "bars.keras") == before


def test_overwriting_replaces_the_model(sets, tmp_path):
    one_epoch = replace(TINY, epochs=1)
    first = train(sets, tmp_path, recipe=one_epoch)
    second = train(sets, tmp_path, recipe=one_epoch, seed=5, overwrite=True)
    assert first["sha256"] != second["sha256"]
    assert read_manifest(tmp_path)["models"] == {"bars.keras": second}
    verify_artifacts(tmp_path)


def test_a_broken_off_training_is_not_forgotten(sets, broken_off):
    with pytest.raises(ArtifactError, match="broken off; go on with --resume"):
        train(sets, broken_off)


def test_other_settings_cannot_go_on(sets, broken_off):
    with pytest.raises(SelectionError, match="another seed"):
        train(sets, broken_off, resume=True, seed=5)
    with pytest.raises(SelectionError, match="another recipe"):
        train(sets, broken_off, resume=True, recipe=replace(TINY, epochs=9))
    with pytest.raises(SelectionError, match="another data"):
        train((sets[1], sets[1]), broken_off, resume=True)


def test_a_model_put_there_meanwhile_is_not_overwritten(sets, broken_off):
    (broken_off / "bars.keras").write_bytes(b"somebody else's")
    with pytest.raises(ArtifactError, match="exists already"):
        train(sets, broken_off, resume=True)


def test_a_training_cut_off_while_publishing_is_finished(sets, tmp_path, monkeypatch):
    def publish_then_stop(*arguments):
        publish_model(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(training, "publish_model", publish_then_stop)
        train(sets, tmp_path)
    verify_artifacts(tmp_path)
    record = train(sets, tmp_path, resume=True)
    assert read_manifest(tmp_path)["models"]["bars.keras"] == record
    assert not (tmp_path / WORK_FOLDER / "bars").exists()


def test_a_damaged_checkpoint_is_told(sets, broken_off):
    path = broken_off / WORK_FOLDER / "bars" / "checkpoint.npz"
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(ArtifactError, match=r"checkpoint\.npz: damaged"):
        train(sets, broken_off, resume=True)


def test_damaged_artifacts_are_told_before_the_training(sets, tmp_path, monkeypatch):
    (tmp_path / "manifest.json").write_text("{")
    monkeypatch.setattr(training, "TrainingRun", None)
    with pytest.raises(ArtifactError, match=r"manifest\.json: truncated or altered"):
        train(sets, tmp_path)


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "../up", "a b"])
def test_model_names(sets, tmp_path, name):
    with pytest.raises(SelectionError, match="letters, digits"):
        train(sets, tmp_path, name)
    assert not list(tmp_path.iterdir())


def test_sets_that_do_not_belong_together(sets, tmp_path):
    train_set, test_set = sets
    wide = Dataset("test", np.zeros((2, 18, 20, 1), np.float32), np.zeros(2, np.int64), ("a", "b"))
    with pytest.raises(DataError, match="one shape"):
        train((train_set, wide), tmp_path)
    three = Dataset("test", test_set.images, test_set.labels, ("a", "b", "c"))
    with pytest.raises(DataError, match="3 classes"):
        train((train_set, three), tmp_path)


def test_a_diverging_training_publishes_nothing(sets, tmp_path):
    with pytest.raises(ModelError, match=r"epoch 1: .*finite"):
        train(sets, tmp_path, recipe=replace(TINY, learning_rate=1e30))
    assert not (tmp_path / "bars.keras").exists()


def test_a_checkpoint_comes_back_as_it_was(tmp_path):
    arrays = [np.arange(3, dtype=np.float32), np.int64(7)]
    saved = Checkpoint({"seed": 1}, [{"loss": 0.1}], arrays[:1], [*arrays] * 6)
    save_checkpoint(tmp_path / "c.npz", saved)
    loaded = load_checkpoint(tmp_path / "c.npz")
    assert (loaded.settings, loaded.epochs) == (saved.settings, saved.epochs)
    for part in ("weights", "optimizer"):
        for a, b in zip(getattr(saved, part), getattr(loaded, part), strict=True):
            np.testing.assert_array_equal(a, b)
            assert np.asarray(a).dtype == b.dtype
    assert load_checkpoint(tmp_path / "none.npz") is None


# --- killed -----------------------------------------------------------------------------------

TRAIN_TINY = """
import json, sys
from cnn_core.images.dataset import load_dataset
from cnn_core.training.train import Recipe, train_and_publish
folder, data, options = *sys.argv[1:3], json.loads(sys.argv[3])
sets = [load_dataset(data, split) for split in ("train", "test")]
recipe = Recipe(epochs=60, batch_size=32, validation_images=16)
print("ready", flush=True)
train_and_publish(*sets, folder, "old", recipe=recipe, show_progress=False, **options)
"""


def test_a_killed_training_leaves_the_old_model_and_goes_on(sets, tmp_path):
    folder = tmp_path / "artifacts"
    train(sets, folder, "old", recipe=replace(TINY, epochs=1))
    before = sha256_of(folder / "old.keras")
    data = tmp_path / "bars.npz"
    np.savez(
        data,
        x_train=sets[0].images,
        y_train=sets[0].labels,
        x_test=sets[1].images,
        y_test=sets[1].labels,
    )
    draw = np.random.default_rng(11)
    checkpoint = folder / WORK_FOLDER / "old" / "checkpoint.npz"
    finished = 0
    for options in ({"overwrite": True}, {"resume": True}):
        command = [sys.executable, "-c", TRAIN_TINY, folder, data, json.dumps(options)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            old_state = checkpoint.read_bytes() if checkpoint.exists() else None
            while process.poll() is None:
                if checkpoint.exists() and checkpoint.read_bytes() != old_state:
                    time.sleep(draw.uniform(0, 0.3))
                    process.send_signal(signal.SIGKILL)
                    break
        assert process.returncode == -signal.SIGKILL
        verify_artifacts(folder)
        assert sha256_of(folder / "old.keras") == before
        state = load_checkpoint(checkpoint)
        assert len(state.epochs) > finished
        assert state.settings["resumed_after"] == ([finished] if finished else [])
        finished = len(state.epochs)
