"""Every claim's verdict turned by turning its numbers, and its numbers against a direct count."""

from dataclasses import replace

import numpy as np
import pytest

from cnn_core.readouts.comparing.answers import Answers, Counts
from cnn_core.readouts.comparing.pooling import compare_reader, margin_of
from cnn_core.readouts.judging.circle_claims import _difference_of_means
from cnn_core.readouts.judging.circles_found import Draw
from cnn_core.readouts.judging.claims import QUESTIONS, judge_claims
from cnn_core.readouts.judging.evidence import DOES_NOT, HOLDS, IN_PART, NOT_SETTLED, UNJUDGED
from cnn_core.statistics import Verdict, paired_difference
from tests.core.made_up_readouts import ALL, PAIR, SIZES, circles_of, flipped, model_of, right_but

NETWORK = {task: right_but(n // 250, n) for task, n in SIZES.items()}
N = SIZES[PAIR]


def judge(*models):
    claims = judge_claims(models, PAIR)
    assert [claim.name for claim in claims] == [question.name for question in QUESTIONS]
    return {claim.name: claim for claim in claims}


def with_circles(**changes):
    return model_of(circles=[circles_of(**changes)])


def losing(n_pair, n_all=0):
    """Answers that lose so many of the network's."""
    return {PAIR: flipped(NETWORK[PAIR], n_pair), ALL: flipped(NETWORK[ALL], n_all)}


# --- circles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("n_common", "verdict"), [(3, HOLDS), (2, IN_PART), (0, DOES_NOT)])
def test_common_points_must_be_more_than_random_images_share(n_common, verdict):
    claim = judge(with_circles(first=Draw(n_common, (4, 3), 3, 0.0)))["common_points"]
    assert claim.verdict == verdict
    observed, any_class, same_class = claim.numbers
    assert observed.value == n_common and observed.unit == "cells"
    assert any_class.value == pytest.approx(0.6)
    assert (any_class.low, any_class.high) == (0, 2)
    assert same_class.value == pytest.approx(3.5) and "fours" in same_class.label


def test_random_groups_of_several_models_are_drawn_for_each():
    """The mean over two models of 0, 1 or 2 with chances .5, .4, .1."""
    models = [model_of(name, circles=[circles_of()]) for name in "ab"]
    number = judge(*models)["common_points"].numbers[1]
    chances = np.convolve([0.5, 0.4, 0.1], [0.5, 0.4, 0.1])
    assert number.value == pytest.approx(0.6)
    assert number.high == np.searchsorted(np.cumsum(chances), 0.975) / 2 == 1.5


@pytest.mark.parametrize(
    ("passing", "verdict"), [((4, 4, 4), HOLDS), ((4, 1, 1), IN_PART), ((4, 0, 0), DOES_NOT)]
)
def test_unique_points_are_judged_by_the_median_draw_and_not_by_one(passing, verdict):
    draws = [Draw(6, (4, 3), one, 0.0) for one in passing]
    claim = judge(with_circles(first=draws[0], others=tuple(draws[1:])))["unique_points"]
    assert claim.verdict == verdict
    median = claim.numbers[0]
    assert (median.value, median.low, median.high, median.n) == (
        np.median(passing) / 4,
        min(passing) / 4,
        1,
        3,
    )
    alone = claim.numbers[1]
    assert (alone.value, alone.low, alone.n) == (1, None, 4)
    of_p, of_q = claim.numbers[2:]
    assert of_p.value == pytest.approx(np.mean([900, 900, 900, 600]) / 1000)
    assert (of_q.low, of_q.high) == (0.02, 0.4)


@pytest.mark.parametrize(
    ("in_unclear", "verdict"), [(1, HOLDS), (4, DOES_NOT), (None, NOT_SETTLED)]
)
def test_points_fade_if_fewer_are_on_in_unclear_images(in_unclear, verdict):
    rng = np.random.default_rng(0)
    n_on = rng.integers(2, 5, N // 2)
    unclear = np.arange(N // 2) < 50
    if in_unclear is not None:
        n_on[unclear] = in_unclear
    claim = judge(with_circles(n_on=Counts.of(n_on)))["points_fade"]
    assert claim.verdict == verdict and claim.statement == "They fade in unclear fours"
    difference = n_on[~unclear].mean() / 4 - n_on[unclear].mean() / 4
    assert claim.numbers[0].value == pytest.approx(difference)
    assert claim.numbers[0].low <= difference <= claim.numbers[0].high
    assert claim.numbers[3].value == (n_on[unclear] >= 2).mean()


@pytest.mark.parametrize(("n_lost", "verdict"), [(60, HOLDS), (0, DOES_NOT), (4, NOT_SETTLED)])
def test_the_eye_is_compared_with_the_network_on_one_question(n_lost, verdict):
    right = flipped(NETWORK[PAIR], n_lost)
    claim = judge(with_circles(right=Answers.of(right)))["eye_does_not_suffice"]
    assert claim.verdict == verdict
    reader, network, difference, m, detectable, random = claim.numbers
    assert reader.value == right.mean() and network.value == NETWORK[PAIR].mean()
    expected = paired_difference(NETWORK[PAIR], right)
    assert (difference.value, difference.low, difference.high) == pytest.approx(
        (n_lost / N, expected.low / 100, expected.high / 100)
    )
    assert m.value == pytest.approx(0.5 * 8 / N)
    assert detectable.value == pytest.approx(expected.smallest_detectable / 100)
    assert random.value == 0.9


def test_an_undecided_reader_gets_half_a_point():
    undecided = np.arange(N) >= N - 100
    circles = circles_of(right=Answers.of(~undecided), undecided=Answers.of(undecided))
    number = judge(model_of(circles=[circles]))["eye_does_not_suffice"].numbers[0]
    assert number.value == 1 - 50 / N


def test_nothing_unique_and_nothing_drawn_cannot_be_judged():
    none = with_circles(first=Draw(4, (0, 0), 0, 0.0), others=(), cells=(), hits=())
    claims = judge(none)
    for name in ("unique_points", "points_fade"):
        assert claims[name].verdict == UNJUDGED and claims[name].numbers == ()
    assert {claim.verdict for claim in judge(model_of()).values()} == {UNJUDGED}


# --- readers and variants ---------------------------------------------------------------------


def with_variants(probe, refit=None, name="a"):
    return model_of(name, variants={"linear_probe": probe, "linear_refit": refit or probe})


@pytest.mark.parametrize(("n_lost", "verdict"), [(0, HOLDS), (40, DOES_NOT), (3, NOT_SETTLED)])
def test_a_linear_combination_suffices_if_it_loses_next_to_nothing(n_lost, verdict):
    claim = judge(with_variants(losing(n_lost)))["linear_suffices"]
    assert claim.verdict == verdict and "trained together with this MLP" in claim.rule
    assert claim.numbers[0].value == pytest.approx(n_lost / N)


def test_models_together_settle_what_one_leaves_open():
    """Three mistakes more on 2,000 images are open; in three models on other images they are not."""
    models = []
    for place, name in enumerate("abc"):
        right = NETWORK[PAIR].copy()
        right[100 + 4 * place : 104 + 4 * place] = False
        models.append(with_variants({PAIR: right, ALL: NETWORK[ALL]}, name=name))
    claim = judge(*models)["linear_suffices"]
    assert claim.models == ("a", "b", "c") and claim.verdict == DOES_NOT
    assert {one.setting: one.verdict for one in claim.elsewhere} == dict.fromkeys(
        "abc", NOT_SETTLED
    )


@pytest.mark.parametrize(
    ("node", "cell", "verdict"),
    [(50, 200, HOLDS), (200, 50, DOES_NOT), (50, 50, DOES_NOT), (50, 54, NOT_SETTLED)],
)
def test_best_node_is_compared_with_best_cell(node, cell, verdict):
    readouts = {
        (PAIR, "hidden", "best_cell"): right_but(node, N),
        (PAIR, "conv", "best_cell"): right_but(cell, N),
    }
    claim = judge(model_of(readouts=readouts))["nodes_beat_cells"]
    assert claim.verdict == verdict
    assert claim.numbers[0].value == pytest.approx((cell - node) / N)


@pytest.mark.parametrize(
    ("probe", "refit", "verdict"), [(60, 60, HOLDS), (60, 0, NOT_SETTLED), (0, 0, DOES_NOT)]
)
def test_the_hidden_layer_is_needed_if_both_linear_replacements_lose(probe, refit, verdict):
    claim = judge(with_variants(losing(0, probe), losing(0, refit)))["hidden_layer_needed"]
    assert claim.verdict == verdict
    assert [number.value for number in claim.numbers[:4]] == pytest.approx(
        [probe / SIZES[ALL], refit / SIZES[ALL], 0, 0]
    )
    assert "hidden layer" in claim.statement


def test_one_lucky_comparison_of_four_turns_nothing():
    """Once any of the four decided: the pair alone now decides nothing."""
    claim = judge(with_variants(losing(60, 0)))["hidden_layer_needed"]
    assert claim.verdict == DOES_NOT and claim.numbers[2].low > 0


def test_equal_readers_are_rarely_told_apart():
    """Readers as good as the network, wrong on other images: a rule that noise turns would show."""
    rng = np.random.default_rng(0)
    told = []
    for _ in range(40):
        network, probe = (
            {task: rng.random(n) > 0.01 for task, n in SIZES.items()} for _ in range(2)
        )
        model = model_of(networks=network, variants={"linear_probe": probe, "linear_refit": probe})
        told += [judge(model)[name].verdict for name in ("linear_suffices", "hidden_layer_needed")]
    assert told.count(HOLDS) + told.count(IN_PART) <= 6


# --- honesty ----------------------------------------------------------------------------------


def test_a_network_at_chance_is_no_measure():
    """An untrained "trained" network, or shuffled labels: nothing suffices and nothing is needed."""
    rng = np.random.default_rng(0)
    network = {PAIR: rng.random(N) < 0.5, ALL: rng.random(SIZES[ALL]) < 0.25}
    readouts = {(PAIR, layer, "best_cell"): network[PAIR] for layer in ("hidden", "conv")}
    model = model_of(
        networks=network,
        readouts=readouts,
        variants={"linear_probe": network, "linear_refit": network},
        circles=[circles_of(right=Answers.of(network[PAIR]))],
    )
    claims = judge(model)
    for name in (
        "eye_does_not_suffice",
        "linear_suffices",
        "nodes_beat_cells",
        "hidden_layer_needed",
    ):
        assert claims[name].verdict == UNJUDGED and claims[name].numbers


def test_a_network_equal_to_its_probe_needs_no_hidden_layer():
    claims = judge(with_variants(NETWORK))
    assert claims["linear_suffices"].verdict == HOLDS
    assert claims["hidden_layer_needed"].verdict == DOES_NOT


def test_a_leak_into_a_reader_turns_the_verdict():
    """A probe that knows the test images beats the network: then its hidden layer is not needed."""
    leaked = {task: np.ones(n, bool) for task, n in SIZES.items()}
    claims = judge(with_variants(leaked))
    assert claims["hidden_layer_needed"].verdict == DOES_NOT
    assert claims["hidden_layer_needed"].numbers[0].value < 0
    readouts = {(PAIR, "conv", "linear_probe"): leaked[PAIR]}
    compared = compare_reader([model_of(readouts=readouts)], PAIR, "conv", "linear_probe")
    assert compared.verdict is Verdict.BETTER_WITHOUT


# --- how it is told ---------------------------------------------------------------------------


def test_the_strip_goes_through_thresholds_and_then_models():
    thresholds = (0.1, 0.3, 0.5)
    models = [model_of(name, circles=map(circles_of, thresholds)) for name in "ab"]
    claims = judge(*models)
    assert [one.setting for one in claims["unique_points"].elsewhere] == [
        "t = 0.10",
        "t = 0.30",
        "t = 0.50",
        "a",
        "b",
    ]
    (alone,) = (claim for claim in judge_claims(models[:1], PAIR) if claim.name == "unique_points")
    assert [one.setting for one in alone.elsewhere] == ["t = 0.10", "t = 0.30", "t = 0.50"]
    for claim in claims.values():
        assert claim.rule and claim.statement and claim.task == PAIR


def test_models_of_other_images_or_questions_are_not_pooled():
    own, other = model_of("a"), replace(model_of("b"), test_digest="other")
    unasked = replace(model_of("c"), tasks=())
    assert {claim.models for claim in judge_claims([own, other, unasked], PAIR)} == {("a",)}
    assert judge_claims([unasked], PAIR) == ()


def test_m_counts_one_mistake_at_least():
    assert margin_of(np.ones((2, 100), bool)) == pytest.approx(100 * 0.5 / 200)


def test_a_difference_of_means_leaves_out_draws_without_any_unclear_image():
    values, which = np.ones((2, 40)), np.zeros((2, 40), bool)
    values[:, 7], which[:, 7] = 0.25, True
    assert _difference_of_means(values, which) == (0.75, 0.75, 0.75)
