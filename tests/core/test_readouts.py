"""All readouts of a network together: values, honesty, resumption, files."""

import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from sklearn.neighbors import NearestCentroid

from cnn_core.errors import ArtifactError, DataError, SelectionError
from cnn_core.images.dataset import Dataset
from cnn_core.readouts import compute as compute_module
from cnn_core.readouts import ladder as ladder_module
from cnn_core.readouts.comparing.answers import Answers, Counts, Share
from cnn_core.readouts.comparing.pooling import Spread, gain_by_training
from cnn_core.readouts.compute import check_apart, compute_readouts, count_shared
from cnn_core.readouts.judging.claims import judge_claims
from cnn_core.readouts.judging.evidence import UNJUDGED
from cnn_core.readouts.ladder import layers_to_read, read_layers
from cnn_core.readouts.readers.best_cells import COUNTS
from cnn_core.readouts.removal import N_RANDOM
from cnn_core.readouts.result_file import as_read, load_readouts, save_readouts
from cnn_core.readouts.results import Task, Twin
from cnn_core.readouts.task import make_task, network_answers
from cnn_core.readouts.work import Work
from cnn_core.statistics import wilson_interval
from tests.core.networks import (
    article_like,
    depthwise_dropout_padding,
    global_pooling,
    opened,
    separate_softmax,
)
from tests.core.readout_cases import NAMES, both_sets, short_refits, with_labels

PAIR = (2, 0)
TWIN = opened(article_like, 5)
UNTRAINED = {"twin": TWIN, "twin_source": "another seed"}
LAYERS = ["", "Conv2D_1", "Max_Pool_1", "Conv2D_2", "Dense_1", "Dense_2"]


@pytest.fixture(scope="module", autouse=True)
def short_fits():
    with short_refits():
        yield


@pytest.fixture(scope="module")
def case():
    network = opened(article_like)
    return network, *both_sets(network)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def found(case, folder):
    network, train, test = case
    return compute_readouts(network, train, test, [PAIR], cache_folder=folder, **UNTRAINED)


# --- what is there ----------------------------------------------------------------------------


def test_every_reader_reads_every_layer_for_every_task(found):
    assert [layer.name for layer in found.layers] == LAYERS
    assert [task.name for task in found.tasks] == ["all", "2-0"]
    for task in found.tasks:
        for layer in found.layers:
            at = found.of(task.name, layer.name)
            counts = [count for count in COUNTS if count <= layer.n_cells]
            assert [(one.reader, one.setting) for one in at] == [
                ("best_cell", None),
                ("class_mean", None),
                *(("best_cells", count) for count in counts),
                ("linear_probe", None),
            ]
    assert [variant.name for variant in found.variants] == [
        "linear_probe",
        "without_bend",
        "linear_refit",
    ]
    assert len(found.claims) == 7 and {claim.task for claim in found.claims} == {"2-0"}
    assert found.class_names == NAMES
    assert found.conv == "Conv2D_2"
    assert found.mlp == {"input": "Conv2D_2", "hidden": "Dense_1", "widths": [7, 4], "note": ""}


@pytest.mark.parametrize(
    "builder, expected",
    [
        (depthwise_dropout_padding, ["", "padded", "depthwise", "pointwise", "hidden", "classes"]),
        (global_pooling, ["", "conv", "mean", "head", "flat"]),
        (separate_softmax, ["", "conv", "hidden", "classes"]),
    ],
)
def test_copies_and_what_stands_behind_the_logits_are_left_out(builder, expected):
    network = opened(builder)
    layers = layers_to_read(network, both_sets(network)[1].images[:8])
    assert [layer.name for layer in layers] == expected


def test_counts_and_intervals_agree(found, case):
    _, train, test = case
    for one in found.readouts:
        task = found.task(one.task)
        assert one.share.n == np.isin(test.labels, task.classes).sum() == task.network.n
        assert one.n_fitted == np.isin(train.labels, task.classes).sum()
        low, high = wilson_interval(one.share.n_right, one.share.n)
        assert (one.share.low, one.share.high) == pytest.approx((float(low), float(high)))
        versus = one.versus_network
        assert task.network.n_right - one.share.n_right == versus.only_first - versus.only_second


