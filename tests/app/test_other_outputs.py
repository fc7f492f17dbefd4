"""Every page for networks that end in something else than a softmax of ten: nothing fails or lies."""

import json
import tempfile
from functools import lru_cache

import numpy as np
import pytest

from app.explorer import Explorer
from app.factory import create_app
from app.figures.charts.answer import classes_shown
from app.frame.defaults import columns_for, default_layer
from app.pages import PAGES
from cnn_core.images.dataset import Dataset
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.survey.whole_set import survey_of
from tests.app.asking import ask_page, ask_panel
from tests.app.small_explorer import small_images

L = keras.layers
ENDS = {
    "one sigmoid": (2, lambda: L.Dense(1, activation="sigmoid", name="classes")),
    "sigmoids": (4, lambda: L.Dense(4, activation="sigmoid", name="classes")),
    "bare logits": (4, lambda: L.Dense(4, name="classes")),
    "43 classes": (43, lambda: L.Dense(43, activation="softmax", name="classes")),
    "no maps": (4, lambda: L.Dense(4, activation="softmax", name="classes")),
}


@lru_cache(maxsize=8)
def app_of(kind):
    """The whole app over one network of that end."""
    n_classes, end = ENDS[kind]
    keras.utils.set_random_seed(5)
    maps = [] if kind == "no maps" else [L.Conv2D(3, 3, activation="relu", name="maps")]
    model = keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            *maps,
            L.Flatten(name="flat"),
            L.Dense(6, activation="relu", name="hidden"),
            end(),
        ]
    )
    images = small_images("test")
    names = tuple(f"class {number}" for number in range(n_classes))
    dataset = Dataset("test", images.images, images.labels % n_classes, names)
    network, folder = Network(model, name="it"), tempfile.mkdtemp(prefix="looking-glass-")
    explorer = Explorer(
        {"it": network}, {"test": dataset}, {("it", "test"): survey_of(network, dataset, folder)}
    )
    app = create_app(explorer)
    assert app.server.test_client().get("/").status_code == 200
    return app


@pytest.mark.parametrize("kind", ENDS)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.title)
def test_a_page_answers_whatever_the_network_ends_in(page, kind):
    app = app_of(kind)
    drawn = [ask_page(app, page.path, "")]
    drawn += [ask_panel(app, page.path, one.name, "") for one in page.panels if one.is_slow]
    if kind == "sigmoids":
        told = json.dumps(
            [drawn[0]["answer"]["data"]["texts"], *(one["told"] for one in drawn[1:])]
        )
        assert "oftmax" not in told


def test_sigmoids_are_named_where_their_answer_stands():
    for path, title in (("/", "explore-answer-title"), ("/decide", "decide-answer-title")):
        told = ask_page(app_of("sigmoids"), path, "")["answer"]["data"]["texts"]
        assert "each class for itself" in told[title]


def test_without_maps_the_hidden_nodes_are_shown_first_and_flattened_pixels_as_in_the_image():
    network = Network(
        keras.Sequential(
            [keras.Input((12, 12, 1)), L.Flatten(), L.Dense(6), L.Dropout(0.2), L.Dense(4)]
        ),
        name="it",
    )
    assert default_layer(network) == network.layers[1].name
    assert columns_for(network.layers[0]) == 12


def test_of_many_classes_the_largest_have_a_bar_and_those_that_are_named():
    logits = np.random.default_rng(0).permutation(40).astype(np.float32)
    ranked = np.argsort(-logits).tolist()
    assert classes_shown(logits) == ranked[:12]
    assert classes_shown(logits, {ranked[3], ranked[30]}) == [*ranked[:12], ranked[30]]
    assert classes_shown(logits[:16]) == list(range(16))
