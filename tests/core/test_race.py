"""Ablation races, against one ablation for each step."""

import numpy as np
import pytest

from cnn_core.decision import race as race_module
from cnn_core.decision.ablation import ablate
from cnn_core.decision.ledger import ledger, node_ledger
from cnn_core.decision.pairs import strongest_other
from cnn_core.decision.race import BAND, class_race, race
from cnn_core.errors import DataError, SelectionError
from cnn_core.statistics import wilson_interval
from tests.core import networks
from tests.core.networks import opened, random_images

RACED = [
    (networks.article_like, "Conv2D_2"),
    (networks.article_like, "Dense_1"),
    (networks.batch_norm_average, "norm_1"),
    (networks.residual_plus, "inner"),
    (networks.short_cut_from_pixels, "inner"),
    (networks.sigmoid_hidden, "conv"),
    (networks.depthwise_dropout_padding, "depthwise"),
    (networks.bent_pieces, "prelu"),
    (networks.separate_softmax, "classes"),
]
every_race = pytest.mark.parametrize(("builder", "layer"), RACED)


@every_race
@pytest.mark.parametrize("with_baseline", [False, True], ids=["zero", "baseline"])
def test_every_step_is_an_ablation(builder, layer, with_baseline):
    network = opened(builder)
    image = random_images(network, 1)
    info = network.layer(layer)
    baseline = np.random.default_rng(3).random(info.n_units, np.float32) if with_baseline else None
    found = race(network, layer, image[0], 0, 2, draws=2, seed=5, baseline=baseline)
    np.testing.assert_array_equal(found.removed, np.arange(info.n_units + 1))
    for one in (found.by_activation, found.by_contribution, *found.random):
        assert sorted(one.order) == list(range(info.n_units))
        predictions = []
        for step, count in enumerate(found.removed):
            alone = ablate(network, layer, one.order[:count], image, baseline)
            margin = alone.after[0, 0] - alone.after[0, 2]
            np.testing.assert_allclose(one.margins[step], margin, rtol=1e-4, atol=1e-5)
            predictions.append(alone.after[0].argmax())
        np.testing.assert_array_equal(one.predictions, predictions)
        flips = [count for count, prediction in enumerate(predictions) if prediction != 0]
        assert one.flip == (flips[0] if flips else None)


@every_race
def test_orders_are_those_of_activation_and_contribution(builder, layer):
    network = opened(builder)
    image = random_images(network, 1)
    found = race(network, layer, image, 1, 0, draws=1)
    opening = ledger(network, layer, image, 1, 0)
    shown = np.abs(opening.values[0]).reshape(-1, opening.values.shape[-1]).mean(axis=0)
    assert np.all(np.diff(shown[found.by_activation.order]) <= 1e-7)
    assert np.all(np.diff(opening.by_unit[0, found.by_contribution.order]) <= 0)


def test_at_the_last_hidden_layer_the_race_is_a_straight_sum():
    network = opened(networks.article_like)
    image = random_images(network, 1)
    found = race(network, "Dense_1", image, 3, 1, draws=4)
    nodes = node_ledger(network, image, 3, 1)
    for one in (found.by_activation, found.by_contribution, *found.random):
        expected = nodes.margin[0] - np.cumsum([0, *nodes.terms[0, one.order]])
        np.testing.assert_allclose(one.margins, expected, atol=1e-5)
    # Nothing falls faster than the order of the terms themselves.
    for one in (found.by_activation, *found.random):
        assert np.all(found.by_contribution.margins <= one.margins + 1e-5)


def test_random_draws_are_seeded_and_summed_up():
    network = opened(networks.article_like)
    image = random_images(network, 1)
    one, same, other = (
        race(network, "Dense_1", image, 0, 1, draws=30, seed=seed) for seed in (1, 1, 2)
    )
    orders = [[tuple(run.order) for run in found.random] for found in (one, same, other)]
    assert orders[0] == orders[1] != orders[2]
    assert len(set(orders[0])) > 25
    margins = np.array([run.margins for run in one.random])
    assert margins.shape == (30, 8)
    np.testing.assert_allclose(one.random_mean, margins.mean(axis=0))
    low, high = one.random_band
    np.testing.assert_allclose(low, np.quantile(margins, BAND[0], axis=0))
    np.testing.assert_allclose(high, np.quantile(margins, BAND[1], axis=0))
    # All orders start with nothing removed and end with nothing left.
    np.testing.assert_allclose(np.ptp(margins[:, [0, -1]], axis=0), 0, atol=1e-5)


def test_flip_at_once_and_never():
    network = opened(networks.article_like)
    image = random_images(network, 1)
    prediction = int(network.activations(image).predictions[0])
    wrong = (prediction + 1) % 4
    found = race(network, "Dense_1", image, wrong, prediction, draws=3)
    assert found.by_activation.flip == found.by_contribution.flip == found.random_flip == 0
    # Silenced units that put out what they put out anyway change nothing.
    own = network.activations(image)["Dense_1"][0]
    found = race(network, "Dense_1", image, prediction, wrong, draws=3, baseline=own)
    assert found.by_activation.flip is found.by_contribution.flip is found.random_flip is None
    np.testing.assert_allclose(found.by_activation.margins, found.random_mean, atol=1e-5)


