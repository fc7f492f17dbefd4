"""``survey --shifts``: counts recomputed in the plainest way, and the file that keeps them."""

import json
from dataclasses import replace

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
from cnn_core.drawing import change_survey
from cnn_core.drawing.change_results import SHIFTS, changes_text, load_changes
from cnn_core.drawing.change_survey import cleaned, count_changes
from cnn_core.drawing.changes import KINDS, shifted
from cnn_core.drawing.named_changes import NAMED_CHANGES
from cnn_core.errors import ArtifactError, DataError
from cnn_core.images.dataset import Dataset
from cnn_core.readouts.work import Work
from tests.core.networks import L, article_like, colour_odd_sizes, keras, opened, seeded

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def test_set(shape, n=12, n_classes=4):
    rng = np.random.default_rng(3)
    images = np.zeros((n, *shape), np.float32)
    images[:, 2:-2, 2:-2] = np.round(rng.random((n, shape[0] - 4, shape[1] - 4, shape[2])) * 255)
    labels = rng.integers(0, n_classes, n)
    return Dataset("test", images / np.float32(255), labels, tuple(map(str, range(n_classes))))


test_set.__test__ = False


@pytest.fixture(scope="module")
def counted():
    networks = [opened(article_like, seed) for seed in (0, 1)]
    test = test_set(networks[0].input_shape)
    return networks, test, count_changes(networks, test)


def n_right(network, images, test):
    return int((network.logits(images).argmax(axis=1) == test.labels).sum())


def test_every_shift_is_counted(counted):
    networks, test, found = counted
    for network, one in zip(networks, found, strict=True):
        assert one.n_images == len(test) and one.reach == 3
        assert one.n_right_shifted[3][3] == n_right(network, test.images, test)
        moved = shifted(test.images, -2, 3)
        assert one.n_right_shifted[6][1] == n_right(network, moved, test)
        assert one.share_shifted[6][1] == one.n_right_shifted[6][1] / len(test)


def test_every_amount_is_counted(counted):
    networks, test, found = counted
    assert [curve.kind for curve in found[1].curves] == list(KINDS)
    for curve in found[1].curves:
        changed = KINDS[curve.kind].change(test.images, curve.amounts[2])
        assert curve.n_right[2] == n_right(networks[1], changed, test)
    assert found[1].curve("size").kind == "size" and found[1].curve("nothing") is None
    assert found[1].repaired == ()


def test_a_run_that_was_stopped_goes_on(counted, tmp_path, monkeypatch):
    networks, test, found = counted
    n_jobs, plain = 60, change_survey._n_right

    def stopped(network, images, labels):
        nonlocal n_jobs
        n_jobs -= 1
        if n_jobs < 0:
            raise KeyboardInterrupt
        return plain(network, images, labels)

    monkeypatch.setattr(change_survey, "_n_right", stopped)
    with pytest.raises(KeyboardInterrupt):
        count_changes(networks, test, work=Work(tmp_path / "counts.json"))
    monkeypatch.setattr(change_survey, "_n_right", plain)
    work = Work(tmp_path / "counts.json")
    again = count_changes(networks, test, work=work)
    assert work.n_at_hand == 60 / len(networks)
    assert [replace(one, provenance={}) for one in again] == [
        replace(one, provenance={}) for one in found
    ]


def test_colours_have_no_strokes():
    network = opened(colour_odd_sizes)
    test = test_set(network.input_shape, n=4, n_classes=3)
    (found,) = count_changes([network], test)
    assert [curve.kind for curve in found.curves] == ["rotation", "size", "noise"]


def test_other_images_are_refused(counted):
    networks, _, _ = counted
    with pytest.raises(DataError, match="together"):
        count_changes(networks, test_set((8, 8, 1)))


def small_mnist_like():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            L.Conv2D(3, 5, strides=3, activation="relu", name="conv"),
            L.Flatten(name="flat"),
            L.Dense(4, activation="softmax", name="classes"),
        ]
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with two models and few images of MNIST's size."""
    folder = tmp_path_factory.mktemp("own")
    for seed in (1, 2):
        seeded(small_mnist_like, seed).save(folder / f"own_{seed}.keras")
    test = test_set((28, 28, 1), n=3)
    pixels = np.round(np.asarray(test.images) * 255).astype(np.uint8)
    np.savez(folder / "own.npz", x_test=pixels, y_test=test.labels)
    return folder