def test_the_network_itself_answers_by_its_logits(found, case):
    network, _, test = case
    logits = network.logits(test.images)
    assert network_answers(logits, range(4)).tolist() == logits.argmax(axis=1).tolist()
    rows = np.isin(test.labels, PAIR)
    answers = np.where(logits[:, 2] >= logits[:, 0], *PAIR)
    expected = (answers == test.labels)[rows]
    assert found.task("2-0").network.n_right == expected.sum()
    np.testing.assert_array_equal(found.task("2-0").answers.right, expected)


@pytest.mark.parametrize("classes", [(2, 0), (0, 2), (3, 0, 2)])
def test_of_equal_logits_the_network_answers_the_first_class(classes):
    assert network_answers(np.zeros((2, 4), np.float32), classes).tolist() == [classes[0]] * 2


def test_every_layer_is_read_on_the_same_number_of_images(found, monkeypatch, case):
    for task in found.tasks:
        assert len({one.n_fitted for one in found.of(task.name)}) == 1
    network, train, test = case
    cells = [layer.n_cells for layer in found.layers]
    monkeypatch.setattr(ladder_module, "MOST_VALUES", 50 * max(cells))
    rungs = read_layers(network, train, test, found.layers, found.task("2-0"), 0)
    assert {one.n_fitted for one in rungs.readouts} == {50}
    assert [one.layer for one in rungs.removals] == LAYERS


def test_answers_image_by_image_agree_with_the_counts(found):
    slim = [one for one in found.twin.readouts if one.answers is None]
    assert {one.reader for one in slim} == {"best_cells"}
    for one in (*found.readouts, *found.twin.readouts):
        if one in slim:
            continue
        assert one.answers.n == one.share.n and one.answers.right.sum() == one.share.n_right
    for one in found.readouts:
        network = found.task(one.task).answers.right
        only_network = (network & ~one.answers.right).sum()
        assert one.versus_network.only_first == only_network


@pytest.mark.parametrize("n", [1, 8, 13])
def test_packed_answers_and_counts_come_back(n):
    rng = np.random.default_rng(n)
    right, counts = rng.random(n) < 0.7, rng.integers(0, 60_000, n)
    np.testing.assert_array_equal(Answers.of(right).right, right)
    np.testing.assert_array_equal(Counts.of(counts).values, counts)
    for kind, packed in ((Answers, Answers.of(right).packed), (Counts, Counts.of(counts).packed)):
        with pytest.raises(ValueError):
            kind(n + 8, packed)
        with pytest.raises(ValueError):
            kind(n, "nonsense")


# --- the untrained twin and what is taken away ------------------------------------------------


def test_the_twin_is_read_as_the_network_is(found, case):
    _, train, test = case
    assert found.twin.source == "another seed" and found.provenance["untrained"] == "another seed"
    logits = TWIN.logits(test.images)
    for task in found.twin.tasks:
        expected = make_task(None if task.name == "all" else PAIR, logits, test.labels)
        assert task == as_read(Task, expected)
    own = compute_readouts(TWIN, train, test, [PAIR]).readouts
    assert [_without_trial(one) for one in found.twin.readouts] == [
        _without_trial(one) for one in own
    ]


def _without_trial(readout):
    left_out = {"control_right", "cells"}
    facts = {key: value for key, value in readout.facts.items() if key not in left_out}
    answers = None if readout.reader == "best_cells" else readout.answers
    return replace(readout, facts=facts, answers=answers, seconds=0)


def test_a_network_that_training_left_alone_gains_nothing_by_it(found):
    same = replace(found, twin=Twin("itself", found.tasks, found.readouts))
    for task in ("all", "2-0"):
        for layer in LAYERS:
            gain = gain_by_training([same], task, layer, "linear_probe")
            assert gain.trained == gain.untrained
            assert gain.difference.difference == 0 and gain.difference.low <= 0


