"""The door: alive at once, honest while loading, and gone with one line when loading fails."""

import json
import os
import threading
from pathlib import Path

import pytest
from werkzeug.test import Client

from app.serving.door import Door, LoadingState
from app.serving.faults import one_line
from app.serving.settings import Settings
from cnn_core.errors import ArtifactError, LookingGlassError
from cnn_core.shipped_files import SHIPPED
from tests.app.real_servers import wait_until

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


def test_pages_are_answered_while_what_takes_longer_goes_on(build):
    may_end, has_begun = threading.Event(), threading.Event()

    def afterwards(progress):
        progress("cnn reads the test images", 300, 10_000)
        has_begun.set()
        assert may_end.wait(20)

    door = Door(build, afterwards=afterwards)
    build.may_end.set()
    assert door.wait(20) and has_begun.wait(20)
    client = Client(door)
    assert client.get("/compare").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert (ready.json["step"], ready.json["done"]) == ("cnn reads the test images", 300)
    may_end.set()


def test_what_goes_wrong_afterwards_is_told_and_ends_nothing(capfd):
    def afterwards(_progress):
        raise ArtifactError("labels.npy: altered")

    door = Door(lambda _: hello, _end_nothing, afterwards=afterwards)
    assert door.wait(20)
    wait_until(lambda: door.state.step != "answering", "the rest is over")
    client = Client(door)
    assert client.get("/compare").data == b"hello from /compare"
    assert client.get("/readyz").json["step"] == "labels.npy: altered"
    assert capfd.readouterr().err == "labels.npy: altered\n"


def _end_nothing(line):
    raise AssertionError(line)


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
    monkeypatch.setattr("app.serving.settings.verify_artifacts", verified.append)
    settings.resolved()
    assert verified == ([SHIPPED] if uses_shipped else [])


def test_altered_artifacts_stop_the_start(tmp_path, monkeypatch):
    for path in SHIPPED.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("app.serving.settings.SHIPPED", tmp_path)
    Settings().resolved()
    model = tmp_path / "cnn.keras"
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(content)
    with pytest.raises(LookingGlassError, match=r"cnn\.keras: altered"):
        Settings().resolved()
