"""Every reader against one contract, and each against an independent computation."""

import numpy as np
import pytest
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cnn_core.errors import DataError
from cnn_core.readouts import samples as samples_module
from cnn_core.readouts.ladder import readers_for
from cnn_core.readouts.readers import best_cell as best_cell_module
from cnn_core.readouts.readers import best_cells as best_cells_module
from cnn_core.readouts.readers import linear_probe as linear_probe_module
from cnn_core.readouts.readers.best_cell import N_BINS, BestCell
from cnn_core.readouts.readers.best_cells import BestCells, rank_cells
from cnn_core.readouts.readers.class_mean import ClassMean
from cnn_core.readouts.readers.linear_probe import FIRST_STRENGTH, STRENGTHS, LinearProbe
from cnn_core.readouts.readers.logistic import fit_logistic
from cnn_core.readouts.readers.reader import FittedReader
from cnn_core.readouts.samples import Sample, values_of
from cnn_core.statistics import wilson_interval
from tests.core.networks import article_like, opened
from tests.core.test_survey import random_set

READERS = readers_for(0)
CLASS_SETS = [(4, 9), (2, 3, 7)]
every_reader = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
for_both_tasks = pytest.mark.parametrize("classes", CLASS_SETS, ids=["pair", "three"])


def draw(classes, n, n_cells=12, signal=2.0, seed=0):
    """Draw cells like those behind a ReLU; the first few tell the classes apart."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.resize(classes, n))
    values = rng.normal(0, 1, (n, n_cells))
    for place, wanted in enumerate(classes):
        values[labels == wanted, place] += signal
    values[:, -1] = 0.25  # constant
    values[:, -2] = np.round(values[:, 0])  # ties
    return Sample(np.maximum(values, 0), labels)


def share_right(fitted, sample):
    return (fitted.decide(sample.values) == sample.labels).mean()


# --- the contract -----------------------------------------------------------------------------


@every_reader
@for_both_tasks
def test_fits_say_what_they_are(reader, classes):
    sample = draw(classes, 90)
    all_fitted = reader.fit(sample)
    assert all_fitted and all(isinstance(fitted, FittedReader) for fitted in all_fitted)
    assert {fitted.reader for fitted in all_fitted} == {reader.name}
    assert len({fitted.setting for fitted in all_fitted}) == len(all_fitted)
    assert {fitted.n_fitted for fitted in all_fitted} == {90}


@every_reader
@for_both_tasks
def test_decisions_are_classes_and_do_not_depend_on_the_batch(reader, classes):
    sample, other = draw(classes, 90), draw(classes, 700, seed=1)
    for fitted in reader.fit(sample):
        answers = fitted.decide(other.values)
        assert answers.shape == (700,) and answers.dtype == np.int64
        assert set(answers) <= set(classes)
        one_by_one = [fitted.decide(other.values[i : i + 1])[0] for i in range(50)]
        np.testing.assert_array_equal(answers[:50], one_by_one)


@every_reader
@for_both_tasks
def test_what_tells_classes_apart_is_found(reader, classes):
    train, test = draw(classes, 600, signal=8.0), draw(classes, 300, signal=8.0, seed=1)
    best = max(share_right(fitted, test) for fitted in reader.fit(train))
    # One cell lights up for one class only, so that it can tell two of three classes.
    assert best > (0.95 if reader.name != "best_cell" or len(classes) == 2 else 0.6)


@every_reader
@for_both_tasks
def test_fitting_changes_nothing_and_repeats(reader, classes):
    sample = draw(classes, 90)
    before = sample.values.copy()
    first, second = reader.fit(sample), reader.fit(sample)
    np.testing.assert_array_equal(sample.values, before)
    other = draw(classes, 200, seed=1)
    for one, same in zip(first, second, strict=True):
        assert one.facts == same.facts
        np.testing.assert_array_equal(one.decide(other.values), same.decide(other.values))


def _shares_after_shuffle(reader, classes, judged_on_fitted):
    draw_labels = np.random.default_rng(5).permutation
    train, test = (
        Sample(one.values, draw_labels(one.labels))
        for one in (draw(classes, 100, n_cells=150), draw(classes, 1200, n_cells=150, seed=1))
    )
    judged = train if judged_on_fitted else test
    return [(share_right(fitted, judged), len(judged)) for fitted in reader.fit(train)]


def _is_at_chance(share, n, classes):
    low, high = wilson_interval(share * n, n, level=0.9999)
    return low <= 1 / len(classes) <= high


@every_reader
@for_both_tasks
def test_shuffled_labels_leave_chance(reader, classes):
    for share, n in _shares_after_shuffle(reader, classes, judged_on_fitted=False):
        assert _is_at_chance(share, n, classes)


@pytest.mark.parametrize(
    "reader", [ClassMean(), BestCells((50, 100)), LinearProbe()], ids=lambda reader: reader.name
)
@for_both_tasks
def test_a_leak_is_seen(reader, classes):
    """Judged on the images it was fitted on, a reader beats chance where there is nothing."""
    for share, n in _shares_after_shuffle(reader, classes, judged_on_fitted=True):
        assert not _is_at_chance(share, n, classes)
        assert share > 1 / len(classes) + 0.2


@every_reader
def test_images_of_one_class_are_refused(reader):
    with pytest.raises(DataError, match="at least two"):
        reader.fit(Sample(np.ones((5, 3)), np.full(5, 4)))


@every_reader
@pytest.mark.parametrize(
    "values",
    [np.zeros((8, 3)), np.ones((8, 1)), np.eye(8)],
    ids=["dead", "one constant cell", "more cells than images in a class"],
)
def test_degenerate_layers_are_read_without_a_warning(reader, values):
    sample = Sample(values, [4, 9] * 4)
    for fitted in reader.fit(sample):
        assert set(fitted.decide(sample.values)) <= {4, 9}


@every_reader
def test_two_images_are_enough(reader):
    sample = Sample([[0.0, 1.0], [1.0, 0.0]], [9, 4])
    for fitted in reader.fit(sample):
        assert set(fitted.decide(sample.values)) <= {4, 9}


# --- each against an independent computation ---------------------------------------------------


def _best_threshold_by_trial(values, labels, classes):
    best = (-1, None)
    for cell in range(values.shape[1]):
        column = values[:, cell].astype(np.float64)
        known = np.unique(column)
        for threshold in [-np.inf, *((known[1:] + known[:-1]) / 2)]:
            for above, below in (classes[::-1], classes):
                n_right = (np.where(column >= threshold, above, below) == labels).sum()
                if n_right > best[0]:
                    best = (n_right, (cell, threshold, above, below))
    return best


@pytest.mark.parametrize("seed", range(6))
def test_best_cell_of_a_pair_is_the_best_of_all_thresholds(seed, monkeypatch):
    monkeypatch.setattr(best_cell_module, "_VALUES_AT_ONCE", 150)
    rng = np.random.default_rng(seed)
    values = np.round(rng.normal(0, 1, (40, 9)), 1).astype(np.float32)
    values[values == 0] *= rng.choice([-1, 1], (values == 0).sum())  # both zeros are one value
    labels = rng.choice([4, 9], 40)
    labels[:2] = 4, 9
    (fitted,) = BestCell().fit(Sample(values, labels))
    n_right, (cell, threshold, above, below) = _best_threshold_by_trial(values, labels, (4, 9))
    assert fitted.facts["n_right_fitted"] == n_right
    assert (fitted.facts["cell"], fitted.facts["above"]) == (cell, above)
    assert fitted.facts["threshold"] == (None if threshold == -np.inf else threshold)
    other = rng.normal(0, 1, (100, 9)).astype(np.float32)
    np.testing.assert_array_equal(
        fitted.decide(other), np.where(other[:, cell] >= threshold, above, below)
    )


def test_best_cell_of_many_classes_is_the_best_of_all_cells(monkeypatch):
    monkeypatch.setattr(best_cell_module, "_VALUES_AT_ONCE", 1000)
    sample = draw((2, 3, 7), 200)
    values, labels = sample.values, sample.labels
    found = []
    for column in values.T:
        low, high = column.min(), column.max()
        width = (high - low) / np.float32(N_BINS) if high > low else np.float32(1)
        bins = np.minimum(((column - low) / width).astype(int), N_BINS - 1)
        found.append(sum(np.bincount(labels[bins == i]).max() for i in np.unique(bins)))
    (fitted,) = BestCell().fit(sample)
    assert fitted.facts["n_right_fitted"] == max(found)
    assert fitted.facts["cell"] == int(np.argmax(found))
    assert (fitted.decide(sample.values) == labels).sum() == max(found)
    outside = np.tile(np.float32([[-99], [99]]), (1, values.shape[1]))
    assert fitted.decide(outside).tolist() == [
        fitted.facts["answers"][0],
        fitted.facts["answers"][-1],
    ]


@for_both_tasks
def test_class_mean_is_scikit_learns_nearest_centroid(classes):
    train, test = draw(classes, 300, signal=1.0), draw(classes, 400, signal=1.0, seed=1)
    (fitted,) = ClassMean().fit(train)
    kept = slice(0, -1)  # scikit-learn warns of the constant cell, which decides nothing
    centroids = NearestCentroid().fit(train.values[:, kept].astype(np.float64), train.labels)
    expected = centroids.predict(test.values[:, kept].astype(np.float64))
    np.testing.assert_array_equal(fitted.decide(test.values), expected)


@for_both_tasks
def test_best_cells_are_a_scikit_learn_pipeline(classes, monkeypatch):
    monkeypatch.setattr(best_cells_module, "_VALUES_AT_ONCE", 1000)
    train, test = draw(classes, 300, signal=1.0), draw(classes, 400, signal=1.0, seed=1)
    spread = np.random.default_rng(2).normal(0, 1, 12)[:, np.newaxis].T
    train, test = (Sample(one.values + np.abs(spread), one.labels) for one in (train, test))
    for fitted in BestCells((1, 2, 5)).fit(train):
        values = train.values[:, :-1].astype(np.float64)  # without the constant one
        pipeline = make_pipeline(
            SelectKBest(f_classif, k=fitted.setting), StandardScaler(), LogisticRegression(C=1.0)
        )
        pipeline.fit(values, train.labels)
        assert set(np.flatnonzero(pipeline[0].get_support())) == set(fitted.facts["cells"])
        expected = pipeline.predict(test.values[:, :-1])
        assert (fitted.decide(test.values) == expected).mean() > 0.99


def test_cells_are_ranked_by_f_with_constant_ones_last():
    sample = draw((4, 9), 100)
    values, labels = sample.values, sample.labels
    ranking = rank_cells(values, labels)
    scores = f_classif(values[:, :-1].astype(np.float64), labels)[0]
    np.testing.assert_array_equal(ranking[:-1], np.argsort(-scores, kind="stable"))
    assert ranking[-1] == 11


def test_cells_that_only_rounding_moves_are_ranked_last():
    """At 60,000 images f_classif gives a constant cell an F of hundreds, of either sign."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 60_000)
    values = np.full((60_000, 4), 0.0312345, np.float32)
    values[:, 0] *= 1 + 6e-8 * rng.integers(0, 2, 60_000).astype(np.float32)
    values[:, 2] = rng.normal(size=60_000) + 0.01 * labels
    values[:, 3] = 0
    assert abs(f_classif(values[:, 1:2].astype(np.float64), labels)[0][0]) > 100
    np.testing.assert_array_equal(rank_cells(values, labels), [2, 0, 1, 3])


