"""The baseline of Explore: small stock Dash apps, written as the manuals of Dash and Plotly do.

    python -m bench.stock --port 8060

They show the article's CNN: the digit, the softmax bars and every map of one layer, through
`plotly.graph_objects`: all maps in one heat map (``/mosaic/``), the same and below it a strip of
every layer, which our page has too (``/strip/``), or one subplot a map (``/subplots/``). Where a
choice costs nothing to make well, it is made well: the model runs in a compiled graph, and the
server is gunicorn with as many threads as ours. Only one of them is ever asked at a time.
"""

import argparse
from math import ceil

import numpy as np
import plotly.graph_objects as go
from dash import Dash, Input, Output, dcc, html
from gunicorn.app.base import BaseApplication
from plotly.subplots import make_subplots
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

COLUMNS = 8
THREADS = 4


def tiled(maps, columns=COLUMNS):
    """All maps in one array, with a gap of one cell between them.

    Parameters
    ----------
    maps : ndarray, shape (height, width, n), float32
    columns : int

    Returns
    -------
    ndarray, float32
        NaN in the gaps.
    """
    height, width, n_maps = maps.shape
    rows = ceil(n_maps / columns)
    picture = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan, np.float32)
    for number in range(n_maps):
        top, left = (number // columns) * (height + 1), (number % columns) * (width + 1)
        picture[top : top + height, left : left + width] = maps[:, :, number]
    return picture


def mosaic_figure(maps):
    """All maps in one heat map.

    Parameters
    ----------
    maps : ndarray, shape (height, width, n), float32

    Returns
    -------
    plotly.graph_objects.Figure
    """
    figure = go.Figure(go.Heatmap(z=tiled(maps), colorscale="Viridis", hoverongaps=False))
    figure.update_yaxes(autorange="reversed", scaleanchor="x", visible=False)
    figure.update_xaxes(visible=False)
    return figure


def subplots_figure(maps):
    """One subplot a map.

    Parameters
    ----------
    maps : ndarray, shape (height, width, n), float32

    Returns
    -------
    plotly.graph_objects.Figure
    """
    n_maps = maps.shape[2]
    figure = make_subplots(
        rows=ceil(n_maps / COLUMNS), cols=COLUMNS, horizontal_spacing=0.01, vertical_spacing=0.01
    )
    for number in range(n_maps):
        figure.add_trace(
            go.Heatmap(z=maps[:, :, number], coloraxis="coloraxis"),
            row=number // COLUMNS + 1,
            col=number % COLUMNS + 1,
        )
    figure.update_yaxes(autorange="reversed", visible=False)
    figure.update_xaxes(visible=False)
    figure.update_layout(coloraxis={"colorscale": "Viridis"})
    return figure


def strip_figure(values):
    """A small picture of every layer beside each other, each on its own colour range.

    Parameters
    ----------
    values : dict of str to ndarray, shape (1, height, width, n) or (1, n), float32

    Returns
    -------
    plotly.graph_objects.Figure
    """
    figure = make_subplots(rows=1, cols=len(values), subplot_titles=list(values))
    for column, array in enumerate(values.values(), start=1):
        maps = array[0] if array.ndim == 4 else array[0][np.newaxis, np.newaxis]
        # About as wide as high.
        columns = ceil(maps.shape[2] ** 0.5)
        figure.add_trace(
            go.Heatmap(z=tiled(maps, columns), colorscale="Viridis", showscale=False),
            row=1,
            col=column,
        )
    figure.update_yaxes(autorange="reversed", visible=False)
    figure.update_xaxes(visible=False)
    return figure


WAYS = {"mosaic": mosaic_figure, "strip": mosaic_figure, "subplots": subplots_figure}


def stock_app(way, run, images, layer, output_layer):
    """Build the app.

    Parameters
    ----------
    way : {"mosaic", "strip", "subplots"}
    run : callable
        Takes images, returns {layer name: ndarray}; see `bench.bare.compiled_pass`.
    images : ndarray, shape (n, height, width, 1), float32 in [0, 1]
    layer, output_layer : str
        The layer whose maps are shown, and the one with the softmax.

    Returns
    -------
    dash.Dash
    """
    app = Dash(
        "stock", update_title=None, routes_pathname_prefix="/", requests_pathname_prefix=f"/{way}/"
    )
    app.layout = html.Div(
        [
            html.Label(
                [
                    "Image ",
                    dcc.Input(id="image", type="number", value=100, min=0, max=len(images) - 1),
                ]
            ),
            html.Div(
                [
                    html.Div(
                        [
                            dcc.Graph(id="digit", style={"height": 300}),
                            dcc.Graph(id="bars", style={"height": 300}),
                        ],
                        style={"width": 300},
                    ),
                    dcc.Graph(id="maps", style={"width": 940, "height": 600}),
                ],
                style={"display": "flex"},
            ),
            *([dcc.Graph(id="strip", style={"height": 140})] if way == "strip" else []),
        ]
    )
    names = ("digit", "bars", "maps", *(["strip"] if way == "strip" else []))

    @app.callback([Output(name, "figure") for name in names], Input("image", "value"))
    def show(number):
        values = run(images[[number]])
        probabilities = values[output_layer][0]
        digit = go.Figure(go.Heatmap(z=images[number][:, :, 0], colorscale="gray", showscale=False))
        digit.update_yaxes(autorange="reversed", scaleanchor="x")
        bars = go.Figure(go.Bar(x=np.arange(len(probabilities)), y=probabilities))
        drawn = [digit, bars, WAYS[way](values[layer][0])]
        return [*drawn, strip_figure(values)] if way == "strip" else drawn

    return app


class _Served(BaseApplication):
    def __init__(self, port, layer):
        self._port, self._layer = port, layer
        super().__init__()

    def load_config(self):
        for name, value in {
            "bind": f"127.0.0.1:{self._port}",
            "worker_class": "gthread",
            "threads": THREADS,
            "loglevel": "warning",
            "control_socket_disable": True,
        }.items():
            self.cfg.set(name, value)

    def load(self):
        # In the worker, since TensorFlow does not survive a fork.
        from bench.bare import DATA, MODEL, compiled_pass, keras

        model = keras.models.load_model(MODEL, compile=False)
        with np.load(DATA, allow_pickle=False) as arrays:
            images = (arrays["x_test"] / 255).astype(np.float32)[..., np.newaxis]
        run, output_layer = compiled_pass(model), model.layers[-1].name
        return DispatcherMiddleware(
            NotFound(),
            {
                f"/{way}": stock_app(way, run, images, self._layer, output_layer).server
                for way in WAYS
            },
        )


def main():
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m bench.stock")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--layer", default="Conv2D_1")
    options = parser.parse_args()
    _Served(options.port, options.layer).run()


if __name__ == "__main__":
    main()
