"""Setting up: told before, done once, by whatever can do it."""

import sys
from dataclasses import replace

import pytest

from deploy import set_up
from deploy.set_up import LISTS, commands, main
from tests.harness.served import ROOT


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """A list of packages and an environment of which nothing is known yet."""
    file, kept = tmp_path / "list.txt", tmp_path / "kept.txt"
    file.write_text("one==1\n")
    made = replace(LISTS["run"], file=file, kept=kept)
    monkeypatch.setattr(set_up, "ENVIRONMENT", tmp_path)
    monkeypatch.setitem(LISTS, "run", made)
    monkeypatch.setattr(set_up, "HEADERS", "no such folder")
    return made


def python(code):
    return [sys.executable, "-c", code]


@pytest.fixture
def installers(monkeypatch):
    """What is tried instead of real installers, in this order."""
    tried = []
    monkeypatch.setattr(set_up, "commands", lambda file: tried)
    return tried


def test_size_is_told_before_and_only_the_first_time(packages, installers, capsys):
    installers.append(python("pass"))
    assert main("run") == 0
    assert capsys.readouterr().out == (
        "Installing the packages that it runs with, this first time only: "
        "390 MB to download, 1,450 MB on the disk.\n"
    )
    assert main("run") == 0
    assert capsys.readouterr().out == ""
    packages.file.write_text("one==2\n")
    assert main("run") == 0
    assert "have changed: installing what is new" in capsys.readouterr().out
    assert packages.are_installed


def test_the_next_one_is_tried_where_the_first_fails(packages, installers, tmp_path):
    done = tmp_path / "done"
    installers += [python("raise SystemExit(2)"), python(f"open({str(done)!r}, 'w')")]
    assert main("run") == 0
    assert done.exists()


def test_failure_is_told_and_not_taken_for_done(packages, installers, capsys):
    installers.append(python("print('no index to be reached'); raise SystemExit(1)"))
    assert main("run") == 1
    assert "no index to be reached" in capsys.readouterr().err
    assert not packages.are_installed


def test_uv_goes_first_where_it_is(monkeypatch):
    monkeypatch.setattr(set_up.shutil, "which", lambda name: f"/tools/{name}")
    first, second = commands(ROOT / "requirements.txt")
    assert first[:3] == ["/tools/uv", "pip", "install"]
    assert second[1:4] == ["-m", "pip", "install"]
    for command in (first, second):
        assert "--require-hashes" in command and "--no-deps" in command
    monkeypatch.setattr(set_up.shutil, "which", lambda name: None)
    assert commands(ROOT / "requirements.txt") == [second]


def test_lists_leave_out_what_is_never_used():
    for one in LISTS.values():
        text = one.file.read_text()
        assert "\nlibclang==" not in text and "\ngrpcio==" not in text
        assert "--hash=sha256:" in text
