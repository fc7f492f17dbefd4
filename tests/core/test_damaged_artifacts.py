"""Every shipped file, damaged anywhere: found before anything heavy is even loaded."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnn_core import artifacts
from cnn_core.artifacts import MANIFEST, SECTIONS, find_faults, fingerprint, read_manifest

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "artifacts"
FILES = sorted(path.name for path in SHIPPED.iterdir() if path.is_file() and path.suffix != ".md")
PLACES = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("artifacts")
    for name in FILES:
        shutil.copyfile(SHIPPED / name, folder / name)
    return folder


def test_the_manifest_describes_every_shipped_file():
    manifest = read_manifest(SHIPPED)
    described = {file for section in SECTIONS for file in manifest.get(section, ())}
    assert described == {*FILES} - {MANIFEST}
    assert {"disputed_labels.json", "readouts.json", "mnist.npz", "cnn.keras"} <= described


@pytest.mark.parametrize("name", FILES)
def test_any_flipped_bit_and_any_cut_is_found(folder, name, monkeypatch):
    """200 random bits and 200 random lengths; each time one line that names this file alone."""
    whole = {path: fingerprint(path) for path in folder.iterdir()}
    damaged = folder / name
    monkeypatch.setattr(
        artifacts, "fingerprint",
        lambda path: fingerprint(path) if path == damaged else whole[path],
    )  # fmt: skip
    n_bytes = damaged.stat().st_size
    draw = np.random.default_rng(len(name))
    content = damaged.read_bytes()
    assert find_faults(folder) == ()
    try:
        with damaged.open("r+b") as file:
            for place, bit in zip(
                draw.integers(0, n_bytes, PLACES), draw.integers(0, 8, PLACES), strict=True
            ):
                os.pwrite(file.fileno(), bytes([content[place] ^ (1 << bit)]), place)
                assert_told(folder, damaged, "altered")
                os.pwrite(file.fileno(), content[place : place + 1], place)
            for length in sorted(draw.integers(0, n_bytes, PLACES).tolist(), reverse=True):
                file.truncate(length)
                assert_told(folder, damaged, "altered" if name == MANIFEST else "truncated")
    finally:
        damaged.write_bytes(content)
    assert find_faults(folder) == ()


def assert_told(folder, damaged, fault):
    (found,) = find_faults(folder)
    line = str(found)
    assert line.startswith(f"{damaged}: ")
    assert fault in line
    assert "\n" not in line


_START = """
import sys
from pathlib import Path
import app.serving.settings
from tests.core.own_peak import own_peak
app.serving.settings.SHIPPED = Path(sys.argv[1])
from app.__main__ import main
try:
    sys.exit(main(["--port", "0"]))
finally:
    print("peak", own_peak())
"""


@pytest.mark.parametrize("name", FILES)
def test_the_server_does_not_start_on_a_damaged_file(folder, name):
    """One line, in a few seconds of computing and a gigabyte: nothing heavy is loaded before."""
    damaged = folder / name
    content = damaged.read_bytes()
    damaged.write_bytes(content[: len(content) // 2])
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, str(folder)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        with process:
            output, errors = process.stdout.read(), process.stderr.read()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        damaged.write_bytes(content)
    assert process.returncode == 1, errors
    assert errors.startswith(f"{damaged}: ")
    assert errors.count("\n") == 1
    assert "ready" not in output
    assert used.ru_utime + used.ru_stime < 5
    assert int(output.split("peak ")[1]) < 10**9
