"""Effects of silenced units over many images, against ablations one by one."""

import numpy as np
import pytest

from cnn_core.decision import ablation
from cnn_core.decision.ablation import ablate
from cnn_core.decision.effects import (
    effect_sums,
    images_in_a_second,
    mean_effects,
    sample_of,
    unit_effects,
)
from cnn_core.decision.ledger import ledger, node_ledger
from cnn_core.errors import DataError, SelectionError
from cnn_core.network import opened_layer
from tests.core import networks
from tests.core.networks import ALL, opened, random_images

every_network = pytest.mark.parametrize("builder", ALL, ids=networks.names_of(ALL))


def images_for(builder, n=4):
    return random_images(opened(builder), n)


def layers_before_logits(network):
    names = [info.name for info in network.layers]
    return names[: names.index(network.output_layer.name) + 1]


def test_a_node_of_the_last_hidden_layer_takes_its_term_with_it():
    network, images = opened(networks.article_like), images_for(networks.article_like)
    terms = node_ledger(network, images, 3, 0).terms
    effects = unit_effects(network, "Dense_1", images, 3, 0)
    np.testing.assert_allclose(effects, -terms, atol=1e-5)


def test_a_map_of_an_earlier_layer_does_not():
    network, images = opened(networks.article_like), images_for(networks.article_like)
    by_unit = ledger(network, "Conv2D_1", images, 3, 0).by_unit
    effects = unit_effects(network, "Conv2D_1", images, 3, 0)
    assert np.abs(effects + by_unit).max() > 0.05


@every_network
def test_effects_of_single_units_equal_one_ablation_each(builder):
    network, images = opened(builder), images_for(builder)
    target, rival = np.array([0, 1, 2, 1]), np.array([2, 0, 1, 2])
    for layer in layers_before_logits(network)[1:3]:
        info = network.layer(layer)
        units = sorted({0, info.n_units // 2, info.n_units - 1})
        found = unit_effects(network, layer, images, target, rival, units)
        for column, unit in zip(found.T, units, strict=True):
            alone = ablate(network, layer, [unit], images)
            np.testing.assert_allclose(column, alone.effect(target, rival), atol=1e-5)


def test_mean_effects_over_several_batches(monkeypatch):
    network, images = opened(networks.residual_layer), images_for(networks.residual_layer, 11)
    expected = unit_effects(network, "inner", images, 0, 2)
    flips = [ablate(network, "inner", [unit], images).flips.sum() for unit in range(4)]
    monkeypatch.setattr(ablation, "_BATCH", 4)
    # Three variants at once.
    monkeypatch.setattr(opened_layer, "_BYTES_AT_ONCE", 3 * 4 * network.layer("inner").n_cells)
    told = []
    found = mean_effects(network, "inner", images, 0, 2, progress=lambda *done: told.append(done))
    assert told == [(4, 11), (8, 11), (11, 11)]
    assert found.n_images == 11
    np.testing.assert_allclose(found.mean, expected.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(found.mean_size, np.abs(expected).mean(axis=0), atol=1e-5)
    np.testing.assert_array_equal(found.n_flips, flips)
    np.testing.assert_allclose(unit_effects(network, "inner", images, 0, 2), expected, atol=1e-5)


@pytest.mark.parametrize("baseline", [None, np.linspace(-1, 1, 4)])
def test_sums_by_class_are_those_of_one_ablation_each_and_can_be_added(monkeypatch, baseline):
    monkeypatch.setattr(ablation, "_BATCH", 4)
    network, images = opened(networks.residual_layer), images_for(networks.residual_layer, 11)
    labels = np.array([0, 2, 0, 2, 2, 0, 0, 2, 2, 2, 0])
    sets, pair = [(3, 1), (1,), ()], (2, 0)
    found = effect_sums(network, "inner", sets, images, labels, *pair, baseline)
    assert (found.layer, found.sets) == ("inner", ((1, 3), (1,), ()))
    for place, units in enumerate(sets):
        alone = ablate(network, "inner", units, images, baseline)
        for label in (0, 2, None):
            rows = np.flatnonzero(labels == label) if label is not None else np.arange(11)
            mean, effect = found.mean_over(label), alone.effect(*pair)[rows]
            assert mean.n_images == len(rows)
            assert mean.mean[place] == pytest.approx(effect.mean(), abs=1e-5)
            assert mean.mean_size[place] == pytest.approx(np.abs(effect).mean(), abs=1e-5)
            assert mean.n_flips[place] == alone.flips[rows].sum()
    of_no_image = found.mean_over(1)
    assert of_no_image.n_images == of_no_image.n_flips.sum() == 0
    assert np.isnan(of_no_image.mean).all()
    first, second = (
        effect_sums(network, "inner", sets, images[rows], labels[rows], *pair, baseline)
        for rows in (slice(0, 5), slice(5, 11))
    )
    for field in ("n_images", "change", "size", "n_flips"):
        np.testing.assert_allclose(
            getattr(first + second, field), getattr(found, field), rtol=1e-5, atol=1e-5
        )
    with pytest.raises(SelectionError, match="same units"):
        found + effect_sums(network, "inner", [(1,)], images, labels, *pair)


def test_effects_that_cannot_be_asked_for():
    network, images = opened(networks.separate_softmax), images_for(networks.separate_softmax)
    for call in (mean_effects, unit_effects):
        with pytest.raises(DataError, match="at least 1"):
            call(network, "hidden", images[:0], 0, 1)
        with pytest.raises(SelectionError, match="unit 5"):
            call(network, "hidden", images, 0, 1, [5])
        with pytest.raises(SelectionError, match="against itself"):
            call(network, "hidden", images, 1, 1)
    with pytest.raises(SelectionError, match="as many labels"):
        effect_sums(network, "hidden", [(1,)], images, [0], 0, 1)


def test_a_sample_is_rising_and_always_the_same():
    np.testing.assert_array_equal(sample_of(5, 5), np.arange(5))
    drawn = sample_of(1000, 30)
    assert len(drawn) == 30 and np.all(np.diff(drawn) > 0)
    np.testing.assert_array_equal(sample_of(1000, 30), drawn)
    assert not np.array_equal(sample_of(1000, 30, seed=1), drawn)


def test_wide_networks_take_fewer_images_in_a_second(monkeypatch):
    network = opened(networks.article_like)
    assert images_in_a_second(network) == 1024
    n_cells = sum(layer.n_cells for layer in network.layers)
    monkeypatch.setattr("cnn_core.decision.effects._CELLS_AT_ONCE", 7 * n_cells + 1)
    assert images_in_a_second(network) == 7
    monkeypatch.setattr("cnn_core.decision.effects._CELLS_AT_ONCE", 1)
    assert images_in_a_second(network) == 1
