"""Real servers in processes of their own, and how to ask them."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from tests.harness.served import free_port

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def started(*command, environment=None, under=()):
    process = subprocess.Popen(
        [*under, sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@contextmanager
def gunicorn(door, *options, under=()):
    """A server of that door, started by the command `under` where one is given."""
    port = free_port()
    command = ("-m", "gunicorn", "--config", "python:app.gunicorn_conf", *options)
    command = (*command, f"tests.app.doors:{door}")
    environment = {"LOOKING_GLASS_HOST": "127.0.0.1", "LOOKING_GLASS_PORT": str(port)}
    with started(*command, environment=environment, under=under) as process:
        yield process, f"http://127.0.0.1:{port}"


def ask(address):
    """Status and body; None while nobody listens."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError:
        return None, b""


def children_of(process_id):
    """Ids of the processes that a process has started (Linux only)."""
    tasks = Path(f"/proc/{process_id}/task").iterdir()
    return [int(one) for task in tasks for one in (task / "children").read_text().split()]


def wait_until(holds, wanted, seconds=60):
    """Wait until `holds()` is true; fail with what was wanted when it is not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"in {seconds} s never: {wanted}"
        time.sleep(0.01)


def wait_for(address, status, seconds=30):
    deadline = time.monotonic() + seconds
    seen = []
    while time.monotonic() < deadline:
        seen.append(ask(address)[0])
        if seen[-1] == status:
            return seen
        time.sleep(0.05)
    raise AssertionError(f"{address} never gave {status}: {set(seen)}")
