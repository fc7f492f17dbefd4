"""Checksums, atomic saves, the manifest, and publishing that may be killed at any moment."""

import hashlib
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cnn_core import artifacts
from cnn_core.artifacts import (
    HISTORY,
    MANIFEST,
    find_faults,
    read_manifest,
    replacing,
    save_manifest,
    sha256_of,
    verify_artifacts,
)
from cnn_core.errors import ArtifactError
from cnn_core.training import publishing as publication
from cnn_core.training.publishing import publish_model, read_history, record_data, settle

ROOT = Path(__file__).parents[2]
EPOCHS = [{"epoch": 1, "loss": 0.5, "seconds": 1.0}]


def publish(folder, content, file="cnn.keras", seed=1):
    return publish_model(
        folder, file, lambda path: path.write_bytes(content), {"seed": seed}, EPOCHS
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "digits.npz").write_bytes(b"some digits")
    record_data(tmp_path, "digits.npz")
    publish(tmp_path, b"first model" * 20)
    publish(tmp_path, b"second model" * 20, "cnn_seed2.keras")
    return tmp_path


# --- files ------------------------------------------------------------------------------------


def test_sha256_is_the_published_one(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of(tmp_path / "abc") == expected


def test_a_failed_save_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), replacing(path) as staged:
        staged.write_text("half")
        raise RuntimeError
    assert [p.name for p in tmp_path.iterdir()] == ["file.txt"]
    assert path.read_text() == "old"


def test_a_save_replaces_the_file_at_once(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with replacing(path) as staged:
        staged.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert len(list(tmp_path.iterdir())) == 1


# --- the manifest -----------------------------------------------------------------------------


def test_the_manifest_records_every_file(folder):
    manifest = read_manifest(folder)
    described = {file for part in ("data", "history", "models") for file in manifest[part]}
    files = {p.name for p in folder.iterdir() if p.is_file()}
    assert described == files - {MANIFEST}
    for part in ("data", "history", "models"):
        for file, record in manifest[part].items():
            content = (folder / file).read_bytes()
            assert record["bytes"] == len(content)
            assert record["sha256"] == hashlib.sha256(content).hexdigest()
    verify_artifacts(folder)


def test_the_manifest_is_saved_the_same_whatever_the_order(tmp_path):
    content = {"format": 1, "models": {"b": {}, "a": {}}, "data": {}, "history": {}}
    save_manifest(tmp_path, content)
    first = (tmp_path / MANIFEST).read_bytes()
    save_manifest(tmp_path, dict(reversed(list(read_manifest(tmp_path).items()))))
    assert (tmp_path / MANIFEST).read_bytes() == first


def test_every_flipped_byte_of_the_manifest_is_found(folder):
    path = folder / MANIFEST
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises(ArtifactError, match="altered"):
            verify_artifacts(folder)


def test_every_cut_of_the_manifest_is_found(folder):
    path = folder / MANIFEST
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ArtifactError, match="altered"):
            verify_artifacts(folder)


def test_another_format_is_refused(tmp_path):
    save_manifest(tmp_path, {**artifacts.empty_manifest(), "format": 2})
    with pytest.raises(ArtifactError, match="format 2 where this version reads 1"):
        verify_artifacts(tmp_path)


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 16
    path.write_bytes(content)


def cut(path):
    path.write_bytes(path.read_bytes()[:7])


def lengthen(path):
    path.write_bytes(path.read_bytes() + b"!")


FAULTS = [
    pytest.param(Path.unlink, "missing", id="missing"),
    pytest.param(cut, "truncated: 7 of ", id="truncated"),
    pytest.param(flip, "altered: checksum differs", id="flipped"),
    pytest.param(lengthen, "altered: checksum differs", id="longer"),
]


@pytest.mark.parametrize("file", ["cnn_seed2.keras", "digits.npz", HISTORY])
@pytest.mark.parametrize(("damage", "told"), FAULTS)
def test_a_damaged_file_is_told_in_one_line(folder, file, damage, told):
    damage(folder / file)
    with pytest.raises(ArtifactError) as caught:
        verify_artifacts(folder)
    line = str(caught.value)
    assert line.startswith(f"{folder / file}: {told}")
    assert "python -m cnn_core check" in line
    assert "\n" not in line


def test_a_missing_manifest_is_told(tmp_path):
    with pytest.raises(ArtifactError, match=r"manifest\.json: missing; .*cnn_core check"):
        verify_artifacts(tmp_path)


