"""Doors to open in gunicorn processes of their own: ``tests.app.doors:slow`` and the like."""

import os
import time

from app.serving.door import Door
from app.serving.gateway.grading import GradedApplication, Grading
from app.serving.gateway.worker import PatientWorker
from cnn_core.errors import ArtifactError


def _hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello from " + environ["PATH_INFO"].encode()]


def _mirror(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['REMOTE_ADDR']} {environ['wsgi.url_scheme']}".encode()]


def _think(environ, start_response):
    time.sleep(0.3)
    return _hello(environ, start_response)


def _note(environ):
    with open(os.environ["REQUESTS_SEEN"], "a") as seen:
        seen.write(environ["PATH_INFO"] + "\n")


def _wait_for_leave(environ, start_response):
    """Note the request, and answer only when the test has made a file that allows it."""
    _note(environ)
    deadline = time.monotonic() + 60
    while not os.path.exists(os.environ["MAY_ANSWER"]) and time.monotonic() < deadline:
        time.sleep(0.01)
    return _hello(environ, start_response)


def _heed_downloads(environ, start_response):
    """Wait for leave with what is dear, answer all else at once."""
    is_dear = environ["PATH_INFO"].startswith("/download/")
    return (_wait_for_leave if is_dear else _hello)(environ, start_response)


def _answer_at_length(environ, start_response):
    """Note the request, take a while, and give a long answer that tells its end."""
    _note(environ)
    time.sleep(0.1)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"." * 300_000, b"end of " + environ["PATH_INFO"].encode()]


def _load_slowly(progress):
    for done in range(10):
        progress("reading 10 images", done, 10)
        time.sleep(0.15)
    return _hello


def _find_a_fault(_progress):
    time.sleep(0.3)
    raise ArtifactError("cnn.keras: altered: checksum differs; check it out again")


def _meet_a_bug(_progress):
    raise ZeroDivisionError("a fault\nin two lines")


class ImpatientWorker(PatientWorker):
    """Waits a second where the real one waits longer."""

    most_seconds = 1


class NarrowWorker(PatientWorker):
    """Takes few connections."""

    most_connections = 8


long_winded = Door(lambda progress: _answer_at_length)
obedient = Door(lambda progress: _wait_for_leave)
graded = Door(lambda progress: GradedApplication(_heed_downloads, Grading()))
mirroring = Door(lambda progress: _mirror)
thoughtful = Door(lambda progress: _think)
slow = Door(_load_slowly)
faulty = Door(_find_a_fault)
buggy = Door(_meet_a_bug)
