"""Server time of an Explore interaction, beside a bare forward pass and the article's function.

Two readings, both told. *Numbers*: what the server does to have every number of a picture, that is
``Explorer.activations``: a miss runs the network, a hit finds the image in the cache. *Whole
request*: the callback over HTTP as the browser asks for it, JSON read and written, figures, words
and compression included; only the socket is left out. What is compared is measured in turns, one
image after the other, so that noise of the machine meets all.
"""

import time

import numpy as np

from bench.bodies import filled, page_template
from bench.summary import summary

_LAYER = "Conv2D_1"
_FIRST_IMAGE = 500


def measure(page, address, short=False):
    """Measure on the server's side; the page is not used.

    Returns
    -------
    dict
    """
    del page, address
    from app.factory import create_app
    from app.frame.subject import Subject
    from app.serving.loading import open_explorer, read_surveys
    from bench.bare import DATA, MODEL, articles_way, compiled_pass, keras

    explorer = open_explorer([MODEL], DATA)
    read_surveys(explorer)
    images, name = explorer.dataset("test").images, explorer.model_names[0]
    model = keras.models.load_model(MODEL, compile=False)
    bare, with_xla = compiled_pass(model), compiled_pass(model, with_xla=True)
    ask = _asking(create_app(explorer).server.test_client())

    def numbers(number):
        return explorer.activations(name, Subject("test", number))

    def another(number):
        # Its numbers are not in the cache yet.
        return ask(number + len(images) // 2)

    ways = [
        {"bare compiled forward pass, ms": lambda number: bare(images[[number]])},
        {"the same with XLA, ms": lambda number: with_xla(images[[number]])},
        {"numbers, new image, ms": numbers, "numbers, image in the cache, ms": numbers},
        {"whole request, new image, ms": another, "whole request, image in the cache, ms": another},
    ]
    times = in_turns(ways, range(_FIRST_IMAGE, _FIRST_IMAGE + (60 if short else 400)))
    article = articles_way(MODEL)
    times |= in_turns(
        [
            {
                "the article's function (load, build, predict), ms": lambda number: article(
                    images[[number]]
                )
            }
        ],
        range(5 if short else 28),
    )
    return {name: summary(found) for name, found in times.items()}


def in_turns(ways, numbers, n_first=2):
    """Time some ways to do the same, each once for every number.

    Parameters
    ----------
    ways : list of dict of str to callable
        Called with a number. Those of one dictionary follow each other; the dictionaries' order is
        drawn anew for each number, since what ran before leaves its data in the CPU's caches.
    numbers : iterable of int
    n_first : int
        So many of the first numbers are not counted.

    Returns
    -------
    dict of str to list of float
        Milliseconds.
    """
    times = {name: [] for group in ways for name in group}
    generator = np.random.default_rng(0)
    for place, number in enumerate(numbers):
        for turn in generator.permutation(len(ways)):
            for name, act in ways[turn].items():
                began = time.perf_counter()
                act(number)
                if place >= n_first:
                    times[name].append(1000 * (time.perf_counter() - began))
    return times


def _asking(client):
    """Ask for an image of the layer as a browser does, through the WSGI application."""
    client.get("/")
    template = page_template(client.get("/_dash-dependencies").get_json(), "/")

    def ask(number):
        response = client.post(
            "/_dash-update-component",
            content_type="application/json",
            headers={"Accept-Encoding": "gzip, deflate, br"},
            data=filled(template, f"?image={number}&layer={_LAYER}"),
        )
        if response.status_code != 200:
            raise RuntimeError(f"a callback answers {response.status_code}")
        return response.data

    return ask
