"""The network with its MLP replaced, straightened, and straightened and refitted."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from cnn_core.readouts.mlp import N_SEEDS, find_mlp, fit_linear_stack, make_variants, variant_names
from cnn_core.readouts.samples import Sample
from cnn_core.readouts.task import make_task
from tests.core.networks import (
    article_like,
    batch_norm_average,
    bent_pieces,
    depthwise_dropout_padding,
    global_pooling,
    logits_only,
    opened,
    separate_softmax,
    short_cut_from_pixels,
    sigmoid_hidden,
)
from tests.core.readout_cases import both_sets

PAIR = (2, 0)


@pytest.fixture(scope="module")
def case():
    network = opened(article_like)
    train, test = both_sets(network)
    logits = network.logits(test.images)
    tasks = [make_task(pair, logits, test.labels) for pair in (None, PAIR)]
    return network, find_mlp(network), train, test, logits, tasks


@pytest.fixture(scope="module")
def variants(case):
    return {variant.name: variant for variant in make_variants(*case, seed=0)}


@pytest.mark.parametrize(
    "builder, expected",
    [
        (article_like, ("Conv2D_2", "Dense_1", (7, 4))),
        (batch_norm_average, ("mean_1", "relu_2", (8, 4))),
        (depthwise_dropout_padding, ("pointwise", "hidden", (6, 3))),
        (separate_softmax, ("conv", "hidden", (5, 3))),
        (sigmoid_hidden, ("conv", "hidden", (6, 3))),
        (bent_pieces, ("cut", "layer_as_function", (8, 7, 3))),
        (logits_only, ("conv", None, (4,))),
        (short_cut_from_pixels, ("both", "hidden", (6, 3))),
    ],
)
def test_mlp_is_found_by_kinds_and_not_by_names(builder, expected):
    mlp = find_mlp(opened(builder))
    assert (mlp.input, mlp.hidden, mlp.widths) == expected


def test_network_without_dense_layers_has_no_mlp():
    network = opened(global_pooling)
    assert find_mlp(network) is None
    assert variant_names(network, None) == ()


def test_linear_mlp_can_only_be_replaced():
    network = opened(logits_only)
    assert variant_names(network, find_mlp(network)) == ("linear_probe",)


def test_without_its_bend_the_network_is_the_product_of_its_matrices(case, variants):
    network, _, _, test, networks_logits, _ = case
    flat = network.activations(test.images)["Conv2D_2"].reshape(len(test), -1)
    first, second = (network.weights(name) for name in ("Dense_1", "Dense_2"))
    logits = (flat @ first["kernel"] + first["bias"]) @ second["kernel"] + second["bias"]
    variant = variants["without_bend"]
    assert variant.n_fitted == 0
    assert variant.title == "relu of Dense_1 removed"
    score = variant.scores["all"]
    assert score.share.n_right == (logits.argmax(axis=1) == test.labels).sum()
    differ = np.flatnonzero(logits.argmax(axis=1) != networks_logits.argmax(axis=1))
    assert score.images == tuple(differ) and len(differ)
    assert score.answers == tuple(logits.argmax(axis=1)[differ])
    assert score.network_answers == tuple(networks_logits.argmax(axis=1)[differ])
    rows = np.flatnonzero(np.isin(test.labels, PAIR))
    own, networks = (
        np.where(given[rows, 2] >= given[rows, 0], 2, 0) for given in (logits, networks_logits)
    )
    score = variant.scores["2-0"]
    assert score.share.n_right == (own == test.labels[rows]).sum()
    assert score.images == tuple(rows[own != networks])


@pytest.mark.parametrize("name", ["linear_probe", "without_bend", "linear_refit"])
def test_scores_agree_with_the_images_on_which_they_differ(case, variants, name):
    test = case[3]
    for score in variants[name].scores.values():
        labels = test.labels[list(score.images)]
        only_network = (np.array(score.network_answers) == labels).sum()
        only_variant = (np.array(score.answers) == labels).sum()
        versus = score.versus_network
        assert (versus.only_first, versus.only_second) == (only_network, only_variant)
        assert np.all(np.array(score.answers) != np.array(score.network_answers))


def test_fitted_variants_say_on_how_many_images(case, variants):
    labels = case[2].labels
    for name in ("linear_probe", "linear_refit"):
        assert variants[name].n_fitted == len(labels)
        assert variants[name].scores["all"].n_fitted == len(labels)
        assert variants[name].scores["2-0"].n_fitted == np.isin(labels, PAIR).sum()
    assert "30 → 7 → 4" in variants["linear_refit"].how
    assert "Conv2D_2" in variants["linear_probe"].how


def test_a_pair_is_answered_by_a_reader_of_the_two(case, variants):
    """Fitted on images of the two alone, as scikit-learn does it."""
    network, mlp, train, test, *_ = case
    rows = [np.flatnonzero(np.isin(one.labels, PAIR)) for one in (train, test)]
    values = [
        network.activations(one.images[own])[mlp.input].reshape(len(own), -1).astype(np.float64)
        for one, own in zip((train, test), rows, strict=True)
    ]
    centre = values[0].mean(axis=0)
    scale = 1 / np.sqrt(values[0].var(axis=0).mean())
    score = variants["linear_probe"].scores["2-0"]
    strength = score.facts["strength"] * values[0].shape[1] * len(rows[0])
    model = LogisticRegression(C=1 / strength, tol=1e-8, max_iter=10_000)
    model.fit((values[0] - centre) * scale, train.labels[rows[0]])
    answers = model.predict((values[1] - centre) * scale)
    np.testing.assert_array_equal(score.right.right, answers == test.labels[rows[1]])
    assert score.facts["converged"]


def test_the_median_of_several_seeds_is_shown_with_all_of_them(variants):
    for score in variants["linear_refit"].scores.values():
        counts = [share.n_right for share in score.seeds]
        assert len(counts) == N_SEEDS and counts == sorted(counts)
        assert score.share.n_right == counts[N_SEEDS // 2] == score.right.right.sum()
    assert variants["linear_probe"].scores["all"].seeds == ()


def test_linear_stack_learns_what_a_linear_classifier_can(case):
    rng = np.random.default_rng(0)
    centres = rng.normal(0, 1, (3, 20)) * 1.2
    labels = rng.integers(0, 3, 1500)
    values = (centres[labels] + rng.normal(0, 1, (1500, 20))).astype(np.float32)
    train, test = (Sample(values[:1000], labels[:1000]), Sample(values[1000:], labels[1000:]))
    scores = fit_linear_stack(train, (8, 3), seed=0)
    model = LogisticRegression(max_iter=1000).fit(values[:1000], labels[:1000])
    own = (scores(test.values).argmax(axis=1) == test.labels).mean()
    assert own > model.score(values[1000:], labels[1000:]) - 0.03
    # No bend: the scores of a mean are the mean of the scores.
    pair = test.values[:2]
    middle = scores(pair.mean(axis=0, keepdims=True))
    np.testing.assert_allclose(middle, scores(pair).mean(axis=0, keepdims=True), atol=1e-4)


def test_linear_stack_repeats_with_its_seed_and_only_with_it(case):
    rng = np.random.default_rng(0)
    train = Sample(rng.normal(0, 1, (60, 5)), rng.integers(0, 2, 60))
    first, same, other = (
        fit_linear_stack(train, (4, 2), seed, epochs=2)(train.values) for seed in (1, 1, 2)
    )
    np.testing.assert_allclose(first, same, atol=1e-6)
    assert not np.allclose(first, other, atol=1e-3)
