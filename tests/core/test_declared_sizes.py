"""Models that declare far more than they hold: refused before any of it is made."""

import json
import resource
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from cnn_core.errors import ModelError
from cnn_core.network import opening
from cnn_core.network.backend import keras
from cnn_core.network.opening import load_network
from cnn_core.network.saved import build as building
from tests.core import networks

L = keras.layers
# Keras 3.15 saves and loads weights with a call that NumPy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
ROOT = Path(__file__).parents[2]
ENDINGS = (".keras", ".h5")


def flat_network():
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            L.Conv2D(2, 3, name="maps"),
            L.Flatten(),
            L.Dense(5, name="nodes"),
            L.Dense(3),
        ]
    )


def pooled_network():
    """A network whose weights fit images of any size."""
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            L.Conv2D(2, 3, name="maps"),
            L.GlobalAveragePooling2D(),
            L.Dense(3),
        ]
    )


def set_in(name, **values):
    def change(layers):
        next(layer for layer in layers if layer["config"]["name"] == name)["config"].update(values)

    return change


def widen_images(layers):
    for key in {"batch_shape", "batch_input_shape"} & set(layers[0]["config"]):
        layers[0]["config"][key] = [None, 10**6, 10**6, 1]
    for layer in layers:
        layer.pop("build_config", None)


def insert(class_name, **values):
    def change(layers):
        layers.insert(
            1,
            {
                "module": "keras.layers",
                "class_name": class_name,
                "registered_name": None,
                "config": {
                    "name": "huge",
                    "trainable": True,
                    "dtype": "float32",
                    "data_format": "channels_last",
                    **values,
                },
            },
        )

    return change


HUGE = {
    "a billion nodes": (flat_network, set_in("nodes", units=10**9)),
    "nodes beyond 64 bits": (flat_network, set_in("nodes", units=10**30)),
    "a hundred million maps": (flat_network, set_in("maps", filters=10**8)),
    "a filter of 100,000 x 100,000": (
        flat_network,
        set_in("maps", kernel_size=[10**5, 10**5], padding="same"),
    ),
    "images of 10^12 pixels, flattened": (flat_network, widen_images),
    "images of 10^12 pixels": (pooled_network, widen_images),
    "a padding of a million": (
        pooled_network,
        insert("ZeroPadding2D", padding=[[10**6, 10**6], [10**6, 10**6]]),
    ),
    "a hundred thousandfold magnification": (
        pooled_network,
        insert("UpSampling2D", size=[10**5, 10**5], interpolation="nearest"),
    ),
}


def save_changed(path, build, change):
    """Save a model, then change what its file declares and leave its weights as they are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        build().save(path)

    def changed(text):
        content = json.loads(text)
        content.pop("build_config", None)
        content["config"].pop("build_input_shape", None)
        change(content["config"]["layers"])
        return json.dumps(content)

    if path.suffix == ".h5":
        with h5py.File(path, "r+") as file:
            file.attrs["model_config"] = changed(file.attrs["model_config"])
        return
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["config.json"] = changed(parts["config.json"]).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


@pytest.fixture(scope="module")
def huge_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("huge")
    files = []
    for number, (build, change) in enumerate(HUGE.values()):
        for ending in ENDINGS:
            files.append(folder / f"huge_{number}{ending}")
            save_changed(files[-1], build, change)
    return files


def test_what_is_declared_is_refused_in_one_line(huge_files):
    """Whatever is declared, in a file of either kind."""
    for path in huge_files:
        with pytest.raises(ModelError) as caught:
            load_network(path, isolated=False)
        message = str(caught.value)
        assert message.startswith(path.name)
        assert "\n" not in message
        assert len(message) < 400


_REFUSE_ALL = """
import resource, sys
from cnn_core.errors import ModelError
from cnn_core.network.opening import load_network
from tests.core.own_peak import own_peak
before, peak = resource.getrusage(resource.RUSAGE_SELF), own_peak()
for path in sys.argv[1:]:
    try:
        load_network(path, isolated=False)
    except ModelError:
        continue
    sys.exit(f"{path} was opened")
after = resource.getrusage(resource.RUSAGE_SELF)
print(own_peak() - peak, after.ru_utime + after.ru_stime
      - before.ru_utime - before.ru_stime)
"""


def test_refusing_takes_little_memory_and_computing_time(huge_files):
    command = [sys.executable, "-W", "ignore", "-c", _REFUSE_ALL, *map(str, huge_files)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    more_memory, seconds = map(float, done.stdout.split())
    # Without the look at what is declared it is 11 GB.
    assert more_memory < 200 * 2**20
    assert seconds < 5 * len(huge_files)


@pytest.mark.parametrize("ending", ENDINGS)
def test_whole_models_beyond_the_bounds_are_told_how_large_they_are(tmp_path, monkeypatch, ending):
    path = tmp_path / f"model{ending}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        flat_network().save(path)
    n_weights, n_cells = 2 * 9 + 2 + 32 * 5 + 5 + 5 * 3 + 3, 36 + 2 * 32 + 5 + 3
    monkeypatch.setattr(building, "MOST_WEIGHT_BYTES", 4 * n_weights - 1)
    with pytest.raises(ModelError, match=f"its arrays would take {4 * n_weights} bytes"):
        load_network(path, isolated=False)
    monkeypatch.setattr(building, "MOST_WEIGHT_BYTES", 4 * n_weights)
    monkeypatch.setattr(opening, "MOST_CELL_BYTES", 4 * n_cells - 1)
    with pytest.raises(ModelError, match=f"its layers would take {4 * n_cells} bytes"):
        load_network(path, isolated=False)
    monkeypatch.setattr(opening, "MOST_CELL_BYTES", 4 * n_cells)
    assert load_network(path, isolated=False).n_classes == 3


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(("dtype", "n_bytes"), [("float64", 8), ("float32", 4), ("float16", 4)])
def test_each_number_counts_as_it_is_declared(tmp_path, monkeypatch, ending, dtype, n_bytes):
    path = tmp_path / f"model{ending}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keras.Sequential([keras.Input((6, 6, 1)), L.Flatten(), L.Dense(3, dtype=dtype)]).save(path)
    needed = n_bytes * (36 * 3 + 3)
    monkeypatch.setattr(building, "MOST_WEIGHT_BYTES", needed)
    load_network(path, isolated=False)
    monkeypatch.setattr(building, "MOST_WEIGHT_BYTES", needed - 1)
    with pytest.raises(ModelError, match=f"its arrays would take {needed} bytes"):
        load_network(path, isolated=False)


def test_looking_leaves_nothing_behind_for_the_next_model(tmp_path):
    """A refused model's variables are not filled when the next one is made."""
    path = tmp_path / "huge.keras"
    save_changed(path, flat_network, set_in("nodes", units=10**9))
    with pytest.raises(ModelError):
        load_network(path, isolated=False)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    model = networks.seeded(networks.softmax_over_relu)
    whole = tmp_path / "whole.keras"
    model.save(whole)
    images = np.random.default_rng(0).random((3, 6, 6, 1), np.float32)
    expected = model.predict(images, verbose=0)
    found = load_network(whole, isolated=False).activations(images).probabilities
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2**20