def test_without_a_twin_it_is_said(found_in_shuffled):
    found = found_in_shuffled
    assert found.twin is None and "not recorded" in found.provenance["untrained"]
    assert found.untrained("all") == []
    assert gain_by_training([found], "all", "", "class_mean") is None


def test_what_a_probe_reads_is_taken_out_of_the_network(found):
    assert [one.layer for one in found.removals if one.task == "2-0"] == LAYERS
    for removal in found.removals:
        task = found.task(removal.task)
        assert removal.n_directions == (1 if removal.task == "2-0" else 3)
        assert removal.share.n == task.network.n and len(removal.random) == N_RANDOM
        versus = removal.versus_network
        assert task.network.n_right - removal.share.n_right == pytest.approx(
            versus.only_first - versus.only_second
        )


def test_probes_of_pairs_are_tried_on_random_labels(found):
    for one in found.readouts:
        is_tried = one.reader == "linear_probe" and one.task == "2-0"
        assert (one.control is not None) == is_tried
        if is_tried:
            assert 0.4 < one.control <= 1
            assert one.selectivity == pytest.approx(one.share.value - one.control)


# --- values -----------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:self.within_class_std_dev_:UserWarning")
@pytest.mark.parametrize("layer", ["", "Conv2D_2", "Dense_1", "Dense_2"])
@pytest.mark.parametrize("task", ["all", "2-0"])
def test_class_mean_is_scikit_learns_on_the_layers_own_values(found, case, layer, task):
    network, train, test = case
    classes = found.task(task).classes

    def values_and_labels(dataset):
        kept = np.isin(dataset.labels, classes)
        activations = network.activations(dataset.images[kept])
        values = (
            activations.logits
            if layer == "Dense_2"
            else (activations[layer] if layer else dataset.images[kept])
        )
        flat = values.reshape(kept.sum(), -1).astype(np.float64)
        return flat, dataset.labels[kept]

    model = NearestCentroid().fit(*values_and_labels(train))
    values, labels = values_and_labels(test)
    (one,) = found.of(task, layer, "class_mean")
    assert one.share.n_right == (model.predict(values) == labels).sum()


def test_classes_that_differ_are_told_apart(found):
    """The readers of this small case are not all at chance, so that chance below says something."""
    for task, least in (("all", 0.6), ("2-0", 0.9)):
        for layer in ("", "Conv2D_1", "Conv2D_2"):
            (probe,) = found.of(task, layer, "linear_probe")
            assert probe.share.value > least


# --- honesty ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shuffled(case):
    """Give the case with labels that have nothing to do with the images, in both sets."""
    network, train, test = case
    draw = np.random.default_rng(3)
    return network, *(with_labels(one, draw.permutation(one.labels)) for one in (train, test))


def _at_chance(share, n_classes):
    low, high = wilson_interval(share.n_right, share.n, level=0.9999)
    return low <= 1 / n_classes <= high


@pytest.fixture(scope="module")
def found_in_shuffled(shuffled, tmp_path_factory):
    return compute_readouts(*shuffled, [PAIR], cache_folder=tmp_path_factory.mktemp("shuffled"))


def test_shuffled_labels_leave_every_reader_and_variant_at_chance(found_in_shuffled):
    for one in found_in_shuffled.readouts:
        assert _at_chance(one.share, len(found_in_shuffled.task(one.task).classes)), one
    for variant in found_in_shuffled.variants:
        for task, score in variant.scores.items():
            assert _at_chance(score.share, len(found_in_shuffled.task(task).classes))


