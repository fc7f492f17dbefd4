"""What is known of a request before it is handed on: whether it takes long, how large it may be."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.serving.checks.foreign import has_own_name, is_for_foreign_page

CALLBACK = "/_dash-update-component"
DOWNLOADS = "/download/"

MOST_CALLBACK_BYTES = 2**16
"""The largest request of a page is a tenth of it."""
MOST_PICTURE_BYTES = 2**22
"""A photograph in base64, made smaller by the page where it is larger."""


@dataclass(frozen=True)
class Grading:
    """Which requests are dear.

    Attributes
    ----------
    slow_callbacks
        Names of the callbacks that fill slow panels, as they stand in a request's body.
    for_pictures
        Paths that take pictures.
    hosts
        Names by which the server may be called beside those that are its own anyway.
    """

    slow_callbacks: frozenset[str] = frozenset()
    for_pictures: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()

    def most_body_bytes(self, path: str) -> int:
        """How large a body may be that is sent to a path."""
        return MOST_PICTURE_BYTES if path in self.for_pictures else MOST_CALLBACK_BYTES

    def is_foreign(self, environ: Mapping[str, Any]) -> bool:
        """Whether a request asks for what costs something on behalf of a foreign page."""
        path = environ["PATH_INFO"]
        costs = environ["REQUEST_METHOD"] not in ("GET", "HEAD") or DOWNLOADS in path
        return costs and is_for_foreign_page(environ)

    def is_dear(self, environ: Mapping[str, Any], body: bytes) -> bool:
        """Whether a request asks for a file of numbers, or for a slow panel."""
        path = environ["PATH_INFO"]
        if self.is_foreign(environ) or not has_own_name(environ, self.hosts):
            return False  # the guard refuses it
        if environ["REQUEST_METHOD"] != "POST":
            return DOWNLOADS in path
        if not path.endswith(CALLBACK) or len(body) > MOST_CALLBACK_BYTES:
            return False
        try:
            asked = json.loads(body)
        except (ValueError, RecursionError):
            return False  # which the guard refuses in words
        name = asked.get("output") if isinstance(asked, dict) else None
        return isinstance(name, str) and name in self.slow_callbacks


@dataclass(frozen=True)
class GradedApplication:
    """A WSGI application, and what is known of its requests."""

    application: Any
    grading: Grading

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        answer: Iterable[bytes] = self.application(environ, start_response)
        return answer
