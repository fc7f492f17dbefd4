"""The dashboard in a notebook: grids, the dashboard in a frame, and its end with the kernel."""

import re
import socket
import time

import nbformat
import numpy as np
import plotly.graph_objects as go
import pytest
from nbclient import NotebookClient

from app.factory import create_app
from app.notebook import MOST_IMAGES, explorer_from, grid, show
from app.serving.place import ANYWHERE, AT_ROOT
from cnn_core.errors import LookingGlassError, SelectionError
from cnn_core.images.dataset import dataset_of
from cnn_core.network.in_memory import network_of
from cnn_core.space.tiled import layer_grid
from tests.app.small_explorer import small_images, small_model

# Keras reads its variables in a way that NumPy 2 will stop to allow.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

MODEL = small_model(0)
IMAGES = small_images("test").images
LABELS = small_images("test").labels


# --- grids ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["layer", "clip"])
def test_two_images_stand_beside_each_other_on_one_range(mode):
    network = network_of(MODEL)
    figure = grid(network, IMAGES[:2], "last_maps", mode=mode, titles=["a 3", "a 4"])
    pictures = layer_grid(network.activations(IMAGES[:2]), "last_maps", mode)
    assert [trace.coloraxis for trace in figure.data] == ["coloraxis"] * 2
    for trace, picture in zip(figure.data, pictures, strict=True):
        np.testing.assert_array_equal(trace.z, picture)
    scale = figure.layout.coloraxis
    assert (scale.cmin, scale.cmax) == ((0, 255) if mode == "clip" else (0, np.nanmax(pictures)))
    assert [note.text for note in figure.layout.annotations] == ["a 3", "a 4"]
    assert figure.layout.yaxis2.scaleanchor == "x2"


def test_every_cell_names_itself():
    network = network_of(MODEL)
    figure = grid(network, IMAGES[0], "last_maps", columns=3)
    values = network.activations(IMAGES[:1])["last_maps"][0]
    [trace] = figure.data
    cells = trace.customdata.reshape(-1, 3)
    for (unit, row, column), value in zip(cells, np.ravel(trace.z), strict=True):
        assert np.isnan(value) if unit < 0 else value == values[row, column, unit]
    assert trace.hovertemplate.startswith("map ")
    assert figure.layout.annotations[0].text.startswith("taken for ")


def test_a_model_in_memory_and_nodes():
    figure = grid(MODEL, IMAGES[:3, ..., 0], "hidden")
    assert isinstance(figure, go.Figure)
    assert len(figure.data) == 3
    assert figure.data[0].hovertemplate.startswith("node ")


def test_what_cannot_be_drawn_is_refused():
    network = network_of(MODEL)
    with pytest.raises(SelectionError, match='layer "conv"'):
        grid(network, IMAGES[:1], "conv")
    with pytest.raises(SelectionError, match="1 to 6 stand beside each other"):
        grid(network, IMAGES[: MOST_IMAGES + 1], "hidden")
    with pytest.raises(LookingGlassError, match="images of shape"):
        grid(network, IMAGES[:2, :5], "hidden")


# --- the dashboard -------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_models_and_arrays_become_what_the_pages_show(cache, tmp_path):
    bytes_ = np.rint(IMAGES * 255).astype(np.uint8)
    explorer = explorer_from(
        {"one": MODEL, "other": network_of(small_model(1), "other")},
        bytes_[..., 0], LABELS,
        train=(bytes_[:20], LABELS[:20]),
        class_names=list("abcd"),
    )  # fmt: skip
    assert explorer.model_names == ("one", "other")
    assert explorer.set_names == ("test", "train")
    assert explorer.class_names == tuple("abcd")
    np.testing.assert_allclose(explorer.dataset("test").images[:], bytes_ / 255, atol=1e-6)
    logits = network_of(MODEL).logits(bytes_ / 255)
    np.testing.assert_allclose(explorer.survey("one", "test").logits, logits, atol=1e-5)
    MODEL.save(tmp_path / "saved.keras")
    data = dataset_of(bytes_, LABELS)
    assert explorer_from(tmp_path / "saved.keras", data).model_names == ("saved",)
    assert explorer_from(MODEL, data).model_names == ("model",)


def test_what_does_not_fit_is_refused(cache):
    with pytest.raises(LookingGlassError, match="the test images have no labels"):
        show(MODEL, IMAGES)
    with pytest.raises(LookingGlassError, match="cell, tab, link are accepted"):
        show(MODEL, IMAGES, LABELS, where="window")
    with pytest.raises(LookingGlassError, match="give a model and data that fit each other"):
        show(MODEL, IMAGES[:, :6], LABELS)


def test_a_notebook_may_show_it_in_a_frame_and_nobody_else(cache):
    explorer = explorer_from(MODEL, IMAGES, LABELS)
    framed, alone = (
        create_app(explorer, place=place).server.test_client().get("/").headers
        for place in (ANYWHERE, AT_ROOT)
    )
    assert "X-Frame-Options" not in framed
    assert "frame-ancestors" not in framed["Content-Security-Policy"]
    assert "default-src 'none'" in framed["Content-Security-Policy"]
    assert alone["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in alone["Content-Security-Policy"]


CELLS = (
    "import keras; from app.notebook import grid, show",
    "model = keras.Sequential([keras.Input((12, 12, 1)), keras.layers.Conv2D(4, 3, name='maps'), "
    "keras.layers.Flatten(), keras.layers.Dense(4)])\n"
    "import numpy as np\n"
    "x, y = np.random.default_rng(0).random((60, 12, 12)), np.arange(60) % 4",
    "shown = show(model, x, y, height=500)\nshown",
    "import urllib.request\n"
    "[urllib.request.urlopen(shown.url + page).status for page in ('', '_dash-layout', 'compare')]",
    "grid(model, x[:2], 'maps')",
)


def test_a_notebook_runs_it_and_its_kernel_ends_it(cache):
    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, CELLS)])
    client = NotebookClient(notebook, timeout=300)
    with client.setup_kernel():
        for place, cell in enumerate(notebook.cells):
            client.execute_cell(cell, place)
        frame, link = (output["data"]["text/html"] for output in _shown(notebook.cells[2]))
        port = int(re.search(r'src="http://127\.0\.0\.1:(\d+)/"', frame)[1])
        assert 'height="500"' in frame
        assert f'href="http://127.0.0.1:{port}/"' in link
        [statuses] = _shown(notebook.cells[3])
        assert statuses["data"]["text/plain"] == "[200, 200, 200]"
        [figure] = _shown(notebook.cells[4])
        assert len(figure["data"]["application/vnd.plotly.v1+json"]["data"]) == 2
        assert _answers(port)
    deadline = time.monotonic() + 30
    while _answers(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _answers(port)


def _shown(cell):
    return [output for output in cell.outputs if "data" in output]


def _answers(port):
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0
