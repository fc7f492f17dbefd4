"""The command line of the core: what it prints, and how it fails."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import cnn_core.__main__ as command_line
from cnn_core.__main__ import main
from cnn_core.artifacts import read_manifest, verify_artifacts
from cnn_core.training.article_cnn import build_article_cnn
from cnn_core.training.command import repeatable
from cnn_core.training.publishing import publish_model, read_history
from cnn_core.training.snapshots import read_snapshots

# Keras reads its variables in a way that NumPy 2 will stop to allow.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ROOT = Path(__file__).parents[2]
RECORD = {
    "accuracy": {"test": 0.9876, "validation": 0.95},
    "images": {"test": 10_000, "validation": 5_000},
    "command": "python -m cnn_core train --name untrained",
}


@pytest.fixture
def folder(tmp_path):
    publish_model(tmp_path, "untrained.keras", build_article_cnn(seed=0).save, RECORD, [])
    return tmp_path


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """A few of the real digits, with training images as test set."""
    path = tmp_path_factory.mktemp("data") / "digits.npz"
    with np.load(ROOT / "artifacts" / "mnist.npz") as mnist:
        images, labels = mnist["x_train"][:1400], mnist["y_train"][:1400]
    np.savez(
        path,
        x_train=images[:1200],
        y_train=labels[:1200],
        x_test=images[1200:],
        y_test=labels[1200:],
    )
    return path


def run(*arguments, cwd=ROOT):
    command = [sys.executable, "-m", "cnn_core", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


# --- check and info ---------------------------------------------------------------------------


def test_check_tells_that_all_is_well(folder, capsys):
    assert main(["check", "--artifacts", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder}: 2 files and the manifest are whole\n"


def test_check_lists_every_fault(folder, capsys):
    (folder / "untrained.keras").unlink()
    (folder / "history.json").write_bytes(b"cut")
    assert main(["check", "--artifacts", str(folder)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{folder}/history.json: truncated: 3 of ")
    assert lines[1].startswith(f"{folder}/untrained.keras: missing; ")


def test_check_without_a_manifest(tmp_path, capsys):
    assert main(["check", "--artifacts", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith(f"{tmp_path}/manifest.json: missing; ")


def test_info_tells_versions_models_and_layers(folder, capsys):
    assert main(["info", "--artifacts", str(folder)]) == 0
    told = capsys.readouterr().out
    for pattern in (
        r"python \d.*tensorflow \d.*keras \d.*numpy \d",
        r"untrained\.keras: 208,982 parameters; 98\.76% of 10,000 test images right",
        "python -m cnn_core train --name untrained",
        r"Conv2D_1 +Conv2D +26 x 26 x 32 +320\n",
        r"Max_Pool_2 +MaxPooling2D +5 x 5 x 64 +0\n",
        r"Dense_1 +Dense +100 +115,300\n",
    ):
        assert re.search(pattern, told), pattern


def test_info_tells_what_is_in_files_of_ones_own(folder, tmp_path, capsys):
    data = tmp_path / "unnamed.npz"
    np.savez(data, np.zeros((3, 2, 2), np.uint8), np.array(["hat", "bag", "hat"]))
    assert main(["info", str(folder / "untrained.keras"), str(data)]) == 0
    told = capsys.readouterr().out
    assert re.search(r"^untrained\.keras: 208,982 parameters\n  Conv2D_1 +Conv2D ", told)
    assert told.endswith(
        "test: 3 images of 2 x 2 x 1, 2 classes\n"
        f"  from {data} (arr_0) and {data} (arr_1)\n"
        "  bag (1), hat (2)\n"
        "  the arrays have no names: arr_0 and arr_1 are taken as the test set\n"
    )


def test_survey_counts_what_the_network_gets_right(digits, tmp_path, capsys):
    model = build_article_cnn(seed=3)
    model.save(tmp_path / "untrained.keras")
    with np.load(digits) as archive:
        images, labels = archive["x_test"][..., None] / np.float32(255), archive["y_test"]
    n_right = int((np.argmax(model(images), axis=1) == labels).sum())
    arguments = ["--model", tmp_path / "untrained.keras", "--data", digits, "--sets", "test"]
    command = ["survey", *map(str, arguments), "--cache", str(tmp_path / "cache")]
    for _ in range(2):
        assert main(command) == 0
        captured = capsys.readouterr()
        assert f"untrained.keras, test: {n_right} of 200 images right" in captured.out
        assert "100%" in captured.err


def test_survey_refuses_damaged_artifacts(folder, capsys):
    (folder / "untrained.keras").write_bytes(b"cut")
    assert main(["survey", "--artifacts", str(folder)]) == 1
    assert "untrained.keras: truncated: 3 of" in capsys.readouterr().err


def test_a_reader_that_has_had_enough_is_no_error(folder):
    command = [sys.executable, "-m", "cnn_core", "info", "--artifacts", str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == ""


# --- errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["info", "--artifacts", "nowhere"], r"nowhere/manifest\.json: missing"),
        (["train", "--data", "nowhere.npz"], r"nowhere\.npz: does not exist"),
        (["train", "--snapshots", "often"], r'snapshots "often": numbers of steps'),
    ],
)
def test_what_is_wrong_is_told_in_one_line(arguments, told, capsys):
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.match(told, captured.err)
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (PermissionError(13, "Permission denied", "kept.json"), 1, "kept.json: Permission denied"),
        (OSError("no space"), 1, "file system: no space"),
        (KeyboardInterrupt(), 130, "stopped by hand"),
    ],
)
def test_no_traceback_reaches_the_user(monkeypatch, capsys, error, code, told):
    def fail(_):
        raise error

    monkeypatch.setattr(command_line, "find_faults", fail)
    assert main(["check"]) == code
    assert capsys.readouterr().err.strip() == told


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["paint"],
        ["train", "--epochs", "0"],
        ["train", "--seed", "-1"],
        ["train", "--batch-size", "many"],
    ],
)
def test_wrong_options(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m cnn_core" in capsys.readouterr().err


# --- train ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "python -m cnn_core train --name cnn --seed 1"),
        (
            ["--output", "build/models", "--data", "sets/d.npz", "--epochs", "3"],
            "python -m cnn_core train --name cnn --output build/models --data sets/d.npz "
            "--seed 1 --epochs 3",
        ),
        (
            ["--data", "/home/somebody/my digits.npz", "--batch-size", "8", "--overwrite"],
            "python -m cnn_core train --name cnn --data 'my digits.npz' --seed 1 --batch-size 8 "
            "--overwrite",
        ),
        (["--snapshots"], "python -m cnn_core train --name cnn --seed 1 --snapshots"),
        (["--snapshots", "9,e1"], "python -m cnn_core train --name cnn --seed 1 --snapshots 9,e1"),
    ],
)
def test_the_recorded_command_tells_no_place_of_this_machine(
    arguments, told, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    options = command_line.command_parser().parse_args(["train", *arguments])
    assert repeatable(options) == told


def test_train_check_and_refuse(digits, tmp_path):
    options = ["--name", "few", "--output", tmp_path / "new", "--data", digits, "--epochs", 2]
    options += ["--snapshots", "5,e1"]
    done = run("train", *options)
    assert done.returncode == 0, done.stderr
    assert re.match(r".*few\.keras: [\d.]+% of 200 test images right", done.stdout.splitlines()[-1])
    assert "epoch 2/2: loss " in done.stdout
    verify_artifacts(tmp_path / "new")
    record = read_manifest(tmp_path / "new")["models"]["few.keras"]
    assert record["command"].endswith(
        "--name few --output new --data digits.npz --seed 1 --snapshots 5,e1 --epochs 2"
    )
    assert record["images"] == {"train": 1100, "validation": 100, "test": 200}
    moments = read_snapshots(tmp_path / "new" / "few_snapshots.npz").moments
    assert [moment.step for moment in moments] == [0, 5, 18, 36]
    before = (tmp_path / "new" / "few.keras").read_bytes()

    again = run("train", *options)
    assert again.returncode == 1
    assert (
        again.stderr == f"{tmp_path}/new/few.keras: exists already; replace it with --overwrite\n"
    )
    assert (tmp_path / "new" / "few.keras").read_bytes() == before


def test_data_beside_the_models_is_recorded(digits, tmp_path):
    (tmp_path / "mnist.npz").write_bytes(digits.read_bytes())
    done = run("train", "--output", tmp_path, "--epochs", 1)
    assert done.returncode == 0, done.stderr
    verify_artifacts(tmp_path)
    manifest = read_manifest(tmp_path)
    assert list(manifest["data"]) == ["mnist.npz"]
    assert list(manifest["models"]) == ["cnn.keras"]


# A process started in the background inherits that it ignores Ctrl-C.
LISTEN_TO_CTRL_C = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("cnn_core", run_name="__main__", alter_sys=True)
"""


def test_stopped_by_hand_then_resumed(digits, tmp_path):
    # More epochs than a busy machine ends between the first checkpoint and the signal.
    options = ["--output", tmp_path, "--data", digits, "--epochs", "20"]
    command = [sys.executable, "-c", LISTEN_TO_CTRL_C, "train", *options]
    checkpoint = tmp_path / ".training" / "cnn" / "checkpoint.npz"
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while not checkpoint.exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
    assert process.returncode == 130
    assert told.strip() == "stopped by hand; go on with --resume"
    assert not (tmp_path / "cnn.keras").exists()

    done = run("train", *options, "--resume")
    assert done.returncode == 0, done.stderr
    [finished_before] = read_manifest(tmp_path)["models"]["cnn.keras"]["resumed_after"]
    assert 1 <= finished_before < 20
    assert f"epoch {finished_before}/20" not in done.stdout
    epochs = read_history(tmp_path)["cnn.keras"]["epochs"]
    assert [epoch["epoch"] for epoch in epochs] == list(range(1, 21))
