"""The real server in a process of its own, as ``python -m app`` starts it."""

import os
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def cache_folder():
    """Where the surveys are kept from one test run to the next."""
    return Path(os.environ.get("LOOKING_GLASS_CACHE") or ROOT / ".cache" / "looking-glass")


def variables(more=None):
    """Environment of a server that is started here."""
    own = {"LOOKING_GLASS_CACHE": str(cache_folder()), "PYTHONUNBUFFERED": "1"}
    return {**os.environ, **own, **(more or {})}


@contextmanager
def served(*options, environment=None):
    """Serve the dashboard on a free port until the block ends.

    Parameters
    ----------
    *options : str
        For ``python -m app``; without ``--model`` and ``--data`` the shipped artifacts are served.
    environment : dict of str to str, optional
        Variables beside those of this process.

    Yields
    ------
    str
        Address without a slash at its end. The server is ready.
    """
    command = [sys.executable, "-m", "app", "--port", "0", *options]
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=variables(environment),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            yield _address_told(process, log)
        finally:
            process.terminate()
            process.communicate(timeout=30)
        told = _read(log)
    assert "Traceback" not in told, told
    assert process.returncode == 0, told


def _address_told(process, log):
    for line in process.stdout:
        ready = re.search(r"is ready: (http://\S+)", line)
        if ready:
            return ready[1]
    raise RuntimeError(f"the server did not start: {_read(log)}")


def _read(log):
    log.seek(0)
    return log.read()
