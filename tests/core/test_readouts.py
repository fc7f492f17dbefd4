"""All readouts of a network together: values, honesty, resumption, files."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from sklearn.neighbors import NearestCentroid

from cnn_core.errors import ArtifactError, DataError, SelectionError
from cnn_core.images.dataset import Dataset
from cnn_core.readouts import compute as compute_module
from cnn_core.readouts.best_cells import COUNTS
from cnn_core.readouts.compute import compute_readouts, count_shared
from cnn_core.readouts.ladder import READERS, layers_to_read, make_task, network_answers, read_layer
from cnn_core.readouts.linear_probe import LinearProbe
from cnn_core.readouts.result_file import load_readouts, save_readouts
from cnn_core.statistics import wilson_interval
from cnn_core.survey.whole_set import survey_of
from tests.core.networks import (
    article_like,
    depthwise_dropout_padding,
    global_pooling,
    opened,
    separate_softmax,
)
from tests.core.readout_cases import NAMES, both_sets, with_labels

PAIR = (2, 0)
LAYERS = ["", "Conv2D_1", "Max_Pool_1", "Conv2D_2", "Dense_1", "Dense_2"]


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
    return compute_readouts(network, train, test, [PAIR], cache_folder=folder)


@pytest.fixture(scope="module")
def survey(case, folder):
    network, _, test = case
    return survey_of(network, test, folder)


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
        assert (one.share.low, one.share.high) == (low, high)
        versus = one.versus_network
        assert task.network.n_right - one.share.n_right == versus.only_first - versus.only_second


def test_the_network_itself_is_the_survey(found, survey, case):
    test = case[2]
    assert found.task("all").network.n_right == survey.n_right
    rows = np.isin(test.labels, PAIR)
    answers = np.where(survey.margins(*PAIR) >= 0, *PAIR)
    assert found.task("2-0").network.n_right == (answers == test.labels)[rows].sum()
    assert network_answers(survey.logits, range(4)).tolist() == survey.predictions.tolist()


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


def test_a_leak_lifts_readers_above_chance(shuffled, tmp_path):
    """Scored on the images that it was fitted on, a reader tells shuffled labels: so it is seen."""
    network, train, _ = shuffled
    leak = Dataset("test", train.images, train.labels, train.class_names)
    survey = survey_of(network, leak, tmp_path)
    for pair, chance in ((PAIR, 2), (None, 4)):
        task = make_task(pair, survey)
        (one,) = read_layer(LinearProbe(), network, train, leak, survey, "Conv2D_1", task, seed=0)
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


def test_broken_off_run_goes_on_and_ends_the_same(case, found, tmp_path, monkeypatch):
    def stop(done, total, title):
        if done == 11:
            raise _Stopped

    with pytest.raises(_Stopped):
        compute_readouts(*case, [PAIR], cache_folder=tmp_path, progress=stop)
    told = []
    again = compute_readouts(
        *case, [PAIR], cache_folder=tmp_path, progress=lambda *given: told.append(given)
    )
    n_steps = len(LAYERS) * 2 * len(READERS) + 3 + 1
    assert again.provenance["steps_from_an_earlier_run"] == 11
    assert again.provenance["steps"] == n_steps - 1
    assert [done for done, _, _ in told] == list(range(n_steps + 1))
    assert _without_time(again) == _without_time(found)
    monkeypatch.setattr(compute_module, "read_layer", None)
    whole = compute_readouts(*case, [PAIR], cache_folder=tmp_path)
    assert whole.provenance["steps_from_an_earlier_run"] == n_steps - 1
    assert _without_time(whole) == _without_time(found)
    with pytest.raises(TypeError):
        compute_readouts(*case, [PAIR], cache_folder=tmp_path, anew=True)


def _without_time(found):
    return replace(
        found, provenance={}, readouts=tuple(replace(one, seconds=0) for one in found.readouts)
    )


def test_damaged_work_is_done_anew(case, found, tmp_path):
    compute_readouts(*case, [PAIR], cache_folder=tmp_path)
    (work,) = tmp_path.glob("readouts-*.json")
    work.write_text(work.read_text()[:-40])
    again = compute_readouts(*case, [PAIR], cache_folder=tmp_path)
    assert again.provenance["steps_from_an_earlier_run"] == 0
    assert _without_time(again) == _without_time(found)


def test_unusable_cache_folder_only_costs_the_resumption(case, found, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    again = compute_readouts(*case, [PAIR], cache_folder=blocked)
    assert _without_time(again) == _without_time(found)


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
    "harm",
    [
        lambda text: text[:-100],
        lambda text: "[]",
        lambda text: "null",
        lambda text: "{}",
        lambda text: text.replace('"n_right"', '"n_wrong"'),
        lambda text: text.replace('"format": 1', '"format": 99'),
    ],
)
def test_damaged_file_is_told_in_one_line(found, tmp_path, harm):
    path = tmp_path / "readouts.json"
    save_readouts(path, [found])
    path.write_text(harm(path.read_text()))
    with pytest.raises(ArtifactError, match=r"readouts\.json: .*survey --readouts") as told:
        load_readouts(path)
    assert "\n" not in str(told.value)


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
