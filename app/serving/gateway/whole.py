"""Whole requests and whole answers, between an event loop, a process that computes and WSGI."""

import io
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

_LEFT_OUT = frozenset({b"transfer-encoding", b"content-length", b"content-type"})
_WITHOUT_BODY = frozenset({204, 304})


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def is_immutable(self) -> bool:
        """Whether it says of itself that it never changes."""
        return self.status == 200 and any(
            name.lower() == b"cache-control" and b"immutable" in value
            for name, value in self.headers
        )


def environ_of(scope: dict[str, Any], size: int) -> dict[str, Any]:
    """What a request says, as WSGI names it (PEP 3333), in plain values.

    Parameters
    ----------
    scope
        Of ASGI.
    size
        Of the request's body.
    """
    host, port = scope["server"] or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": scope["root_path"],
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope["client"] or ("",))[0],
        "wsgi.url_scheme": scope["scheme"],
    }
    for name, value in scope["headers"]:
        text = value.decode("latin-1")
        if name == b"content-type":
            environ["CONTENT_TYPE"] = text
        if name in _LEFT_OUT:
            continue
        key = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    if size or scope["method"] not in ("GET", "HEAD"):
        environ["CONTENT_LENGTH"] = str(size)
    return environ


def answer_of(application: Any, environ: dict[str, Any], body: bytes = b"") -> Answer:
    """Have a WSGI application answer."""
    told: list[Any] = []
    written: list[bytes] = []

    def start_response(status: str, headers: Any, _exc_info: Any = None) -> Callable[[bytes], None]:
        told[:] = [int(status[:3]), headers]
        return written.append

    surroundings = {
        "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    parts: Iterable[bytes] = application({**environ, **surroundings}, start_response)
    try:
        written.extend(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    status, headers = told
    content = b"".join(written)
    names = {name.lower() for name, _ in headers}
    if (
        "content-length" not in names
        and environ["REQUEST_METHOD"] != "HEAD"
        and status >= 200
        and status not in _WITHOUT_BODY
    ):
        headers = [*headers, ("Content-Length", str(len(content)))]
    return Answer(status, encoded(headers), content)


def encoded(headers: Iterable[tuple[str, str]]) -> tuple[tuple[bytes, bytes], ...]:
    """Headers as they go over the wire."""
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers)
