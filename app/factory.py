"""From an Explorer to an app that can be served."""

from functools import partial

import dash

from app.explorer import Explorer
from app.frame.help import help_dialog
from app.frame.shell import connect_frame, frame
from app.frame.wire import connect
from app.pages import PAGES
from app.serving import downloads
from app.serving.compression import compress
from app.serving.guard import protect
from app.serving.plain_pages import ASSETS

_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>{%metas%}<title>{%title%}</title>{%favicon%}{%css%}</head>
<body>{%app_entry%}HELP<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


def create_app(explorer: Explorer, *, in_frames: bool = False) -> dash.Dash:
    """Build the dashboard; the app's `server` is the WSGI app.

    Parameters
    ----------
    in_frames
        Whether any other page may show it in a frame, as a notebook does.
    """
    app = dash.Dash(
        "cnn_looking_glass",
        assets_folder=str(ASSETS),
        assets_ignore=r"^waiting\.",
        index_string=_INDEX.replace("HELP", help_dialog(PAGES, explorer)),
        title="CNN Looking Glass",
        update_title="",
        suppress_callback_exceptions=True,
        serve_locally=True,
        meta_tags=[
            {"name": "viewport", "content": "width=device-width, initial-scale=1"},
            {"name": "color-scheme", "content": "light dark"},
        ],
    )
    app.layout = partial(frame, PAGES, explorer.notes)
    connect_frame(app, explorer, PAGES)
    for page in PAGES:
        connect(app, explorer, page, PAGES)
        if page.register_downloads:
            page.register_downloads(app.server, explorer)
    downloads.register_routes(app.server, explorer)
    protect(app, [page.path for page in PAGES], in_frames)
    compress(app)
    return app
