"""Model files made to do harm: refused from what they declare, with nothing of it carried out."""

import copy
import json
import os
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from cnn_core.errors import ModelError
from cnn_core.network.backend import keras
from cnn_core.network.declared.origin import Origin
from cnn_core.network.declared.plan import MOST_LAYERS, plan_of
from cnn_core.network.opening import load_network
from cnn_core.network.saved import contents as contents_module
from cnn_core.network.saved.child import _deny
from cnn_core.network.saved.contents import read_contents
from cnn_core.network.saved.isolation import read_in_child
from tests.core import networks

L = keras.layers
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A small whole archive."""
    path = tmp_path_factory.mktemp("whole") / "whole.keras"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        networks.seeded(networks.article_like).save(path)
    return path


def with_config(source, target, change):
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    changed = change(config)
    parts["config.json"] = json.dumps(config if changed is None else changed).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target


def layer_of(config, name):
    return next(layer for layer in config["config"]["layers"] if layer["config"]["name"] == name)


def setting(layer, /, **values):
    def change(config):
        layer_of(config, layer)["config"].update(values)

    return change


def replacing(name, **entry):
    def change(config):
        layer_of(config, name).update(copy.deepcopy(entry))

    return change


def function(module, name):
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def nested_in_itself(times):
    def change(config):
        inner = config
        for _ in range(times):
            inner = {**config, "config": {**config["config"], "layers": [inner]}}
        return inner

    return change


def many_layers(config):
    layers = config["config"]["layers"]
    more = [copy.deepcopy(layers[1]) for _ in range(MOST_LAYERS)]
    for number, layer in enumerate(more):
        layer["config"]["name"] = f"more_{number}"
    layers[1:1] = more


def without_input(config):
    config["config"]["layers"].pop(0)
    config["config"].pop("build_input_shape")
    config.pop("build_config")


FILE = {"class_name": "get_file", "config": {"origin": "https://example.org/x"}}
HARM = {
    "a Lambda that names a function of Keras": (
        replacing("Flatten", class_name="Lambda", config={"name": "Flatten", "function": "relu"}),
        '"Flatten" is a Lambda',
    ),
    "marshalled code": (
        setting("Dense_1", activation={"class_name": "__lambda__", "config": {"value": "4wEA"}}),
        "brings no code",
    ),
    "an activation that asks the network": (
        setting("Dense_1", activation=function("keras.applications.vgg16", "decode_predictions")),
        '"decode_predictions" is not one of',
    ),
    "an activation by its plain name": (setting("Dense_1", activation="get_file"), "get_file"),
    "an initialiser that is a download": (
        setting("Dense_1", kernel_initializer={"module": "keras.utils", **FILE}),
        '"get_file" is not one of',
    ),
    "a regulariser by name": (setting("Conv2D_1", kernel_regularizer="load_data"), "load_data"),
    "a constraint of one's own": (
        setting("Conv2D_1", bias_constraint={"class_name": "Mine", "config": {}}),
        '"Mine" is not one of',
    ),
    "a class under the name of Keras' own": (
        replacing("Conv2D_1", module="my_package", registered_name="my_package>Conv2D"),
        "custom class Conv2D",
    ),
    "a layer that reads a folder": (
        replacing("Flatten", class_name="TFSMLayer", config={"name": "Flatten", "filepath": "/"}),
        "not among the layers that are accepted",
    ),
    "a vocabulary": (
        replacing("Flatten", class_name="StringLookup", config={"vocabulary": "/etc/passwd"}),
        "not among the layers that are accepted",
    ),
    "a path where numbers stand": (setting("Dense_1", units="/etc/passwd"), "no text is accepted"),
    "a URL where a word stands": (setting("Conv2D_1", padding="gs://bucket/x"), "gs://bucket/x"),
    "an unknown key with text": (setting("Dense_1", vocabulary="file:///"), "no text is accepted"),
    "an object among the numbers": (setting("Conv2D_1", strides=[1, FILE]), '"strides"'),
    "a precision that is none": (setting("Dense_1", dtype="eval"), 'precision "eval"'),
    "a quantised layer": (setting("Dense_1", quantization_config=FILE), "quantization_config"),
    "a subclassed network": (lambda config: {**config, "class_name": "Mine"}, "subclassed"),
    "a function for a network": (lambda config: FILE, '"get_file"'),
    "a bare operation of another module": (
        replacing("Flatten", module="keras.src.ops.image", class_name="Resize"),
        "not among the layers that are accepted",
    ),
    "numbers beyond all": (setting("Dense_1", units=10**30), "1000000000000000000000000"),
    "no number": (setting("Dense_1", units=float("nan")), "nan"),
    "models inside models": (nested_in_itself(9), "more than 8 deep"),
    "more layers than are accepted": (many_layers, f"more than {MOST_LAYERS:,} layers"),
    "two layers of one name": (setting("Dense_1", name="Dense_2"), "two of its layers"),
    "no layers": (lambda config: {**config, "config": {"layers": 3}}, "not listed"),
    "layers that are none": (lambda config: {**config, "config": {"layers": [3]}}, "number 0"),
    "no input": (without_input, "what images it takes"),
    "a list for a network": (lambda config: [config], "no JSON object"),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_configuration_made_to_do_harm(whole, tmp_path, harm):
    change, what = HARM[harm]
    path = with_config(whole, tmp_path / "model.keras", change)
    with pytest.raises(ModelError) as caught:
        read_contents(path).plan(path.name)
    message = str(caught.value)
    assert what in message
    assert message.isprintable()
    assert len(message) < 400


def test_a_configuration_nested_beyond_the_interpreter(whole, tmp_path):
    path = tmp_path / "model.keras"
    for depth in (300, 100_000):
        start = '{"class_name": "Sequential", "config": {"layers": ['
        nested = f"{start * depth}{']}}' * depth}"
        with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
            target.writestr("config.json", nested)
            target.writestr("model.weights.h5", source.read("model.weights.h5"))
        with pytest.raises(ModelError, match="deep"):
            read_contents(path).plan(path.name)


def test_layers_that_feed_each_other():
    link = {"class_name": "__keras_tensor__", "config": {"keras_history": ["b", 0, 0]}}
    layers = [
        {"class_name": "InputLayer", "name": "i", "config": {"batch_shape": [None, 4, 4, 1]}},
        {"class_name": "ReLU", "name": "a", "config": {}, "inbound_nodes": [{"args": [link]}]},
        {"class_name": "ReLU", "name": "b", "config": {}, "inbound_nodes": [[["a", 0, 0, {}]]]},
    ]
    graph = {"layers": layers, "input_layers": ["i", 0, 0], "output_layers": ["b", 0, 0]}
    config = {"class_name": "Functional", "config": graph}
    with pytest.raises(ModelError, match="in a circle"):
        plan_of(config, Origin("model.h5", "3.0"))
    link["config"]["keras_history"] = ["nowhere", 0, 0]
    with pytest.raises(ModelError, match='fed by "nowhere"'):
        plan_of(config, Origin("model.h5", "3.0"))


# --- HDF5 -------------------------------------------------------------------------------------


@pytest.fixture
def plain(whole, tmp_path):
    """The same model as plain HDF5, to be changed."""
    path = tmp_path / "model.h5"
    keras.models.load_model(whole).save(path)
    return path


def soft_link(group):
    group["kernel"] = h5py.SoftLink("/model_weights/Dense_2")


def external_link(group):
    group["kernel"] = h5py.ExternalLink("/etc/passwd", "/")


def external_storage(group):
    group.create_dataset("kernel", (4,), "f4", external=[("/etc/passwd", 0, 16)])


def virtual_dataset(group):
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (4,))
    group.create_virtual_dataset("kernel", layout)


def text(group):
    group["kernel"] = np.array([b"abc"], object)


def huge(group):
    group.create_dataset("kernel", (2**20, 2**20), "f4", chunks=(64, 64))


def deflated(group):
    group.create_dataset("kernel", (2**12, 2**14), "f4", chunks=(256, 256), compression="gzip")


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize(
    ("put", "what"),
    [
        (soft_link, "is a link to elsewhere"),
        (external_link, "is a link to elsewhere"),
        (external_storage, "no array of its own"),
        (virtual_dataset, "no array of its own"),
        (text, "holds no numbers"),
        (huge, "bytes; at most"),
        (deflated, "bytes of weights but stores"),
    ],
)
def test_arrays_that_are_not_what_a_model_has(plain, put, what):
    with h5py.File(plain, "r+") as file:
        group = file["model_weights/Dense_1"]
        name = group.attrs["weight_names"][0]
        above, _, last = name.rpartition("/")
        del group[name]
        put(group[above])
        if last != "kernel":
            group[above].move("kernel", last)
    with pytest.raises(ModelError, match=what):
        read_contents(plain)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_what_is_read_is_bounded(whole, plain, monkeypatch):
    monkeypatch.setattr(contents_module, "_MOST_MEMBERS", 8)
    for path in (whole, plain):
        with pytest.raises(ModelError, match="more than 8 members"):
            read_contents(path)
    monkeypatch.setattr(contents_module, "MOST_CONFIG_BYTES", 100)
    for path in (whole, plain):
        with pytest.raises(ModelError, match="too large"):
            read_contents(path)


# --- the child --------------------------------------------------------------------------------


def test_the_child_gives_what_the_file_holds(whole):
    found, own = read_in_child(whole, None), read_contents(whole)
    assert found.config == own.config
    assert found.keras_version == keras.__version__
    assert found.arrays.keys() == own.arrays.keys()
    for group, named in own.arrays.items():
        assert found.arrays[group].keys() == named.keys()
        for key, array in named.items():
            np.testing.assert_array_equal(found.arrays[group][key], array)


@pytest.mark.skipif(sys.platform != "linux", reason="no bound on memory there")
def test_a_heap_that_points_to_itself_takes_the_memory_of_the_child_alone(tmp_path):
    """HDF5 walks a list of free space without end, and notes every step."""
    path = tmp_path / "heap.h5"
    with h5py.File(path, "w", libver="earliest") as file:
        file.attrs["model_config"] = "{}"
        for number in range(3):
            file.create_group(f"model_weights/{number}")
        del file["model_weights/1"]
        file["model_weights"].attrs["layer_names"] = ["0"]
    content = bytearray(path.read_bytes())
    n_broken = 0
    at = content.find(b"HEAP")
    while at >= 0:
        first_free, data = (
            int.from_bytes(content[at + start : at + start + 8], "little") for start in (16, 24)
        )
        if first_free < len(content):
            content[data + first_free : data + first_free + 8] = first_free.to_bytes(8, "little")
            n_broken += 1
        at = content.find(b"HEAP", at + 4)
    assert n_broken
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"heap\.h5: .* accepted"):
        read_in_child(path, None)


@pytest.mark.parametrize(
    "event",
    [
        ("socket.connect", ()),
        ("socket.getaddrinfo", ()),
        ("subprocess.Popen", ()),
        ("os.system", ()),
        ("open", ("/tmp/x", "w", 0)),
        ("open", ("/tmp/x", None, os.O_RDWR | os.O_CREAT)),
    ],
)
def test_in_the_child_nothing_else_can_be_reached(event):
    with pytest.raises(ModelError, match="which no model needs"):
        _deny(*event)


def test_in_the_child_files_can_be_read():
    _deny("open", ("/usr/lib/x.py", "r", os.O_RDONLY | os.O_CLOEXEC))
    _deny("import", ("json", None, None, None, None))


_LISTEN = """
import sys
from pathlib import Path
from cnn_core.errors import ModelError
from cnn_core.network.opening import load_network

