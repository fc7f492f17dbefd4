"""The part behind a layer: run again alone, and the margin as a sum, against plain Keras."""

import numpy as np
import pytest

from cnn_core.errors import SelectionError
from cnn_core.network.backend import keras, tf
from cnn_core.network.classifier import Network
from cnn_core.network.layers import Adds, ConstantSource
from tests.core import networks
from tests.core.networks import (
    ALL,
    EXACT,
    NOT_EXACT,
    counterpart,
    opened,
    operations,
    random_images,
    seeded,
    without_softmax,
)

every_network = pytest.mark.parametrize("builder", ALL, ids=networks.names_of(ALL))
TARGET, RIVAL = np.array([0, 1, 2, 0, 2]), np.array([2, 0, 1, 1, 0])
# A chain of layers with no offset but those of biases and batch normalisation.
CHAINS = (
    networks.article_like,
    networks.batch_norm_average,
    networks.batch_norm_over_rows,
    networks.depthwise_dropout_padding,
    networks.separable,
    networks.global_pooling,
    networks.separate_softmax,
    networks.softmax_over_relu,
    networks.logits_only,
)
WITHOUT_INPUT = ("bias", "beta", "moving_mean")


def images_for(builder):
    return random_images(opened(builder), len(TARGET))


def layers_before_logits(network):
    """ "" and every layer that the logits depend on."""
    names = [info.name for info in network.layers]
    return ["", *names[: names.index(network.output_layer.name) + 1]]


def total(values):
    return values.reshape(len(values), -1).sum(axis=1, dtype=np.float64)


def keras_margin_gradient(builder, name, images):
    """Values, gradient and margin at a layer, from one tape over a fresh Keras model."""
    network, model = opened(builder), seeded(builder)
    inputs = keras.ops.reshape(
        images,
        (len(images), *model.inputs[0].shape[1:])
        if builder is not networks.open_size
        else images.shape,
    )
    reads_logits = name == network.output_layer.name
    part = None if not name or reads_logits else counterpart(model, network, name)
    model = without_softmax(model)
    outputs = [part.output] if part is not None else []
    model = keras.Model(model.inputs[0], [*outputs, model.outputs[0]])
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        *cut, logits = keras.tree.flatten(model(inputs, training=False))
        values = cut[0] if cut else inputs
        if reads_logits:
            values = logits
        margin = tf.gather(logits, TARGET, axis=1, batch_dims=1) - tf.gather(
            logits, RIVAL, axis=1, batch_dims=1
        )
    return values.numpy(), tape.gradient(margin, values).numpy(), margin.numpy()


@every_network
def test_values_gradient_and_margin_equal_a_keras_tape(builder):
    network, images = opened(builder), images_for(builder)
    for name in layers_before_logits(network):
        opening = network.margin_terms(name, images, TARGET, RIVAL)
        values, gradient, margin = keras_margin_gradient(builder, name, images)
        np.testing.assert_allclose(opening.values, values, rtol=1e-5, atol=1e-5, err_msg=name)
        np.testing.assert_allclose(opening.gradient, gradient, rtol=1e-4, atol=1e-5, err_msg=name)
        np.testing.assert_allclose(opening.margin, margin, rtol=1e-5, atol=1e-5, err_msg=name)
        assert opening.values.dtype == opening.terms.dtype == np.float32
        assert opening.margin.dtype == opening.constant.dtype == np.float64


@pytest.mark.parametrize("builder", EXACT, ids=networks.names_of(EXACT))
def test_constant_and_terms_add_up_to_the_margin(builder):
    network, images = opened(builder), images_for(builder)
    for name in layers_before_logits(network):
        opening = network.margin_terms(name, images, TARGET, RIVAL)
        residual = opening.margin - opening.constant - total(opening.terms)
        assert network.behind(name).is_exact, name
        assert np.all(np.abs(residual) <= 1e-4 * total(np.abs(opening.terms))), name


@pytest.mark.parametrize("builder", NOT_EXACT, ids=networks.names_of(NOT_EXACT))
def test_what_is_not_piecewise_linear_says_so_and_leaves_a_residual(builder):
    network, images = opened(builder), images_for(builder)
    not_exact = [
        name for name in layers_before_logits(network) if not network.behind(name).is_exact
    ]
    assert tuple(not_exact) == NOT_EXACT[builder]
    for name in layers_before_logits(network):
        opening = network.margin_terms(name, images, TARGET, RIVAL)
        residual = np.abs(opening.margin - opening.constant - total(opening.terms))
        scale = total(np.abs(opening.terms))
        if name in not_exact:
            assert np.all(residual > 1e-3 * scale)
        else:
            assert np.all(residual <= 1e-4 * scale)