@for_both_tasks
def test_linear_probe_is_a_logistic_regression_with_the_stated_penalty(classes):
    train, test = draw(classes, 400, signal=1.0), draw(classes, 600, signal=1.0, seed=1)
    fitted, scores = LinearProbe().fit_scores(train)
    values = train.values.astype(np.float64)
    centre = values.mean(axis=0)
    scale = 1 / np.sqrt(values.var(axis=0).mean())
    model = LogisticRegression(
        C=1 / (fitted.facts["strength"] * values.shape[1] * len(values)), tol=1e-10, max_iter=5000
    )
    model.fit((values - centre) * scale, train.labels)
    expected = model.decision_function((test.values - centre) * scale)
    found = scores(test.values)
    found = found[:, 1] if len(classes) == 2 else found - found.mean(axis=1, keepdims=True)
    if len(classes) > 2:
        expected = expected - expected.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, atol=0.05)
    assert (
        fitted.decide(test.values) == model.predict((test.values - centre) * scale)
    ).mean() > 0.98


def test_strength_is_chosen_on_held_out_training_images_alone():
    noisy = draw((4, 9), 300, n_cells=200, signal=0.3)
    clear = draw((4, 9), 300, n_cells=12, signal=4.0)
    facts = [LinearProbe().fit(sample)[0].facts for sample in (noisy, clear)]
    assert facts[0]["strength"] > facts[1]["strength"]
    for fact in facts:
        losses = {float(key): value for key, value in fact["held_out_loss"].items()}
        assert fact["strength"] == min(losses, key=losses.get)
        assert fact["strength"] in STRENGTHS


