"""Clients that are slow, silent, greedy or gone hold nobody else up: shown by who is still there."""

import os
import resource
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.app.real_servers import ask, gunicorn, wait_for, wait_until
from tests.browser.test_lost_worker import workers_of

_HALF_A_BODY = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"
_ONE_AND_A_HALF = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + _HALF_A_BODY

MANY = 40
"""Ten times the threads that compute."""


@contextmanager
def connected(address, count, said=b""):
    host, port = address.removeprefix("http://").split(":")
    with ExitStack() as stack:
        found = [
            stack.enter_context(socket.create_connection((host, int(port)), timeout=60))
            for _ in range(count)
        ]
        for one in found:
            one.sendall(said)
        yield found


def is_open(connection):
    """Whether the server has not closed a connection on which it has nothing to say."""
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def computing_for(worker):
    """Id of the process that computes for a worker."""
    (found,) = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
    return int(found)


@pytest.mark.parametrize(
    "said",
    [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", _HALF_A_BODY],
    ids=["silent", "half a header", "half a body"],
)
def test_who_has_not_asked_yet_holds_no_thread(said):
    with gunicorn("slow") as (_, address):
        wait_for(address + "/readyz", 200)
        with connected(address, MANY, said) as waiting:
            assert ask(address + "/page") == (200, b"hello from /page")
            assert all(map(is_open, waiting))


def test_who_does_not_take_an_answer_holds_no_thread(tmp_path, monkeypatch):
    monkeypatch.setenv("REQUESTS_SEEN", str(tmp_path / "seen"))
    with gunicorn("long_winded") as (_, address):
        wait_for(address + "/readyz", 200)
        with connected(address, MANY, b"GET /greedy HTTP/1.1\r\nHost: x\r\n\r\n"):
            status, body = ask(address + "/page")
            assert (status, body[-12:]) == (200, b"end of /page")


def test_connection_whose_request_takes_too_long_is_ended():
    impatient = ("--worker-class", "tests.app.doors.ImpatientWorker")
    with gunicorn("slow", *impatient) as (_, address):
        wait_for(address + "/readyz", 200)
        with (
            connected(address, 4) as silent,
            connected(address, 4, b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ") as slow,
            connected(address, 4, _ONE_AND_A_HALF) as ahead,
        ):
            assert [one.recv(1) for one in silent] == [b""] * 4
            told = [one.makefile("rb").read() for one in slow]
            told_ahead = [one.makefile("rb").read() for one in ahead]
    assert all(one.startswith(b"HTTP/1.1 200 ") for one in told_ahead)
    assert all(b"HTTP/1.1 408 " in one for one in told_ahead)
    assert all(one.startswith(b"HTTP/1.1 408 ") for one in told)
    assert all(b"\r\nX-Content-Type-Options: nosniff\r\n" in one for one in told)


def test_where_there_are_too_many_the_one_waited_for_longest_makes_room():
    narrow = ("--worker-class", "tests.app.doors.NarrowWorker")
    with gunicorn("slow", *narrow) as (_, address):
        wait_for(address + "/readyz", 200)
        with connected(address, 8) as silent:
            assert ask(address + "/page") == (200, b"hello from /page")
            assert [is_open(one) for one in silent].count(False) in (1, 2)
            assert not is_open(silent[0]) and is_open(silent[-1])


def test_more_connections_than_the_usual_limit_of_descriptors_go_unnoticed():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2500:
        pytest.skip("this machine lets no process open 2,500 files")
    usual = ("sh", "-c", 'ulimit -S -n 256; exec "$@"', "sh")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with gunicorn("slow", under=usual) as (_, address):
            wait_for(address + "/readyz", 200)
            with connected(address, 2000) as silent:
                assert ask(address + "/page") == (200, b"hello from /page")
                assert all(map(is_open, silent))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_cheap_questions_do_not_wait_for_dear_ones_and_who_left_is_given_up(tmp_path, monkeypatch):
    seen, may_answer = tmp_path / "seen", tmp_path / "may_answer"
    seen.touch()
    monkeypatch.setenv("REQUESTS_SEEN", str(seen))
    monkeypatch.setenv("MAY_ANSWER", str(may_answer))
    with gunicorn("graded") as (_, address):
        wait_for(address + "/readyz", 200)
        with ThreadPoolExecutor(4) as pool:
            first = pool.submit(ask, address + "/download/first")
            wait_until(lambda: seen.read_text().split() == ["/download/first"], "the first in hand")
            for number in range(MANY):
                said = f"GET /download/gone-{number} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
                with connected(address, 1, said):
                    assert ask(address + "/page") == (200, b"hello from /page")
            same = [pool.submit(ask, address + "/download/same") for _ in range(3)]
            assert ask(address + "/healthz")[0] == 200
            may_answer.touch()
            assert first.result()[0] == 200
            assert [one.result() for one in same] == [(200, b"hello from /download/same")] * 3
    assert seen.read_text().split() == ["/download/first", "/download/same"]


def test_process_that_computes_ends_with_its_worker():
    with gunicorn("slow") as (process, address):
        wait_for(address + "/readyz", 200)
        (worker,) = workers_of(process)
        computes = computing_for(worker)
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: not os.path.exists(f"/proc/{computes}"), "the end of what computes")
