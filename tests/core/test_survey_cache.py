"""The cache of surveys against everything that can befall a disk."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cnn_core.survey import one_pass as survey_pass
from cnn_core.survey import store as survey_store
from cnn_core.survey import whole_set as survey_module
from cnn_core.survey.whole_set import survey_of
from tests.core.networks import depthwise_dropout_padding, opened
from tests.core.test_survey import random_set

ROOT = Path(__file__).parents[2]


@pytest.fixture
def network():
    return opened(depthwise_dropout_padding)


@pytest.fixture
def images(network):
    return random_set(network)


def assert_same(one, other):
    assert list(one.features) == list(other.features)
    assert list(one.peak) == list(other.peak)
    for name in ("labels", "predictions", "logits"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for name in one.features:
        np.testing.assert_array_equal(one.features[name], other.features[name])
    for name in one.peak:
        np.testing.assert_array_equal(one.peak[name], other.peak[name])
        np.testing.assert_array_equal(one.units[name].table, other.units[name].table)


@pytest.fixture
def forbid_building(monkeypatch):
    def build(*_, **__):
        raise AssertionError("built anew")

    return lambda: monkeypatch.setattr(survey_module, "run_pass", build)


def test_second_opening_maps_the_files(network, images, tmp_path, forbid_building):
    built = survey_of(network, images, tmp_path)
    forbid_building()
    again = survey_of(network, images, tmp_path)
    assert_same(built, again)
    assert isinstance(again.features["pointwise"], np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        again.logits[0] = 0


def test_progress_reaches_the_end(network, images, tmp_path, monkeypatch):
    monkeypatch.setattr(survey_pass, "batch_size_for", lambda layers: 10)
    seen = []
    survey_of(network, images, tmp_path, progress=lambda *told: seen.append(told))
    assert seen == [(10, 37), (20, 37), (30, 37), (37, 37)]
    survey_of(network, images, tmp_path, progress=lambda *told: seen.append(told))
    assert len(seen) == 4


def test_another_model_or_set_has_its_own_survey(network, images, tmp_path):
    other_network = opened(depthwise_dropout_padding, seed=1)
    other_images = random_set(network, seed=1)
    surveys = [
        survey_of(net, data, tmp_path)
        for net in (network, other_network)
        for data in (images, other_images)
    ]
    assert len({(survey.model_digest, survey.data_digest) for survey in surveys}) == 4
    assert len({survey.logits.tobytes() for survey in surveys}) == 4


def _files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")


def _cut(path):
    path.write_bytes(path.read_bytes()[:-3])


def _flip(path):
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)


def _replace_by_folder(path):
    path.unlink()
    path.mkdir()


def _replace_by_pipe(path):
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("harm", [_cut, _flip, Path.unlink, _replace_by_folder, _replace_by_pipe])
def test_whatever_file_is_damaged_the_survey_is_built_anew(network, images, tmp_path, harm):
    whole = survey_of(network, images, tmp_path / "untouched")
    cache = tmp_path / "cache"
    survey_of(network, images, cache)
    for position in (0, 3, -1):
        harm(_files(cache)[position])
        again = survey_of(network, images, cache)
        assert again.note == ""
        assert_same(whole, again)
    assert [path.name for path in cache.iterdir() if path.name.startswith(".building")] == []


@pytest.mark.parametrize(
    "content", ["[]", "{}", "null", '{"arrays": []}', "\udcff", "{", "[" * 100_000]
)
def test_nonsense_in_place_of_the_description_is_replaced(network, images, tmp_path, content):
    whole = survey_of(network, images, tmp_path)
    meta = next(tmp_path.rglob("meta.json"))
    meta.write_bytes(content.encode(errors="surrogateescape"))
    assert_same(whole, survey_of(network, images, tmp_path))
    assert json.loads(meta.read_text())["format"] == survey_module.SURVEY_FORMAT


def test_a_file_where_the_survey_should_stand_is_replaced(network, images, tmp_path):
    whole = survey_of(network, images, tmp_path)
    folder = next(tmp_path.rglob("meta.json")).parent
    for path in _files(folder):
        path.unlink()
    folder.rmdir()
    folder.write_text("in the way")
    assert_same(whole, survey_of(network, images, tmp_path))
    assert folder.is_dir()


def test_open_survey_outlives_the_replacement_of_its_files(network, images, tmp_path):
    first = survey_of(network, images, tmp_path)
    logits = np.array(first.logits)
    _flip(next(tmp_path.rglob("meta.json")))
    survey_of(network, images, tmp_path)
    np.testing.assert_array_equal(first.logits, logits)


def test_unusable_cache_folder_is_told_and_the_survey_served(network, images, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    survey = survey_of(network, images, blocked)
    assert "could not be kept on disk" in survey.note and "memory" in survey.note
    assert_same(survey, survey_of(network, images, tmp_path / "folder"))
    assert not survey.logits.flags.writeable and not survey.features["flat"].flags.writeable


@pytest.mark.parametrize(
    "owner, name",
    [(survey_store.os, "replace"), (survey_store.os, "fsync"), (survey_store.FolderSink, "_write")],
)
def test_full_or_read_only_disk_is_told_and_the_survey_served(
    network, images, tmp_path, monkeypatch, owner, name
):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(owner, name, fail)
    survey = survey_of(network, images, tmp_path)
    assert "No space left on device" in survey.note
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []
    later = survey_of(network, images, tmp_path)
    assert later.note == ""
    assert_same(survey, later)


def test_without_locks_the_last_builder_wins(network, images, tmp_path, monkeypatch):
    def no_locks(*_):
        raise OSError("no locks here")

    monkeypatch.setattr(survey_store.FileLock, "acquire", no_locks)
    run_pass = survey_module.run_pass
    inner = []

    def pass_with_a_rival(*given, **options):
        if not inner:
            inner.append(None)
            inner[0] = survey_of(network, images, tmp_path)
        run_pass(*given, **options)

    monkeypatch.setattr(survey_module, "run_pass", pass_with_a_rival)
    outer = survey_of(network, images, tmp_path)
    assert_same(inner[0], outer)
    assert (inner[0].note, outer.note) == ("", "")
    assert len(list(tmp_path.rglob("meta.json"))) == 1


def test_cache_folder_comes_from_the_environment(network, images, tmp_path, monkeypatch):
    monkeypatch.setenv("LOOKING_GLASS_CACHE", str(tmp_path / "there"))
    survey_of(network, images)
    assert list((tmp_path / "there").rglob("meta.json"))
    monkeypatch.delenv("LOOKING_GLASS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert survey_store.default_cache_folder() == tmp_path / "xdg" / "cnn-looking-glass"


_BUILDER = """
import sys, time
from pathlib import Path
from cnn_core.survey import whole_set as survey_module
from tests.core.networks import depthwise_dropout_padding, opened
from tests.core.test_survey import random_set

