"""Groups of images and the rules that choose them, against plain loops."""

import subprocess
import sys

import numpy as np
import pytest

from cnn_core.circles.groups import (
    Group,
    article_groups,
    clearest,
    in_both,
    least_clear,
    most_ambiguous,
    random_members,
    wrong,
)
from cnn_core.errors import SelectionError
from cnn_core.survey.ranking import margins


@pytest.fixture(params=range(4))
def survey(request):
    """Logits in steps of 1/4, so that many margins are equal, of 80 images and five classes."""
    rng = np.random.default_rng(request.param)
    logits = (rng.integers(-6, 7, (80, 5)) / 4).astype(np.float32)
    labels = rng.integers(0, 4, 80)  # class 4 has no images
    return logits, labels, logits.argmax(axis=1)


def sorted_by(key, images, n):
    return tuple(sorted(images, key=lambda i: (key(i), i))[:n])


@pytest.mark.parametrize(("p", "q"), [(0, 1), (3, 2), (1, 4)])
@pytest.mark.parametrize("n", [1, 3, 200])
def test_rules_about_right_images(survey, p, q, n):
    logits, labels, predictions = survey
    right = [i for i in range(80) if labels[i] == p and predictions[i] == p]
    margin = [float(z[p]) - float(z[q]) for z in logits]
    assert clearest(*survey, p, q, n) == sorted_by(lambda i: -margin[i], right, n)
    assert least_clear(*survey, p, q, n) == sorted_by(lambda i: margin[i], right, n)
    either = [i for i in range(80) if labels[i] in (p, q)]
    found = most_ambiguous(logits, labels, p, q, n)
    assert found == sorted_by(lambda i: abs(margin[i]), either, n)


@pytest.mark.parametrize("label", [None, 2])
@pytest.mark.parametrize("predicted", [None, 3, 2])
def test_wrong_puts_the_most_decided_mistake_first(survey, label, predicted):
    logits, labels, predictions = survey
    fits = [
        i
        for i in range(80)
        if labels[i] != predictions[i]
        and label in (None, labels[i])
        and predicted in (None, predictions[i])
    ]
    expected = sorted_by(lambda i: logits[i, labels[i]] - logits[i, predictions[i]], fits, 7)
    assert wrong(*survey, 7, label=label, predicted=predicted) == expected
    assert bool(expected) == (label is None or label != predicted)


def test_random_members(survey):
    labels = survey[1]
    chosen = random_members(labels, 5, seed=8, label=2)
    assert len(set(chosen)) == 5
    assert all(labels[i] == 2 for i in chosen)
    assert random_members(labels, 5, seed=8, label=2) == chosen
    assert random_members(labels, 3, seed=8, label=2) == chosen[:3]
    assert random_members(labels, 5, seed=9, label=2) != chosen
    everyone = random_members(labels, 1000, seed=8)
    assert sorted(everyone) == list(range(80))


def test_random_members_are_equally_likely():
    counts = np.zeros(10)
    for seed in range(500):
        counts[list(random_members(np.zeros(10), 3, seed))] += 1
    assert np.abs(counts - 150).max() < 5 * np.sqrt(500 * 0.3 * 0.7)


def test_exclude_holds_for_every_rule(survey):
    logits, labels, _ = survey
    rules = {
        "clearest": lambda out: clearest(*survey, 0, 1, 80, exclude=out),
        "least_clear": lambda out: least_clear(*survey, 0, 1, 80, exclude=out),
        "most_ambiguous": lambda out: most_ambiguous(logits, labels, 0, 1, 80, exclude=out),
        "wrong": lambda out: wrong(*survey, 80, exclude=out),
        "random": lambda out: random_members(labels, 80, 1, exclude=out),
    }
    for name, rule in rules.items():
        every = rule(())
        assert rule(every[1:3]) == (every[0], *every[3:]), name


def test_a_class_without_images_gives_none(survey):
    labels = survey[1]
    assert clearest(*survey, 4, 0, 3) == ()
    assert wrong(*survey, 3, label=4) == ()
    assert random_members(labels, 3, 0, label=4) == ()
    clear_p, clear_q, unclear = article_groups(*survey, 4, 0)
    assert (clear_p, unclear) == ((), ())
    assert clear_q == clearest(*survey, 0, 4, 3)
    assert most_ambiguous(np.empty((0, 5)), np.empty(0, int), 0, 1, 3) == ()


def test_the_articles_case(survey):
    clear_p, clear_q, unclear = article_groups(*survey, 1, 2)
    assert clear_p == clearest(*survey, 1, 2, 3)
    assert clear_q == clearest(*survey, 2, 1, 3)
    assert unclear == tuple(i for i in least_clear(*survey, 1, 2, 80) if i not in clear_p)[:2]
    few = article_groups(*survey, 1, 2, n=80)
    assert set(few[0]).isdisjoint(few[2])


def test_margin_is_the_difference_in_double_precision():
    logits = np.array([[16777216.0, 1.0, 0.0]], dtype=np.float32)
    assert margins(logits, 0, 1) == [16777215.0]
    assert margins(np.array([[1e8, -1.0]], dtype=np.float32), 0, 1) == [100000001.0]


@pytest.mark.parametrize(("p", "q"), [(0, 0), (0, 5), (-1, 2)])
def test_impossible_pairs_of_classes(survey, p, q):
    with pytest.raises(SelectionError, match="class"):
        clearest(*survey, p, q, 3)


def test_none_wanted_or_labels_missing(survey):
    logits, labels, _ = survey
    with pytest.raises(SelectionError, match="at least 1"):
        clearest(*survey, 0, 1, 0)
    with pytest.raises(SelectionError, match="as many labels"):
        most_ambiguous(logits, labels[1:], 0, 1, 3)


def test_group_keeps_its_order_and_takes_any_whole_numbers():
    group = Group("A", np.array([5, 2, 9]))
    assert group.members == (5, 2, 9)
    assert all(type(member) is int for member in group.members)
    assert len(group) == 3
    assert group == Group("A", [5, 2, 9])
    assert hash(group) == hash(Group("A", (5, 2, 9)))
    assert group.within(10) is group


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ((), "0 images"),
        (range(13), "13 images"),
        ((1, 2, 1), "image 1 is in it 2 times"),
        ((3, -1), "image -1"),
        ((1.5,), "whole numbers"),
        (7, "whole numbers"),
    ],
)
def test_impossible_groups(members, words):
    with pytest.raises(SelectionError, match=words):
        Group("A", members)


def test_members_outside_the_set_name_the_nearest():
    with pytest.raises(SelectionError, match="image 12 does not exist, the set ends at 9") as told:
        Group("B", (3, 12)).within(10)
    assert told.value.nearest == 9


def test_images_in_both_groups():
    assert in_both(Group("A", (4, 1, 7)), Group("B", (7, 9, 4))) == (4, 7)
    assert in_both(Group("A", (4,)), Group("B", (7,))) == ()


def test_groups_need_numpy_alone():
    program = (
        "import sys, cnn_core.circles.groups; "
        "print({name.partition('.')[0] for name in sys.modules} "
        "& {'scipy', 'tensorflow', 'keras', 'dash', 'flask', 'plotly'})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout.strip(), done.returncode) == ("set()", 0), done.stderr
