"""Every value that a Network shows, against plain Keras."""

import threading

import numpy as np
import pytest

from cnn_core.errors import DataError, SelectionError
from cnn_core.network.activations import softmax
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.network.layers import LayerKind, Window
from cnn_core.network.opening import load_network
from tests.core import networks
from tests.core.networks import (
    ALL,
    counterpart,
    opened,
    operation,
    operations,
    random_images,
    run,
    seeded,
)

# Keras 3.15 saves weights with a call that NumPy 2 deprecates.
saves = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
every_network = pytest.mark.parametrize("builder", ALL, ids=networks.names_of(ALL))


def images_for(builder, n=6):
    return random_images(opened(builder), n)


def assert_close(found, expected):
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@every_network
def test_every_layer_equals_a_keras_pass_up_to_it(builder):
    model, images = seeded(builder), images_for(builder)
    activations = opened(builder).activations(images)
    assert len(activations) == len(operations(model))
    for name, values in activations.items():
        part = counterpart(model, opened(builder), name)
        assert_close(values, run(keras.Model(model.inputs[0], part.output), images))
        assert values.dtype == np.float32


@every_network
def test_one_layer_alone_is_that_of_the_whole_pass(builder):
    network, images = opened(builder), images_for(builder)
    activations = network.activations(images)
    for name in dict.fromkeys((network.layers[0].name, network.layers[-1].name)):
        alone = network.values(name, images)
        assert alone.dtype == np.float32
        assert_close(alone, activations[name])


@every_network
def test_pre_activations_equal_the_layer_with_its_non_linearity_taken_off(builder):
    images = images_for(builder)
    activations = opened(builder).activations(images)
    for info in opened(builder).layers:
        model = seeded(builder)
        part = counterpart(model, opened(builder), info.name)
        if info.kind is LayerKind.ACTIVATION:
            before = keras.Model(model.inputs[0], part.input)
        else:
            if info.activation != "linear":
                part.activation = keras.activations.linear
            before = keras.Model(model.inputs[0], part.output)
        assert_close(activations.pre(info.name), run(before, images))


@every_network
def test_logits_are_what_the_softmax_takes(builder):
    network, images = opened(builder), images_for(builder)
    activations = network.activations(images)
    answer = run(seeded(builder), images)
    ends_in_softmax = builder not in (networks.logits_only, networks.product_of_branches)
    expected = answer if ends_in_softmax else softmax(answer)
    assert_close(activations.probabilities, expected)
    assert_close(activations.logits, run(networks.without_softmax(seeded(builder)), images))
    np.testing.assert_array_equal(activations.logits, network.logits(images))
    np.testing.assert_array_equal(activations.predictions, answer.argmax(axis=1))
    np.testing.assert_array_equal(activations.logits, activations.pre(network.output_layer.name))


@every_network
def test_layer_facts_fit_the_values(builder):
    network = opened(builder)
    activations = network.activations(images_for(builder))
    assert list(activations) == [info.name for info in network.layers]
    grids = {"": network.input_shape[:2]}
    for info in network.layers:
        assert activations[info.name].shape[1:] == info.shape
        assert info.n_cells == activations[info.name][0].size
        assert info.n_units == info.shape[-1]
        assert set(info.inputs) <= set(grids)
        grids[info.name] = info.grid
        if info.window:
            assert info.window.output_grid(grids[info.inputs[0]]) == info.grid
    assert network.n_classes == activations.logits.shape[1]
    assert network.n_parameters == seeded(builder).count_params()


