"""Files of older Keras: opened with the values of the framework that saved them, or a clear line."""

import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from cnn_core.errors import ModelError
from cnn_core.network.opening import load_network

FOLDER = Path(__file__).parent / "old_files"
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix in (".h5", ".keras"))


@pytest.mark.filterwarnings("ignore:.*mixed_float16.*")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_opens_with_the_values_of_its_framework(path):
    network = load_network(path, isolated=False)
    with np.load(f"{path}.npz") as truth:
        expected = dict(truth)
    activations = network.activations(expected.pop("images"))
    # What computes with half the precision rounds otherwise on every machine.
    tolerance = 4 * 2.0**-10 if "mixed" in path.name else 1e-5
    answers = activations[network.layers[-1].name]
    np.testing.assert_allclose(answers, expected.pop("answers"), rtol=tolerance, atol=tolerance)
    shown = {name: values for name, values in expected.items() if values.ndim in (2, 4)}
    assert set(shown) <= set(activations)
    for name, values in shown.items():
        np.testing.assert_allclose(activations[name], values, rtol=tolerance, atol=tolerance)


def changed(tmp_path, source, change):
    """A copy of an HDF5 file with its declared configuration changed."""
    path = tmp_path / "model.h5"
    shutil.copy(FOLDER / source, path)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        change(config["config"]["layers"], file)
        file.attrs["model_config"] = json.dumps(config)
    return path


def refusal(path):
    with pytest.raises(ModelError) as caught:
        load_network(path, isolated=False)
    message = str(caught.value)
    assert message.startswith(f"{path.name}: ")
    assert "\n" not in message
    return message


def as_class(class_name, **config):
    def change(layers, _):
        pool = next(layer for layer in layers if layer["config"]["name"] == "pool")
        pool["class_name"] = class_name
        pool["config"] = {"name": "pool", **config}

    return change


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (as_class("Lambda", function=["4wEA", None, None]), '"pool" is a Lambda'),
        (as_class("Custom>Mine"), '"pool" is of the custom class Custom>Mine'),
        (as_class("TensorFlowOpLayer", node_def="{}"), '"pool" is a bare TensorFlow function'),
        (as_class("TFOpLambda", function="image.resize"), "TensorFlow function (image.resize)"),
        (as_class("CuDNNLSTM", units=3), '"pool" is of the custom class CuDNNLSTM'),
    ],
)
def test_what_cannot_be_rewritten_names_layer_version_and_two_lines_of_python(
    tmp_path, change, what
):
    message = refusal(changed(tmp_path, "tf2.10.1_sequential.h5", change))
    assert what in message
    assert "saved by Keras 2.10.0" in message
    assert 'model.load_weights("model.h5"); model.save("model_new.h5")' in message


def test_a_form_of_keras_1_names_the_keras_that_reads_it(tmp_path):
    def change(layers, file):
        layers[0]["class_name"] = "Convolution2D"
        file.attrs["keras_version"] = file["model_weights"].attrs["keras_version"] = b"1.2.2"

    message = refusal(changed(tmp_path, "keras2.2.4_sequential.h5", change))
    assert "saved by Keras 1.2.2; in Keras 2.2.4: model = keras.models.load_model(" in message


def test_a_file_of_theano_is_not_shown_with_mirrored_filters(tmp_path):
    def change(_, file):
        file.attrs["backend"] = file["model_weights"].attrs["backend"] = b"theano"

    assert "Theano" in refusal(changed(tmp_path, "keras2.2.4_sequential.h5", change))


def test_a_sequential_that_was_saved_as_a_bare_list(tmp_path):
    path = tmp_path / "model.h5"
    shutil.copy(FOLDER / "keras2.2.4_sequential.h5", path)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"] = config["config"]["layers"]
        file.attrs["model_config"] = json.dumps(config)
    assert load_network(path, isolated=False).layer("classes").n_units == 3


def test_arithmetic_with_numbers_becomes_a_rescaling(tmp_path):
    """With the number behind or in front, one number or one for each channel."""
    images = np.random.default_rng(0).random((2, 10, 9, 1))
    for function, argument, expected in (
        ("math.subtract", {"y": 0.25}, images - 0.25),
        ("math.multiply", {"y": [3.0]}, images * 3),
        ("math.truediv", {"y": 4}, images / 4),
        ("__operators__.add", {"y": -1.5}, images - 1.5),
        ("math.subtract", None, 2.0 - images),
    ):

        def change(layers, _, function=function, argument=argument):
            scaled = next(layer for layer in layers if layer["class_name"] == "TFOpLambda")
            scaled["config"]["function"] = function
            source = ["image", 0, 0, argument]
            if argument is None:
                source = ["_CONSTANT_VALUE", -1, 2.0, {"y": ["image", 0, 0]}]
            scaled["inbound_nodes"] = [source]

        network = load_network(changed(tmp_path, "tf2.10.1_residual.h5", change), isolated=False)
        first = network.layers[0]
        assert first.class_name == "Rescaling"
        np.testing.assert_allclose(
            network.activations(images)[first.name], expected, rtol=1e-6, atol=1e-6
        )
