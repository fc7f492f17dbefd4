"""The blind-eye quiz: which trials are drawn, what answers are worth, against plain loops."""

from collections import Counter

import numpy as np
import pytest
from scipy.stats import binomtest

from cnn_core.blind_eye.grading import ANSWERS, decisions_of, grade, is_sure
from cnn_core.blind_eye.readers import read_pair
from cnn_core.blind_eye.showings import Showing, Way, showings_of
from cnn_core.blind_eye.trials import N_TRIALS, POOL, draw_trials
from cnn_core.circles.choice import ClearGroups
from cnn_core.circles.circle_reader import UNDECIDED
from cnn_core.decision.votes import vote_order, votes
from cnn_core.errors import SelectionError
from cnn_core.images.dataset import Dataset
from cnn_core.readouts.readers.linear_probe import LinearProbe
from cnn_core.readouts.samples import Sample
from cnn_core.readouts.task import training_rows
from tests.core.networks import (
    article_like,
    batch_norm_over_rows,
    colour_odd_sizes,
    global_pooling,
    opened,
    random_images,
    separable,
)

WAYS = tuple(Showing(way, f"layer of {way}") for way in Way)


def made_up(n=1_000, n_classes=4, seed=0, signal=2.0):
    """Logits that mostly tell the label, with equal ones among them."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, n_classes, n)
    logits = rng.normal(size=(n, n_classes)) + signal * np.eye(n_classes)[labels]
    logits = np.round(logits, 1).astype(np.float32)
    return logits, labels, logits.argmax(axis=1)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n_ways", [1, 2, 3, 4])
def test_trials_are_balanced_in_all_that_counts(seed, n_ways):
    trials = draw_trials(*made_up(), 1, 3, WAYS[:n_ways], seed)
    assert len(trials) == N_TRIALS == len({trial.image for trial in trials})
    kinds = Counter((trial.label, trial.is_ambiguous) for trial in trials)
    assert kinds == {(label, kind): 5 for label in (1, 3) for kind in (False, True)}
    by_way = Counter(trial.showing for trial in trials)
    assert set(by_way) == set(WAYS[:n_ways]) and max(by_way.values()) - min(by_way.values()) <= 1
    of_kind = Counter((trial.showing, trial.label, trial.is_ambiguous) for trial in trials)
    assert len(of_kind) == 4 * n_ways and max(of_kind.values()) - min(of_kind.values()) <= 1


def test_clear_and_ambiguous_images_are_those_of_the_rule():
    logits, labels, predictions = made_up()
    margin = logits[:, 1].astype(float) - logits[:, 3]
    for seed in range(20):
        for trial in draw_trials(logits, labels, predictions, 1, 3, WAYS, seed):
            assert labels[trial.image] == trial.label
            own = margin if trial.label == 1 else -margin
            of_class = [i for i in range(len(labels)) if labels[i] == trial.label]
            near = sorted(of_class, key=lambda i: (abs(margin[i]), i))[:POOL]
            right = [i for i in of_class if predictions[i] == trial.label and i not in near]
            far = sorted(right, key=lambda i: (-own[i], i))[:POOL]
            assert trial.image in (near if trial.is_ambiguous else far)


def test_a_seed_says_which_trials():
    drawn = [draw_trials(*made_up(), 1, 3, WAYS, seed) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len({trial.label for trial in drawn[0][:8]}) == 2


def test_images_left_out_are_not_asked_about():
    data = made_up()
    asked = [trial.image for trial in draw_trials(*data, 1, 3, WAYS, 0)]
    again = [trial.image for trial in draw_trials(*data, 1, 3, WAYS, 0, exclude=asked)]
    assert not set(asked) & set(again)


def test_a_small_class_is_halved_and_a_smaller_one_refused():
    logits, labels, predictions = made_up(signal=9.0)
    few = np.concatenate([np.flatnonzero(labels == 1)[:10], np.flatnonzero(labels == 3)])
    trials = draw_trials(logits[few], labels[few], predictions[few], 1, 3, WAYS, 0)
    assert {trial.image for trial in trials if trial.label == 1} == set(range(10))
    with pytest.raises(SelectionError, match="class 1 against 3: 9 images"):
        draw_trials(logits[few[1:]], labels[few[1:]], predictions[few[1:]], 1, 3, WAYS, 0)
    with pytest.raises(SelectionError, match="class 1 against 3: 0 images"):
        draw_trials(
            logits[labels != 1], labels[labels != 1], predictions[labels != 1], 1, 3, WAYS, 0
        )
    with pytest.raises(SelectionError, match="0 of them clear"):
        draw_trials(logits, labels, np.zeros_like(labels), 1, 3, WAYS, 0)


def test_nothing_to_show_and_a_class_against_itself_are_refused():
    with pytest.raises(SelectionError, match="nothing to show"):
        draw_trials(*made_up(), 1, 3, (), 0)
    with pytest.raises(SelectionError, match="against itself"):
        draw_trials(*made_up(), 1, 1, WAYS, 0)


def test_grades_are_counted_answer_by_answer():
    trials = draw_trials(*made_up(), 1, 3, WAYS, 4)
    letters = "".join(np.random.default_rng(0).choice(list(ANSWERS), N_TRIALS))
    found = grade(trials, decisions_of(letters, 1, 3), WAYS)
    meant = {"P": 1, "p": 1, "q": 3, "Q": 3}
    credit = [
        0.5 if letter == "n" else float(meant[letter] == trial.label)
        for letter, trial in zip(letters, trials, strict=True)
    ]
    assert found.credit.tolist() == credit
    assert (found.overall.credit, found.overall.n) == (sum(credit), N_TRIALS)
    for part, told in ((True, found.ambiguous), (False, found.clear)):
        own = [one for one, trial in zip(credit, trials, strict=True) if trial.is_ambiguous == part]
        assert (told.credit, told.n) == (sum(own), 10)
    for way, told in found.by_showing.items():
        own = [one for one, trial in zip(credit, trials, strict=True) if trial.showing == way]
        assert (told.credit, told.n) == (sum(own), len(own))
    assert is_sure(letters).tolist() == [letter in "PQ" for letter in letters]


def test_the_interval_is_wilsons():
    trials = draw_trials(*made_up(), 1, 3, WAYS, 4)
    found = grade(trials, [trials[0].label] * N_TRIALS, WAYS).overall
    expected = binomtest(10, 20).proportion_ci(method="wilson")
    assert (found.value, found.low, found.high) == pytest.approx((0.5, expected.low, expected.high))


def test_too_few_answers_and_unknown_ones_are_refused():
    trials = draw_trials(*made_up(), 1, 3, WAYS, 4)
    with pytest.raises(SelectionError, match="19 answers to 20 trials"):
        grade(trials, [1] * 19, WAYS)
    with pytest.raises(SelectionError, match='answer "x"'):
        decisions_of("Px", 1, 3)


def test_what_is_shown_follows_class_and_place_of_the_layers():
    assert [(one.way, one.layer) for one in showings_of(opened(article_like))] == [
        (Way.FIRST_MAPS, "Conv2D_1"),
        (Way.LAST_MAPS, "Conv2D_2"),
        (Way.NODES, "Dense_1"),
        (Way.SORTED_NODES, "Dense_1"),
    ]
    assert [(one.way, one.layer) for one in showings_of(opened(colour_odd_sizes))] == [
        (Way.FIRST_MAPS, "strided"),
        (Way.LAST_MAPS, "dilated"),
        (Way.NODES, "hidden"),
        (Way.SORTED_NODES, "hidden"),
    ]
    assert [one.layer for one in showings_of(opened(separable))] == ["separable"]


def test_the_answer_itself_is_never_shown():
    # One map a class, of one cell, which the output only flattens.
    assert [one.layer for one in showings_of(opened(global_pooling))] == ["conv"]
    for network in map(opened, (article_like, batch_norm_over_rows)):
        assert network.output_layer.name not in {one.layer for one in showings_of(network)}


def test_votes_are_weights_and_their_order_falls():
    network = opened(article_like)
    kernel = np.asarray(network.keras_layers[-1].kernel)
    assert np.array_equal(votes(network, 2, 0), kernel[:, 2] - kernel[:, 0])
    ordered = votes(network, 2, 0)[list(vote_order(network, 2, 0))]
    assert (np.diff(ordered) <= 0).all() and len(ordered) == len(kernel)


@pytest.fixture(scope="module")
def pair():
    """A network, its test and training images, the groups and what the readers answer."""
    network = opened(article_like)
    sets = []
    for name, n, seed in (("test", 90, 1), ("train", 120, 2)):
        labels = np.random.default_rng(seed).integers(0, 4, n)
        images = random_images(network, n, seed)
        images[labels == 3, 2:6] = 0
        sets.append(Dataset(name, images, labels, ("a", "b", "c", "d")))
    test, train = sets
    groups = ClearGroups(
        tuple(np.flatnonzero(train.labels == 3)[:3].tolist()),
        tuple(np.flatnonzero(train.labels == 1)[:3].tolist()),
        "train",
        (),
        frozenset(),
    )
    return network, test, train, groups


def read(pair, p=3, q=1, **changed):
    network, test, train, groups = pair
    return read_pair(
        network,
        ("Conv2D_1", "Conv2D_2", "Dense_1"),
        test,
        network.logits(test.images),
        p,
        q,
        **{"groups": groups, "chosen_in": train, "train": train, "threshold": 0.3, **changed},
    )


def test_the_circle_reader_counts_cells(pair):
    network, test, train, groups = pair
    found = read(pair)
    for layer in ("Conv2D_1", "Conv2D_2", "Dense_1"):
        values = network.activations(test.images[found.rows], [layer])[layer]
        values = values.reshape(len(values), -1)
        on = values >= 0.3 * values.max(axis=1, keepdims=True)
        on &= values > 0
        of_groups = []
        for members in (groups.members_a, groups.members_b):
            own = network.activations(train.images[list(members)], [layer])[layer]
            own = own.reshape(3, -1)
            of_groups.append((own >= 0.3 * own.max(axis=1, keepdims=True)) & (own > 0))
        a, b = of_groups
        unique_a, unique_b = a.all(0) & ~b.any(0), b.all(0) & ~a.any(0)
        for place, image in enumerate(on):
            share_a = image[unique_a].mean() if unique_a.any() else 0
            share_b = image[unique_b].mean() if unique_b.any() else 0
            expected = 3 if share_a > share_b else 1 if share_b > share_a else UNDECIDED
            assert found.circles[layer].decisions[place] == expected
    assert any(len(set(one.decisions)) > 1 for one in found.circles.values())


def test_the_probe_is_the_readouts_probe(pair):
    network, test, train, _ = pair
    found = read(pair)
    rows = training_rows(train.labels, (3, 1), 0, 4_000)
    for layer, told in found.probes.items():
        values = network.activations(train.images[rows], [layer])[layer]
        [fitted] = LinearProbe().fit(Sample(values, train.labels[rows]))
        own = network.activations(test.images[found.rows], [layer])[layer]
        expected = fitted.decide(own.reshape(len(own), -1))
        assert np.array_equal(told.decisions, expected)
        assert found.n_fitted[layer] == len(rows) == fitted.n_fitted
        assert told.overall.credit == (expected == test.labels[found.rows]).sum()


def test_the_network_answers_by_the_larger_logit(pair):
    network, test, _, _ = pair
    found = read(pair)
    logits = network.logits(test.images[found.rows])
    assert np.array_equal(found.network.decisions, np.where(logits[:, 3] > logits[:, 1], 3, 1))


def test_p_and_q_exchanged_changes_no_answer(pair):
    _, _, _, groups = pair
    turned = ClearGroups(groups.members_b, groups.members_a, "train", (), frozenset())
    one, other = read(pair), read(pair, 1, 3, groups=turned)
    for layer in one.circles:
        assert np.array_equal(one.circles[layer].decisions, other.circles[layer].decisions)
        assert np.array_equal(one.probes[layer].decisions, other.probes[layer].decisions)
    assert np.array_equal(one.network.decisions, other.network.decisions)


def test_without_training_images_there_are_no_probes_and_the_groups_do_not_score(pair):
    _, test, _, _ = pair
    a, b = (tuple(np.flatnonzero(test.labels == one)[:3].tolist()) for one in (3, 1))
    groups = ClearGroups(a, b, "test", a + b, frozenset())
    found = read(pair, train=None, chosen_in=test, groups=groups)
    assert found.probes == {} == found.n_fitted
    judged = found.circles["Dense_1"].judged
    assert set(found.rows[~judged].tolist()) == {*a, *b}


def test_trials_are_answered_by_the_reader_of_the_layer_shown(pair):
    found = read(pair)
    rows = found.rows
    labels = pair[1].labels[rows]
    logits = np.eye(4)[pair[1].labels] * 3
    showings = (
        Showing(Way.FIRST_MAPS, "Conv2D_1"),
        Showing(Way.LAST_MAPS, "Conv2D_2"),
        Showing(Way.NODES, "Dense_1"),
    )
    trials = draw_trials(logits, pair[1].labels, pair[1].labels, 3, 1, showings, 0)
    answers = found.on_trials(trials, found.circles)
    for trial, answer in zip(trials, answers, strict=True):
        [place] = np.flatnonzero(rows == trial.image)
        assert labels[place] == trial.label
        assert found.circles[trial.showing.layer].decisions[place] == answer
    assert len(found.network_on(trials)) == N_TRIALS
