"""The door: alive at once, honest while loading, and gone with one line when loading fails."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from werkzeug.test import Client

from app.faults import BOOT_FAILURE, one_line
from app.serving import Door, LoadingState
from app.settings import SHIPPED, Settings, shipped_models
from cnn_core.errors import ArtifactError, LookingGlassError
from tests.browser.served import free_port, served

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = {"Accept": "text/html,*/*"}


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello from " + environ["PATH_INFO"].encode()]


class HeldBuild:
    """A build that goes on step by step, as the test tells it."""

    def __init__(self):
        self.runs = 0
        self.may_end = threading.Event()
        self.has_begun = threading.Event()

    def __call__(self, progress):
        self.runs += 1
        progress("reading 10,000 test images", 4300, 10_000)
        self.has_begun.set()
        assert self.may_end.wait(20)
        return hello


@pytest.fixture
def build():
    held = HeldBuild()
    yield held
    held.may_end.set()


@pytest.fixture
def loading(build):
    door = Door(build)
    door.open()
    assert build.has_begun.wait(20)
    return Client(door)


# --- while loading ----------------------------------------------------------------------------


def test_nothing_is_built_before_the_door_is_opened(build):
    door = Door(build)
    assert build.runs == 0
    assert door.state == LoadingState(False, "starting")


def test_first_request_opens_the_door_and_it_is_opened_once(build):
    client = Client(Door(build))
    for _ in range(3):
        assert client.get("/healthz").status_code == 200
    assert build.has_begun.wait(20)
    assert build.runs == 1


def test_alive_but_not_ready(loading):
    answer, alive = loading.get("/readyz"), loading.get("/healthz")
    assert (alive.status_code, alive.data) == (200, answer.data)
    assert answer.status_code == 503
    assert json.loads(answer.data) == {
        "ready": False,
        "step": "reading 10,000 test images",
        "done": 4300,
        "total": 10_000,
    }
    assert int(answer.headers["Retry-After"]) > 0


def test_page_says_what_is_being_done(loading):
    answer = loading.get("/compare?layer=Conv2D_3", headers=PAGE)
    assert answer.status_code == 503
    assert answer.mimetype == "text/html"
    text = answer.get_data(as_text=True)
    assert "Loading the network" in text
    assert "reading 10,000 test images" in text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert "<script>" not in text
    assert "http" not in text.replace("http-equiv", "")


def test_page_brings_its_own_files(loading):
    style, script = loading.get("/assets/waiting.css"), loading.get("/assets/waiting.js")
    assert (style.status_code, style.mimetype) == (200, "text/css")
    assert (script.status_code, script.mimetype) == (200, "text/javascript")
    assert b"/healthz" in script.data


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_dash-update-component"),
        ("POST", "/"),
        ("GET", "/_dash-layout"),
        ("GET", "/assets/style.css"),
        ("GET", "/assets/../pyproject.toml"),
        ("GET", "/download/activations.npz"),
    ],
)
def test_everything_else_is_asked_to_come_again(loading, method, path):
    answer = loading.open(path, method=method, data=b"{}", headers={"Accept": "*/*"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.mimetype == "text/plain"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_take_get_and_head(loading, path):
    head, get = loading.head(path), loading.get(path)
    assert head.status_code == get.status_code
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(get.data))
    assert loading.post(path).status_code == 405


# --- once loaded ------------------------------------------------------------------------------


def test_everything_is_handed_on_once_loaded(build):
    announced = []
    door = Door(build, opened=lambda: announced.append(door.state.ready))
    build.may_end.set()
    assert door.wait(20)
    client = Client(door)
    assert client.get("/compare").data == b"hello from /compare"
    assert client.post("/any").data == b"hello from /any"
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert json.loads(ready.data)["ready"] is True
    assert announced == [True]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ArtifactError("cnn.keras: missing; get it"), "cnn.keras: missing; get it"),
        (FileNotFoundError(2, "No such file", "data.npz"), "data.npz: No such file"),
        (PermissionError(13, "Permission denied"), "file system: Permission denied"),
    ],
)
def test_failed_loading_is_told_in_one_line(error, line):
    told = []

    def build(_progress):
        raise error

    door = Door(build, fail=told.append)
    assert not door.wait(20)
    assert told == [line]
    assert Client(door).get("/readyz").status_code == 503


def test_unforeseen_error_is_told_in_one_line():
    try:
        raise ValueError("one\n  two")
    except ValueError as error:
        line = one_line(error)
    assert line.startswith("unexpected ValueError: one two (test_serving.py:")


# --- settings ---------------------------------------------------------------------------------


def test_settings_from_the_environment():
    environment = {
        "LOOKING_GLASS_MODELS": os.pathsep.join(("a.keras", "b.h5")),
        "LOOKING_GLASS_DATA": "set.npz",
        "LOOKING_GLASS_CACHE": "cache",
    }
    given = Settings.from_environment(environment)
    assert given == Settings((Path("a.keras"), Path("b.h5")), Path("set.npz"), Path("cache"))
    assert Settings.from_environment({"LOOKING_GLASS_MODELS": ""}) == Settings()
    assert given.resolved() == given
    assert not given.uses_shipped


def test_shipped_artifacts_are_served_by_default():
    resolved = Settings().resolved()
    assert resolved.model_paths[0] == SHIPPED / "cnn.keras"
    assert set(resolved.model_paths) == set(SHIPPED.glob("*.keras"))
    assert resolved.data_path == SHIPPED / "mnist.npz"


@pytest.mark.parametrize(
    ("settings", "uses_shipped"),
    [
        (Settings((Path("own.keras"),)), True),
        (Settings((), Path("own.npz")), True),
        (Settings((Path("own.keras"),), Path("own.npz")), False),
        (Settings((SHIPPED / "cnn.keras",), Path("own.npz")), True),
    ],
)
def test_shipped_files_are_verified_when_used(settings, uses_shipped, monkeypatch):
    verified = []
    monkeypatch.setattr("app.settings.verify_artifacts", verified.append)
    settings.resolved()
    assert verified == ([SHIPPED] if uses_shipped else [])


def test_altered_artifacts_stop_the_start(tmp_path, monkeypatch):
    for path in SHIPPED.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("app.settings.SHIPPED", tmp_path)
    Settings().resolved()
    model = tmp_path / "cnn.keras"
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(content)
    with pytest.raises(LookingGlassError, match=r"cnn\.keras: altered"):
        Settings().resolved()


def test_folder_without_models_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr("app.settings.read_manifest", lambda folder: {"models": {}})
    with pytest.raises(ArtifactError, match="cnn_core train"):
        shipped_models()


# --- in real servers --------------------------------------------------------------------------


@contextmanager
def started(*command, environment=None):
    process = subprocess.Popen(
        [sys.executable, *command],
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
def gunicorn(door, *options):
    port = free_port()
    command = ("-m", "gunicorn", "--config", "python:app.gunicorn_conf", *options)
    command = (*command, f"tests.app.doors:{door}")
    environment = {"LOOKING_GLASS_HOST": "127.0.0.1", "LOOKING_GLASS_PORT": str(port)}
    with started(*command, environment=environment) as process:
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


def wait_for(address, status, seconds=30):
    deadline = time.monotonic() + seconds
    seen = []
    while time.monotonic() < deadline:
        seen.append(ask(address)[0])
        if seen[-1] == status:
            return seen
        time.sleep(0.05)
    raise AssertionError(f"{address} never gave {status}: {set(seen)}")


def test_gunicorn_worker_loads_without_being_asked_and_ends_in_peace():
    with gunicorn("slow") as (process, address):
        assert 503 not in wait_for(address + "/healthz", 200)
        time.sleep(0.5)
        status, body = ask(address + "/readyz")
        assert status == 503
        assert json.loads(body)["step"] == "reading 10 images"
        wait_for(address + "/readyz", 200)
        assert ask(address + "/page") == (200, b"hello from /page")
        process.terminate()
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in errors


def test_server_can_be_stopped_while_it_loads():
    with gunicorn("slow") as (process, address):
        wait_for(address + "/healthz", 200)
        process.terminate()
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("door", "line"),
    [
        ("faulty", "cnn.keras: altered: checksum differs; check it out again"),
        ("buggy", "unexpected ZeroDivisionError: a fault in two lines (doors.py:"),
    ],
)
def test_gunicorn_ends_when_loading_fails_and_does_not_try_again(door, line):
    with gunicorn(door) as (process, _):
        _, errors = process.communicate(timeout=20)
    assert process.returncode == BOOT_FAILURE
    assert errors.count(line) == 1
    assert "Traceback" not in errors


def test_local_server_ends_with_one_line_when_a_model_is_missing():
    with started("-m", "app", "--port", "0", "--model", "nowhere.keras") as process:
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.startswith("nowhere.keras: ")
    assert errors.count("\n") == 1
    assert "ready" not in output


def test_variables_meant_for_others_do_not_switch_debugging_on():
    names = ("DASH_DEBUG", "DASH_UI", "DASH_HOT_RELOAD", "DASH_PROPS_CHECK", "FLASK_DEBUG")
    with served(environment=dict.fromkeys(names, "true")) as address:
        status, page = ask(address + "/")
        assert status == 200
        config = json.loads(re.search(rb'<script id="_dash-config"[^>]*>(.+?)</script>', page)[1])
        assert config["ui"] is False
        assert config["props_check"] is False
        assert "hot_reload" not in config
        assert b".dev.js" not in page
        assert ask(address + "/_reload-hash")[0] == 404


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--host", "192.0.2.1"), "192.0.2.1:8050: cannot assign requested address"),
        (("--host", "nowhere.invalid"), "nowhere.invalid:8050: "),
    ],
)
def test_address_that_cannot_be_had_is_told_in_one_line(options, told, capfd):
    from app.__main__ import main

    assert main(options) == 1
    errors = capfd.readouterr().err
    assert errors.startswith(told)
    assert errors.count("\n") == 1


def test_port_in_use_is_told_in_one_line(capfd):
    from app.__main__ import main

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    errors = capfd.readouterr().err
    assert errors.startswith(f"127.0.0.1:{port}: address already in use")
    assert errors.count("\n") == 1


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_port_that_is_none_is_a_wrong_option(port, capfd):
    from app.__main__ import main

    with pytest.raises(SystemExit) as end:
        main([f"--port={port}"])
    assert end.value.code == 2
    assert "--port" in capfd.readouterr().err


def test_requests_in_flight_are_answered_when_the_server_is_told_to_stop():
    with gunicorn("thoughtful") as (process, address):
        wait_for(address + "/readyz", 200)
        with ThreadPoolExecutor(12) as pool:
            answers = [pool.submit(ask, f"{address}/{number}") for number in range(12)]
            time.sleep(0.15)
            process.terminate()
            received = [answer.result() for answer in answers]
        process.communicate(timeout=20)
    assert received == [(200, f"hello from /{number}".encode()) for number in range(12)]
    assert process.returncode == 0


# --- slow clients -----------------------------------------------------------------------------


def test_connection_whose_request_takes_too_long_is_ended():
    """More byte-by-byte senders than threads do not keep others from being served."""
    impatient = ("--worker-class", "tests.app.doors.ImpatientWorker")
    with gunicorn("slow", *impatient) as (_, address):
        wait_for(address + "/readyz", 200)
        host, port = address.removeprefix("http://").split(":")
        slow = [socket.create_connection((host, int(port)), timeout=60) for _ in range(4)]
        try:
            for one in slow:
                one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            time.sleep(0.5)
            wait_for(address + "/healthz", 200)
            assert [one.recv(1) for one in slow] == [b""] * 4
        finally:
            for one in slow:
                one.close()
