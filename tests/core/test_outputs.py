"""What a network ends in, and how precisely it computes: sigmoids and half precision."""

import inspect

import numpy as np
import pytest

from cnn_core.decision.ablation import ablate
from cnn_core.decision.ledger import ledger, node_ledger
from cnn_core.images.dataset import Dataset
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.network.declared.allowed import LAYERS
from cnn_core.network.layers import LayerKind
from cnn_core.survey.whole_set import survey_of
from tests.core import networks

L = keras.layers


def binary(separate):
    end = [L.Dense(1, name="yes"), L.Activation("sigmoid", name="sigmoid")]
    return keras.Sequential(
        [
            keras.Input((6, 5, 1)),
            L.Conv2D(3, 3, activation="relu", name="conv"),
            L.Flatten(name="flat"),
            L.Dense(4, activation="relu", name="hidden"),
            *(end if separate else [L.Dense(1, activation="sigmoid", name="yes")]),
        ]
    )


@pytest.mark.parametrize("separate", [False, True])
def test_one_sigmoid_tells_two_classes_apart(separate):
    model = networks.seeded(lambda: binary(separate))
    network = Network(model, name="binary")
    images = networks.random_images(network, 5)
    activations = network.activations(images)
    answer = model(images).numpy()[:, 0]
    assert network.n_classes == 2
    assert not network.each_for_itself
    assert network.layer("yes").n_units == 1
    np.testing.assert_array_equal(activations.logits[:, 0], 0)
    np.testing.assert_allclose(activations.probabilities[:, 1], answer, atol=1e-6)
    np.testing.assert_array_equal(activations.predictions, answer > 0.5)
    np.testing.assert_array_equal(activations.pre("yes")[:, 0], activations.logits[:, 1])
    for name in ("", "conv", "flat", "hidden", "yes"):
        opened = ledger(network, name, images, 1, 0)
        assert opened.is_exact
        np.testing.assert_allclose(opened.margin, activations.logits[:, 1], atol=1e-6)
        np.testing.assert_allclose(opened.residual, 0, atol=1e-5)
    kernel, bias = network.output_weights
    assert kernel.shape == (4, 2)
    assert not np.any(kernel[:, 0])
    assert bias[0] == 0
    nodes = node_ledger(network, images, 0, 1)
    np.testing.assert_allclose(nodes.residual, 0, atol=1e-5)
    silenced = ablate(network, "hidden", range(4), images)
    np.testing.assert_allclose(silenced.after, [[0, bias[1]]] * 5, atol=1e-6)


def test_sigmoids_stand_each_for_itself():
    network = networks.opened(networks.each_for_itself)
    images = networks.random_images(network, 5)
    answer = networks.run(networks.seeded(networks.each_for_itself), images)
    assert network.each_for_itself
    activations = network.activations(images)
    for found in (activations, activations.of_image(0)):
        np.testing.assert_allclose(found.probabilities, answer[: found.n_images], atol=1e-6)
    silenced = ablate(network, "hidden", [], images)
    np.testing.assert_allclose(network.probabilities(silenced.after), answer, atol=1e-6)


def data_for(network, n=12):
    labels = np.arange(n) % network.n_classes
    names = tuple("abcdef"[: network.n_classes])
    return Dataset("test", networks.random_images(network, n), labels, names)


def test_a_survey_of_sigmoids_knows_their_probabilities(tmp_path):
    network = networks.opened(networks.each_for_itself)
    data = data_for(network)
    survey = survey_of(network, data, tmp_path)
    expected = network.activations(data.images).probabilities
    np.testing.assert_allclose(survey.probabilities, expected, atol=1e-6)
    own = np.take_along_axis(expected.astype(np.float64), data.labels[:, np.newaxis], axis=1)
    np.testing.assert_allclose(survey.log_probability_of_label, np.log(own[:, 0]), atol=1e-5)


@pytest.mark.filterwarnings("ignore:.*mixed_float16.*")
@pytest.mark.parametrize(
    ("policy", "rounding"),
    [
        ("mixed_bfloat16", 2.0**-8),
        ("mixed_float16", 2.0**-11),
        ("bfloat16", 2.0**-8),
        ("float64", 0),
    ],
)
def test_whatever_the_precision_values_are_float32_and_sums_exact_within_it(
    tmp_path, policy, rounding
):
    def build():
        image = keras.Input((8, 7, 1))
        entry = L.Conv2D(3, 3, activation="relu", dtype=policy, name="entry")(image)
        inner = L.Conv2D(3, 3, padding="same", dtype=policy, name="inner")(entry)
        hidden = L.Dense(6, activation="relu", dtype=policy, name="hidden")
        flat = L.Flatten(dtype=policy, name="flat")(entry + inner)
        return keras.Model(image, L.Dense(3, activation="softmax", name="classes")(hidden(flat)))

    model = networks.seeded(build)
    network = Network(model, name=policy)
    images = networks.random_images(network, 6)
    activations = network.activations(images)
    expected = model(images).numpy()
    np.testing.assert_allclose(activations.probabilities, expected, atol=max(1e-6, 8 * rounding))
    assert {values.dtype for values in activations.values()} == {np.dtype(np.float32)}
    for info in network.layers[:-1]:
        opened = ledger(network, info.name, images, 0, 1)
        assert opened.is_exact
        assert opened.rounding == max(rounding if info.name != "hidden" else 0, 2.0**-24)
        tolerance = max(4 * opened.rounding, 1e-6)
        assert np.all(np.abs(opened.residual) <= tolerance * opened.absolute_sum)
    assert len(survey_of(network, data_for(network), tmp_path)) == 12


def test_every_augmentation_leaves_images_alone():
    random = sorted(name for name in LAYERS if name.startswith("Random") and name != "RandomCrop")
    images = np.random.default_rng(0).random((2, 6, 6, 3), np.float32)
    for name in random:
        layer = augmentation(name)
        model = keras.Sequential([keras.Input((6, 6, 3)), layer, L.Flatten(), L.Dense(2)])
        network = Network(model, name=name)
        assert network.layers[0].kind is LayerKind.AUGMENTATION
        np.testing.assert_array_equal(network.activations(images)[layer.name], images)
        assert network.behind("").is_exact


def augmentation(name):
    """The layer with what it cannot do without."""
    sizes = {"RandomTranslation": 2, "RandomZoom": 1}
    factor = 4 if name == "RandomPosterization" else 0.2
    asked = inspect.signature(getattr(L, name)).parameters.values()
    needed = [value for value in asked if value.default is value.empty and value.kind < 2]
    return getattr(L, name)(*[factor] * max(len(needed), sizes.get(name, 0)))
