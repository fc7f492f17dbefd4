"""The command before it serves: what it is told wrongly is said in one line."""

import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from app.__main__ import SERVED_WITH, main
from app.serving.settings import number_from
from cnn_core.errors import LookingGlassError

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("WEB_CONCURRENCY", "two", "'two' in the environment; a whole number from 1 to 1000"),
        ("WEB_CONCURRENCY", "0", "'0' in the environment; a whole number from 1 to 1000"),
        ("LOOKING_GLASS_PORT", "-1", "'-1' in the environment; a whole number from 0 to 65535"),
        ("LOOKING_GLASS_PORT", "65536", "'65536' in the environment"),
    ],
)
def test_variable_that_is_no_number_is_told_in_one_line(name, text, told, monkeypatch, capfd):
    monkeypatch.setenv(name, text)
    assert main([]) == 1
    errors = capfd.readouterr().err
    assert errors.startswith(f"{name}: {told}")
    assert errors.count("\n") == 1


def test_variables_give_numbers():
    given = {"LOOKING_GLASS_PORT": " 9000 ", "WEB_CONCURRENCY": ""}
    assert number_from(given, "LOOKING_GLASS_PORT") == 9000
    assert number_from(given, "WEB_CONCURRENCY") is None
    assert number_from({}, "WEB_CONCURRENCY") is None
    with pytest.raises(LookingGlassError):
        number_from({"WEB_CONCURRENCY": "²"}, "WEB_CONCURRENCY")


@pytest.mark.parametrize(
    ("under_make", "told"),
    [(False, "like --port {}\n"), (True, 'like make run ARGS="--port {}"\n')],
)
def test_port_in_use_is_told_with_an_option_that_can_be_given(under_make, told, monkeypatch, capfd):
    monkeypatch.delenv("MAKELEVEL", raising=False)
    if under_make:
        monkeypatch.setenv("MAKELEVEL", "1")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    errors = capfd.readouterr().err
    assert errors.startswith(f"127.0.0.1:{port}: address already in use; choose ")
    assert errors.endswith(told.format(port % 65535 + 1))


def test_missing_package_is_told_with_how_to_get_it(monkeypatch, capfd):
    monkeypatch.setattr("app.__main__.SERVED_WITH", ("dash", "no_such_package"))
    assert main([]) == 1
    errors = capfd.readouterr().err
    assert errors.startswith("no_such_package: not installed; ")
    assert "pip install" in errors
    assert errors.count("\n") == 1


def test_what_it_needs_is_what_the_app_extra_installs():
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {
        one.partition(">=")[0].replace("-", "_") for one in extra["optional-dependencies"]["app"]
    }
    assert set(SERVED_WITH) == named


def test_packages_are_looked_for_before_any_is_imported():
    """Where only the core is installed, the command itself can still be imported."""
    code = "import sys, app.__main__; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not set(done.stdout.split()) & set(SERVED_WITH)


def test_asset_that_is_missing_ends_the_server_with_one_line(tmp_path):
    """Not with a traceback for each of endlessly many new workers."""
    code = (
        "import sys, pathlib, app.serving.door as door\n"
        f"door.ASSETS = pathlib.Path({str(tmp_path)!r})\n"
        "from app.__main__ import main\n"
        "sys.exit(main(['--port', '0']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr == (
        f"{tmp_path / 'waiting.css'}: No such file or directory; "
        "install the package anew, or check the file out again\n"
    )