network = opened(depthwise_dropout_padding)
images = random_set(network)
folder, mode = Path(sys.argv[1]), sys.argv[2]
run_pass = survey_module.run_pass

def slow_pass(network, dataset, kept, sink, progress=None):
    with open(folder / "passes", "a") as file:
        file.write("pass\\n")
    def wait(done, total):
        (folder / "under-way").touch()
        while mode == "hang":
            time.sleep(0.01)
        time.sleep(0.5)
    run_pass(network, dataset, kept, sink, wait)

survey_module.run_pass = slow_pass
(folder / f"ready-{mode}").touch()
while not (folder / "go").exists():
    time.sleep(0.01)
survey = survey_module.survey_of(network, images, folder / "cache")
print(float(survey.logits.sum()), survey.note)
"""


def _start(folder, mode):
    return subprocess.Popen(
        [sys.executable, "-c", _BUILDER, str(folder), mode],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def _wait_for(path, process):
    while not path.exists():
        assert process.poll() is None
        time.sleep(0.01)


def test_killed_builder_leaves_nothing_that_is_taken_for_a_survey(network, images, tmp_path):
    process = _start(tmp_path, "hang")
    (tmp_path / "go").touch()
    _wait_for(tmp_path / "under-way", process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    cache = tmp_path / "cache"
    assert [path.name[:10] for path in cache.iterdir() if path.is_dir()] == [".building-"]
    survey = survey_of(network, images, cache)
    assert survey.note == ""
    assert_same(survey, survey_of(network, images, tmp_path / "other"))
    assert [path.name for path in cache.iterdir() if path.name.startswith(".building")] == []


def test_two_builders_at_once_both_end_well_and_only_one_builds(network, images, tmp_path):
    processes = [_start(tmp_path, mode) for mode in ("one", "two")]
    for mode, process in zip(("one", "two"), processes, strict=True):
        _wait_for(tmp_path / f"ready-{mode}", process)
    (tmp_path / "go").touch()
    told = {process.communicate()[0] for process in processes}
    assert [process.returncode for process in processes] == [0, 0]
    assert told == {f"{float(survey_of(network, images, tmp_path / 'cache').logits.sum())} \n"}
    assert (tmp_path / "passes").read_text() == "pass\n"
