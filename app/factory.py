"""From an Explorer to an app that can be served."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import dash
from flask import Response, request

from app.explorer import Explorer
from app.frame.shell import connect_frame, frame
from app.frame.wire import connect, connect_slow, slow_callbacks
from app.frame.words.help import help_dialog
from app.frame.words.language import ENGLISH, LANGUAGES, asked_language
from app.pages import PAGES
from app.serving.checks.guard import protect
from app.serving.gateway.grading import GradedApplication, Grading
from app.serving.place import AT_ROOT, Place
from app.serving.replies import downloads
from app.serving.replies.compression import compress
from app.serving.replies.plain_pages import ASSETS

_INDEX = """<!DOCTYPE html>
<html lang="LANGUAGE">
<head>{%metas%}<title>{%title%}</title>{%favicon%}{%css%}</head>
<body>{%app_entry%}HELP<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


def create_app(
    explorer: Explorer, *, place: Place = AT_ROOT, hosts: Iterable[str] = ()
) -> dash.Dash:
    """Build the dashboard; the app's `server` is the WSGI app.

    Parameters
    ----------
    place
        Where it stands.
    hosts
        Names by which it may be called beside addresses and names that nobody else can have.
    """
    app = dash.Dash(
        "cnn_looking_glass",
        assets_folder=str(ASSETS),
        assets_ignore=r"^waiting\.",
        index_string=_INDEX,
        title="CNN Looking Glass",
        update_title="",
        suppress_callback_exceptions=True,
        serve_locally=True,
        requests_pathname_prefix=f"{place.prefix}/",
        routes_pathname_prefix="/",
        meta_tags=[
            {"name": "viewport", "content": "width=device-width, initial-scale=1"},
            {"name": "color-scheme", "content": "light dark"},
        ],
    )
    _speak(app, explorer)
    app.layout = lambda pages=PAGES: frame(pages, explorer.notes)
    connect_frame(app, explorer, PAGES)
    for page in PAGES:
        connect(app, explorer, page, PAGES)
        if page.register_downloads:
            page.register_downloads(app.server, explorer)
    connect_slow(app, explorer, PAGES)
    downloads.register_routes(app.server, explorer)
    place.require_beside(
        [*(page.path for page in PAGES), *map(str, app.server.url_map.iter_rules())]
    )
    protect(app, [page.path for page in PAGES], place, _grading(app, hosts))
    compress(app)
    return app


def _speak(app: Any, explorer: Explorer) -> None:
    """Give each document the language of its page, and help in it."""
    interpolate = app.interpolate_index
    languages = {page.path: page.languages for page in PAGES}
    dialog = lru_cache(maxsize=len(LANGUAGES))(
        lambda language: help_dialog(PAGES, explorer, f"lang={language}")
    )

    def in_language(**parts: str) -> str:
        search = request.query_string.decode("latin-1")
        here = asked_language(search, languages.get(request.path, (ENGLISH,)))
        document = interpolate(**parts).replace("LANGUAGE", here, 1)
        return document.replace("HELP", dialog(asked_language(search)), 1)

    def varies(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.vary.add("Accept-Language")
        return response

    app.interpolate_index = in_language
    app.server.after_request(varies)


def graded(app: dash.Dash, hosts: Iterable[str] = ()) -> GradedApplication:
    """The dashboard's WSGI application, with what a server has to know of its requests."""
    return GradedApplication(app.server, _grading(app, hosts))


def _grading(app: dash.Dash, hosts: Iterable[str]) -> Grading:
    pictures = frozenset(path for page in PAGES for path in page.picture_paths)
    return Grading(slow_callbacks(app, PAGES), pictures, frozenset(hosts))
