"""Server processes that are measured: started as in the container, watched, ended."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.harness.served import ROOT, cache_folder, free_port, wait_for_surveys

# As in the container.
SURROUNDINGS = {"TF_CPP_MIN_LOG_LEVEL": "2", "TF_NUM_INTRAOP_THREADS": "1", "PYTHONUNBUFFERED": "1"}
SERVE = (
    sys.executable,
    "-m",
    "gunicorn",
    "--config",
    "python:app.gunicorn_conf",
    "app.wsgi:server",
)
_HOST = "127.0.0.1"
_TICKS = os.sysconf("SC_CLK_TCK")
_MOST_SECONDS = 120


def surroundings(**more):
    """Environment variables of a process that is measured."""
    return {**os.environ, "LOOKING_GLASS_CACHE": str(cache_folder()), **SURROUNDINGS, **more}


@dataclass(frozen=True)
class Memory:
    """Memory of a server's processes together, in MiB (2^20 bytes).

    Attributes
    ----------
    rss : float
        Resident; pages that processes share, mapped files included, are counted for each.
    pss : float
        Resident; a shared page counts by its share.
    own : float
        Pages of no file: what the processes themselves asked for, by share.
    """

    rss: float
    pss: float
    own: float


class Server:
    """A server that was started here.

    Attributes
    ----------
    address : str
        Without a slash at its end.
    host, port : str, int
    process : subprocess.Popen
        The first of its processes.
    """

    def __init__(self, process, port):
        self.process, self.host, self.port = process, _HOST, port
        self.address = f"http://{_HOST}:{port}"

    def get(self, path, timeout=30):
        """Ask for a path as a browser does.

        Returns
        -------
        status : int or None
            None while nobody listens.
        content : bytes
        """
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            connection.request("GET", path, headers={"Accept": "text/html,*/*"})
            response = connection.getresponse()
            return response.status, response.read()
        except (ConnectionError, TimeoutError, http.client.HTTPException):
            return None, b""
        finally:
            connection.close()

    def ask(self, body):
        """Ask a callback.

        Parameters
        ----------
        body : bytes

        Returns
        -------
        dict
            The answer's outputs.

        Raises
        ------
        RuntimeError
            When the answer is no 200.
        """
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            connection.request(
                "POST", "/_dash-update-component", body, {"Content-Type": "application/json"}
            )
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise RuntimeError(f"a callback answers {response.status}: {content[:200]!r}")
        return json.loads(content)["response"]

    def wait_for(self, path, pause=0.02):
        """Wait until a path is answered with 200.

        Returns
        -------
        float
            The time, as `time.perf_counter` tells it.

        Raises
        ------
        RuntimeError
            When the server ends, or does not answer for two minutes.
        """
        deadline = time.perf_counter() + _MOST_SECONDS
        while time.perf_counter() < deadline:
            if self.get(path)[0] == 200:
                return time.perf_counter()
            if self.process.poll() is not None:
                break
            time.sleep(pause)
        raise RuntimeError(f"{self.process.args}: no answer 200 to {path}")

    def wait_until_read(self):
        """Wait until pages are answered and every set is read."""
        self.wait_for("/readyz")
        wait_for_surveys(self.address)

    def process_ids(self):
        """Ids of the first process and of all that it started (Linux only)."""
        found, waiting = [], [self.process.pid]
        while waiting:
            number = waiting.pop()
            found.append(number)
            for task in Path(f"/proc/{number}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        return found

    def memory(self):
        """Present memory of all processes together, as a `Memory` (Linux only)."""
        sums = dict.fromkeys(("Rss", "Pss", "Pss_Anon"), 0)
        for number in self.process_ids():
            for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()[1:]:
                name, _, amount = line.partition(":")
                if name in sums:
                    sums[name] += int(amount.split()[0])
        return Memory(*(kilobytes / 1024 for kilobytes in sums.values()))

    def cpu_seconds(self):
        """CPU time of all processes together so far (Linux only)."""
        ticks = 0
        for number in self.process_ids():
            # The name in parentheses may hold spaces.
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / _TICKS


@contextmanager
def started(command=SERVE, port_option=None, **environment):
    """Start a server on a free port; end it when the block ends.

    Parameters
    ----------
    command : sequence of str
    port_option : str, optional
        Option that takes the port; by default the port is told in the environment.
    **environment : str
        Variables beside those of this process.

    Yields
    ------
    Server
        It need not answer yet.
    """
    port = free_port()
    where = {"LOOKING_GLASS_HOST": _HOST, "LOOKING_GLASS_PORT": str(port)}
    options = (port_option, str(port)) if port_option else ()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [*command, *options],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env=surroundings(**where, **environment),
            start_new_session=True,
        )
        try:
            yield Server(process, port)
        except BaseException:
            print(_ended(process, log), file=sys.stderr)
            raise
        told = _ended(process, log)
    if "Traceback" in told:
        raise RuntimeError(f"a server that was measured broke down:\n{told}")


def _ended(process, log):
    """End a process; return its log."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    log.seek(0)
    return log.read()
