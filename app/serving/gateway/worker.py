"""gunicorn's worker with an event loop: who sends or reads slowly, or nothing at all, costs no thread."""

import asyncio
import contextlib
import os
import resource
import time
from types import SimpleNamespace
from typing import Any

import gunicorn.arbiter
import gunicorn.asgi.protocol
import gunicorn.http.wsgi
from gunicorn.workers.gasgi import ASGIWorker

from app.serving.gateway.compute import fork_compute
from app.serving.gateway.connections import Connections, PatientProtocol
from app.serving.gateway.front import Front
from app.serving.memory import MOST_UNFINISHED_BYTES, lanes_that_fit, memory_limit
from cnn_core.terminal import complain

# What serves is nobody's business; gunicorn has no setting for the header's text.
gunicorn.http.wsgi.SERVER = "cnn-looking-glass"
gunicorn.asgi.protocol._CACHED_SERVER_HEADER = b"Server: cnn-looking-glass\r\n"
# A server that ends waits for its workers by the clock on the wall. Were that put forward just
# then, they would be killed in the middle of an answer; put back, a stuck one would keep it long.
gunicorn.arbiter.time = SimpleNamespace(**{**vars(time), "time": time.monotonic})

_OTHER_DESCRIPTORS = 128
"""Files, pipes and the like that the process opens beside its connections."""
_ACCEPTED_AT_ONCE = 64
"""New connections before those that are there have their turn again."""
_SECONDS_BETWEEN_LOOKS = 1.0
_LINGER_SECONDS = 1.0
"""For which a server that ends keeps connections on which a next request may be on its way."""


class PatientWorker(ASGIWorker):
    """Serves from an event loop, and has a process of its own compute.

    Attributes
    ----------
    most_seconds
        For which a client is waited for: to send a request, or to take a further part of its answer.
    most_connections
        At a time; fewer where the process may not open as many files.
    """

    most_seconds: float = 15
    most_connections = 2**13

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        most = min(raise_descriptor_limit() - _OTHER_DESCRIPTORS, self.most_connections)
        self.connections = Connections(most, MOST_UNFINISHED_BYTES, self.most_seconds)
        self._is_ending = asyncio.Event()

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Take ``threads``, which gunicorn's own worker of this kind does not."""

    def load_wsgi(self) -> None:
        """Begin to load in the process that computes."""
        self._door = self.app.wsgi()
        self._n_cheap = lanes_that_fit(self.cfg.threads, self.cfg.workers, memory_limit())
        self._compute = fork_compute(self._door.anew(), self._n_cheap)
        # A request may come before that process tells anything.
        self._door.stay_shut()
        self.asgi = Front(self._door, self._compute)

    def handle_exit_signal(self) -> None:
        """Begin to end."""
        super().handle_exit_signal()
        self._is_ending.set()

    def handle_quit_signal(self) -> None:
        """End at once."""
        super().handle_quit_signal()
        self._is_ending.set()

    async def _serve(self) -> None:
        following = self.loop.create_task(self._follow())
        following.add_done_callback(lambda _: self._is_ending.set())
        for listener in self.sockets:
            self.servers.append(
                await self.loop.create_server(
                    lambda: PatientProtocol(self), sock=listener.sock, backlog=_ACCEPTED_AT_ONCE
                )
            )
            # The loop takes its own number for the system's queue too, which may be longer.
            listener.sock.listen(self.cfg.backlog)
        while not self._is_ending.is_set() and self.ppid == os.getppid():
            self.notify()
            self.connections.end_late()
            await _wait(self._is_ending, _SECONDS_BETWEEN_LOOKS)
        self.alive = False
        if not following.done():
            await self._shutdown()
            following.cancel()
            self._compute.end()
        elif exit_code := following.result():
            # Whoever starts workers tells from the code whether another one would fare better.
            os._exit(max(exit_code, 1))

    async def _follow(self) -> int:
        """Follow what computes, and start it anew when it is lost; the exit code of one that never could."""
        while await self._compute.follow(self._door):
            code = self._compute.end()
            complain(f"The process that computes has ended (exit code {code}); it starts anew.")
            self.asgi.compute = self._compute = fork_compute(self._door.anew(), self._n_cheap)
        return self._compute.end()

    async def _shutdown(self) -> None:
        """Take nothing new, and answer what has come."""
        for server in self.servers:
            server.close()
        ends = self.loop.time() + self.cfg.graceful_timeout
        lingers = self.loop.time() + _LINGER_SECONDS
        while len(self.connections) and self.loop.time() < ends and not self._quick_shutdown:
            self.notify()
            self.connections.end_late()
            if self.loop.time() >= lingers:
                self.connections.end_idle()
            await asyncio.sleep(0.05)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


def raise_descriptor_limit() -> int:
    """Let this process open as many files as it has use for, if it may, and say how many."""
    enough = PatientWorker.most_connections + _OTHER_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = enough if hard == resource.RLIM_INFINITY else min(hard, enough)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # Some systems refuse more than they tell.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return enough if soft == resource.RLIM_INFINITY else soft
