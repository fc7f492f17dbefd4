"""The pass in the browser against Keras, in node; and which networks it is not made for."""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from cnn_core.drawing import browser_weights
from cnn_core.drawing.browser_weights import browser_network
from cnn_core.errors import ModelError
from cnn_core.network.classifier import Network
from cnn_core.network.opening import load_network
from cnn_core.network.pixels import BYTES
from cnn_core.shipped_files import shipped
from tests.core.networks import (
    L,
    article_like,
    batch_norm_average,
    bent_pieces,
    depthwise_dropout_padding,
    keras,
    logits_only,
    opened,
    random_images,
    residual_layer,
    seeded,
    separate_softmax,
)

SCRIPT = Path(__file__).resolve().parents[2] / "assets" / "forward_pass.js"
needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="node, which stands for the browser here, is not installed"
)
IN_NODE = """
const fs = require("fs");
const forwardPass = require(process.argv[1]);
const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const bytes = Buffer.from(asked.weights, "base64");
const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
const network = forwardPass.open(asked.description, buffer);
const told = asked.images.map((light) => {
  const { logits, probabilities, layers } = forwardPass.run(network, light);
  const values = Object.fromEntries(Object.entries(layers).map(([k, v]) => [k, Array.from(v)]));
  return { logits: Array.from(logits), probabilities: Array.from(probabilities), layers: values };
});
console.log(JSON.stringify(told));
"""


def in_node(network, images):
    given = browser_network(network)
    asked = {
        "description": given.description,
        "weights": base64.b64encode(given.weights).decode(),
        "images": [image.ravel().tolist() for image in images],
    }
    done = subprocess.run(
        ["node", "-e", IN_NODE, str(SCRIPT)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def strided_and_padded():
    return keras.Sequential(
        [
            keras.Input((11, 7, 3)),
            L.Conv2D(5, (3, 2), strides=(2, 1), padding="same", name="strided"),
            L.ReLU(name="open"),
            L.MaxPooling2D((2, 3), strides=(1, 2), padding="same", name="overlapping"),
            L.Conv2D(4, 3, dilation_rate=2, padding="same", use_bias=False, name="dilated"),
            L.Activation("relu", name="again"),
            L.Flatten(name="flat"),
            L.Dropout(0.5, name="dropped"),
            L.Dense(3, name="scores"),
            L.Softmax(name="classes"),
        ]
    )


@needs_node
@pytest.mark.parametrize(
    "builder", [article_like, strided_and_padded, logits_only, separate_softmax]
)
def test_every_layer_is_what_keras_says(builder):
    network = opened(builder)
    images = random_images(network, 3)
    found = network.activations(images)
    for number, told in enumerate(in_node(network, images)):
        assert np.allclose(told["logits"], found.logits[number], atol=1e-4)
        assert np.allclose(told["probabilities"], found.probabilities[number], atol=1e-4)
        for name, values in told["layers"].items():
            if name != network.output_layer.name:
                assert np.allclose(values, found[name][number].ravel(), atol=1e-4), name


@needs_node
def test_the_shipped_network_on_its_images():
    network = load_network(shipped("cnn"))
    images = np.random.default_rng(0).random((2, 28, 28, 1), np.float32)
    images[1, :, :9] = 0
    logits = network.logits(images)
    assert np.allclose([one["logits"] for one in in_node(network, images)], logits, atol=1e-4)


@needs_node
def test_pixels_of_another_range():
    network = Network(seeded(article_like), name="bytes", pixels=BYTES, value_range=(-1.0, 1.0))
    light = random_images(network, 2)
    found = network.logits(light * 2 - 1)
    told = [one["logits"] for one in in_node(network, light)]
    assert np.allclose(told, found, rtol=1e-4, atol=1e-3 * np.abs(found).max())


@needs_node
def test_weights_that_do_not_fit_are_told():
    given = browser_network(opened(article_like))
    for weights in (given.weights[:-4], given.weights + bytes(4)):
        script = (
            f"const f = require({str(SCRIPT)!r});"
            f"try {{ f.open({json.dumps(given.description)}, new ArrayBuffer({len(weights)})) }}"
            "catch (error) { console.log(error.message) }"
        )
        done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
        assert "weights" in done.stdout


@pytest.mark.parametrize(
    "builder", [batch_norm_average, bent_pieces, depthwise_dropout_padding, residual_layer]
)
def test_other_networks_are_refused_in_one_line(builder):
    with pytest.raises(ModelError, match="for the pass in the browser") as told:
        browser_network(opened(builder))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "layer",
    [
        L.ReLU(max_value=1.0, name="odd"),
        L.ReLU(threshold=0.2, name="odd"),
        L.ReLU(negative_slope=0.2, name="odd"),
        L.Conv2D(4, 1, groups=2, name="odd"),
        L.Activation("tanh", name="odd"),
    ],
)
def test_a_layer_that_does_more_is_refused(layer):
    model = keras.Sequential(
        [keras.Input((5, 5, 2)), layer, L.Flatten(name="flat"), L.Dense(2, name="scores")]
    )
    with pytest.raises(ModelError, match='layer "odd"'):
        browser_network(Network(model, name="own"))


def test_too_many_weights_are_refused(monkeypatch):
    monkeypatch.setattr(browser_weights, "MOST_BYTES", 1000)
    with pytest.raises(ModelError, match="bytes of weights"):
        browser_network(opened(article_like))
