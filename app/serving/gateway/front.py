"""The front: takes whole requests from the event loop to the process that computes, and back.

That process sees complete requests only and hands back complete answers; whoever sends or reads
slowly, or has a question that takes long, waits in the event loop, where it costs a few kilobytes.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from app.serving.door import Door
from app.serving.faults import one_line
from app.serving.gateway.compute import Compute, ComputeEndedError
from app.serving.gateway.lanes import Lane, LaneFullError, Reader
from app.serving.gateway.whole import Answer, answer_of, encoded, environ_of
from app.serving.replies.plain_answers import PLAIN_HEADERS, STARTING_ANEW, sentence_of
from cnn_core.terminal import complain

MOST_BODY_BYTES = 2**22
"""Of any request; an application may say less for most of its paths."""

MOST_HELD_BYTES = 2**25
"""Bodies of all requests that wait or are worked on, together."""

MOST_OWED_BYTES = 2**26
"""Of answers that their readers have yet to take, together; files that are held once do not count."""

PAGE_HEADER = b"x-looking-glass-page"
"""By which a page tells itself from the other pages that are open at its address."""

MOST_CHEAP, MOST_DEAR = 1024, 512
MOST_FILES = 512
MOST_FILE_BYTES = 2**25
_SLICE = 2**15
_SOON = {"Retry-After": "5"}


class Files:
    """Answers that stay the same for ever, each held once however many read it."""

    def __init__(self) -> None:
        self._held: OrderedDict[Hashable, Answer] = OrderedDict()
        self._n_bytes = 0

    def get(self, question: Hashable) -> Answer | None:
        """What is held for a question."""
        return self._held.get(question)

    def keep(self, question: Hashable, answer: Answer) -> None:
        """Hold an answer that says of itself that it never changes."""
        if not (answer.is_immutable and answer.body) or question in self._held:
            return
        self._held[question] = answer
        self._n_bytes += len(answer.body)
        while self._n_bytes > MOST_FILE_BYTES or len(self._held) > MOST_FILES:
            self._n_bytes -= len(self._held.popitem(last=False)[1].body)


class Front:
    """An ASGI application in front of what computes.

    Parameters
    ----------
    door
        What is told as long as nothing is loaded.
    compute
        Answers requests; another one may take its place.
    """

    def __init__(self, door: Door, compute: Compute) -> None:
        self._door, self.compute = door, compute
        self._cheap = Lane(compute.n_cheap, MOST_CHEAP)
        self._dear = Lane(compute.n_dear, MOST_DEAR)
        self._files = Files()
        self._n_held = self._n_owed = 0

    async def __call__(
        self, scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await send({"type": f"{scope['type']}.close"})
            return
        path = self._door.place.path_inside(scope["path"])
        body, size = await _body(receive, self.compute.grading.most_body_bytes(path))
        self._n_held += len(body)
        try:
            environ = self._door.place.inside(environ_of(scope, size))
            answer = await self._answer(scope, environ, body)
        finally:
            self._n_held -= len(body)
        await self._hand_over(answer, send)

    async def _hand_over(self, answer: Answer, send: Callable[[Any], Any]) -> None:
        n_bytes = 0 if answer.is_immutable else len(answer.body)
        if self._n_owed + n_bytes > MOST_OWED_BYTES:
            answer, n_bytes = _busy(), 0
        self._n_owed += n_bytes
        try:
            await _send(answer, send)
        finally:
            self._n_owed -= n_bytes

    async def _answer(self, scope: dict[str, Any], environ: dict[str, Any], body: bytes) -> Answer:
        if self._door.answers_at_once(environ["PATH_INFO"]):
            return answer_of(self._door, environ)
        if body and self._n_held > MOST_HELD_BYTES:
            return _busy()
        question = _question(environ, body)
        if kept := self._files.get(question):
            return kept
        lane, shared = self._cheap, None
        if self.compute.grading.is_dear(environ, body):
            lane, shared = self._dear, question
        try:
            answer = await lane.run(_reader(scope), lambda: self.compute.ask(environ, body), shared)
        except LaneFullError:
            return _busy()
        except Exception as error:
            # Unless it may have ended over this very question, which would end the next one too.
            if isinstance(error, ComputeEndedError) and not (error.was_asked and shared):
                return _plain(503, _SOON, STARTING_ANEW)
            path = ascii(environ["PATH_INFO"][:200])
            complain(f"{environ['REQUEST_METHOD']} {path}: {one_line(error)}")
            return _plain(500)
        assert isinstance(answer, Answer)
        self._files.keep(question, answer)
        return answer


async def _body(receive: Callable[[], Any], most: int) -> tuple[bytes, int]:
    """The body as far as it is kept, and its size; the rest is read and forgotten."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise asyncio.CancelledError
        size += len(message["body"])
        if size > most:
            parts.clear()
        else:
            parts.append(message["body"])
        if not message["more_body"]:
            return b"".join(parts), size


def _reader(scope: dict[str, Any]) -> Reader:
    page = next((value for name, value in scope["headers"] if name == PAGE_HEADER), b"")
    return Reader((scope["client"] or ("",))[0], page[:40].decode("latin-1"))


def _question(environ: dict[str, Any], body: bytes) -> Hashable:
    """What two requests have in common that get the same answer, bit for bit."""
    told = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "HTTP_HOST")
    of_body = ("HTTP_CONTENT_ENCODING",)
    of_answer = ("", "_ENCODING", "_LANGUAGE")
    of_file = ("HTTP_IF_NONE_MATCH", "HTTP_RANGE")
    names = (*told, *of_body, *(f"HTTP_ACCEPT{name}" for name in of_answer), *of_file)
    return (*map(environ.get, names), body)


def _busy() -> Answer:
    return _plain(503, _SOON)


def _plain(status: int, more: dict[str, str] | None = None, sentence: str = "") -> Answer:
    body = (sentence or sentence_of(status)).encode()
    headers = {**PLAIN_HEADERS, **(more or {}), "Content-Length": str(len(body))}
    return Answer(status, encoded(headers.items()), body)


async def _send(answer: Answer, send: Callable[[Any], Any]) -> None:
    """Hand an answer on slice by slice, each once the client has taken most of those before."""
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)}
    )
    body = answer.body
    for start in range(0, max(len(body), 1), _SLICE):
        end = start + _SLICE
        part = body if len(body) <= _SLICE else body[start:end]
        await send({"type": "http.response.body", "body": part, "more_body": end < len(body)})
