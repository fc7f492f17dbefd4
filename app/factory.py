"""From an Explorer to an app that can be served."""

from functools import partial

import dash

from app.frame import shell
from app.frame.help import help_dialog
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


def create_app(explorer):
    """Build the dashboard.

    Parameters
    ----------
    explorer : Explorer

    Returns
    -------
    dash.Dash
        Its `server` is the WSGI app.
    """
    app = dash.Dash(
        "cnn_looking_glass",
        assets_folder=str(ASSETS),
        assets_ignore=r"^waiting\.",
        index_string=_INDEX.replace("HELP", help_dialog()),
        title="CNN Looking Glass",
        update_title="",
        suppress_callback_exceptions=True,
        serve_locally=True,
        meta_tags=[
            {"name": "viewport", "content": "width=device-width, initial-scale=1"},
            {"name": "color-scheme", "content": "light dark"},
        ],
    )
    app.layout = partial(shell.frame, explorer.notes)
    shell.register_callbacks(app, explorer)
    for page in PAGES:
        page.register_callbacks(app, explorer)
    downloads.register_routes(app.server, explorer)
    protect(app, [page.PATH for page in PAGES])
    compress(app)
    return app
