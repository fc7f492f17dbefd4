"""Silenced units, against Keras models with weights zeroed and models changed in the middle."""

import numpy as np
import pytest

from cnn_core.decision import ablation
from cnn_core.decision.ablation import ablate, ablate_each
from cnn_core.errors import DataError, SelectionError
from cnn_core.network.backend import keras
from cnn_core.network.opened_layer import OpenedLayer, one_image
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
    without_softmax,
)

every_network = pytest.mark.parametrize("builder", ALL, ids=networks.names_of(ALL))
# Units whose own weights, once zeroed, make them put out 0 for every image.
ZEROED = [
    (networks.article_like, "Conv2D_1", (2,)),
    (networks.article_like, "Conv2D_2", (0, 3)),
    (networks.article_like, "Dense_1", (1, 2, 6)),
    (networks.batch_norm_average, "norm_1", (1,)),
    (networks.batch_norm_average, "conv", (1, 2)),
    (networks.separable, "separable", (4, 5)),
    (networks.residual_layer, "inner_2", (1,)),
    (networks.residual_plus, "entry", (0, 2)),
    (networks.short_cut_from_pixels, "inner", (1,)),
    (networks.sigmoid_hidden, "conv", (2,)),
    (networks.without_channel_axis, "conv", (0, 1)),
    (networks.open_size, "conv", (3,)),
]


def images_for(builder, n=4):
    return random_images(opened(builder), n)


def layers_before_logits(network):
    names = [info.name for info in network.layers]
    return names[: names.index(network.output_layer.name) + 1]


def changed_in_the_middle(builder, layer, images, change):
    """Logits of a Keras model of its own that changes a layer's values in the middle."""
    model, network = seeded(builder), opened(builder)
    part = counterpart(model, network, layer)
    model = without_softmax(model)
    changed = keras.models.clone_model(
        keras.Model(model.inputs[0], model.outputs[0]),
        clone_function=lambda old: old,
        call_function=lambda old, *args, **kwargs: (
            change(old(*args, **kwargs)) if old is part else old(*args, **kwargs)
        ),
    )
    return run(changed, images)


@pytest.mark.parametrize(("builder", "layer", "units"), ZEROED)
def test_silencing_equals_zeroed_weights(builder, layer, units):
    images, model = images_for(builder), seeded(builder)
    part = operation(model, layer)
    for weight in part.weights:
        if weight.name in ("kernel", "bias", "gamma", "beta", "pointwise_kernel"):
            zeroed = weight.numpy()
            zeroed[..., list(units)] = 0
            weight.assign(zeroed)
    found = ablate(opened(builder), layer, units, images)
    np.testing.assert_allclose(
        found.after, run(without_softmax(model), images), rtol=1e-5, atol=1e-5
    )
    np.testing.assert_allclose(
        found.before, run(without_softmax(seeded(builder)), images), rtol=1e-5, atol=1e-5
    )
    assert np.abs(found.after - found.before).max() > 1e-3


@every_network
def test_silencing_at_every_layer_equals_a_model_changed_in_the_middle(builder):
    network, images = opened(builder), images_for(builder)
    rng = np.random.default_rng(2)
    for layer in layers_before_logits(network)[:-1]:
        info = network.layer(layer)
        units = rng.choice(info.n_units, size=(info.n_units + 1) // 2, replace=False)
        keep = np.ones(info.n_units, np.float32)
        keep[units] = 0
        baseline = rng.random(info.shape, np.float32)
        for given, put_out in ((None, 0), (baseline, baseline)):
            expected = changed_in_the_middle(
                builder,
                layer,
                images,
                lambda values, keep=keep, put_out=put_out: values * keep + put_out * (1 - keep),
            )
            found = ablate(network, layer, units, images, given).after
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5, err_msg=layer)


def test_one_number_for_each_unit_is_a_baseline_too():
    network, images = opened(networks.article_like), images_for(networks.article_like)
    by_unit = np.linspace(0, 1, 5, dtype=np.float32)
    by_cell = np.broadcast_to(by_unit, network.layer("Conv2D_2").shape)
    found, expected = (
        ablate(network, "Conv2D_2", [0, 4], images, baseline).after
        for baseline in (by_unit, by_cell)
    )
    np.testing.assert_array_equal(found, expected)
    with pytest.raises(SelectionError, match=r"\(5,\) and \(3, 2, 5\)"):
        ablate(network, "Conv2D_2", [0], images, by_unit[:4])


def test_no_unit_and_every_unit():
    network, images = opened(networks.article_like), images_for(networks.article_like)
    untouched = ablate(network, "Dense_1", [], images)
    assert untouched.units == ()
    np.testing.assert_array_equal(untouched.after, untouched.before)
    nothing_left = ablate(network, "Dense_1", range(7), images)
    assert nothing_left.units == tuple(range(7))
    bias = network.weights("Dense_2")["bias"]
    np.testing.assert_array_equal(nothing_left.after, np.tile(bias, (4, 1)))


def test_silenced_logits_are_zero():
    network, images = opened(networks.article_like), images_for(networks.article_like)
    found = ablate(network, "Dense_2", [1], images)
    expected = network.logits(images).copy()
    expected[:, 1] = 0
    np.testing.assert_array_equal(found.after, expected)