def test_a_leak_lifts_readers_above_chance(shuffled):
    """Scored on the images that it was fitted on, a reader tells shuffled labels: so it is seen."""
    network, train, _ = shuffled
    leak = Dataset("test", train.images, train.labels, train.class_names)
    layers = [one for one in layers_to_read(network, leak.images[:8]) if one.name == "Conv2D_1"]
    for pair, chance in ((PAIR, 2), (None, 4)):
        task = make_task(pair, network.logits(leak.images), leak.labels)
        readouts = read_layers(network, train, leak, layers, task, 0).readouts
        (one,) = (one for one in readouts if one.reader == "linear_probe")
        assert not _at_chance(one.share, chance) and one.share.value > 1 / chance + 0.15


def test_test_images_among_the_training_images_are_refused(case, tmp_path):
    network, train, test = case
    leak = Dataset(
        "test",
        np.concatenate([train.images[:9], test.images]),
        np.concatenate([train.labels[:9], test.labels]),
        train.class_names,
    )
    assert count_shared(train, leak) == 9 and count_shared(train, test) == 0
    with pytest.raises(DataError, match="9 of 169 test images are training images"):
        compute_readouts(network, train, leak, cache_folder=tmp_path)


def test_one_in_a_hundred_of_the_test_images_may_be_a_training_image(case):
    _, train, test = case
    assert len(test) == 160 and len(train) == 240

    def leak(n):
        images = np.concatenate([train.images[:n], test.images[n:]])
        return Dataset("test", images, test.labels, test.class_names)

    assert check_apart(train, leak(1)) == 1
    with pytest.raises(DataError, match="2 of 160 test images"):
        check_apart(train, leak(2))


def test_data_without_training_images_are_refused(case, tmp_path):
    network, _, test = case
    with pytest.raises(DataError, match="no training images"):
        compute_readouts(network, None, test, cache_folder=tmp_path)


@pytest.mark.parametrize(
    "pair, told", [((0, 4), "class 4"), ((1, 1), "against itself"), ((-1, 2), "class -1")]
)
def test_impossible_pairs_are_refused(case, tmp_path, pair, told):
    with pytest.raises(SelectionError, match=told):
        compute_readouts(*case, [pair], cache_folder=tmp_path)


def test_class_without_images_is_refused(case, tmp_path):
    network, train, test = case
    kept = test.labels != 2
    fewer = Dataset("test", test.images[kept], test.labels[kept], test.class_names)
    with pytest.raises(SelectionError, match="class 2: no image of it in the test set"):
        compute_readouts(network, train, fewer, [PAIR], cache_folder=tmp_path)


# --- resumption and files ---------------------------------------------------------------------


class _Stopped(Exception):
    pass


def _stop(*_, **__):
    raise _Stopped


def test_broken_off_run_goes_on_and_ends_the_same(case, found, tmp_path, monkeypatch):
    def stop(done, total, title):
        if done == 3:
            raise _Stopped

    given = {"cache_folder": tmp_path, **UNTRAINED}
    with pytest.raises(_Stopped):
        compute_readouts(*case, [PAIR], progress=stop, **given)
    told = []
    again = compute_readouts(*case, [PAIR], progress=lambda *one: told.append(one), **given)
    n_steps = 1 + 1 + 2 + 2 + 1  # MLP, circles, ladders, those of the twin, claims
    assert again.provenance["steps_from_an_earlier_run"] == 3
    assert again.provenance["steps"] == n_steps - 1
    assert list(dict.fromkeys(done for done, _, _ in told)) == list(range(n_steps + 1))
    assert {total for _, total, _ in told} == {n_steps}
    assert _without_time(again) == _without_time(found)
    monkeypatch.setattr(compute_module, "read_layers", _stop)
    whole = compute_readouts(*case, [PAIR], **given)
    assert whole.provenance["steps_from_an_earlier_run"] == n_steps - 1
    assert _without_time(whole) == _without_time(found)
    with pytest.raises(_Stopped):
        compute_readouts(*case, [PAIR], anew=True, **given)


def _without_time(found):
    def timeless(readouts):
        return tuple(replace(one, seconds=0) for one in readouts)

    return replace(
        found,
        provenance={},
        readouts=timeless(found.readouts),
        twin=replace(found.twin, readouts=timeless(found.twin.readouts)),
    )