def test_kinds_come_from_the_classes():
    def kinds(builder):
        return {info.name: info.kind for info in opened(builder).layers}

    assert kinds(networks.article_like) == {
        "Conv2D_1": LayerKind.CONV,
        "Max_Pool_1": LayerKind.POOLING,
        "Conv2D_2": LayerKind.CONV,
        "Flatten": LayerKind.FLATTEN,
        "Dense_1": LayerKind.DENSE,
        "Dense_2": LayerKind.DENSE,
    }
    assert kinds(networks.depthwise_dropout_padding) == {
        "padded": LayerKind.OTHER,
        "depthwise": LayerKind.DEPTHWISE_CONV,
        "drop_maps": LayerKind.DROPOUT,
        "pointwise": LayerKind.CONV,
        "noise": LayerKind.DROPOUT,
        "drop_cells": LayerKind.DROPOUT,
        "flat": LayerKind.FLATTEN,
        "hidden": LayerKind.DENSE,
        "drop_nodes": LayerKind.DROPOUT,
        "classes": LayerKind.DENSE,
    }
    assert kinds(networks.batch_norm_average)["norm_1"] is LayerKind.BATCH_NORM
    assert kinds(networks.separable)["separable"] is LayerKind.CONV
    assert kinds(networks.separable)["peak"] is LayerKind.GLOBAL_POOLING
    assert kinds(networks.bent_pieces)["prelu"] is LayerKind.ACTIVATION
    assert kinds(networks.residual_layer)["sum"] is LayerKind.MERGE
    bare = [info for info in opened(networks.residual_plus).layers if len(info.inputs) == 2]
    assert [info.kind for info in bare] == [LayerKind.MERGE]
    assert set(bare[0].inputs) == {"entry", "inner"}


def test_windows_are_those_of_the_layers():
    layer = opened(networks.colour_odd_sizes).layer
    # 11 rows in steps of 2 make 6, the last window then reaches 2 rows too far; 7 columns make 7.
    assert layer("strided").window == Window((3, 2), (2, 1), (1, 1, 0, 1))
    assert layer("overlapping").window == Window((2, 3), (1, 2), (0, 1, 1, 1))
    assert layer("dilated").window == Window((3, 3), padding=(2, 2, 2, 2), dilation=(2, 2))
    assert layer("flat").window is None
    padded = opened(networks.depthwise_dropout_padding).layer("padded")
    assert padded.window == Window((1, 1), padding=(2, 0, 1, 2))


def test_activation_names():
    names = {info.name: info.activation for info in opened(networks.bent_pieces).layers}
    assert names == {
        "leaky": "leaky_relu",
        "conv": "linear",
        "prelu": "prelu",
        "six": "relu6",
        "cut": "relu",
        "flat": "linear",
        "hard": "hard_sigmoid",
        "layer_as_function": "leaky_relu",
        "classes": "softmax",
    }


@pytest.mark.parametrize(
    ("builder", "output", "last_hidden"),
    [
        (networks.article_like, "Dense_2", "Dense_1"),
        (networks.depthwise_dropout_padding, "classes", "drop_nodes"),
        (networks.separable, "classes", "peak"),
        (networks.separate_softmax, "classes", "hidden"),
        (networks.global_pooling, "flat", None),
        (networks.softmax_over_relu, "softmax", None),
        (networks.logits_only, "classes", "flat"),
    ],
)
def test_output_layer_and_last_hidden_layer(builder, output, last_hidden):
    network = opened(builder)
    assert network.output_layer == network.layer(output)
    assert network.last_hidden == (last_hidden and network.layer(last_hidden))


def test_input_shape_is_that_of_the_images():
    assert opened(networks.colour_odd_sizes).input_shape == (11, 7, 3)
    assert opened(networks.without_channel_axis).input_shape == (7, 6, 1)
    assert opened(networks.open_size).input_shape == networks.OPEN_SIZE


def test_weights_are_those_of_the_saved_layers():
    network, model = opened(networks.batch_norm_average), seeded(networks.batch_norm_average)
    expected_names = {
        "conv": {"kernel"},
        "hidden": {"kernel", "bias"},
        "relu_1": set(),
        "norm_1": {"gamma", "beta", "moving_mean", "moving_variance"},
        "norm_2": {"beta", "moving_mean", "moving_variance"},
    }
    for layer_name, names in expected_names.items():
        found = network.weights(layer_name)
        assert set(found) == names
        for variable in operation(model, layer_name).weights:
            np.testing.assert_array_equal(found[variable.name], variable.numpy())
    with pytest.raises(SelectionError):
        network.weights("norm_3")


