"""Start: until the server lives, serves a page, is ready; beside a bare import and load."""

import json
import subprocess
import sys
import tempfile
import time

from bench.bodies import filled, page_template
from bench.questions import EXPLORE
from bench.running import ROOT, started, surroundings
from bench.summary import summary
from cnn_core.shipped_files import FIRST_MODEL, SHIPPED

_BARE = (
    "import keras; keras.models.load_model({path!r}, compile=False); print('loaded', flush=True)"
)


def measure(page, address, short=False):
    """Measure with servers of its own; the page is not used.

    The files have been read before and the survey is there, as in the container's image, except where
    it is said that the cache is empty. What is measured twice is started in turns, so that noise of the machine meets both.

    Returns
    -------
    dict
    """
    del page, address
    repeats = 2 if short else 8
    alive, waiting, ready, first_page, bare = [], [], [], [], []
    if not short:
        _bare()
    for number in range(repeats):
        if number % 2:
            bare.append(_bare())
        moments = _ours()
        for times, moment in zip((alive, waiting, ready, first_page), moments, strict=True):
            times.append(moment)
        if not number % 2:
            bare.append(_bare())
    cold = [_ours_cold() for _ in range(1 if short else 4)]
    return {
        "process start to the first /healthz 200, s": summary(alive),
        "process start to the page that tells of loading, s": summary(waiting),
        "process start to /readyz 200, s": summary(ready),
        "process start to the dashboard's page, s": summary(first_page),
        "process start with an empty cache to the first picture, s": summary(cold),
        "a bare import of Keras and load of the model, s": summary(bare),
    }


def _ours():
    began = time.perf_counter()
    with started() as server:
        alive = server.wait_for("/healthz", pause=0.005)
        status, content = server.get("/")
        waiting = time.perf_counter()
        if status not in (200, 503) or b"<html" not in content:
            raise RuntimeError(f"no page while loading, but {status}")
        ready = server.wait_for("/readyz")
        first_page = server.wait_for("/")
    return tuple(moment - began for moment in (alive, waiting, ready, first_page))


def _ours_cold():
    """Nothing is kept from an earlier start: sets are read while the picture is asked for."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with started(LOOKING_GLASS_CACHE=folder) as server:
            server.wait_for("/readyz")
            dependencies = json.loads(server.get("/_dash-dependencies")[1])
            server.ask(filled(page_template(dependencies, EXPLORE), ""))
            return time.perf_counter() - began


def _bare():
    command = [sys.executable, "-c", _BARE.format(path=str(SHIPPED / FIRST_MODEL))]
    began = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, env=surroundings(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        loaded = process.stdout.readline()
        moment = time.perf_counter()
    if loaded != b"loaded\n":
        raise RuntimeError("the bare import and load failed")
    return moment - began
