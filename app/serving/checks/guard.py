"""The guard of every route: what is no request of ours gets a 4xx in words, no fault a traceback.

Dash answers any path with the page and most malformed callbacks with a 500. Here a path is known or
404, a callback's body fits its declaration or is refused, and headers tell the browser what a page
may do.
"""

import json
from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from dash import Dash
from flask import Flask, Response, redirect, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, abort
from werkzeug.exceptions import default_exceptions as standard
from werkzeug.wrappers import Response as Answer

from app.reading import StillReading
from app.serving.checks.foreign import has_own_name
from app.serving.checks.request_bodies import BodyChecker, BodyError, parse_json
from app.serving.faults import one_line
from app.serving.gateway.grading import MOST_PICTURE_BYTES, Grading
from app.serving.headers import FIXED, content_security_policy, framing
from app.serving.log import log
from app.serving.place import AT_ROOT, Place
from app.serving.replies.plain_pages import error_page
from cnn_core.errors import LookingGlassError, SelectionError

MOST_QUERY_BYTES = 8_000

_CATCH_ALL, _CALLBACK = "/<path:path>", "/_dash-update-component"
_NOT_SERVED = frozenset({"/_reload-hash"})
_VERSIONS = ("dash_version", "python_version", "ddk_version", "plotly_version")
_READING = ("GET", "HEAD")
_SENTENCES = {
    400: "The server does not understand this request.",
    403: "A page of somebody else may not ask for this.",
    404: "There is nothing at this address.",
    405: "This address does not take requests of this kind.",
    413: "The request is larger than what this address takes.",
    414: f"The address is longer than {MOST_QUERY_BYTES:,} bytes.",
    415: "The request is not JSON, sent as application/json and not compressed.",
    421: "The server is not known by this name; who runs it can add it to LOOKING_GLASS_HOSTS.",
    500: "Something went wrong on the server; its log says what.",
}


def protect(
    app: Dash, page_paths: Collection[str], place: Place = AT_ROOT, grading: Grading | None = None
) -> None:
    """Guard an app. Call it once, when all callbacks and routes are there.

    Parameters
    ----------
    page_paths : collection of str
        Paths at which a page opens, each with its leading slash. Any other path is known when a
        route of the Flask server names it.
    place
        Where it stands.
    grading
        What is known of requests beforehand.
    """
    server = app.server
    server.debug = False
    server.config.update(
        MAX_CONTENT_LENGTH=MOST_PICTURE_BYTES,
        PROPAGATE_EXCEPTIONS=False,
        TRAP_HTTP_EXCEPTIONS=False,
        TRAP_BAD_REQUEST_ERRORS=False,
    )
    _hide_versions(app)
    _Guard(app, frozenset(page_paths), place, grading or Grading()).stand_at(server)


