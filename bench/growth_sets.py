"""Large synthetic image sets on the disk, and what opening and searching them costs.

python -m bench.growth_sets FOLDER     measures the set in a folder, in a process of its own
"""

import json
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np

from tests.harness.served import ROOT

SIDE, N_CLASSES = 28, 10
SEARCHES = ("label:4 pred:9", "wrong", "borderline 4 9", "clear 4 9", "{middle}")
"""What is searched for; {middle} is the number of an image."""
_PART = 20_000
_MODEL = "tiny.keras"


def write_set(folder, n_images, seed=0):
    """Write uint8 images in which every class has a bright patch of its own, under noise.

    Written in parts: of a set that is larger than memory one part is held at a time.

    Parameters
    ----------
    folder : pathlib.Path
        Takes ``test_imgs.npy`` (n, 28, 28) uint8 and ``test_labels.npy`` (n,) uint8.
    n_images : int
    seed : int
    """
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, N_CLASSES, n_images, np.uint8)
    np.save(folder / "test_labels.npy", labels)
    images = np.lib.format.open_memmap(
        folder / "test_imgs.npy", "w+", np.uint8, (n_images, SIDE, SIDE)
    )
    for start in range(0, n_images, _PART):
        part = images[start : start + _PART]
        part[:] = generator.integers(0, 150, part.shape, np.uint8)
        _add_patches(part, labels[start : start + _PART], generator)
    images.flush()


def _add_patches(images, labels, generator):
    # Faint patches are what the network gets wrong: a search for mistakes has something to find.
    strength = generator.integers(0, 105, len(images), np.uint8)
    for label in range(N_CLASSES):
        top, left = 6 * (label // 5) + 6, 5 * (label % 5) + 1
        own = np.flatnonzero(labels == label)
        images[own, top : top + 6, left : left + 5] += strength[own, None, None]


def write_network(folder, seed=0):
    """Write a tiny network that tells most of these images apart.

    Its convolution is random and its last layer is fitted by least squares to the folder's first
    images, which takes a second and is the same each time.

    Returns
    -------
    pathlib.Path
    """
    from cnn_core.images.dataset import load_dataset
    from cnn_core.network.backend import keras

    keras.utils.set_random_seed(seed)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1)),
            layers.AveragePooling2D(4, name="coarse"),
            layers.Conv2D(4, 3, activation="relu", name="maps"),
            layers.Flatten(name="flat"),
            layers.Dense(N_CLASSES, activation="softmax", name="classes"),
        ]
    )
    data = load_dataset(folder)
    images, labels = data.images[:4000], data.labels[:4000]
    front = keras.Model(model.inputs[0], model.get_layer("flat").output)
    values = front(images, training=False).numpy()
    values = np.hstack([values, np.ones((len(values), 1))])
    wanted = 10 * (labels[:, None] == np.arange(N_CLASSES))
    fitted = np.linalg.lstsq(values.T @ values + np.eye(values.shape[1]), values.T @ wanted)[0]
    model.get_layer("classes").set_weights([fitted[:-1], fitted[-1]])
    model.save(folder / _MODEL)
    return folder / _MODEL


def measure_set(folder, repeats=15):
    """Open the set of a folder, as the server does, and ask for pages and searches.

    Parameters
    ----------
    folder : pathlib.Path
        From `write_set` and `write_network`; surveys are kept in it.
    repeats : int

    Returns
    -------
    dict of str to float
    """
    from app.frame.browsing.search import find
    from bench.growth_asking import Asking
    from bench.growth_models import opened

    model = folder / _MODEL
    with own_memory() as memory:
        began = time.perf_counter()
        explorer, app = opened([model], folder, folder / "cache")
        told = {"opening for the first time, s": time.perf_counter() - began}
    began = time.perf_counter()
    opened([model], folder, folder / "cache")
    told["opening again, s"] = time.perf_counter() - began
    for name, pattern in (("images", "*.npy"), ("survey", "cache/**/*.npy")):
        told[f"{name} on the disk, MiB"] = (
            sum(path.stat().st_size for path in folder.glob(pattern)) / 2**20
        )
    if memory:
        told["memory of its own while opening, MiB"] = memory["most"]
    survey = explorer.survey(explorer.model_names[0], "test")
    for form in SEARCHES:
        words = form.format(middle=len(survey) // 2)
        times = []
        for _ in range(repeats):
            began = time.perf_counter()
            found = find(words, survey, explorer.class_names)
            times.append(1000 * (time.perf_counter() - began))
        assert len(found.images), words
        name = form.replace("{middle}", "a number")
        told[f"search for {name}, ms"] = median(times)
        told[f"search for {name} at best, ms"] = min(times)
    asking, images = Asking(app), np.linspace(0, len(survey) - 1, repeats + 2).astype(int)
    for name, path, queries in (
        ("Explore", "/", [{"image": image} for image in images]),
        (
            "Explore, a new search",
            "/",
            [
                {"find": f"borderline 4 9 {'right ' * (number + 1)}"}
                for number in range(repeats + 2)
            ],
        ),
        (
            "Explore along a search",
            "/",
            [{"image": image, "find": "borderline 4 9"} for image in images],
        ),
        (
            "Compare by rule",
            "/compare",
            [{"ra": "random", "rb": "ambiguous", "seed": number} for number in range(repeats + 2)],
        ),
    ):
        cost = asking.cost(path, queries)
        told |= {
            f"{name}, ms": cost.median_ms,
            f"{name} at best, ms": cost.best_ms,
            f"{name}, bytes on the wire": cost.wire_bytes,
            f"{name}, bytes unpacked": cost.raw_bytes,
        }
    return told


@contextmanager
def own_memory():
    """Watch the pages of no file that this process takes (Linux only).

    Pages of mapped files are not counted: the system takes them back when it needs them.

    Yields
    ------
    dict of str to float
        Filled when the block ends: "most", MiB above what was taken before. Empty elsewhere.
    """
    told, end = {}, threading.Event()
    status = Path("/proc/self/status")
    if not status.exists():
        yield told
        return

    def taken():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("RssAnon")]
        return int(line.split()[1]) / 1024

    before = most = taken()

    def watch():
        nonlocal most
        while not end.wait(0.02):
            most = max(most, taken())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield told
    finally:
        end.set()
        watcher.join()
        told["most"] = max(most, taken()) - before


def in_own_process(folder):
    """Measure a folder's set in a process of its own, whose memory nobody else has used.

    Returns
    -------
    dict of str to float
        As `measure_set` gives it.
    """
    told = subprocess.run(
        [sys.executable, "-m", "bench.growth_sets", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return json.loads(told.splitlines()[-1])


if __name__ == "__main__":
    print(json.dumps(measure_set(Path(sys.argv[1]))))
