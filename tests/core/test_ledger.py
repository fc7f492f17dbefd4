"""Ledgers: the sum is the margin at every layer of every exact network."""

import numpy as np
import pytest

from cnn_core.decision.ledger import Ledger, ledger, ledgers, node_ledger
from cnn_core.decision.mean import mean_ledger
from cnn_core.decision.pairs import margin_of, strongest_other
from cnn_core.errors import DataError, SelectionError
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.network.layers import Adds, ConstantSource
from tests.core import networks
from tests.core.networks import EXACT, NOT_EXACT, opened, random_images

every_exact = pytest.mark.parametrize("builder", EXACT, ids=networks.names_of(EXACT))
TARGET, RIVAL = np.array([0, 1, 2, 0]), np.array([2, 0, 1, 1])
WITH_NODES = tuple(
    builder
    for builder in EXACT
    if builder not in (networks.global_pooling, networks.softmax_over_relu)
)


def opened_at(builder, layer):
    network = opened(builder)
    return ledger(network, layer, random_images(network, len(TARGET)), TARGET, RIVAL)


def small_ledger(terms, constant, margin):
    terms = np.array(terms, np.float32)
    classes = np.zeros(len(terms), np.int64)
    return Ledger(
        layer="layer",
        target=classes,
        rival=classes + 1,
        values=np.ones_like(terms),
        gradient=terms,
        margin=np.array(margin, float),
        sources=(ConstantSource("behind", Adds.BIAS),),
        constant_parts=np.array(constant, float)[:, np.newaxis],
        is_exact=True,
    )


@every_exact
def test_every_ledger_adds_up(builder):
    network = opened(builder)
    images = random_images(network, len(TARGET))
    logits = network.logits(images)
    names = [info.name for info in network.layers]
    for layer in ["", *names[: names.index(network.output_layer.name) + 1]]:
        found = opened_at(builder, layer)
        shape = network.layer(layer).shape if layer else network.input_shape
        assert found.is_exact
        assert found.terms.shape == found.values.shape == (len(TARGET), *shape)
        assert found.by_unit.shape == (len(TARGET), shape[-1])
        np.testing.assert_allclose(found.margin, margin_of(logits, TARGET, RIVAL), atol=1e-5)
        assert np.all(np.abs(found.residual) <= 1e-4 * found.absolute_sum)
        np.testing.assert_allclose(
            found.constant + found.by_unit.sum(axis=1), found.total, atol=1e-9
        )


@every_exact
def test_every_reference_adds_up_with_the_same_gates(builder):
    network = opened(builder)
    for layer in ("", network.layers[0].name):
        found = opened_at(builder, layer)
        one_for_all = np.random.default_rng(3).random(found.values.shape[1:], np.float32)
        for reference in (0.5, 1, one_for_all, found.values[::-1]):
            other = found.against(reference)
            assert np.all(np.abs(other.residual) <= 1e-4 * (other.absolute_sum + 1))
            np.testing.assert_allclose(
                other.terms, found.gradient * (found.values - reference), atol=1e-6
            )
            np.testing.assert_allclose(
                other.constant, found.constant + other.of_reference, rtol=1e-12
            )
        np.testing.assert_array_equal(found.against(found.values).terms, 0)
        np.testing.assert_array_equal(found.against(0).constant, found.constant)
        with pytest.raises(SelectionError, match="reference of shape"):
            found.against(np.zeros(97))


def test_a_thousand_images_add_up_against_every_reference():
    network = opened(networks.article_like)
    images = random_images(network, 1000)
    target = network.logits(images).argmax(axis=1)
    found = ledger(network, "", images, target, (target + 1) % 4)
    for reference in (0, 0.5, 1, images.mean(axis=0)):
        other = found.against(reference)
        assert np.abs(other.residual).max() < 1e-5 * other.absolute_sum.mean()


@pytest.mark.parametrize("builder", NOT_EXACT, ids=networks.names_of(NOT_EXACT))
def test_where_it_does_not_add_up_it_says_so(builder):
    for layer in NOT_EXACT[builder]:
        found = opened_at(builder, layer)
        assert not found.is_exact
        assert np.all(np.abs(found.residual) > 1e-3 * found.absolute_sum)


