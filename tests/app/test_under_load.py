"""Servers that end, lose a worker, or have their clock put right while many clients ask."""

import os
import signal
from contextlib import contextmanager

import pytest

from tests.app.load import ANSWERED, LOST, REFUSED, TORN, Load
from tests.app.real_servers import ask, gunicorn, wait_for, wait_until
from tests.browser.test_lost_worker import workers_of
from tests.harness.served import free_port


@pytest.fixture
def seen(tmp_path, monkeypatch):
    """A file into which the server notes the requests that reach its application."""
    file = tmp_path / "seen"
    monkeypatch.setenv("REQUESTS_SEEN", str(file))
    return lambda: file.read_text().split()


@contextmanager
def loaded(*options):
    with gunicorn("long_winded", *options) as (process, address):
        wait_for(address + "/readyz", 200)
        with Load(address) as load:
            load.wait_for_answers(40)
            yield process, address, load


def test_waiting_for_a_dead_server_ends():
    unanswered = pytest.raises(AssertionError, match=r"in 0\.2 s never: 1 more answers")
    with Load(f"http://127.0.0.1:{free_port()}", n_clients=1) as load, unanswered:
        load.wait_for_answers(1, seconds=0.2)
    assert set(load.outcomes.values()) == {REFUSED}


def test_every_request_that_was_taken_is_answered_whole_when_the_server_ends(seen):
    with loaded() as (process, _, load):
        process.terminate()
        process.wait(timeout=30)
    _, errors = process.communicate()
    taken = seen()
    assert len(taken) > 40
    assert {path: load.outcomes[path] for path in taken} == dict.fromkeys(taken, ANSWERED)
    assert load.count(TORN) == 0
    assert load.count(REFUSED) > 0
    assert process.returncode == 0
    assert "Traceback" not in errors


def test_others_go_on_when_a_worker_is_killed_and_it_is_replaced(seen):
    """What is lost is what the killed worker had in hand; asked again, it is answered."""
    with loaded("--workers", "2") as (process, address, load):
        victim, other = workers_of(process)
        os.kill(victim, signal.SIGKILL)
        load.wait_for_answers(80)
        lost = [path for path, outcome in load.outcomes.items() if outcome != ANSWERED]
        assert other in workers_of(process)
        again = {path: ask(address + path) for path in lost}
        wait_until(lambda: len(workers_of(process)) >= 2, "another worker")
        assert victim not in workers_of(process)
    assert all(
        answer[0] == 200 and answer[1].endswith(path.encode()) for path, answer in again.items()
    )
    # Eight clients had one request each; nobody was turned away, since the other still listened.
    assert len(lost) <= 8
    assert {load.outcomes[path] for path in lost} <= {LOST, TORN}
    assert load.count(REFUSED) == 0