def test_all_faults_are_listed(folder):
    (folder / "digits.npz").unlink()
    cut(folder / "cnn.keras")
    flip(folder / HISTORY)
    (folder / "found.keras").write_bytes(b"?")
    told = {Path(fault.file).name: fault.fault for fault in find_faults(folder)}
    assert told == {
        "digits.npz": "missing",
        "cnn.keras": "truncated: 7 of 220 bytes",
        HISTORY: "altered: checksum differs",
        "found.keras": f"not in the manifest {MANIFEST}",
    }


def test_data_is_recorded_once_and_compared_afterwards(folder):
    before = (folder / MANIFEST).read_bytes()
    record_data(folder, "digits.npz")
    assert (folder / MANIFEST).read_bytes() == before
    flip(folder / "digits.npz")
    with pytest.raises(ArtifactError, match=r"digits\.npz: altered"):
        record_data(folder, "digits.npz")


def test_a_verification_during_a_publication_looks_again(folder, monkeypatch):
    fingerprint, calls = artifacts.fingerprint, itertools.count()

    def publish_meanwhile(path):
        if path.name == "cnn.keras" and next(calls) == 0:
            publish(folder, b"published while being verified")
        return fingerprint(path)

    monkeypatch.setattr(artifacts, "fingerprint", publish_meanwhile)
    verify_artifacts(folder)
    assert next(calls) == 2


# --- publishing -------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it but the test."""


def break_at_system_call(monkeypatch, number):
    """Let the process end just before its n-th rename or flush; nothing is tidied afterwards."""
    calls = itertools.count()

    def breaking(original):
        def call(*arguments):
            if next(calls) == number:
                monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)
                raise Killed
            return original(*arguments)

        return call

    for name in ("replace", "fsync"):
        monkeypatch.setattr(os, name, breaking(getattr(os, name)))


@pytest.mark.parametrize("target", ["cnn.keras", "new.keras"])
def test_a_publication_cut_off_at_any_step_leaves_a_whole_folder(folder, target):
    old = (folder / target).read_bytes() if (folder / target).exists() else None
    for step in itertools.count():
        new = f"published at step {step}".encode() * 10
        with pytest.MonkeyPatch.context() as patch:
            break_at_system_call(patch, step)
            try:
                publish(folder, new, target, seed=step)
            except Killed:
                finished = False
            else:
                finished = True
        found = (folder / target).read_bytes() if (folder / target).exists() else None
        assert found in (old, new)
        verify_artifacts(folder)
        settle(folder)
        verify_artifacts(folder)
        manifest = read_manifest(folder)
        assert "pending" not in manifest
        assert not list(folder.glob(".*.tmp.*"))
        if found == new:
            assert manifest["models"][target]["seed"] == step
        if finished:
            break
        old = found
    assert step > 8
    assert read_history(folder)[target]["sha256"] == sha256_of(folder / target)


PUBLISH_FOREVER = """
import itertools, sys
from pathlib import Path
from cnn_core.training.publishing import publish_model
print("ready", flush=True)
for i in itertools.count():
    content = b"%d" % i * 5000
    publish_model(Path(sys.argv[1]), "cnn.keras", lambda p: p.write_bytes(content), {"seed": i}, [])
"""


def test_killed_publications_leave_a_whole_folder(folder):
    draw = np.random.default_rng(5)
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", PUBLISH_FOREVER, str(folder)], stdout=subprocess.PIPE, cwd=ROOT
        )
        with process:
            process.stdout.readline()
            time.sleep(draw.uniform(0, 0.2))
            process.send_signal(signal.SIGKILL)
        verify_artifacts(folder)
        settle(folder)
        verify_artifacts(folder)


def test_one_process_publishes_at_a_time(folder):
    def publish_inside(path):
        with pytest.raises(ArtifactError, match="another process is publishing"):
            publish(folder, b"inner", "inner.keras")
        path.write_bytes(b"outer")

    publication.publish_model(folder, "outer.keras", publish_inside, {}, EPOCHS)
    assert "inner.keras" not in read_manifest(folder)["models"]


def test_history_keeps_every_model(folder):
    history = read_history(folder)
    assert sorted(history) == ["cnn.keras", "cnn_seed2.keras"]
    assert history["cnn.keras"]["epochs"] == EPOCHS


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"models"', "\ud800"])
def test_a_damaged_history_is_told(tmp_path, content):
    (tmp_path / HISTORY).write_bytes(content.encode(errors="surrogatepass"))
    with pytest.raises(ArtifactError, match=r"history\.json: truncated or altered"):
        read_history(tmp_path)