def test_what_an_ablation_tells():
    network, images = opened(networks.article_like), images_for(networks.article_like, 30)
    found = ablate(network, "Conv2D_2", [3, 1, 3], images)
    assert (found.layer, found.units) == ("Conv2D_2", (1, 3))
    np.testing.assert_array_equal(
        found.flips, found.before.argmax(axis=1) != found.after.argmax(axis=1)
    )
    assert 0 < found.flips.sum() < 30
    expected = (found.after[:, 2] - found.after[:, 0]) - (found.before[:, 2] - found.before[:, 0])
    np.testing.assert_allclose(found.effect(2, 0), expected, atol=1e-6)
    with pytest.raises(SelectionError, match="against itself"):
        found.effect(2, 2)


@pytest.mark.parametrize(
    "builder",
    [networks.article_like, networks.short_cut_from_pixels],
    ids=["article_like", "short_cut_from_pixels"],
)
def test_sets_of_units_silenced_in_one_run_are_those_silenced_one_by_one(monkeypatch, builder):
    monkeypatch.setattr(ablation, "_BATCH", 3)
    network, images = opened(builder), images_for(builder, 7)
    layer = next(info for info in network.layers if info.is_spatial and info.n_units > 1)
    sets, baseline = [(1, 0), (1,), ()], np.linspace(-1, 1, layer.n_units)
    together = ablate_each(network, layer.name, sets, images, baseline)
    assert [one.units for one in together] == [(0, 1), (1,), ()]
    for one, units in zip(together, sets, strict=True):
        alone = ablate(network, layer.name, units, images, baseline)
        np.testing.assert_allclose(one.after, alone.after, atol=1e-5)
        np.testing.assert_array_equal(one.before, alone.before)
    assert np.abs(together[0].after - together[1].after).max() > 1e-4


def test_variants_keep_what_passes_the_layer_by():
    network = opened(networks.short_cut_from_pixels)
    images = random_images(network, 3)
    opened_cut = OpenedLayer(network, "inner", images)
    silenced = np.eye(3, dtype=bool)
    found = opened_cut.logits_silenced([2, 0, 2], silenced)
    for row, image in enumerate((2, 0, 2)):
        expected = ablate(network, "inner", [row], images[[image]]).after[0]
        np.testing.assert_allclose(found[row], expected, atol=1e-5)
    unchanged = opened_cut.logits_with(opened_cut.values)
    np.testing.assert_allclose(unchanged, opened_cut.logits, atol=1e-5)
    with pytest.raises(DataError, match=r"\(3, 7, 8, 3\)"):
        opened_cut.logits_with(opened_cut.values[..., :2])


def test_the_rest_runs_on_the_given_values_alone():
    network, images = opened(networks.article_like), images_for(networks.article_like)
    kernel, bias = operation(seeded(networks.article_like), "Dense_2").get_weights()
    values = np.full((2, 7), 0.5, np.float32)
    found = OpenedLayer(network, "Dense_1", images).logits_with(values, [0, 1])
    np.testing.assert_allclose(found, values @ kernel + bias, atol=1e-6)


@pytest.mark.parametrize(
    ("units", "match", "nearest"),
    [
        ([7], "unit 7: .* 0 to 6", 6),
        ([0, -1], "unit -1", 0),
        ([1.0], "whole numbers", None),
        (["1"], "whole numbers", None),
        ([True], "whole numbers", None),
        ([[1]], "whole", None),
    ],
)
def test_units_that_do_not_exist(units, match, nearest):
    network, images = opened(networks.article_like), images_for(networks.article_like)
    with pytest.raises(SelectionError, match=match) as caught:
        ablate(network, "Dense_1", units, images)
    assert caught.value.nearest == nearest


def test_layers_and_images_that_do_not_exist():
    network, images = opened(networks.separate_softmax), images_for(networks.separate_softmax)
    with pytest.raises(SelectionError, match="hidden") as caught:
        ablate(network, "hiden", [0], images)
    assert caught.value.nearest == "hidden"
    with pytest.raises(SelectionError, match="behind the logits"):
        ablate(network, "softmax", [0], images)
    with pytest.raises(SelectionError):
        ablate(network, "", [0], images)
    with pytest.raises(DataError, match="at least 1"):
        ablate(network, "hidden", [0], images[:0])


def test_one_image_with_and_without_a_batch_axis():
    network = opened(networks.article_like)
    image = random_images(network, 1)
    for given in (image, image[0], image[0, ..., 0], image.tolist()):
        found = one_image(network, given)
        np.testing.assert_array_equal(network.logits(found), network.logits(image))
    for shape in ((2, 12, 11, 1), (), (12, 11, 3)):
        with pytest.raises(DataError, match="one image"):
            one_image(network, np.zeros(shape))


def test_keras_layers_are_the_networks_layers():
    # The oracles above find a layer by its place: the order must be the same everywhere.
    for builder in ALL:
        found = [type(part).__name__ for part in operations(seeded(builder))]
        assert found == [info.class_name for info in opened(builder).layers]