def test_damaged_work_is_done_anew(case, found, folder, tmp_path):
    (work,) = folder.glob("readouts-*.json")
    (tmp_path / work.name).write_text(work.read_text()[:-40])
    again = compute_readouts(*case, [PAIR], cache_folder=tmp_path, **UNTRAINED)
    assert again.provenance["steps_from_an_earlier_run"] == 0
    assert _without_time(again) == _without_time(found)


def test_unusable_cache_folder_only_costs_the_resumption(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    work, share = Work(blocked / "work.json"), Share.of(3, 4)
    for _ in range(2):
        assert work.step("one", Share, lambda: share) == as_read(Share, share)
    assert work.n_at_hand == 1 and Work(blocked / "work.json").n_at_hand == 0


def test_file_gives_back_what_was_saved(found, tmp_path):
    path = tmp_path / "readouts.json"
    save_readouts(path, [found, found])
    assert load_readouts(path) == (found, found)
    first = path.read_bytes()
    save_readouts(path, load_readouts(path))
    assert path.read_bytes() == first


def test_no_file_is_no_readouts(tmp_path):
    assert load_readouts(tmp_path / "readouts.json") == ()


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda text: text[:-100], "truncated or altered"),
        (lambda text: "[]", "content"),
        (lambda text: "null", "content"),
        (lambda text: "{}", "format: field required"),
        (lambda text: text.replace('"n_right"', '"n_wrong"'), r"n_right: field required"),
        (lambda text: text.replace('"format":2', '"format":99'), "format 99 where"),
        (lambda text: text.replace('"format":2', '"format":2,"more":1'), "more: "),
        (
            lambda text: re.sub(r'"n_right":\d+', '"n_right":"abc"', text, count=1),
            r"models\.0\..*n_right: input should be a valid integer",
        ),
        (
            lambda text: re.sub(r'"gradient_norm":[^,}]+', '"gradient_norm":"7"', text, count=1),
            r"facts\.gradient_norm: input should be a valid number",
        ),
        (lambda text: re.sub(r'"packed":"..', '"packed":"!!', text, count=1), "no packed answers"),
    ],
)
def test_damaged_file_is_told_in_one_line_with_the_place(found, tmp_path, harm, told):
    path = tmp_path / "readouts.json"
    save_readouts(path, [found])
    path.write_text(harm(path.read_text()))
    with pytest.raises(
        ArtifactError, match=rf"readouts\.json: .*{told}.*survey --readouts"
    ) as fault:
        load_readouts(path)
    assert "\n" not in str(fault.value)


def test_reading_needs_no_heavy_package():
    code = (
        "import sys, cnn_core.readouts.results; "
        "print({'tensorflow', 'keras', 'sklearn', 'scipy'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_provenance_says_what_was_used(found, case):
    _, train, test = case
    assert found.train_digest == train.digest and found.test_digest == test.digest
    assert len(found.model_digest) == 64
    assert found.provenance["images"] == {"train": 240, "test": 160, "in_both": 0}
    assert {"keras", "numpy", "scikit-learn", "scipy", "python"} == set(
        found.provenance["versions"]
    )


def test_of_shuffled_labels_no_verdict_is_given(found_in_shuffled):
    claims = {one.name: one for one in judge_claims([found_in_shuffled], "2-0")}
    for name in ("linear_suffices", "nodes_beat_cells", "hidden_layer_needed"):
        assert claims[name].verdict == UNJUDGED, name


def test_interval_over_models_is_that_of_their_mean():
    """Half as wide as 4.303 standard errors, Student's t for two degrees of freedom."""
    found = Spread.of([0.01, 0.02, 0.03])
    half = 4.302653 * 0.01 / 3**0.5
    assert (found.low, found.high) == pytest.approx((0.02 - half, 0.02 + half))
    alone = Spread.of([0.5])
    assert (alone.low, alone.high) == (-np.inf, np.inf)
