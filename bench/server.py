"""Server time of an Explore interaction, beside the bare forward pass and the article's way."""

import time
from pathlib import Path

import numpy as np

from app.explorer import Explorer
from app.pages.explore.state import read
from app.pages.explore.view import look
from bench.clicks import summary
from cnn_core.backend import keras

ARTIFACTS = Path(__file__).resolve().parent.parent / "artifacts"


def measure(page, address, short=False):
    """Measure on the server's side; the page is not used.

    Returns
    -------
    dict
    """
    del page, address
    from app.factory import create_app

    repeats = 20 if short else 100
    explorer = Explorer.load([ARTIFACTS / "cnn.keras"], ARTIFACTS / "mnist.npz")
    client = create_app(explorer).server.test_client()
    client.get("/")
    network, images = explorer.network("cnn"), explorer.dataset("test").images
    told = {
        "bare compiled forward pass, ms": _timed(
            lambda number: network.activations(images[[number]]), repeats),
        "numbers of a picture, new image, ms": _timed(
            lambda number: look(explorer, read(f"?image={number}&layer=Conv2D_1", explorer)[0]),
            repeats),
        "numbers of a picture, from the cache, ms": _timed(
            lambda number: look(explorer, read(f"?image={number}&layer=Conv2D_1", explorer)[0]),
            repeats),
        "the article's function (load, build, predict), ms": _timed(_articles_way(images), 3),
    }
    return told


def _articles_way(images):
    def act(number):
        model = keras.models.load_model(ARTIFACTS / "cnn.keras", compile=False)
        outputs = keras.Model(model.inputs[0], [layer.output for layer in model.layers])
        return outputs.predict(images[[number]], verbose=0)

    return act


def _timed(act, repeats):
    act(0)
    times = []
    for number in range(1, repeats + 1):
        began = time.perf_counter()
        act(number)
        times.append(1000 * (time.perf_counter() - began))
    return summary(np.round(times, 3).tolist())
