"""``python -m cnn_core survey --patterns`` over files: where it writes and what it refuses."""

import numpy as np
import pytest

from cnn_core.__main__ import main
from cnn_core.artifacts import (
    empty_manifest,
    fingerprint,
    read_manifest,
    save_manifest,
    verify_artifacts,
)
from cnn_core.errors import ArtifactError
from cnn_core.network.opening import load_network
from cnn_core.patterns import compute
from cnn_core.patterns.files.pattern_file import load_patterns, patterns_file
from cnn_core.patterns.files.relatives_file import RELATIVES, load_relatives
from cnn_core.patterns.optimising.ascent import Recipe
from cnn_core.survey.identity import identity_of
from cnn_core.training.publishing import record_data
from tests.core.networks import article_like, opened, seeded
from tests.core.readout_cases import both_sets

# Keras saves its variables in a way that NumPy 2 will stop to allow.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def short(monkeypatch):
    recipe = Recipe(length_scales=(1.0,), repeats=2, n_steps=2, shown_after=(0, 2))
    monkeypatch.setattr(compute, "Recipe", lambda: recipe)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Give a folder with two models and data that this repository has never seen."""
    folder = tmp_path_factory.mktemp("own")
    for seed in (1, 2):
        seeded(article_like, seed).save(folder / f"own_{seed}.keras")
    train, test = both_sets(opened(article_like), 40, 30)
    arrays = {}
    for name, dataset in (("train", train), ("test", test)):
        arrays[f"x_{name}"] = np.round(dataset.images * 255).astype(np.uint8)
        arrays[f"y_{name}"] = dataset.labels
    np.savez(folder / "own.npz", **arrays)
    np.savez(folder / "only_test.npz", x_test=arrays["x_test"], y_test=arrays["y_test"])
    return folder


def command(files, cache, *models, data="own.npz", more=()):
    paths = [str(files / f"{model}.keras") for model in models]
    return main(
        [
            "survey",
            "--model",
            *paths,
            "--data",
            str(files / data),
            "--patterns",
            "--cache",
            str(cache),
            *more,
        ]
    )


def test_models_of_a_folder_are_compared_whenever_one_joins(files, cache, capsys):
    assert command(files, cache, "own_1") == 0
    first = load_patterns(files / patterns_file("own_1"))
    assert first.model_name == "own_1" and first.n_searched == 40
    assert load_relatives(files / RELATIVES).matches == {}
    assert command(files, cache, "own_2") == 0
    assert "own_2.keras: 20 units" in capsys.readouterr().out
    relatives = load_relatives(files / RELATIVES)
    assert sorted(relatives.models.values()) == ["own_1", "own_2"]
    (relative,) = relatives.of(first.model_digest, "Dense_2", 3)
    assert relative.model == "own_2" and -1 <= relative.correlation <= 1
    # The patterns of a model that was trained anew are not compared, nor damaged ones.
    (files / patterns_file("own_2")).write_bytes(b"")
    assert command(files, cache, "own_1") == 0
    assert list(load_relatives(files / RELATIVES).models.values()) == ["own_1"]


def test_patterns_are_found_again_by_the_network_that_takes_these_pixels(files, cache, tmp_path):
    for name in ("own_1.keras", "own.npz"):
        (tmp_path / name).write_bytes((files / name).read_bytes())
    assert command(tmp_path, cache, "own_1", more=("--pixels", "0-255")) == 0
    found = load_patterns(tmp_path / patterns_file("own_1"))
    digests = {
        pixels: identity_of(load_network(tmp_path / "own_1.keras", pixels=pixels))
        for pixels in (None, "0-255")
    }
    assert digests["0-255"] == found.model_digest != digests[None]


def test_data_without_a_train_set_are_refused_before_any_work(files, tmp_path, capsys):
    assert command(files, tmp_path, "own_1", data="only_test.npz") == 1
    told = capsys.readouterr().err
    assert told.startswith("only_test.npz: no train set, which patches come from")
    assert told.count("\n") == 1 and not list(tmp_path.iterdir())


def test_in_a_folder_of_artifacts_the_manifest_describes_them(files, cache, tmp_path):
    (tmp_path / "own_1.keras").write_bytes((files / "own_1.keras").read_bytes())
    (tmp_path / "mnist.npz").write_bytes((files / "own.npz").read_bytes())
    save_manifest(tmp_path, empty_manifest())
    record_data(tmp_path, "mnist.npz")
    manifest = read_manifest(tmp_path)
    manifest["models"]["own_1.keras"] = fingerprint(tmp_path / "own_1.keras")
    save_manifest(tmp_path, manifest)
    shipped = ["survey", "--artifacts", str(tmp_path), "--patterns", "--cache", str(cache)]
    assert main(shipped) == 0
    assert set(read_manifest(tmp_path)["patterns"]) == {patterns_file("own_1"), RELATIVES}
    verify_artifacts(tmp_path)
    raw = (tmp_path / patterns_file("own_1")).read_bytes()
    (tmp_path / patterns_file("own_1")).write_bytes(raw[:-1])
    with pytest.raises(ArtifactError, match=r"patterns_own_1\.npz: truncated"):
        verify_artifacts(tmp_path)
    # Computing them mends the folder, with the same bytes.
    assert main(shipped) == 0
    verify_artifacts(tmp_path)
    assert (tmp_path / patterns_file("own_1")).read_bytes() == raw
