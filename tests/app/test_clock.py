"""The clock on the wall jumps: nothing is measured by it, so nothing is late, early or stale."""

import ast
import json
import re
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.app.load import ANSWERED, Load
from tests.app.own_files import save_own_files
from tests.app.real_servers import ROOT, ask, gunicorn, started, wait_for, wait_until
from tests.browser.test_lost_worker import workers_of
from tests.harness.served import free_port

HOURS = 3600
WALL_CLOCKS = {"time", "time_ns", "now", "utcnow", "today"}
# The date in a model's record is one.
ALLOWED = {("cnn_core/training/train.py", "now")}
JUMPING = ("--config", "python:tests.app.jumping_clock")
_APP_WITH_JUMPING_CLOCK = """
import sys
import tests.app.jumping_clock
from app.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def jump(tmp_path, monkeypatch):
    """Put the clock of the servers started in this test that many seconds off."""
    file = tmp_path / "seconds_off"
    monkeypatch.setenv("SECONDS_OFF", str(file))

    def put(seconds):
        # A whole file replaces the old one: nobody reads an empty one.
        new = file.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(file)

    put(0)
    return put


def wall_clock_calls(path):
    """Names of the functions called in a module that tell the time on the wall."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value)
            if node.func.attr in WALL_CLOCKS and re.search(r"\b(time|datetime|date)$", owner):
                yield node.func.attr
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from WALL_CLOCKS & {name.name for name in node.names}


def test_no_module_measures_by_the_clock_on_the_wall():
    found = {
        (str(path.relative_to(ROOT)), name)
        for folder in ("app", "cnn_core")
        for path in (ROOT / folder).rglob("*.py")
        for name in wall_clock_calls(path)
    }
    assert found == ALLOWED


def test_no_script_of_the_pages_measures_by_the_clock_on_the_wall():
    for path in (ROOT / "assets").glob("*.js"):
        assert not re.search(r"\bDate\.now\b|\bnew Date\b", path.read_text()), path.name


def test_wall_clock_calls_are_found(tmp_path):
    path = Path(tmp_path / "module.py")
    path.write_text("import time, datetime\nfrom time import time_ns\n"
                    "time.time()\ndatetime.datetime.now()\ntime.monotonic()\n")  # fmt: skip
    assert sorted(wall_clock_calls(path)) == ["now", "time", "time_ns"]


@pytest.mark.parametrize("hours", [5, -5])
def test_requests_are_answered_while_the_clock_jumps(jump, tmp_path, monkeypatch, hours):
    monkeypatch.setenv("REQUESTS_SEEN", str(tmp_path / "seen"))
    with gunicorn("long_winded", *JUMPING) as (process, address):
        wait_for(address + "/readyz", 200)
        workers = workers_of(process)
        with Load(address) as load:
            load.wait_for_answers(20)
            jump(hours * HOURS)
            # Longer than it takes gunicorn to look for workers and connections that are late.
            time.sleep(2.5)
            load.wait_for_answers(20)
        assert set(load.outcomes.values()) == {ANSWERED}
        assert workers_of(process) == workers


def test_requests_in_flight_are_answered_when_the_clock_jumps_while_the_server_ends(
    jump, tmp_path, monkeypatch
):
    seen, may_answer = tmp_path / "seen", tmp_path / "may_answer"
    seen.touch()
    monkeypatch.setenv("REQUESTS_SEEN", str(seen))
    monkeypatch.setenv("MAY_ANSWER", str(may_answer))
    with gunicorn("obedient", *JUMPING, "--threads", "12") as (process, address):
        wait_for(address + "/readyz", 200)
        with ThreadPoolExecutor(12) as pool:
            answers = [pool.submit(ask, f"{address}/{number}") for number in range(12)]
            wait_until(lambda: len(seen.read_text().split()) == 12, "12 requests in hand")
            process.terminate()
            # Usually longer than the server takes to note until when its worker may go on, and
            # then to look whether that time has come.
            time.sleep(0.25)
            jump(5 * HOURS)
            time.sleep(0.5)
            may_answer.touch()
            received = [answer.result() for answer in answers]
        process.communicate(timeout=20)
    assert received == [(200, f"hello from /{number}".encode()) for number in range(12)]


def test_the_dashboard_answers_the_same_after_a_jump(jump, tmp_path):
    port = free_port()
    options = (*save_own_files(tmp_path), "--cache", str(tmp_path / "cache"), "--port", str(port))
    with started("-c", _APP_WITH_JUMPING_CLOCK, *options) as process:
        address = f"http://127.0.0.1:{port}"
        wait_for(address + "/healthz", 200)
        jump(-5 * HOURS)
        wait_for(address + "/readyz", 200, seconds=120)
        page = ask(address + "/")[1].decode()
        file = address + re.search(r'src="(/_dash-component-suites/[^"]+)"', page)[1]
        numbers = address + "/download/activations.csv?set=test&image=3&layer=hidden"
        addresses = (file, numbers, address + "/_dash-layout")
        before = [answer_of(one) for one in addresses]
        tag = before[0][1]["ETag"]
        for hours in (5, -5000, 5000):
            jump(hours * HOURS)
            assert [answer_of(one) for one in addresses] == before
            assert answer_of(file, {"If-None-Match": tag})[0] == 304
        assert json.loads(ask(address + "/healthz")[1])["ready"] is True
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")


def answer_of(address, headers=None):
    """Status, headers without the date, and body."""
    request = urllib.request.Request(address, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            told, body = dict(answer.headers), answer.read()
            status = answer.status
    except urllib.error.HTTPError as error:
        with error:
            status, told, body = error.code, dict(error.headers), error.read()
    del told["Date"]
    return status, told, body