def test_some_layers_only_and_any_batch_size():
    network, images = opened(networks.article_like), images_for(networks.article_like, 7)
    whole = network.activations(images)
    some = network.activations(images, ["Dense_1", "Conv2D_1"], batch_size=3)
    assert list(some) == ["Dense_1", "Conv2D_1"]
    for name, values in some.items():
        assert_close(values, whole[name])
        assert_close(some.pre(name), whole.pre(name))
    assert_close(some.logits, whole.logits)
    with pytest.raises(SelectionError, match="Flatten"):
        some.pre("Flatten")
    one = whole.of_image(4)
    assert one.n_images == 1
    np.testing.assert_array_equal(one["Conv2D_2"], whole["Conv2D_2"][4:5])
    np.testing.assert_array_equal(one.pre("Conv2D_2"), whole.pre("Conv2D_2")[4:5])
    with pytest.raises(ValueError, match="read-only"):
        whole["Flatten"][0, 0] = 1


def test_grey_images_may_come_without_channel_axis():
    network, images = opened(networks.article_like), images_for(networks.article_like)
    np.testing.assert_array_equal(network.logits(images[..., 0]), network.logits(images))


def test_unknown_layer_names_the_nearest():
    network = opened(networks.article_like)
    for call in (
        network.layer,
        network.behind,
        lambda name: network.activations(images_for(networks.article_like), [name]),
    ):
        with pytest.raises(SelectionError, match="Conv2D_1, Max_Pool_1") as caught:
            call("conv2d_2")
        assert caught.value.nearest == "Conv2D_2"


@pytest.mark.parametrize(
    "shape",
    [(12, 11, 1), (2, 12, 11, 3), (2, 11, 12, 1), (0, 12, 11, 1), (12, 11), (1, 2, 12, 11, 1)],
)
def test_images_of_another_shape_are_refused(shape):
    network = opened(networks.article_like)
    for call in (
        network.activations,
        network.logits,
        lambda images: network.margin_terms("Conv2D_1", images, 0, 1),
    ):
        with pytest.raises(DataError, match=r"\(n, 12, 11, 1\)"):
            call(np.zeros(shape, np.float32))


def test_many_threads_read_the_same_values():
    network, images = opened(networks.residual_layer, seed=5), images_for(networks.residual_layer)
    expected = run(seeded(networks.residual_layer, seed=5), images)
    found = []
    # More sets of layers than compiled passes are kept.
    choices = [[info.name] for info in network.layers] * 3

    def read(chosen):
        found.append(network.activations(images, chosen).probabilities)

    threads = [threading.Thread(target=read, args=(chosen,)) for chosen in choices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(choices)
    for probabilities in found:
        assert_close(probabilities, expected)


@saves
@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_saved_model_opens_with_name_and_digest(tmp_path, ending):
    path = tmp_path / f"my net{ending}"
    seeded(networks.batch_norm_average).save(path)
    network = load_network(path, isolated=False)
    assert (network.name, network.path, len(network.digest)) == ("my net", path, 64)
    assert load_network(str(path), name="other", isolated=False).name == "other"
    images = images_for(networks.batch_norm_average)
    assert_close(network.logits(images), opened(networks.batch_norm_average).logits(images))


@saves
def test_open_size_is_settled_by_the_images(tmp_path):
    path = tmp_path / "open.keras"
    seeded(networks.open_size).save(path)
    network = load_network(path, image_shape=(6, 5, 1), isolated=False)
    images = random_images(network, 3)
    assert network.layer("conv").shape == (4, 3, 5)
    assert_close(
        network.activations(images).probabilities, run(keras.models.load_model(path), images)
    )


def test_flat_input_takes_images_of_a_stated_shape():
    model = keras.Sequential(
        [
            keras.Input((12,)),
            keras.layers.Dense(5, activation="relu", name="hidden"),
            keras.layers.Dense(3, activation="softmax", name="classes"),
        ]
    )
    network = Network(model, name="flat", image_shape=(4, 3, 1))
    images = random_images(network, 5)
    answer = model(images.reshape(5, 12)).numpy()
    assert_close(network.activations(images).probabilities, answer)