@pytest.mark.parametrize("builder", CHAINS, ids=networks.names_of(CHAINS))
def test_constant_is_what_the_biases_add_by_keras_own_derivatives(builder):
    # With its gates held the margin is a straight line in each bias b, so that b * dmargin/db is
    # its share; in batch normalisation beta and the moving mean play that part.
    network, images = opened(builder), images_for(builder)
    for name in layers_before_logits(network):
        reads_logits = name == network.output_layer.name
        model = seeded(builder)
        behind = operations(model)
        if name:
            behind = behind[behind.index(counterpart(model, network, name)) + 1 :]
        offsets = {
            part.name: [weight.value for weight in part.weights if weight.name in WITHOUT_INPUT]
            for part in behind
            if not reads_logits
        }
        offsets = {layer: values for layer, values in offsets.items() if values}
        model = without_softmax(model)
        expected = []
        for image, target, rival in zip(images, TARGET, RIVAL, strict=True):
            with tf.GradientTape() as tape:
                tape.watch(offsets)
                logits = model(image[np.newaxis], training=False)[0]
                margin = logits[target] - logits[rival]
            slopes = tape.gradient(margin, offsets)
            expected.append(
                [
                    sum(np.sum(value * slope) for value, slope in zip(*pair, strict=True))
                    for pair in zip(offsets.values(), slopes.values(), strict=True)
                ]
            )
        opening = network.margin_terms(name, images, TARGET, RIVAL)
        assert opening.sources == tuple(ConstantSource(layer, Adds.BIAS) for layer in offsets)
        expected = np.reshape(expected, (len(images), len(offsets)))
        np.testing.assert_allclose(
            opening.constant_parts, expected, rtol=1e-4, atol=1e-5, err_msg=name
        )
        np.testing.assert_allclose(opening.constant, expected.sum(axis=1), rtol=1e-4, atol=1e-5)


def test_paths_beside_and_offsets_have_their_parts():
    network = opened(networks.short_cut_from_pixels)
    images = random_images(network, len(TARGET))
    opening = network.margin_terms("inner", images, TARGET, RIVAL)
    assert [(part.layer, part.adds) for part in opening.sources] == [
        ("hidden", Adds.BIAS),
        ("classes", Adds.BIAS),
        ("", Adds.BESIDE),
    ]
    whole = network.margin_terms("both", images, TARGET, RIVAL)
    np.testing.assert_allclose(
        opening.constant_parts[:, 2], total(whole.terms[..., 3:]), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize(
    "builder",
    [
        networks.article_like,
        networks.separable,
        networks.branches,
        networks.residual_plus,
        networks.logits_only,
    ],
)
def test_without_biases_nothing_is_left_for_the_constant(builder):
    model = seeded(builder)
    for weight in model.weights:
        if weight.name == "bias":
            weight.assign(np.zeros(weight.shape))
    network = Network(model, name="without_biases")
    images = random_images(network, len(TARGET))
    for name in layers_before_logits(network):
        if not network.behind(name).beside:
            constant = network.margin_terms(name, images, TARGET, RIVAL).constant
            np.testing.assert_array_equal(constant, 0)


def test_straight_pieces_that_start_elsewhere_by_hand():
    dense, activation = keras.layers.Dense, keras.layers.ReLU
    model = keras.Sequential(
        [
            keras.Input((1, 2, 1)),
            keras.layers.Flatten(name="flat"),
            dense(4, activation="relu6", name="six"),
            activation(max_value=5.0, negative_slope=0.1, threshold=1.0, name="cut"),
            dense(2, name="classes"),
        ]
    )
    # Before "six": 3, -2, 8 and 0.5; behind it 3, 0, 6 and 0.5; behind "cut" 3 as it is, then
    # 0.1 * (0 - 1) = -0.1, then 5 since 6 is too much, then 0.1 * (0.5 - 1) = -0.05.
    model.get_layer("six").set_weights(
        [np.array([[1, -1, 3, 0.0], [1, -1, 2, 1]]), np.array([1, 0, 3, -0.5])]
    )
    model.get_layer("classes").set_weights(
        [np.array([[1, 0], [10, 0], [0, 1], [20, 0.0]]), np.array([0.25, 0])]
    )
    network = Network(model, name="by_hand")
    image = np.ones((1, 1, 2, 1))
    # Margin: 0.25 + 3 - 1 - 5 - 1. The slopes are those of the pieces: of "cut" 1, 0.1, 0, 0.1
    # times the weights 1, 10, -1, 20; of "six" 1, 0, 0, 1.
    expected = {
        "classes": ([[-3.75 + 5, 5]], [[1, -1]]),
        "cut": ([[3, -0.1, 5, -0.05]], [[1, 10, -1, 20]]),
        "six": ([[3, 0, 6, 0.5]], [[1, 1, 0, 2]]),
        "flat": ([[1, 1]], [[1, 3]]),
    }
    for name, (values, gradient) in expected.items():
        opening = network.margin_terms(name, image, 0, 1)
        np.testing.assert_allclose(opening.values, values, rtol=1e-6)
        np.testing.assert_allclose(opening.gradient, gradient, rtol=1e-6)
        np.testing.assert_allclose(opening.margin, [-3.75], rtol=1e-6)
        np.testing.assert_allclose(
            opening.constant, -3.75 - np.sum(np.multiply(values, gradient)), rtol=1e-6, atol=1e-6
        )
    # Behind "flat": the biases of "six" 1, 0, 3, -0.5 with slopes 1, 0, 0, 2, and 0.25; where "six"
    # does not start at 0 nothing passes "cut", whose pieces start at 0, -0.1, 5, -0.1 with the
    # slopes 1, 10, -1, 20.
    np.testing.assert_allclose(opening.constant_parts, [[0, 0.25, 0, -8]], atol=1e-6)
    assert [(part.layer, part.adds) for part in opening.sources] == [
        ("six", Adds.BIAS),
        ("classes", Adds.BIAS),
        ("six", Adds.OFFSET),
        ("cut", Adds.OFFSET),
    ]


@every_network
def test_the_part_behind_a_layer_gives_the_whole_networks_logits(builder):
    network, images = opened(builder), images_for(builder)
    activations = network.activations(images)
    expected = network.logits(images)
    for name in layers_before_logits(network)[1:]:
        tail = network.behind(name)
        values = activations.pre(name) if tail.reads_pre_activation else activations[name]
        found = network.logits_with(name, values, activations, images)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5, err_msg=name)


