"""A Dash app with every kind of callback, to try the guard and the compression on."""

import dash
from dash import ALL, MATCH, Input, Output, Patch, State, dcc, html

from app.serving.checks.guard import protect
from app.serving.replies.compression import compress
from app.serving.replies.plain_pages import ASSETS
from cnn_core.errors import DataError, SelectionError

PAGE_PATHS = ("/", "/compare")
LONG_TEXT = "the same words again " * 200


def small_dashboard(assets=ASSETS):
    """Build it; `assets` is a folder of files to serve."""
    app = dash.Dash("small_dashboard", assets_folder=str(assets), assets_ignore=r"^waiting\.")
    app.layout = _layout()
    _register_callbacks(app)
    _register_routes(app.server)
    protect(app, PAGE_PATHS)
    compress(app)
    app.server.test_client().get("/")
    return app


def _layout():
    rows = [
        html.Div(
            [
                dcc.Input(id={"type": "number", "row": row}, type="number"),
                html.P(id={"type": "double", "row": row}),
            ]
        )
        for row in range(3)
    ]
    names = ("text", "echo", "sum", "first", "second", "sink", "figure", "choice", "file")
    return html.Div([*(html.Div(id=name) for name in names), *rows, dcc.Store(id="store")])


def _register_callbacks(app):
    @app.callback(Output("echo", "children"), Input("text", "title"), State("store", "data"))
    def echo(text, kept):
        return f"{text!s:.50} {kept!s:.50}"

    @app.callback(
        Output({"type": "double", "row": MATCH}, "children"),
        Input({"type": "number", "row": MATCH}, "value"),
    )
    def double(value):
        return str(dash.ctx.triggered_id)[:50] + str(value)[:50] * 2

    @app.callback(Output("sum", "children"), Input({"type": "number", "row": ALL}, "value"))
    def how_many(values):
        return len(values)

    @app.callback(
        Output({"type": "number", "row": ALL}, "title"), Input("text", "lang"), State("text", "dir")
    )
    def title_all(lang, _direction):
        return [str(lang)[:20] for _ in dash.ctx.outputs_list]

    @app.callback(Output("first", "children"), Output("second", "title"), Input("figure", "title"))
    def two_outputs(_title):
        return LONG_TEXT, dash.no_update

    @app.callback(
        Output("second", "title", allow_duplicate=True),
        Input("choice", "title"),
        prevent_initial_call=True,
    )
    def same_output_again(_title):
        patch = Patch()
        patch["a"] = 1
        return patch

    @app.callback(Input("sink", "title"))
    def without_output(_title):
        return None

    @app.callback(Output("choice", "children"), Input("choice", "lang"))
    def choose(_lang):
        raise SelectionError("layer Konv: there are Conv2D_1 and Dense_1", nearest="Conv2D_1")

    @app.callback(Output("file", "children"), Input("file", "lang"))
    def break_down(_lang):
        raise ZeroDivisionError("a fault\nin two lines")

    app.clientside_callback(
        "function (value) { return value; }", Output("store", "data"), Input("text", "children")
    )


def _register_routes(server):
    @server.get("/download/<name>.csv")
    def download(name):
        if name == "none":
            raise SelectionError("image none: there are 0 to 9")
        if name == "broken":
            raise DataError("broken.csv: cannot be read")
        if name == "fault":
            raise KeyError("secret detail")
        return "a,b\n" * 500, {"Content-Type": "text/csv"}
