"""The shipped files, found from anywhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from cnn_core import ArtifactError, shipped, shipped_data
from cnn_core.artifacts import empty_manifest, save_manifest
from cnn_core.shipped_files import shipped_models

ROOT = Path(__file__).resolve().parent.parent.parent


def test_models_and_images_are_those_of_the_checkout():
    assert shipped("cnn") == ROOT / "artifacts" / "cnn.keras"
    assert shipped_data() == ROOT / "artifacts" / "mnist.npz"
    first, *others = shipped_models()
    assert first == shipped("cnn")
    assert others == sorted(others)


def test_they_are_found_from_another_folder(tmp_path):
    code = "from cnn_core import shipped; print(shipped('cnn'))"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(done.stdout.strip()).is_file()


def test_unknown_name_is_told_with_those_that_there_are():
    with pytest.raises(ArtifactError, match=r"^lenet: no shipped model; accepted are cnn, cnn_"):
        shipped("lenet")


def test_missing_images_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr("cnn_core.shipped_files.SHIPPED", tmp_path)
    with pytest.raises(ArtifactError, match=r"mnist\.npz: missing; "):
        shipped_data()


def test_folder_without_models_says_how_to_get_one(tmp_path):
    save_manifest(tmp_path, empty_manifest())
    with pytest.raises(ArtifactError, match="cnn_core train"):
        shipped_models(tmp_path)