def test_without_images_to_hold_out_the_strength_is_the_stated_one():
    (fitted,) = LinearProbe().fit(Sample(np.eye(3), [4, 9, 9]))
    assert fitted.facts["held_out_loss"] == {}
    assert fitted.facts["strength"] == STRENGTHS[FIRST_STRENGTH]


@for_both_tasks
def test_a_fit_reaches_the_optimum_of_its_objective_and_says_how_near(classes):
    """Values of very unlike size, as logits are: where a warm start once stopped after one step."""
    sample = draw(classes, 500, signal=3.0)
    values = sample.values * np.geomspace(0.1, 10, sample.n_cells).astype(np.float32)
    places = np.searchsorted(classes, sample.labels)
    fits = [
        fit_logistic(values, places, len(classes), 1e-3, tolerance=tolerance, most_steps=2000)
        for tolerance in (1e-6, 1e-2)
    ]
    model = LogisticRegression(C=1 / (1e-3 * len(values)), tol=1e-10, max_iter=20_000)
    model.fit(values.astype(np.float64), places)
    raw = values.astype(np.float64) @ model.coef_.T + model.intercept_
    scores = np.hstack([np.zeros_like(raw), raw]) if raw.shape[1] == 1 else raw
    losses = np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(places)), places]
    best = losses.mean() + 1e-3 / 2 * (model.coef_**2).sum()
    assert fits[0].loss == pytest.approx(best, rel=1e-5)
    assert fits[0].gradient_norm <= 1e-6 < fits[1].gradient_norm <= 1e-2
    assert fits[1].loss > fits[0].loss and fits[1].steps < fits[0].steps