class _Guard:
    def __init__(
        self, app: Dash, page_paths: frozenset[str], place: Place, grading: Grading
    ) -> None:
        self._paths, self._place = page_paths, place
        self._grading = grading
        self._checker = BodyChecker(app.callback_map)
        self._routes = app.server.url_map.bind("")
        self._headers = {
            **FIXED,
            **framing(place.frame_ancestors),
            "Content-Security-Policy": content_security_policy(
                app.csp_hashes(), place.frame_ancestors
            ),
        }

    def stand_at(self, server: Flask) -> None:
        server.before_request(self._look_at_request)
        server.after_request(self._add_headers)
        server.register_error_handler(HTTPException, self._explain)
        server.register_error_handler(LookingGlassError, self._explain_input)
        server.register_error_handler(StillReading, self._ask_to_come_again)
        server.register_error_handler(Exception, self._report)

    # --- before ------------------------------------------------------------------------------

    def _look_at_request(self) -> Answer | None:
        if not has_own_name(request.environ, self._grading.hosts):
            abort(421)
        if self._grading.is_foreign(request.environ):
            abort(403)
        if len(request.query_string) > MOST_QUERY_BYTES:
            abort(414)
        if self._opens_a_page():
            page = request.path.rstrip("/")
            if request.path not in self._paths and page in self._paths:
                query = request.query_string.decode("latin-1")
                address = self._place.prefix + page
                return redirect(f"{address}?{query}" if query else address, 308)
            self._require_page()
        if request.path in _NOT_SERVED:
            raise NotFound
        if request.method not in (*_READING, "OPTIONS"):
            self._look_at_body()
        return None

    def _opens_a_page(self) -> bool:
        """Whether only Dash's catch-all takes this path, which opens the dashboard anywhere."""
        rule = request.url_rule
        if rule is None:
            try:
                rule, _ = self._routes.match(request.path, method="GET", return_rule=True)
            except HTTPException:
                return False
        return rule.rule == _CATCH_ALL

    def _require_page(self) -> None:
        if request.path in self._paths:
            return
        others = set(self._routes.allowed_methods(request.path)) - {*_READING, "OPTIONS"}
        raise MethodNotAllowed(sorted(others)) if others else NotFound

    def _look_at_body(self) -> None:
        if request.routing_exception is not None:
            raise request.routing_exception
        if request.mimetype != "application/json" or request.content_encoding:
            abort(415)
        if (request.content_length or 0) > self._grading.most_body_bytes(request.path):
            abort(413)
        raw = request.get_data()
        try:
            if request.path == _CALLBACK:
                self._checker.check(raw)
            else:
                parse_json(raw)
        except BodyError as error:
            abort(error.status, str(error))

    # --- after -------------------------------------------------------------------------------

    def _add_headers(self, response: Response) -> Response:
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        return response

    def _explain(self, error: HTTPException) -> Response | HTTPException:
        if error.code is None or error.code < 400:
            return error
        response = self._answer(error.code, _sentence(error))
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                response.headers[name] = value
        return response

    def _explain_input(self, error: LookingGlassError) -> Response:
        """Answer what a page or a route found wrong with its selection or a file."""
        if request.method not in _READING:
            return self._answer(422, str(error))
        return self._answer(404 if isinstance(error, SelectionError) else 400, str(error))

    def _ask_to_come_again(self, still: StillReading) -> Response:
        response = self._answer(503, f"{still}. Ask again then.")
        response.headers["Retry-After"] = str(still.again)
        return response

    def _report(self, error: Exception) -> Response:
        log.error("%s %s: %s", request.method, ascii(request.path[:200]), one_line(error))
        return self._answer(500, _SENTENCES[500])

    def _answer(self, status: int, sentence: str) -> Response:
        if request.method in _READING and "text/html" in request.headers.get("Accept", ""):
            offered = self._paths if status == 404 else ()
            page = error_page(HTTPStatus(status).phrase, sentence, offered, self._place.prefix)
            return Response(page, status, mimetype="text/html")
        return Response(sentence + "\n", status, mimetype="text/plain")


def _sentence(error: HTTPException) -> str:
    general = getattr(standard.get(error.code or 500), "description", None)
    if error.description and error.description != general:
        return str(error.description)
    return _SENTENCES.get(error.code or 500) or str(error.description or error.name)


def _hide_versions(app: Dash) -> None:
    """Keep the versions of Python and the libraries out of the page's configuration."""
    interpolate: Any = app.interpolate_index

    def without_versions(**parts: Any) -> Any:
        opening, _, rest = parts["config"].partition(">")
        content, _, closing = rest.rpartition("<")
        config = json.loads(content)
        config.update(dict.fromkeys(_VERSIONS, ""))
        # "</" would end the script element early wherever it stands in a text.
        shown = json.dumps(config, separators=(",", ":")).replace("</", "<\\/")
        parts["config"] = f"{opening}>{shown}<{closing}"
        return interpolate(**parts)

    # As Dash lets an app replace it.
    vars(app)["interpolate_index"] = without_versions
