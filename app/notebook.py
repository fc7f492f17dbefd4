"""The dashboard and its grids in a notebook.

``show(model, x_test, y_test)`` gives the dashboard in the cell, ``grid(model, x_test[:2], "Conv2D_3")``
all maps of a layer for two images on one colour range.
"""

import re
import socket
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from app.explorer import Explorer
from app.factory import create_app
from app.serving.loading import explorer_of, read_surveys
from app.serving.place import ANYWHERE
from app.serving.progress import told_on_terminal
from cnn_core.errors import SelectionError
from cnn_core.images.dataset import Dataset, dataset_of
from cnn_core.space.display import colour_range
from cnn_core.space.mosaic import Mosaic
from cnn_core.space.tiled import layer_grid
from cnn_core.terminal import complain

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

MOST_IMAGES = 6
"""Most grids beside each other."""

_HOST = "127.0.0.1"
_SHOWN_AS: dict[str, Any] = {"cell": "inline", "tab": "tab", "link": "external"}
_WIDTH = 960
_KERAS_NAME = re.compile(r"(sequential|functional)?(_\d+)?")


@dataclass(frozen=True)
class Shown:
    """A dashboard that a notebook's kernel serves until it stops."""

    url: str

    def __repr__(self) -> str:
        return f"CNN Looking Glass at {self.url}, until the kernel stops"

    def _repr_html_(self) -> str:
        return f'<a href="{self.url}" target="_blank">{self!r}</a>'


def show(
    model: Any,
    x: ArrayLike | Dataset,
    y: ArrayLike | None = None,
    *,
    train: tuple[ArrayLike, ArrayLike] | Dataset | None = None,
    class_names: Sequence[str] | None = None,
    pixels: str | None = None,
    where: str = "cell",
    height: int = 800,
    port: int | None = None,
) -> Shown:
    """Serve the dashboard from this notebook, and show it.

    Parameters
    ----------
    model
        A Keras model in memory, a `Network`, the path of a saved model, or several of them by name.
    x, y
        Test images and labels as `cnn_core.dataset_of` takes them, or a `Dataset` alone.
    train
        Training images and labels, for what is fitted on them.
    class_names
        One name for each class.
    pixels
        What the model takes for black and white, as in `cnn_core.load_network`.
    where : "cell", "tab" or "link"
        In the cell, in a new tab of the browser, or as a link.
    height
        Of the cell, in pixels.
    port
        By default one that is free.

    Raises
    ------
    LookingGlassError
        When model and data do not fit each other, or one of them cannot be used.
    """
    if where not in _SHOWN_AS:
        raise SelectionError(f"where {where!r}: {', '.join(_SHOWN_AS)} are accepted")
    explorer = explorer_from(model, x, y, train=train, class_names=class_names, pixels=pixels)
    for note in explorer.notes:
        complain(note)
    app = create_app(explorer, place=ANYWHERE)
    port = _free_port() if port is None else port
    shown = Shown(f"http://{_HOST}:{port}/")
    app.run(
        host=_HOST, port=port, debug=False, jupyter_mode=_SHOWN_AS[where], jupyter_height=height
    )
    return shown


def explorer_from(
    model: Any,
    x: ArrayLike | Dataset,
    y: ArrayLike | None = None,
    *,
    train: tuple[ArrayLike, ArrayLike] | Dataset | None = None,
    class_names: Sequence[str] | None = None,
    pixels: str | None = None,
) -> Explorer:
    """Open models and images as `show` does, without serving them."""
    datasets = {"test": _dataset(x, y, "test", class_names)}
    if train is not None:
        images, labels = (train, None) if isinstance(train, Dataset) else train
        datasets["train"] = _dataset(images, labels, "train", class_names)
    test = datasets["test"]
    models = model if isinstance(model, Mapping) else {"": model}
    opened = [
        _network(
            one, name, image_shape=test.input_shape, pixels=pixels, value_range=test.value_range
        )
        for name, one in models.items()
    ]
    networks = {network.name: network for network in opened}
    with told_on_terminal(lambda *_: None, "The networks read all images.") as told:
        explorer = explorer_of(networks, datasets)
        read_surveys(explorer, told)
    return explorer