@every_network
def test_replaced_values_run_through_the_rest(builder):
    # Another image's values at every layer that feeds the rest give that image's logits.
    network, images = opened(builder), images_for(builder)
    others = random_images(network, len(images), seed=1)
    source, target = network.activations(others), network.activations(images)
    expected, own = network.logits(others), network.logits(images)
    for name in layers_before_logits(network)[1:]:
        tail = network.behind(name)
        values = source.pre(name) if tail.reads_pre_activation else source[name]
        found = network.logits_with(name, values, target, images)
        if tail.beside:
            assert np.abs(found - own).max() > 1e-3
            found = network.logits_with(name, values, source, others)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5, err_msg=name)


def test_one_image_serves_for_all_variants():
    network = opened(networks.residual_layer)
    images = random_images(network, 3)
    activations = network.activations(images)
    variants = activations["inner"][[0]] * np.array([1, 0.5, 0], np.float32).reshape(3, 1, 1, 1)
    found = network.logits_with("inner", variants, activations.of_image(0))
    for variant, logits in zip(variants, found, strict=True):
        alone = network.logits_with("inner", variant[np.newaxis], activations.of_image(0))
        np.testing.assert_allclose(logits, alone[0], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(found[0], activations.logits[0], rtol=1e-5, atol=1e-5)


def test_pixels_beside_a_layer_must_be_given():
    network = opened(networks.short_cut_from_pixels)
    images = random_images(network, 2)
    activations = network.activations(images)
    assert network.behind("inner").beside == ("",)
    with pytest.raises(SelectionError, match="images"):
        network.logits_with("inner", activations["inner"], activations)
    some = network.activations(images, ["inner"])
    residual = opened(networks.residual_layer)
    some = residual.activations(random_images(residual, 2), ["inner"])
    with pytest.raises(SelectionError, match='"entry"'):
        residual.logits_with("inner", some["inner"], some)


def test_beside_are_the_layers_that_pass_a_layer_by():
    network = opened(networks.residual_layer)
    besides = {name: network.behind(name).beside for name in layers_before_logits(network)}
    assert besides == {
        "": (),
        "entry": (),
        "inner": ("entry",),
        "inner_2": ("entry",),
        "sum": (),
        "open": (),
        "flat": (),
        "hidden": (),
        "classes": (),
    }
    assert network.behind("entry") is network.behind("entry")


def test_layers_behind_the_logits_have_no_part_behind_them():
    network = opened(networks.separate_softmax)
    with pytest.raises(SelectionError, match="behind the logits") as caught:
        network.margin_terms("softmax", random_images(network, 1), 0, 1)
    assert caught.value.nearest == "classes"


@pytest.mark.parametrize(("target", "rival", "nearest"), [(4, 0, 3), (0, -1, 0), ([0, 9], 1, 3)])
def test_classes_that_the_network_has_not(target, rival, nearest):
    network = opened(networks.article_like)
    with pytest.raises(SelectionError, match="classes 0 to 3") as caught:
        network.margin_terms("Dense_1", random_images(network, 2), target, rival)
    assert caught.value.nearest == nearest
