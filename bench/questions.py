"""What simulated students ask a running server."""

import json

import numpy as np

from bench.bodies import filled, page_template

EXPLORE, COMPARE, DECIDE = "/", "/compare", "/decide"
_PATHS = (EXPLORE, COMPARE, DECIDE)
_LESSON_IMAGES = 36


class Questions:
    """Questions that fit what a server shows.

    Parameters
    ----------
    server : bench.running.Server
        Ready to answer.

    Attributes
    ----------
    templates : list of str
        Bodies of the requests for Explore, Compare and Decide; see `bench.bodies.page_template`.
    layers : list of str
        Layers that Explore shows.
    compare_layers : list of str
        Layers that Compare shows.
    n_images : int
    """

    def __init__(self, server):
        status, content = server.get("/_dash-dependencies")
        if status != 200:
            raise RuntimeError(f"{server.address}: does not tell its callbacks ({status})")
        dependencies = json.loads(content)
        self.templates = [page_template(dependencies, path) for path in _PATHS]
        told = [server.ask(filled(template, ""))["answer"]["data"] for template in self.templates]
        explore, compare, decide = told
        self.layers, self.compare_layers, self._decide_layers = (
            [option["value"] for option in answer["options"]["layer"]]
            for answer in (explore, compare, decide)
        )
        self.n_images = explore["steps"]["count"]

    def of_lesson(self, seed=1):
        """The same few images for everybody, in every layer.

        Returns
        -------
        list of (int, str)
            Place of the template, and query string.
        """
        images = np.random.default_rng(seed).permutation(self.n_images)[:_LESSON_IMAGES]
        return [
            (0, f"?image={image}&layer={layer}")
            for image in images.tolist()
            for layer in self.layers
        ]

    def of_own(self, seed=1):
        """Every image once, in a layer drawn for each.

        Returns
        -------
        list of (int, str)
        """
        generator = np.random.default_rng(seed)
        images = generator.permutation(self.n_images).tolist()
        layers = generator.choice(self.layers, self.n_images).tolist()
        return [
            (0, f"?image={image}&layer={layer}")
            for image, layer in zip(images, layers, strict=True)
        ]

    def of_all_pages(self, seed=1):
        """Every image once: eight in ten on Explore, one on Compare, one on Decide.

        Returns
        -------
        list of (int, str)
        """
        generator = np.random.default_rng(seed)
        wishes = self.of_own(seed)
        for number, page in enumerate(generator.choice(3, len(wishes), p=(0.8, 0.1, 0.1))):
            if page == 1:
                groups = generator.permutation(self.n_images)[:6].tolist()
                a, b = (",".join(map(str, members)) for members in (groups[:3], groups[3:]))
                layer = generator.choice(self.compare_layers)
                wishes[number] = (1, f"?a={a}&b={b}&layer={layer}")
            elif page == 2:
                image = int(generator.integers(self.n_images))
                layer = generator.choice(self._decide_layers)
                wishes[number] = (2, f"?image={image}&layer={layer}")
        return wishes
