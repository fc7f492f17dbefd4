"""Scores recomputed by other means: SciPy, NumPy's correlations, and counting pairs one by one."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from cnn_core.patterns.natural import NaturalSearch
from cnn_core.patterns.optimising.ascent import Recipe
from cnn_core.patterns.optimising.optimised import optimised
from cnn_core.patterns.peaks import layers_with_patterns, read_peaks
from cnn_core.patterns.reading import read_set
from cnn_core.patterns.scoring.judging import N_QUIZ, N_RANDOM, Judge
from cnn_core.patterns.scoring.likeness import direction, likeness, patch_windows
from cnn_core.patterns.scoring.scores import (
    References,
    consistency,
    out_of_range,
    predictivity,
    rank_correlation,
    right_choice,
    top_and_low,
)
from cnn_core.statistics import wilson_interval
from tests.core.networks import article_like
from tests.core.pattern_cases import DEAD, frame, images_for, mixed_kinds, network_of
from tests.core.test_patterns_ascent import SHORT, climbed


def test_rank_correlation_is_spearmans_ties_included():
    rng = np.random.default_rng(0)
    first, second = rng.integers(6, size=(2, 400)).astype(np.float32)
    second += first
    found, low, high = rank_correlation(first, second)
    assert found == pytest.approx(spearmanr(first, second).statistic)
    draws = rng.integers(400, size=(2000, 400))
    again = [spearmanr(first[rows], second[rows]).statistic for rows in draws]
    np.testing.assert_allclose((low, high), np.quantile(again, (0.025, 0.975)), atol=0.02)
    assert rank_correlation(first, first)[0] == 1
    assert np.isnan(rank_correlation(first, np.zeros(400))).all()
    assert np.isnan(rank_correlation(first[:3], second[:3])).all()


def test_right_choice_counts_every_pair():
    rng = np.random.default_rng(1)
    top, low = rng.integers(5, size=30) + 1.0, rng.integers(5, size=80).astype(float)
    wins = sum((a > b) + (a == b) / 2 for a in top for b in low)
    found, *ends = right_choice(top, low)
    assert found == pytest.approx(wins / (30 * 80))
    np.testing.assert_allclose(ends, wilson_interval(wins / 80, 30))
    assert np.isnan(right_choice(top, low[:0])).all() and np.isnan(right_choice(top[:0], low)).all()


def test_top_and_low_are_far_apart_and_the_top_fires():
    response = np.random.default_rng(2).permutation(3000).astype(np.float32)
    top, low = top_and_low(response)
    np.testing.assert_array_equal(response[top], np.arange(2999, 2799, -1))
    assert sorted(response[low]) == list(range(2400))
    assert len(top_and_low(response[:40])[0]) == 8
    assert len(top_and_low(response - 2997)[0]) == 2
    assert len(top_and_low(-1 - response)[0]) == 0


def test_consistency_is_the_mean_correlation_of_two_starts():
    windows = np.random.default_rng(3).integers(256, size=(2, 4, 5, 6, 3)).astype(np.uint8)
    found = consistency(windows)
    pairs = np.corrcoef(windows[1].reshape(4, -1))[np.triu_indices(4, 1)]
    np.testing.assert_allclose(found[1], (pairs.mean(), pairs.min(), pairs.max()))
    assert np.isnan(consistency(windows[:, :1])).all()
    windows[0] = 7
    assert np.isnan(consistency(windows)[0]).all()


def test_out_of_range_needs_an_image_that_fires_the_unit():
    found = out_of_range(np.float32([3, 2, -1]), np.float32([2, -0.5, 4]))
    np.testing.assert_allclose(found, (1.5, np.nan, -0.25))


def cosine(first, second):
    size = np.linalg.norm(first) * np.linalg.norm(second)
    return (first.ravel() @ second.ravel()) / size if size else 0.0


@pytest.mark.parametrize("layer", ("five", "bounded", "hidden"))
def test_likeness_is_the_mean_cosine(layer):
    network, dataset = network_of(mixed_kinds), images_for(network_of(mixed_kinds), 30, "test")
    looks, info = frame(mixed_kinds, layer), network_of(mixed_kinds).layer(layer)
    rng = np.random.default_rng(4)
    units, rows = np.array([3, 1]), np.arange(0, 30, 2)
    references = rng.random((2, 3, *looks.size, 3)).astype(np.float32)
    references[1, 2] = 0
    cell = rng.integers(np.prod(info.grid), size=(15, 2))
    found = likeness(dataset, rows, looks, units, cell, direction(references)[:, np.newaxis])
    assert found.shape == (15, 2, 1)
    for n in range(15):
        for k in range(2):
            seen = patch_windows(dataset, looks, units[[k]], rows[[n]], cell[[n], k])[0]
            expected = np.mean([cosine(seen, reference) for reference in references[k]])
            assert found[n, k, 0] == pytest.approx(expected, abs=1e-5)
    assert network.input_shape == dataset.input_shape


@pytest.fixture(scope="module")
def judged():
    """Scores of two units of a layer, and what they were made from."""
    network = network_of(mixed_kinds)
    train, test = images_for(network, 50), images_for(network, 70, "test")
    layers = layers_with_patterns(network)
    search, reading = NaturalSearch(layers), read_set(network, test, layers)
    for batch in read_peaks(network, train, layers, np.arange(50)):
        search.add(batch)
    made = {}
    for layer in ("five", "hidden"):
        units = np.arange(network.layer(layer).n_units)
        found = {**search.found(layer, units), **optimised(climbed(mixed_kinds, layer), SHORT)}
        judge = Judge(
            network, network.layer(layer), frame(mixed_kinds, layer), train, test, reading
        )
        made[layer] = {**found, **judge.scores(units, found), **judge.quiz(units)}
    return train, test, reading, made


@pytest.mark.parametrize(("layer", "unit"), (("five", 1), ("five", DEAD), ("hidden", 5)))
def test_scores_are_those_of_references_from_training_images(judged, layer, unit):
    train, test, reading, made = judged
    found, looks, peaks = made[layer], frame(mixed_kinds, layer), reading.peaks[layer]
    seen = patch_windows(test, looks, np.array(unit), np.arange(70), peaks.cell[:, unit])
    patches = patch_windows(
        train, looks, np.array(unit), found["patch_image"][unit], found["patch_cell"][unit]
    )
    patterns = found["pattern"][unit].astype(np.float32)
    kinds = (patches, patches[:1], patterns, patterns[:1])
    for kind, references in enumerate(kinds):
        alike = np.array([np.mean([cosine(one, two) for two in references]) for one in seen])
        fires = bool(peaks.activation[:, unit].any())
        assert fires == (layer != "five" or unit != DEAD)
        correlation = (
            spearmanr(np.round(alike, 6), peaks.activation[:, unit]).statistic if fires else np.nan
        )
        assert found["rank_correlation"][unit, kind, 0] == pytest.approx(
            correlation, abs=2e-3, nan_ok=True
        )
        order = np.argsort(-peaks.response[:, unit])
        top = [image for image in order[:14] if peaks.response[image, unit] > 0]
        assert found["n_top"][unit] == len(top)
        pairs = [
            1.0 * (alike[a] > alike[b] + 1e-6) + 0.5 * (abs(alike[a] - alike[b]) <= 1e-6)
            for a in top
            for b in order[14:]
        ]
        expected = np.mean(pairs) if pairs else np.nan
        assert found["right_choice"][unit, kind, 0] == pytest.approx(
            expected, abs=5e-3, nan_ok=True
        )
    largest = found["patch_response"][unit].max()
    quotient = found["pattern_response"][unit, 0] / largest if largest > 0 else np.nan
    assert found["out_of_range"][unit] == pytest.approx(quotient, nan_ok=True)
    assert found["rank_correlation"].shape == (len(found["n_top"]), len(References), 3)


def test_parts_of_a_large_layer_are_scored_alike(judged, monkeypatch):
    train, test, reading, made = judged
    network, info = network_of(mixed_kinds), network_of(mixed_kinds).layer("five")
    monkeypatch.setattr("cnn_core.patterns.scoring.judging._BYTES_AT_ONCE", 1)
    monkeypatch.setattr("cnn_core.patterns.scoring.likeness._BYTES_AT_ONCE", 12 * 20 * 31 * 9)
    judge = Judge(network, info, frame(mixed_kinds, "five"), train, test, reading)
    again = judge.scores(np.arange(5), made["five"])
    for name, scores in again.items():
        np.testing.assert_allclose(scores, made["five"][name], rtol=1e-3, atol=1e-3)


def test_quiz_images_are_drawn_from_both_ends(judged):
    _, _, reading, made = judged
    for unit in range(6):
        top, low = top_and_low(reading.peaks["hidden"].response[:, unit])
        images = made["hidden"]["quiz_image"][unit]
        assert images.shape == (2, N_QUIZ)
        if not len(top):
            assert not images.any()
            continue
        assert set(images[0]) <= set(top) and set(images[1]) <= set(low)
        responses = made["hidden"]["quiz_response"][unit]
        assert responses[0].min() > responses[1].max()
    assert made["hidden"]["n_top"].any()
    assert made["five"]["n_top"][DEAD] == 0


def test_random_references_tell_little():
    network = network_of(article_like)
    assert N_RANDOM == 9
    train, test = images_for(network, 80), images_for(network, 200, "test")
    layers = layers_with_patterns(network)
    reading, search = read_set(network, test, layers), NaturalSearch(layers)
    for batch in read_peaks(network, train, layers, np.arange(80)):
        search.add(batch)
    units = np.arange(5)
    recipe = Recipe(n_steps=3, shown_after=(0, 3))
    found = {
        **search.found("Conv2D_2", units),
        **optimised(climbed(article_like, "Conv2D_2", recipe), recipe),
    }
    judge = Judge(
        network, network.layer("Conv2D_2"), frame(article_like, "Conv2D_2"), train, test, reading
    )
    shares = judge.scores(units, found)["right_choice"][:, :, 0]
    kinds = list(References)
    nine, random = (kinds.index(kind) for kind in (References.NINE_PATCHES, References.RANDOM))
    assert np.nanmean(shares[:, nine]) > np.nanmean(shares[:, random]) + 0.1


def test_predictivity_judges_each_unit_by_itself():
    rng = np.random.default_rng(6)
    likeness_, response = rng.random((2, 100, 3)).astype(np.float32)
    likeness_[:, 1] = response[:, 1]
    found = predictivity(likeness_, response, response)
    assert found.rank_correlation[1, 0] == 1 and found.right_choice[1, 0] == 1
    assert abs(found.rank_correlation[0, 0]) < 0.4 and found.n_top.tolist() == [20, 20, 20]
