"""``python -m cnn_core survey --readouts`` over files: where it writes and what it refuses."""

import json
import os

import numpy as np
import pytest

from cnn_core.__main__ import main
from cnn_core.artifacts import (
    MANIFEST,
    empty_manifest,
    find_faults,
    fingerprint,
    read_manifest,
    save_manifest,
    verify_artifacts,
)
from cnn_core.errors import ArtifactError
from cnn_core.readouts.result_file import READOUTS, load_readouts
from cnn_core.training.publishing import publish_text, record_data
from tests.core.networks import article_like, opened, seeded
from tests.core.readout_cases import both_sets, short_refits

# Keras saves its variables in a way that NumPy 2 will stop to allow.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module", autouse=True)
def short_fits():
    with short_refits():
        yield


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Give a folder with two models and data that this repository has never seen."""
    folder = tmp_path_factory.mktemp("own")
    for seed in (1, 2):
        seeded(article_like, seed).save(folder / f"own_{seed}.keras")
    train, test = both_sets(opened(article_like))
    arrays = {}
    for name, dataset in (("train", train), ("test", test)):
        arrays[f"x_{name}"] = np.round(dataset.images * 255).astype(np.uint8)
        arrays[f"y_{name}"] = dataset.labels
    np.savez(folder / "own.npz", **arrays)
    np.savez(folder / "only_test.npz", x_test=arrays["x_test"], y_test=arrays["y_test"])
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def command(files, cache, *more, model="own_1", data="own.npz"):
    return main(
        [
            "survey",
            "--model",
            str(files / f"{model}.keras"),
            "--data",
            str(files / data),
            "--readouts",
            "--cache",
            str(cache),
            *map(str, more),
        ]
    )


def test_models_and_data_of_ones_own(files, cache, tmp_path, capsys):
    output = tmp_path / "found.json"
    for model in ("own_1", "own_2", "own_1"):
        assert command(files, cache, "--output", output, model=model) == 0
    assert [one.model_name for one in load_readouts(output)] == ["own_1", "own_2"]
    assert [task.name for task in load_readouts(output)[0].tasks] == ["all", "0-1"]
    captured = capsys.readouterr()
    assert "7 claims" in captured.out and "100%" in captured.err
    assert not (files / READOUTS).exists()


def test_by_default_they_lie_beside_the_model(files, cache):
    assert command(files, cache, "--pair", 3, 1, "--pair", 0, 2) == 0
    (found,) = load_readouts(files / READOUTS)
    assert [task.name for task in found.tasks] == ["all", "3-1", "0-2"]
    assert {claim.task for claim in found.claims} == {"3-1", "0-2"}
    assert found.provenance["steps_from_an_earlier_run"] > 0
    (files / READOUTS).unlink()


def test_data_without_a_train_set_are_refused_before_any_work(files, tmp_path, capsys):
    assert command(files, tmp_path, data="only_test.npz") == 1
    told = capsys.readouterr().err
    assert told.startswith("only_test.npz: no train set") and told.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_class_that_does_not_exist_is_told_in_one_line(files, cache, capsys):
    assert command(files, cache, "--pair", 1, 7) == 1
    assert "class 7" in capsys.readouterr().err.splitlines()[-1]


def test_damaged_file_is_written_anew(files, cache, tmp_path):
    output = tmp_path / "found.json"
    output.write_text("{")
    assert command(files, cache, "--output", output) == 0
    assert len(load_readouts(output)) == 1


@pytest.fixture
def artifacts(files, tmp_path):
    """Give a folder of artifacts with one model and the data."""
    folder = tmp_path / "artifacts"
    folder.mkdir()
    for name in ("own_1.keras", "own.npz"):
        (folder / name).write_bytes((files / name).read_bytes())
    (folder / "own.npz").rename(folder / "mnist.npz")
    save_manifest(folder, empty_manifest())
    record_data(folder, "mnist.npz")
    manifest = read_manifest(folder)
    manifest["models"]["own_1.keras"] = fingerprint(folder / "own_1.keras")
    save_manifest(folder, manifest)
    verify_artifacts(folder)
    return folder


def test_in_a_folder_of_artifacts_the_manifest_describes_them(artifacts, cache):
    shipped = ["survey", "--artifacts", str(artifacts), "--readouts", "--cache", str(cache)]
    assert main(shipped) == 0
    assert list(read_manifest(artifacts)["readouts"]) == [READOUTS]
    verify_artifacts(artifacts)
    (artifacts / READOUTS).write_text("{")
    with pytest.raises(ArtifactError, match=r"readouts\.json: truncated"):
        verify_artifacts(artifacts)
    assert main(["check", "--artifacts", str(artifacts)]) == 1
    assert main(["survey", "--artifacts", str(artifacts), "--cache", str(cache)]) == 1
    # Computing them mends the folder.
    assert main(shipped) == 0
    verify_artifacts(artifacts)


@pytest.mark.parametrize("call", range(4))
def test_broken_off_publication_leaves_a_folder_that_verifies(artifacts, call, monkeypatch):
    publish_text(artifacts, "readouts", READOUTS, "old")
    replace, calls = os.replace, []

    def stop_at_one(*given):
        calls.append(given)
        if len(calls) == call + 1:
            raise KeyboardInterrupt
        replace(*given)

    monkeypatch.setattr(os, "replace", stop_at_one)
    try:
        publish_text(artifacts, "readouts", READOUTS, "new and longer")
    except KeyboardInterrupt:
        assert call < 3
    else:
        assert call >= 3
    monkeypatch.undo()
    assert find_faults(artifacts) == ()
    publish_text(artifacts, "readouts", READOUTS, "newest")
    assert (artifacts / READOUTS).read_text() == "newest" and find_faults(artifacts) == ()
    assert "pending" not in json.loads((artifacts / MANIFEST).read_text())
