"""The article's circles drawn on training images and scored on test images, counted again by hand."""

import numpy as np
import pytest

from cnn_core.circles.circle_reader import circle_reader, hit_rates
from cnn_core.circles.groups import clearest
from cnn_core.circles.rule import THRESHOLD, find_circles, on_cells
from cnn_core.circles.thresholds import THRESHOLDS
from cnn_core.readouts.judging.circles_worth import N_DRAWS, N_RANDOM, find_circles_worth
from cnn_core.readouts.task import make_task
from tests.core.networks import article_like, opened
from tests.core.readout_cases import learnable_set, with_labels

P, Q = 0, 2
LAYER = "Conv2D_2"


@pytest.fixture(scope="module")
def case():
    """A network that is right on most of two classes, since these are what it answers."""
    network = opened(article_like, 1)
    sets = []
    for seed, n, name in ((1, 400, "train"), (2, 240, "test")):
        images = learnable_set(network, n, seed, name, noise=0.3)
        answers = network.logits(images.images).argmax(axis=1).astype(np.int64)
        answers[::17] = P  # a few are wrong
        sets.append(with_labels(images, answers))
    train, test = sets
    logits = network.logits(test.images)
    task = make_task((P, Q), logits, test.labels)
    return network, train, test, task, logits


@pytest.fixture(scope="module")
def found(case):
    network, train, test, task, logits = case
    return find_circles_worth(network, train, test, LAYER, task, logits, seed=0)


def test_there_are_circles_at_every_threshold(found, case):
    assert tuple(one.threshold for one in found) == THRESHOLDS
    assert any(one.first.n_unique[0] for one in found)
    n_images = tuple(int((case[2].labels == wanted).sum()) for wanted in (P, Q))
    assert all(one.n_images == n_images and one.layer == LAYER for one in found)


def test_groups_are_the_clearest_training_images(found, case):
    network, train, *_ = case
    logits = network.logits(train.images)
    known = logits, train.labels, logits.argmax(axis=1)
    for one in found:
        assert one.groups == (clearest(*known, P, Q, 3), clearest(*known, Q, P, 3))


def test_circles_hits_and_reader_are_those_of_the_circles_room(found, case):
    network, train, test, *_ = case
    rows = np.flatnonzero(np.isin(test.labels, (P, Q)))
    labels = test.labels[rows]
    in_test = network.activations(test.images[rows])[LAYER]
    for one in found:
        groups = [
            on_cells(network.activations(train.images[list(group)])[LAYER], one.threshold)
            for group in one.groups
        ]
        circles = find_circles(*groups)
        assert one.first.n_common == circles.common_a.sum()
        assert one.first.n_unique == (circles.n_unique_a, circles.n_unique_b)
        assert one.cells == tuple(np.flatnonzero(circles.unique_a))
        on = on_cells(in_test, one.threshold)
        rates = hit_rates(on, labels, P, Q)
        assert np.array_equal(np.array(one.hits).reshape(-1, 2).T, rates.hits[:, circles.unique_a])
        passing = (rates.low[0] >= 0.5) & (rates.high[1] <= 0.1)
        assert one.first.n_passing == passing[circles.unique_a].sum()
        reader = circle_reader(on[:, circles.unique_a], on[:, circles.unique_b], labels, P, Q)
        assert one.credit.sum() == reader.overall.credit == one.first.credit
        assert one.undecided.right.sum() == reader.n_undecided
        np.testing.assert_array_equal(
            one.n_on.values, on[labels == P][:, circles.unique_a].sum(axis=1)
        )


def test_other_draws_and_nulls_are_as_many_as_stated(found):
    for one in found:
        assert 1 <= len(one.others) <= N_DRAWS
        assert sum(one.any_class) == sum(one.same_class) == N_RANDOM
        mean, low, high = one.random_readers
        assert 0 <= low <= mean <= high <= 1


def test_unclear_are_right_images_with_a_margin_that_few_training_images_have(found, case):
    network, train, test, _, logits = case
    own = network.logits(train.images)[train.labels == P]
    margins = (own[:, P] - own[:, Q])[own.argmax(axis=1) == P]
    of_p = logits[test.labels == P]
    expected = (of_p.argmax(axis=1) == P) & (
        of_p[:, P] - of_p[:, Q] < np.quantile(margins.astype(float), 0.05)
    )
    at = next(one for one in found if one.threshold == THRESHOLD)
    np.testing.assert_array_equal(at.unclear.right, expected)


def test_without_rightly_classified_images_there_is_nothing_to_circle(case):
    network, train, test, task, logits = case
    turned = with_labels(train, np.where(train.labels == P, Q, P))
    assert find_circles_worth(network, turned, test, LAYER, task, logits, seed=0) == ()