def test_pixels_are_the_values_of_the_pixel_ledger():
    network = opened(networks.without_channel_axis)
    images = random_images(network, len(TARGET))
    np.testing.assert_array_equal(opened_at(networks.without_channel_axis, "").values, images)
    grey = ledger(network, "", images[..., 0], TARGET, RIVAL)
    np.testing.assert_array_equal(grey.values, images)


def test_swapping_target_and_rival_turns_every_sign():
    network = opened(networks.batch_norm_average)
    images = random_images(network, 3)
    one, other = (ledger(network, "norm_1", images, *pair) for pair in ((0, 2), (2, 0)))
    np.testing.assert_allclose(one.terms, -other.terms, atol=1e-6)
    np.testing.assert_allclose(one.constant, -other.constant, atol=1e-6)
    np.testing.assert_allclose(one.margin, -other.margin, atol=1e-6)


@pytest.mark.parametrize("builder", WITH_NODES, ids=networks.names_of(WITH_NODES))
def test_node_ledger_is_activation_times_difference_of_weights(builder):
    network = opened(builder)
    images = random_images(network, len(TARGET))
    nodes = node_ledger(network, images, TARGET, RIVAL)
    by_gradient = ledger(network, network.last_hidden.name, images, TARGET, RIVAL)
    learned = network.weights(network.output_layer.name)
    for image, (p, q) in enumerate(zip(TARGET, RIVAL, strict=True)):
        weights = learned["kernel"][:, p] - learned["kernel"][:, q]
        np.testing.assert_array_equal(nodes.weights[image], weights)
        np.testing.assert_array_equal(nodes.terms[image], nodes.values[image] * weights)
        np.testing.assert_allclose(
            nodes.constant[image], learned["bias"][p] - learned["bias"][q], atol=1e-6
        )
    assert nodes.layer == by_gradient.layer
    for field in ("values", "terms", "constant", "margin"):
        np.testing.assert_allclose(
            getattr(nodes, field), getattr(by_gradient, field), rtol=1e-4, atol=1e-5
        )


def test_node_ledger_of_an_output_layer_without_bias():
    model = keras.Sequential(
        [keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(3, use_bias=False)]
    )
    network = Network(model, name="no_bias")
    found = node_ledger(network, random_images(network, 2), 0, 1)
    np.testing.assert_array_equal(found.constant, 0)
    np.testing.assert_allclose(found.residual, 0, atol=1e-6)


@pytest.mark.parametrize("builder", [networks.global_pooling, networks.softmax_over_relu])
def test_networks_without_nodes_behind_the_output_layer(builder):
    network = opened(builder)
    with pytest.raises(SelectionError, match="no nodes"):
        node_ledger(network, random_images(network, 1), 0, 1)


def test_batches_are_the_rows_of_the_whole():
    network = opened(networks.article_like)
    images = random_images(network, 7)
    target, rival = np.arange(7) % 4, (np.arange(7) + 1) % 4
    whole = ledger(network, "Conv2D_2", images, target, rival)
    rows = []
    for part_rows, part in ledgers(network, "Conv2D_2", images, target, rival, batch_size=3):
        rows.append(part_rows)
        for field in ("target", "rival", "values", "terms", "constant", "margin"):
            np.testing.assert_allclose(
                getattr(part, field), getattr(whole, field)[part_rows], rtol=1e-5, atol=1e-5
            )
    assert rows == [slice(0, 3), slice(3, 6), slice(6, 7)]