def test_median_flip_counts_draws_that_never_flip_as_late():
    def flips(*given):
        runs = tuple(
            race_module.Run(np.arange(1), np.zeros(1), np.zeros(1, int), flip) for flip in given
        )
        return race_module.Race("layer", 0, 1, np.arange(2), runs[0], runs[0], runs).random_flip

    assert flips(3, 5, None) == 5
    assert flips(3, 5) == 4
    assert flips(3, None) is None
    assert flips(3, None, None) is None


def test_wide_layers_are_raced_in_steps():
    network = opened(networks.article_like)
    image = random_images(network, 1)
    whole = race(network, "Flatten", image, 0, 1, draws=2)
    found = race(network, "Flatten", image, 0, 1, draws=2, most_steps=4)
    np.testing.assert_array_equal(found.removed, [0, 8, 15, 22, 30])
    for one, full in zip(
        (found.by_contribution, *found.random), (whole.by_contribution, *whole.random), strict=True
    ):
        np.testing.assert_allclose(one.margins, full.margins[found.removed], atol=1e-5)
        assert one.flip is None or one.flip in found.removed


@every_race
def test_class_race_adds_up_the_races_of_its_images(builder, layer, monkeypatch):
    monkeypatch.setattr(race_module, "_BATCH", 3)
    network = opened(builder)
    images = random_images(network, 7)
    logits = network.logits(images)
    target = int(np.bincount(logits.argmax(axis=1)).argmax())
    rivals = strongest_other(logits, target)
    told = []
    found = class_race(
        network, layer, images, target, seed=4, progress=lambda *done: told.append(done)
    )
    assert told == [(3, 7), (6, 7), (7, 7)]
    assert (found.layer, found.target, found.n_images) == (layer, target, 7)
    races = [
        race(network, layer, image, target, int(rival), draws=1)
        for image, rival in zip(images, rivals, strict=True)
    ]
    for name in ("by_activation", "by_contribution"):
        curve, runs = getattr(found, name), [getattr(one, name) for one in races]
        right = sum((run.predictions == target).astype(int) for run in runs)
        np.testing.assert_array_equal(curve.n_right, right)
        np.testing.assert_allclose(curve.accuracy, right / 7)
        np.testing.assert_allclose([curve.low, curve.high], wilson_interval(right, 7))
        np.testing.assert_allclose(
            curve.mean_margin, np.mean([run.margins for run in runs], axis=0), atol=1e-5
        )
    right = (logits.argmax(axis=1) == target).sum()
    curves = (found.by_activation, found.by_contribution, found.random)
    assert {int(curve.n_right[0]) for curve in curves} == {right}
    assert len({int(curve.n_right[-1]) for curve in curves}) == 1
    same = class_race(network, layer, images, target, seed=4)
    np.testing.assert_array_equal(same.random.mean_margin, found.random.mean_margin)


def test_class_race_with_a_stated_rival_for_all_or_for_each():
    network = opened(networks.article_like)
    images = random_images(network, 5)
    for_all = class_race(network, "Dense_1", images, 0, 2)
    for_each = class_race(network, "Dense_1", images, 0, [2] * 5)
    np.testing.assert_array_equal(
        for_all.by_contribution.mean_margin, for_each.by_contribution.mean_margin
    )
    margins = [
        race(network, "Dense_1", image, 0, 2, draws=1).by_contribution.margins for image in images
    ]
    np.testing.assert_allclose(
        for_all.by_contribution.mean_margin, np.mean(margins, axis=0), atol=1e-5
    )


def test_random_order_of_each_image_is_its_own():
    network = opened(networks.article_like)
    # The same image many times: with one order for all, every margin would be the same.
    images = np.repeat(random_images(network, 1), 40, axis=0)
    found = class_race(network, "Dense_1", images, 0, 1)
    one = race(network, "Dense_1", images[0], 0, 1, draws=400)
    np.testing.assert_allclose(found.random.mean_margin, one.random_mean, atol=0.6)
    alone = class_race(network, "Dense_1", images[:1], 0, 1)
    assert np.abs(alone.random.mean_margin - found.random.mean_margin).max() > 0.05


@pytest.mark.parametrize(
    ("target", "rival", "match"),
    [(1, 1, "against itself"), (9, 0, "class 9 does not exist"), (0, -1, "class -1 does not")],
)
def test_pairs_that_are_none(target, rival, match):
    network = opened(networks.article_like)
    images = random_images(network, 2)
    with pytest.raises(SelectionError, match=match):
        race(network, "Dense_1", images[0], target, rival)
    with pytest.raises(SelectionError, match=match):
        class_race(network, "Dense_1", images, target, rival)


def test_layers_images_and_draws_that_do_not_exist():
    network = opened(networks.article_like)
    images = random_images(network, 2)
    with pytest.raises(SelectionError, match="Dense_1"):
        race(network, "Dense_3", images[0], 0, 1)
    with pytest.raises(DataError, match="one image"):
        race(network, "Dense_1", images, 0, 1)
    with pytest.raises(SelectionError, match="at least 1"):
        race(network, "Dense_1", images[0], 0, 1, draws=0)
    with pytest.raises(SelectionError, match="0 steps: at least 1"):
        class_race(network, "Dense_1", images, 0, most_steps=0)
    with pytest.raises(DataError, match="at least 1"):
        class_race(network, "Dense_1", images[:0], 0)
    with pytest.raises(SelectionError, match="class 4 does not exist"):
        class_race(network, "Dense_1", images, 4)