def grid(
    model: Any,
    images: ArrayLike,
    layer: str,
    *,
    mode: str = "layer",
    columns: int | None = None,
    gap: int | None = None,
    titles: Sequence[str] | None = None,
) -> go.Figure:
    """Draw all units of a layer for one image, or for several beside each other on one range.

    Parameters
    ----------
    model
        As for `show`; of a `Network` (`cnn_core.network_of`, `load_network`) the first grid takes
        longer than those that follow.
    images
        (n, h, w, c), (n, h, w), or one image.
    mode, columns, gap
        As in `cnn_core.layer_grid`.
    titles
        One for each image; by default what the network takes it for.

    Raises
    ------
    LookingGlassError
        When there is no such layer, or the images do not fit.
    """
    network = _network(model, "")
    batch = np.asarray(images)
    if batch.shape in (network.input_shape, network.input_shape[:2]):
        batch = batch[np.newaxis]
    if len(batch) > MOST_IMAGES:
        raise SelectionError(f"{len(batch)} images: 1 to {MOST_IMAGES} stand beside each other")
    activations = network.activations(batch, [layer])
    pictures = layer_grid(activations, layer, mode, columns=columns, gap=gap)
    values = activations[layer]
    figure = make_subplots(
        1,
        len(pictures),
        subplot_titles=titles or [f"taken for {answer}" for answer in activations.predictions],
        horizontal_spacing=0.02,
    )
    unit = "map" if values.ndim == 4 else "node"
    for place, picture in enumerate(pictures):
        figure.add_trace(
            go.Heatmap(
                z=picture,
                customdata=Mosaic.of(values.shape[1:], columns, gap).cells().astype(np.int16),
                hovertemplate=f"{unit} %{{customdata[0]}}, row %{{customdata[1]}}, "
                "column %{customdata[2]}: %{z:.4g}<extra></extra>",
                hoverongaps=False,
                coloraxis="coloraxis",
            ),
            1,
            place + 1,
        )
    _lay_out(figure, pictures.shape, layer, colour_range(values, mode))
    return figure


def _lay_out(
    figure: go.Figure, shape: tuple[int, ...], layer: str, ends: tuple[float, float]
) -> None:
    count, rows, cells = shape
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", constrain="domain")
    for place in range(count):
        figure.update_yaxes(scaleanchor=f"x{place + 1 if place else ''}", col=place + 1)
    figure.update_layout(
        title=layer,
        coloraxis={"colorscale": "Viridis", "cmin": ends[0], "cmax": ends[1]},
        width=_WIDTH,
        height=120 + round(min((_WIDTH - 100) / count * rows / cells, _WIDTH)),
        margin={"l": 10, "r": 10, "t": 80, "b": 10},
        plot_bgcolor="rgba(0,0,0,0)",
    )


def _network(model: Any, name: str, **options: Any) -> "Network":
    # TensorFlow is loaded where a model is shown, and not where this module is imported.
    from cnn_core.network.classifier import Network
    from cnn_core.network.in_memory import network_of
    from cnn_core.network.opening import load_network

    if isinstance(model, Network):
        return model
    if isinstance(model, (str, Path)):
        return load_network(model, name or None, **options)
    own_name = str(getattr(model, "name", ""))
    is_numbered = _KERAS_NAME.fullmatch(own_name) is not None
    return network_of(model, name or ("model" if is_numbered else own_name), **options)


def _dataset(
    images: ArrayLike | Dataset, labels: ArrayLike | None, name: str, class_names: Any
) -> Dataset:
    if isinstance(images, Dataset):
        return images
    if labels is None:
        raise SelectionError(f"the {name} images have no labels; one for each image is needed")
    return dataset_of(images, labels, name, class_names=class_names)


def _free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind((_HOST, 0))
        port: int = taken.getsockname()[1]
    return port