def test_mean_ledger_is_the_mean_of_the_ledgers():
    network = opened(networks.article_like)
    images = random_images(network, 300)
    told = []
    mean = mean_ledger(network, "Dense_1", images, 1, 3, progress=lambda *done: told.append(done))
    whole = ledger(network, "Dense_1", images, 1, 3)
    assert whole.terms.shape == (300, 7)
    assert told == [(256, 300), (300, 300)]
    assert (mean.layer, mean.n_images, mean.is_exact) == ("Dense_1", 300, True)
    np.testing.assert_allclose(mean.values, whole.values.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(mean.terms, whole.terms.mean(axis=0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(mean.absolute_terms, np.abs(whole.terms).mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(mean.constant, whole.constant.mean(), rtol=1e-6)
    np.testing.assert_allclose(mean.margin, whole.margin.mean(), rtol=1e-6)
    share = np.abs(whole.residual) / whole.absolute_sum
    np.testing.assert_allclose(mean.largest_residual, share.max(), rtol=0.5)
    assert mean.largest_residual < 1e-5
    other = mean_ledger(network, "Dense_1", images, 1, 3, reference=mean.values)
    np.testing.assert_allclose(
        other.terms, whole.against(mean.values).terms.mean(axis=0), atol=1e-6
    )
    np.testing.assert_allclose(other.constant + other.terms.sum(), mean.margin, rtol=1e-6)


def test_mean_ledger_says_what_is_not_exact():
    network = opened(networks.sigmoid_hidden)
    mean = mean_ledger(network, "conv", random_images(network, 5), 0, 1)
    assert not mean.is_exact
    assert mean.largest_residual > 1e-2


def test_sums_and_cancellation_by_hand():
    found = small_ledger(
        [[[[1, -2], [3, 0]]], [[[1, -1], [1, -1]]], [[[0, 0], [0, 0]]]], [0.5, 0, 1], [2.5, 0, 1.25]
    )
    np.testing.assert_allclose(found.total, [2.5, 0, 1])
    np.testing.assert_allclose(found.residual, [0, 0, 0.25])
    np.testing.assert_allclose(found.absolute_sum, [6, 4, 0])
    np.testing.assert_allclose(found.cancellation, [2.4, np.inf, 0])
    np.testing.assert_allclose(found.by_unit, [[4, -2], [2, -2], [0, 0]])
    # Where the sum is not the margin, the network's own margin counts.
    np.testing.assert_allclose(small_ledger([[3, -1]], [0], [0.5]).cancellation, [8])


@pytest.mark.parametrize(
    ("target", "rival", "match", "nearest"),
    [
        (1, 1, "against itself", None),
        ([0, 1, 2, 3], [1, 1, 1, 1], "class 1 against itself", None),
        (4, 0, "class 4 does not exist", 3),
        (0, -2, "class -2 does not exist", 0),
        (0.0, 1, "whole numbers", None),
        ("4", 1, "whole numbers", None),
        (True, 0, "whole", None),
        ([0, 1], 2, "one for each of 4", None),
    ],
)
def test_pairs_that_are_none(target, rival, match, nearest):
    network = opened(networks.article_like)
    images = random_images(network, 4)
    for call in (
        lambda: ledger(network, "Dense_1", images, target, rival),
        lambda: node_ledger(network, images, target, rival),
        lambda: mean_ledger(network, "", images, target, rival),
    ):
        with pytest.raises(SelectionError, match=match) as caught:
            call()
        assert caught.value.nearest == nearest


def test_unknown_layers_and_no_images():
    network = opened(networks.separate_softmax)
    images = random_images(network, 2)
    with pytest.raises(SelectionError) as caught:
        ledger(network, "hiden", images, 0, 1)
    assert caught.value.nearest == "hidden"
    with pytest.raises(SelectionError, match="behind the logits"):
        ledger(network, "softmax", images, 0, 1)
    for call in (ledger, mean_ledger):
        with pytest.raises(DataError, match="at least 1"):
            call(network, "hidden", images[:0], 0, 1)


def test_strongest_other_class_and_margins():
    logits = np.array([[3, 1, 2.0], [3, 1, 2], [0, 5, 5]], np.float32)
    np.testing.assert_array_equal(strongest_other(logits, [0, 1, 1]), [2, 0, 2])
    np.testing.assert_array_equal(strongest_other(logits, 0), [2, 2, 1])
    np.testing.assert_array_equal(margin_of(logits, 0, np.array([1, 2, 1])), [2, 1, -5])
    with pytest.raises(SelectionError, match="class 3 does not exist"):
        strongest_other(logits, 3)
    stacked = np.stack([logits, 2 * logits], axis=1)
    np.testing.assert_array_equal(
        margin_of(stacked, np.array([0, 0, 1]), 2), [[1, 2], [1, 2], [0, 0]]
    )