warm, *paths = sys.argv[1:]
load_network(warm, isolated=False)
heard, watched = [], ("open", "socket.", "subprocess.", "os.", "shutil.", "tempfile.", "urllib.")
harmless = ("os.putenv",)

def listen(event, arguments):
    if listening and event.startswith(watched) and not event.startswith(harmless):
        heard.append((event, arguments))

listening = False
sys.addaudithook(listen)
for path in paths:
    for isolated in (False, True):
        heard.clear()
        listening = True
        try:
            load_network(path, isolated=isolated)
        except ModelError:
            pass
        listening = False
        # What has a number is a pipe to the child.
        touched = [(event, str(args[0])) for event, args in heard if not isinstance(args[0], int)]
        others = [pair for pair in touched if pair != ("open", path)]
        if isolated:
            others = [pair for pair in others if not pair[1].endswith("manifest.json")]
            child = [pair for pair in others if pair == ("subprocess.Popen", sys.executable)]
            others = [pair for pair in others if pair not in child]
            others = [pair for pair in others if pair[0] not in ("os.posix_spawn", "os.fork_exec")]
            if len(child) != 1:
                sys.exit(f"{path}: {len(child)} children")
        if others:
            sys.exit(f"{path}, isolated {isolated}: {others}")
"""


def test_opening_touches_no_other_file_no_socket_and_no_process_but_the_child(whole, tmp_path):
    harmful = [
        with_config(whole, tmp_path / f"harm_{number}.keras", HARM[harm][0])
        for number, harm in enumerate(
            (
                "a Lambda that names a function of Keras",
                "an activation that asks the network",
                "an initialiser that is a download",
                "a vocabulary",
            )
        )
    ]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _LISTEN, *map(str, (whole, *harmful, whole))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_file_is_tried_out_by_a_child_once(whole, monkeypatch):
    calls = []

    def counted(path, image_shape):
        calls.append(path)
        return read_contents(path)

    monkeypatch.setattr("cnn_core.network.opening.read_in_child", counted)
    monkeypatch.setattr("cnn_core.network.opening._tried", set())
    for _ in range(3):
        load_network(whole)
    assert calls == [whole]


def test_shipped_files_need_no_child(monkeypatch):
    monkeypatch.setattr("cnn_core.network.opening.read_in_child", None)
    assert load_network(ROOT / "artifacts" / "cnn.keras").n_classes == 10
