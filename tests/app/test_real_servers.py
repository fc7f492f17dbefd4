"""The door in real gunicorn processes: it opens, ends in peace, and tells faults in one line."""

import http.client
import json
import os
import re
import signal
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from app.serving.faults import BOOT_FAILURE
from tests.app.real_servers import ask, children_of, gunicorn, started, wait_for, wait_until
from tests.harness.served import served


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


def test_what_computes_is_started_anew_when_it_is_killed_and_connections_stay(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("REQUESTS_SEEN", str(tmp_path / "seen"))
    monkeypatch.setenv("MAY_ANSWER", str(tmp_path / "may answer"))
    with gunicorn("graded") as (process, address):
        wait_for(address + "/readyz", 200)
        [worker] = children_of(process.pid)
        [computing] = children_of(worker)
        kept = http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)
        assert _asked(kept, "/first") == (200, b"hello from /first")
        with closing(kept), ThreadPoolExecutor(2) as readers:
            begun, waiting = (
                readers.submit(ask, f"{address}/download/{name}") for name in ("one", "two")
            )
            wait_until((tmp_path / "seen").exists, "a question that takes long is begun")
            os.kill(computing, signal.SIGKILL)
            # It may have ended over the one that was begun; the others are to come again.
            assert sorted(one.result()[0] for one in (begun, waiting)) == [500, 503]
            wait_for(address + "/readyz", 200)
            assert _asked(kept, "/second") == (200, b"hello from /second")
        assert children_of(process.pid) == [worker]
        [anew] = children_of(worker)
        assert anew != computing
        process.terminate()
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "ended (exit code -9); it starts anew" in errors
    assert "Traceback" not in errors


def _asked(connection, path):
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


@pytest.mark.parametrize(
    ("trusted", "told"), [("127.0.0.1", b"203.0.113.9 https"), ("10.9.8.7", b"127.0.0.1 http")]
)
def test_a_proxy_tells_address_and_scheme_where_it_is_trusted(trusted, told, monkeypatch):
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    forwarded = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9", "X-Forwarded-Proto": "https"}
    with gunicorn("mirroring") as (_, address):
        wait_for(address + "/readyz", 200)
        assert ask(address + "/") == (200, b"127.0.0.1 http")
        assert ask(urllib.request.Request(address + "/", headers=forwarded)) == (200, told)


def test_who_asks_for_a_websocket_is_answered_as_everybody():
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    with gunicorn("slow") as (_, address):
        wait_for(address + "/readyz", 200)
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)
        with closing(connection):
            connection.request("GET", "/healthz", headers=upgrade)
            answer = connection.getresponse()
            assert answer.status == 200 and json.loads(answer.read())["ready"] is True
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
