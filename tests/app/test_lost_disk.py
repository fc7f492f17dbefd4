"""A cache folder that cannot be written to: the server serves without it, and says so."""

import json
import os
import subprocess
import sys
import urllib.parse
from contextlib import contextmanager

import pytest

from tests.app.own_files import save_own_files
from tests.app.real_servers import ask, started, wait_for
from tests.harness.served import free_port, wait_for_surveys

NOTE = "The survey could not be kept on disk ({reason}): it is held in memory and built anew"
_ADDRESS = "/download/activations.csv?set=test&image=0&layer=classes"
_WITH_SMALL_FILES = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))
from app.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@contextmanager
def mounted(folder, options):
    """A file system in memory on a folder, where this process may mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount command; the limited file size stands for a full disk")
    if done.returncode:
        pytest.skip("only root may mount; the limited file size stands for a full disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def full_disk(tmp_path):
    with mounted(tmp_path / "full", "size=64k") as folder:
        yield folder, ("-m", "app"), "No space left on device"


@contextmanager
def read_only_disk(tmp_path):
    with mounted(tmp_path / "sealed", "size=64k") as folder:
        remount = ["mount", "-o", "remount,ro", str(folder)]
        subprocess.run(remount, check=True)
        yield folder, ("-m", "app"), "Read-only file system"


@contextmanager
def closed_folder(tmp_path):
    """A folder that nobody may write to, below a file where root would be let in all the same."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    if os.access(folder, os.W_OK):
        blocked = tmp_path / "file"
        blocked.write_text("in the way")
        yield blocked / "closed", ("-m", "app"), "Not a directory"
    else:
        yield folder, ("-m", "app"), "Permission denied"


@contextmanager
def limited_files(tmp_path):
    """Files that may not grow beyond 2 KiB, as on a disk that fills up; needs no rights."""
    yield tmp_path / "limited", ("-c", _WITH_SMALL_FILES), "File too large"


@pytest.mark.skipif(sys.platform != "linux", reason="file systems as Linux has them")
@pytest.mark.parametrize("disk", [full_disk, read_only_disk, closed_folder, limited_files])
def test_server_serves_without_its_cache_and_says_so(tmp_path, disk):
    own_files = save_own_files(tmp_path)
    port = free_port()
    with disk(tmp_path) as (folder, program, reason):
        options = (*own_files, "--cache", str(folder), "--port", str(port))
        with started(*program, *options) as process:
            address = f"http://127.0.0.1:{port}"
            wait_for(address + "/readyz", 200, seconds=120)
            wait_for_surveys(address)
            status, numbers = ask(address + _ADDRESS)
            _, layout = ask(address + "/_dash-layout")
            page = ask(f"{address}/?{urllib.parse.urlencode({'image': 3})}")
            process.terminate()
            output, errors = process.communicate(timeout=30)
        left = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    note = NOTE.format(reason=reason)
    assert (status, len(numbers.splitlines())) == (200, 5)
    assert page[0] == 200
    assert text_of(json.loads(layout), "server-notes").startswith(note)
    assert [line for line in errors.splitlines() if note in line] == errors.splitlines()
    assert errors.count("\n") == 1
    assert f"(cache folder: {folder})" in errors
    assert "is ready" in output
    # A smaller survey may have found room; half a one never stays.
    assert not [name for name in left if name.startswith(".building")]


def test_server_with_a_cache_says_nothing(tmp_path):
    port = free_port()
    options = (*save_own_files(tmp_path), "--cache", str(tmp_path / "cache"), "--port", str(port))
    with started("-m", "app", *options) as process:
        address = f"http://127.0.0.1:{port}"
        wait_for(address + "/readyz", 200, seconds=120)
        wait_for_surveys(address)
        _, layout = ask(address + "/_dash-layout")
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert text_of(json.loads(layout), "server-notes") == ""
    assert errors == ""


def text_of(layout, component):
    """All text below a component of a layout, as Dash sends it."""

    def words(part):
        if isinstance(part, list):
            return "".join(map(words, part))
        if isinstance(part, dict):
            return words(part["props"].get("children"))
        return part or ""

    def find(part):
        if isinstance(part, list):
            return next((found for one in part if (found := find(one)) is not None), None)
        if not isinstance(part, dict):
            return None
        if part["props"].get("id") == component:
            return part
        return find(part["props"].get("children"))

    return words(find(layout))
