"""The package: built as a wheel, installed into a new environment without network, and started."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import urllib.request
import venv
import zipfile
from email import message_from_string

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from tests.harness.served import ROOT, running_server, variables

MOST_BYTES = 60_000_000
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def programs(wheel, tmp_path_factory):
    """Programs of a new environment: the wheel, and what it needs as this environment has it."""
    folder = tmp_path_factory.mktemp("new") / "environment"
    venv.create(folder)
    python = folder / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*install, "--no-deps", "--no-index", str(wheel)], check=True)
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"))
    return python.parent


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    return tmp_path_factory.mktemp("elsewhere")


def files_of(folder, pattern="*"):
    return {path.relative_to(ROOT / folder).as_posix() for path in (ROOT / folder).rglob(pattern)
            if path.is_file() and "__pycache__" not in path.parts}  # fmt: skip


def visible(names):
    return {name for name in names if not any(part.startswith(".") for part in name.split("/"))}


def test_wheel_holds_code_assets_and_artifacts_and_no_more(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    expected = {f"cnn_core/{name}" for name in files_of("cnn_core")}
    expected |= {f"app/{name}" for name in files_of("app")}
    expected |= {f"app/assets/{name}" for name in files_of("assets")}
    expected |= {f"cnn_core/shipped_artifacts/{name}" for name in visible(files_of("artifacts"))}
    assert {name for name in held if ".dist-info/" not in name} == expected
    assert any(name.endswith("/licenses/LICENSE") for name in held)
    assert wheel.stat().st_size < MOST_BYTES


def test_core_alone_needs_no_web_package(wheel):
    archive = zipfile.ZipFile(wheel)
    [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = message_from_string(archive.read(name).decode())
    needed = [Requirement(text) for text in metadata.get_all("Requires-Dist")]
    core = {one.name for one in needed if "extra" not in str(one.marker)}
    app = {one.name for one in needed if 'extra == "app"' in str(one.marker)}
    assert core == {Requirement(text).name for text in PROJECT["dependencies"]}
    assert app >= {"dash", "gunicorn"}
    assert not core & app


def test_core_works_from_anywhere(programs, elsewhere):
    code = (
        "from cnn_core import load_dataset, load_network, shipped, shipped_data\n"
        "network, data = load_network(shipped('cnn')), load_dataset(shipped_data(), 'test')\n"
        "print(network.activations(data.images[[0]])['Conv2D_3'].shape)"
    )
    done = subprocess.run(
        [programs / "python", "-c", code], cwd=elsewhere, capture_output=True, text=True, check=True
    )
    assert done.stdout == "(1, 3, 3, 128)\n"


def test_shipped_files_are_whole(programs, elsewhere):
    done = subprocess.run(
        [programs / "python", "-m", "cnn_core", "check"],
        cwd=elsewhere, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert str(programs.parent) in done.stdout


def test_command_serves_pages_assets_and_artifacts(programs, elsewhere):
    command = (str(programs / "cnn-looking-glass"),)
    with running_server(command=command, folder=elsewhere) as server:
        for path in ("/healthz", "/readyz", "/", "/compare", "/assets/style.css"):
            with urllib.request.urlopen(server.address + path, timeout=60) as answer:
                assert answer.status == 200, path


@pytest.mark.parametrize("lost", ["app/assets", "cnn_core/shipped_artifacts", "app/pages/explore"])
def test_package_without_some_of_its_files_ends_with_one_line(programs, elsewhere, lost):
    [packages] = programs.parent.glob("lib/python*/site-packages")
    kept_away = packages / "kept-away"
    os.rename(packages / lost, kept_away)
    try:
        done = subprocess.run(
            [programs / "cnn-looking-glass", "--port", "0"],
            cwd=elsewhere, env=variables(), capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    finally:
        os.rename(kept_away, packages / lost)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stderr


def test_one_version_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert str(citation["version"]) == PROJECT["version"]
    assert citation["license"] in PROJECT["license"]
    released = re.findall(r"^## \[(\d.*?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert not released or Version(released[0]) <= Version(PROJECT["version"])
