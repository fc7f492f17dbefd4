"""The network with its MLP replaced, straightened, and straightened and refitted."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from cnn_core.readouts.ladder import make_task
from cnn_core.readouts.mlp import find_mlp, fit_linear_stack, make_variant, variant_steps
from cnn_core.readouts.samples import ArraySample
from cnn_core.survey.whole_set import survey_of
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
def case(tmp_path_factory):
    network = opened(article_like)
    train, test = both_sets(network)
    survey = survey_of(network, test, tmp_path_factory.mktemp("cache"))
    tasks = [make_task(None, survey), make_task(PAIR, survey)]
    return network, find_mlp(network), train, test, survey, tasks


@pytest.fixture(scope="module")
def variants(case):
    return {name: make_variant(name, *case, seed=0) for name in variant_steps(*case[:2])}


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
    assert variant_steps(network, None) == ()


def test_linear_mlp_can_only_be_replaced():
    network = opened(logits_only)
    assert variant_steps(network, find_mlp(network)) == ("linear_probe",)


def test_without_its_bend_the_network_is_the_product_of_its_matrices(case, variants):
    network, _, _, test, survey, _ = case
    flat = network.activations(test.images)["Conv2D_2"].reshape(len(test), -1)
    first, second = (network.weights(name) for name in ("Dense_1", "Dense_2"))
    logits = (flat @ first["kernel"] + first["bias"]) @ second["kernel"] + second["bias"]
    variant = variants["without_bend"]
    assert variant.n_fitted == 0
    assert variant.title == "relu of Dense_1 removed"
    score = variant.scores["all"]
    assert score.share.n_right == (logits.argmax(axis=1) == test.labels).sum()
    differ = np.flatnonzero(logits.argmax(axis=1) != survey.predictions)
    assert score.images == tuple(differ) and len(differ)
    assert score.answers == tuple(logits.argmax(axis=1)[differ])
    assert score.network_answers == tuple(survey.predictions[differ])
    rows = np.flatnonzero(np.isin(test.labels, PAIR))
    own, networks = (
        np.where(given[rows, 2] >= given[rows, 0], 2, 0) for given in (logits, survey.logits)
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
    for name in ("linear_probe", "linear_refit"):
        assert variants[name].n_fitted == len(case[2])
    assert "30 → 7 → 4" in variants["linear_refit"].how
    assert "Conv2D_2" in variants["linear_probe"].how


def test_linear_stack_learns_what_a_linear_classifier_can(case):
    rng = np.random.default_rng(0)
    centres = rng.normal(0, 1, (3, 20)) * 1.2
    labels = rng.integers(0, 3, 1500)
    values = (centres[labels] + rng.normal(0, 1, (1500, 20))).astype(np.float32)
    train, test = (
        ArraySample(values[:1000], labels[:1000]),
        ArraySample(values[1000:], labels[1000:]),
    )
    scores = fit_linear_stack(train, (8, 3), seed=0)
    model = LogisticRegression(max_iter=1000).fit(values[:1000], labels[:1000])
    own = (scores(test.matrix()).argmax(axis=1) == test.labels).mean()
    assert own > model.score(values[1000:], labels[1000:]) - 0.03
    # No bend: the scores of a mean are the mean of the scores.
    pair = test.matrix()[:2]
    middle = scores(pair.mean(axis=0, keepdims=True))
    np.testing.assert_allclose(middle, scores(pair).mean(axis=0, keepdims=True), atol=1e-4)


def test_linear_stack_repeats_with_its_seed_and_only_with_it(case):
    rng = np.random.default_rng(0)
    train = ArraySample(rng.normal(0, 1, (60, 5)), rng.integers(0, 2, 60))
    first, same, other = (
        fit_linear_stack(train, (4, 2), seed, epochs=2)(train.matrix()) for seed in (1, 1, 2)
    )
    np.testing.assert_allclose(first, same, atol=1e-6)
    assert not np.allclose(first, other, atol=1e-3)
