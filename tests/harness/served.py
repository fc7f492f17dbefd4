"""The real server in a process of its own, as ``python -m app`` starts it."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def cache_folder():
    """Where the surveys are kept from one test run to the next."""
    return Path(os.environ.get("LOOKING_GLASS_CACHE") or ROOT / ".cache" / "looking-glass")


def variables(more=None):
    """Environment of a server that is started here."""
    own = {"LOOKING_GLASS_CACHE": str(cache_folder()), "PYTHONUNBUFFERED": "1"}
    return {**os.environ, **own, **(more or {})}


@dataclass(frozen=True)
class Server:
    """A server that is ready.

    Attributes
    ----------
    address : str
        Without a slash at its end.
    process : subprocess.Popen
        Leader of a process group of its own, which its workers belong to.
    """

    address: str
    process: subprocess.Popen


@contextmanager
def running_server(*options, environment=None, command=(sys.executable, "-m", "app"), folder=ROOT):
    """Start a server on a free port, wait until all is read; end it when the block ends.

    Parameters
    ----------
    *options : str
        For ``python -m app``; without ``--model`` and ``--data`` the shipped artifacts are served.
    environment : dict of str to str, optional
        Variables beside those of this process.
    command : sequence of str, optional
        What starts it.
    folder : path, optional
        Where it is started.

    Yields
    ------
    Server
        The block may end it in its own way.
    """
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [*command, "--port", "0", *options],
            cwd=folder,
            env=variables(environment),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        try:
            address = _address_told(process, log)
            wait_for_surveys(address)
            yield Server(address, process)
        finally:
            was_ended = process.poll() is not None
            process.terminate()
            process.communicate(timeout=30)
        told = _read(log)
    assert "Traceback" not in told, told
    assert was_ended or process.returncode == 0, told


@contextmanager
def served(*options, environment=None):
    """Like `running_server`, for those who need its address alone.

    Yields
    ------
    str
    """
    with running_server(*options, environment=environment) as server:
        yield server.address
        assert server.process.poll() is None, "the server ended by itself"


def free_port():
    """Find a TCP port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _address_told(process, log):
    for line in process.stdout:
        ready = re.search(r"is ready: (http://\S+)", line)
        if ready:
            return ready[1]
    raise RuntimeError(f"the server did not start: {_read(log)}")


def wait_for_surveys(address):
    """Wait until what is read while pages are served is there."""
    while True:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:
                state = json.load(answer)
        except (OSError, ValueError):
            return
        if state["step"] == "ready":
            return
        time.sleep(0.1)


def _read(log):
    log.seek(0)
    return log.read()