def test_a_fit_that_is_cut_short_does_not_call_itself_converged(monkeypatch):
    monkeypatch.setattr(linear_probe_module, "_MOST_STEPS", 2)
    (fitted,) = LinearProbe().fit(draw((4, 9), 300))
    assert not fitted.facts["converged"]
    assert fitted.facts["steps"] == 2 and fitted.facts["gradient_norm"] > fitted.facts["tolerance"]


def test_random_labels_tell_what_a_probe_could_learn_by_heart():
    """With fewer images than cells a probe learns any labels, with many more it cannot."""
    few, many = draw((4, 9), 60, n_cells=100, signal=8.0), draw((4, 9), 3000, signal=8.0)
    by_heart, not_at_all = (
        LinearProbe(seed=1).fit(sample)[0].facts["control_right"] / len(sample)
        for sample in (few, many)
    )
    assert by_heart > 0.8 and 0.45 < not_at_all < 0.6
    assert "control_right" not in LinearProbe().fit(few)[0].facts


# --- samples ----------------------------------------------------------------------------------


def test_values_are_the_layers_in_the_stated_order(monkeypatch):
    network = opened(article_like)
    images = random_set(network, 30)
    rows = np.random.default_rng(0).permutation(30)[:17]
    monkeypatch.setattr(samples_module, "batch_size_for", lambda infos: 5)
    plain = network.activations(images.images[rows])
    layers = ["", "Conv2D_1", "Flatten", "Dense_1", "Dense_2"]
    found = values_of(network, images, layers, rows)
    assert list(found) == layers
    for layer, values in found.items():
        expected = (
            images.images[rows]
            if not layer
            else (plain.logits if layer == "Dense_2" else plain[layer])
        )
        np.testing.assert_allclose(values, expected.reshape(17, -1), atol=1e-5)
