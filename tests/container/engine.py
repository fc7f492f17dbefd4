"""The Docker engine as the tests use it: through its command line."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
IMAGE = "cnn-looking-glass:test"
# Settings of this machine's pip that make sense inside a build as well.
PIP_SETTINGS = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_DEFAULT_TIMEOUT")


_FETCH = """
import json, sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen("http://127.0.0.1:8050" + sys.argv[1], timeout=5)
    print(json.dumps([answer.status, answer.read().decode()]))
except urllib.error.HTTPError as error:
    print(json.dumps([error.code, error.read().decode()]))
except OSError as error:
    print(json.dumps([0, str(error)]))
"""


def docker(*arguments, timeout=120):
    """Run a docker command.

    Returns
    -------
    str
        What it wrote to stdout.
    """
    done = subprocess.run(
        ["docker", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=timeout
    )
    assert done.returncode == 0, f"docker {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()


def build_image():
    """Build the image of this checkout.

    Returns
    -------
    str
        Its id.
    """
    base = os.environ.get("BASE_IMAGE")
    options = ["--network", "host", *(("--build-arg", f"BASE_IMAGE={base}") if base else ())]
    for name in PIP_SETTINGS:
        if os.environ.get(name):
            options += ["--build-arg", name]  # docker takes the value from the environment
    docker("build", *options, "--tag", IMAGE, ".", timeout=1500)
    return docker("image", "inspect", "--format", "{{.Id}}", IMAGE)


class Container:
    """A running container."""

    def __init__(self, name):
        self.name = name

    def run_inside(self, *command, user="10001"):
        """Run a command in it and return what it wrote."""
        return docker("exec", "--user", user, self.name, *command)

    def fetch_inside(self, path):
        """Ask its server from inside; status and body, status 0 while nobody listens."""
        return tuple(json.loads(self.run_inside("python", "-c", _FETCH, path)))

    @property
    def state(self):
        """Docker's view of it."""
        return json.loads(docker("inspect", "--format", "{{json .State}}", self.name))

    @property
    def log(self):
        """All that it wrote, stdout before stderr."""
        done = subprocess.run(["docker", "logs", self.name], capture_output=True, text=True)
        return done.stdout + done.stderr


@contextmanager
def running(*options, command=()):
    """Run the image until the block ends.

    Yields
    ------
    Container
    """
    container = Container(docker("run", "--detach", *options, IMAGE, *command)[:12])
    try:
        yield container
    finally:
        docker("rm", "--force", container.name)


def wait_until(is_so, seconds, what):
    """Wait until something is so, or fail and say what never was."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what()}"
        time.sleep(0.2)


def status_of(address):
    """HTTP status of an address; None while nobody listens."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return None