@pytest.fixture
def near(monkeypatch):
    monkeypatch.setattr(change_survey, "usual_reach", lambda shape: 1)


def command(files, *models):
    paths = [str(files / f"{model}.keras") for model in models]
    data = ["--data", str(files / "own.npz"), "--cache", str(files / "cache")]
    return main(["survey", "--model", *paths, *data, "--shifts"])


def test_the_command_keeps_what_it_says_of_other_models(files, near, capsys):
    assert command(files, "own_1") == 0
    (first,) = load_changes(files / SHIFTS)
    assert command(files, "own_2", "own_1") == 0
    found = load_changes(files / SHIFTS)
    assert [one.model_name for one in found] == ["own_1", "own_2"]
    assert replace(found[0], provenance={}) == replace(first, provenance={})
    assert [one.change for one in first.repaired] == list(NAMED_CHANGES)
    network, test = opened(small_mnist_like, 1), test_set((28, 28, 1), n=3)
    for one, change in zip(first.repaired, NAMED_CHANGES.values(), strict=True):
        changed = change(test.images)
        assert one.n_right == n_right(network, changed, test)
        assert one.n_right_cleaned == n_right(network, cleaned(changed), test)
    assert any(one.n_right != one.n_right_cleaned for one in first.repaired)
    assert "seed 0" in first.provenance["images"]
    assert "of 3 images" in capsys.readouterr().out
    assert list((files / "cache").glob("shifts-*")) == []


def test_in_a_folder_of_artifacts_the_manifest_describes_it(files, near, tmp_path):
    for name in ("own_1.keras", "own.npz"):
        (tmp_path / name).write_bytes((files / name).read_bytes())
    described = {name: fingerprint(tmp_path / name) for name in ("own_1.keras", "own.npz")}
    start = {**empty_manifest(), "models": {"own_1.keras": described["own_1.keras"]}}
    save_manifest(tmp_path, {**start, "data": {"own.npz": described["own.npz"]}})
    assert command(tmp_path, "own_1") == 0
    assert SHIFTS in read_manifest(tmp_path)["drawing"]
    verify_artifacts(tmp_path)
    (tmp_path / SHIFTS).write_text("damaged")
    with pytest.raises(ArtifactError):
        verify_artifacts(tmp_path)
    assert command(tmp_path, "own_1") == 0
    verify_artifacts(tmp_path)


def test_there_may_be_no_file(tmp_path):
    assert load_changes(tmp_path / SHIFTS) == ()


@pytest.mark.parametrize(
    ("alter", "words"),
    [
        (lambda told: told.update(format=2), "format 2"),
        (lambda told: told["models"][0].update(n_images="12"), "n_images"),
        (lambda told: told["models"][0].update(n_images=1), "counts lie between"),
        (lambda told: told["models"][0].update(reach=4), "rows and columns"),
        (lambda told: told["models"][0]["curves"][0]["n_right"].pop(), "one count"),
        (lambda told: told["models"][0].pop("repaired"), "repaired"),
    ],
)
def test_an_altered_file_is_told(counted, tmp_path, alter, words):
    told = json.loads(changes_text(counted[2]))
    alter(told)
    (tmp_path / SHIFTS).write_text(json.dumps(told))
    with pytest.raises(ArtifactError, match=words) as fault:
        load_changes(tmp_path / SHIFTS)
    assert "survey --shifts" in str(fault.value) and "\n" not in str(fault.value)


def test_it_is_read_as_it_was_written(counted, tmp_path):
    (tmp_path / SHIFTS).write_text(changes_text(counted[2]), encoding="utf-8")
    read = load_changes(tmp_path / SHIFTS)
    assert changes_text(read) == changes_text(counted[2])
    assert read[0].n_right_shifted == counted[2][0].n_right_shifted


@pytest.mark.parametrize("name", NAMED_CHANGES)
def test_a_named_change_gives_images(name):
    ink = np.zeros((2, 28, 28, 1), np.float32)
    ink[:, 4:24, 10:18] = 1
    changed = NAMED_CHANGES[name](ink)
    assert changed.shape == ink.shape and changed.dtype == np.float32
    assert changed.min() >= 0 and changed.max() <= 1 + 1e-6
    assert np.array_equal(changed, ink) == (name in ("as it is", "black and white only"))


def test_what_cannot_be_cleaned_stays():
    plain = np.full((1, 28, 28, 1), 0.3, np.float32)
    assert np.array_equal(cleaned(plain), plain)
