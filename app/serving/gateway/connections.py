"""Connections that wait in the event loop: each with a time limit, together with bounds.

A client is waited for while it has yet to send its request or to take its answer. Whoever takes too
long loses its connection, and where there are too many, whoever has been waited for longest.
"""

import socket
import time
from collections.abc import Callable
from typing import Any, Protocol

from gunicorn.asgi.protocol import ASGIProtocol

from app.serving.gateway.front import MOST_BODY_BYTES
from app.serving.replies.plain_answers import PLAIN_HEADERS, sentence_of

MOST_HEADER_BYTES = 2**15
_MOST_REQUEST_BYTES = 2 * MOST_BODY_BYTES
"""Until then what is too large is read and forgotten, so that the client sees what it is told."""
_MOST_AHEAD = 2**16
"""Bytes that a client may send before the answer to what it asked is there."""
_KERNEL_BYTES = 2**16
_HIGH_WATER = 2**15
_FORWARDED_FOR = b"x-forwarded-for"


class Waited(Protocol):
    """What `Connections` needs of a connection."""

    unfinished: int

    @property
    def is_owed(self) -> bool:
        """Whether its client has yet to take some of an answer."""

    def end(self) -> None:
        """Close it without waiting for anything."""


class Connections:
    """All connections of a worker, and those whose clients are waited for, longest first.

    Parameters
    ----------
    most
        Connections at a time.
    most_bytes
        Of requests that are not complete yet, all together.
    seconds
        For which a client is waited for.
    clock
        Monotonic, in seconds.
    """

    def __init__(
        self,
        most: int,
        most_bytes: int,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most, self.most_bytes, self.seconds = most, most_bytes, seconds
        self._clock = clock
        self._all: set[Waited] = set()
        self._waiting: dict[Waited, float] = {}
        self._n_bytes = 0

    def __len__(self) -> int:
        return len(self._all)

    def admit(self, connection: Waited) -> None:
        """Take a new one, in place of the one waited for longest where there are too many."""
        if len(self._all) >= self.most:
            self._end_longest()
        self._all.add(connection)
        if len(self._all) > self.most:
            connection.end()
        else:
            self.wait_for(connection)

    def wait_for(self, connection: Waited) -> None:
        """The client's turn begins."""
        if connection in self._all:
            self._waiting.pop(connection, None)
            self._waiting[connection] = self._clock()

    def serve(self, connection: Waited) -> None:
        """The client's turn is over."""
        self._waiting.pop(connection, None)

    def add(self, connection: Waited, n_bytes: int) -> None:
        """So many more bytes of a request have come that is not complete."""
        connection.unfinished += n_bytes
        self._n_bytes += n_bytes
        while self._n_bytes > self.most_bytes and self._end_longest(lambda one: one.unfinished > 0):
            pass

    def complete(self, connection: Waited) -> None:
        """Its request is complete, or never will be."""
        self._n_bytes -= connection.unfinished
        connection.unfinished = 0

    def forget(self, connection: Waited) -> None:
        """It is closed."""
        self.complete(connection)
        self._all.discard(connection)
        self._waiting.pop(connection, None)

    def end_late(self) -> None:
        """Close those whose client was waited for too long."""
        limit = self._clock() - self.seconds
        while self._waiting and next(iter(self._waiting.values())) <= limit:
            self._end_longest()

    def end_idle(self) -> None:
        """Close those that have taken their answer, and sent nothing of a next request."""
        for one in [one for one in self._waiting if not (one.unfinished or one.is_owed)]:
            one.end()

    def _end_longest(self, fits: Callable[[Waited], bool] = lambda one: True) -> bool:
        late = next(filter(fits, self._waiting), None)
        if late is None:
            return False
        self._waiting.pop(late)
        late.end()
        self.forget(late)
        return True


class PatientProtocol(ASGIProtocol):  # type: ignore[misc]
    """One connection, known to the worker's `Connections`."""

    _closed: bool

    def __init__(self, worker: Any) -> None:
        super().__init__(worker)
        self._connections: Connections = worker.connections
        self._is_served = False
        self._ahead = 0
        self.unfinished = 0

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=_HIGH_WATER)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BYTES)
        self._connections.admit(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything that was kept for it."""
        self._connections.forget(self)
        super().connection_lost(exc)
        if self._request_ready is not None:
            self._request_ready.set()

    def data_received(self, data: bytes) -> None:
        """Take what has come, within bounds."""
        if self._is_served:
            self._ahead += len(data)
            if self._ahead > _MOST_AHEAD:
                self.end()
                return
        else:
            if not self.unfinished:
                self._connections.wait_for(self)
            self._connections.add(self, len(data))
            if self._closed:
                return
        super().data_received(data)
        is_too_much = self.unfinished > (
            MOST_HEADER_BYTES if self._current_request is None else _MOST_REQUEST_BYTES
        )
        if is_too_much:
            self._refuse(431 if self._current_request is None else 413)

    @property
    def is_owed(self) -> bool:
        """Whether its client has yet to take some of an answer."""
        return self.transport is not None and self.transport.get_write_buffer_size() > 0

    def _on_headers_complete(self) -> Any:
        if self._is_served:
            # Sent ahead of the last answer: its body is waited for as every other.
            self._connections.wait_for(self)
            self._connections.add(self, max(self._ahead, 1))
            self._is_served, self._ahead = False, 0
        return super()._on_headers_complete()

    def _is_websocket_upgrade(self, request: Any) -> bool:
        """Nothing here speaks it: such a request is answered, or refused, as any other is."""
        return False

    def _build_http_scope(self, request: Any, sockname: Any, peername: Any) -> dict[str, Any]:
        """Tell the reader's address as a proxy that is trusted tells it, which adds it at the end."""
        scope: dict[str, Any] = super()._build_http_scope(request, sockname, peername)
        is_trusted, _ = self._forwarded_trust
        told = [value for name, value in scope["headers"] if name == _FORWARDED_FOR]
        if is_trusted and told:
            scope["client"] = (told[-1].decode("latin-1").rpartition(",")[2].strip()[:64], 0)
        return scope

    def _on_message_complete(self) -> None:
        super()._on_message_complete()
        self._connections.complete(self)
        self._is_served, self._ahead = True, 0
        self._connections.serve(self)

    def _arm_keepalive_timer(self) -> None:
        # The answer is there: the client's turn again, bounded with all others.
        self._is_served = False
        self._connections.wait_for(self)

    def pause_writing(self) -> None:
        """Wait for the client to take more of its answer."""
        super().pause_writing()
        self._connections.wait_for(self)

    def resume_writing(self) -> None:
        """The client has taken some."""
        super().resume_writing()
        if self._is_served:
            self._connections.serve(self)

    def _close_transport(self) -> None:
        # What was written is still taken, or not, within the time that every client has.
        super()._close_transport()
        self._connections.wait_for(self)

    def _refuse(self, status: int) -> None:
        self._send_error_response(status, "")
        self._close_transport()

    def _send_error_response(self, status: int, message: str, extra_headers: Any = ()) -> None:
        headers = (*PLAIN_HEADERS.items(), *extra_headers)
        own = [(name, value) for name, value in headers if name != "Content-Type"]
        super()._send_error_response(status, sentence_of(status), own)

    def end(self) -> None:
        """Close it without waiting for anything."""
        if self.unfinished and not self._closed:
            self._send_error_response(408, "")
        self._closed = True
        if self.transport is not None:
            self.transport.abort()
