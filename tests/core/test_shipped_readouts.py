"""The shipped readouts belong to the shipped models, and a part of them is computed again."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from cnn_core.artifacts import read_manifest
from cnn_core.images.dataset import load_dataset
from cnn_core.network.opening import load_network
from cnn_core.readouts.best_cell import BestCell
from cnn_core.readouts.class_mean import ClassMean
from cnn_core.readouts.ladder import make_task, read_layer, rows_of_task
from cnn_core.readouts.mlp import find_mlp, make_variant
from cnn_core.readouts.result_file import READOUTS, load_readouts
from cnn_core.survey.whole_set import survey_of

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
FOUND = {one.model_name: one for one in load_readouts(ARTIFACTS / READOUTS)}
NAME = "cnn"
LAYERS = ["", "Conv2D_1", "Max_Pool_1", "Conv2D_2", "Max_Pool_2", "Conv2D_3", "Dense_1", "Dense_2"]


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    network = load_network(ARTIFACTS / f"{NAME}.keras")
    train, test = (load_dataset(ARTIFACTS / "mnist.npz", split) for split in ("train", "test"))
    survey = survey_of(network, test, tmp_path_factory.mktemp("cache"))
    return network, train, test, survey


def test_shipped_readouts_belong_to_shipped_models():
    manifest = read_manifest(ARTIFACTS)
    assert READOUTS in manifest["readouts"]
    models = {Path(file).stem: record for file, record in manifest["models"].items()}
    assert set(FOUND) == set(models)
    for name, found in FOUND.items():
        record = models[name]
        assert found.model_digest == record["sha256"]
        assert found.train_digest == record["data"]["train"]
        assert found.test_digest == record["data"]["test"]
        assert found.task("all").network.n_right == record["correct"]["test"]
        assert [layer.name for layer in found.layers] == LAYERS
        assert [task.name for task in found.tasks][:2] == ["all", "4-9"]
        assert len(found.variants) == 3 and len(found.claims) >= 7
        assert found.provenance["images"]["in_both"] == 0


def test_the_readouts_tell_nothing_of_the_machine():
    text = (ARTIFACTS / READOUTS).read_text()
    assert not any(word in text for word in ("/home", "/root", "/work", "/tmp", "\\"))


@pytest.mark.parametrize(
    "reader, layer",
    [
        (ClassMean(), "Dense_1"),
        (ClassMean(), ""),
        (BestCell(), "Conv2D_3"),
        (BestCell(), "Dense_1"),
    ],
)
def test_a_part_computed_again_gives_the_same(case, reader, layer):
    network, train, test, survey = case
    (again,) = read_layer(reader, network, train, test, survey, layer, make_task((4, 9), survey), 0)
    (shipped,) = FOUND[NAME].of("4-9", layer, reader.name)
    # Another processor may round one image to the other side.
    assert abs(again.share.n_right - shipped.share.n_right) <= 1
    assert (again.share.n, again.n_fitted) == (shipped.share.n, shipped.n_fitted)
    assert again.facts.get("cell") == shipped.facts.get("cell")


def test_probe_agrees_with_scikit_learn_on_its_own(case):
    """Fitted with another scaling and scikit-learn's defaults, it ends within the interval."""
    network, train, test, _ = case
    values, labels = {}, {}
    for dataset in (train, test):
        rows = rows_of_task(dataset.labels, (4, 9))
        values[dataset.name] = np.concatenate(
            [
                network.activations(dataset.images[part], ["Conv2D_3"])["Conv2D_3"]
                for part in np.array_split(rows, 20)
            ]
        ).reshape(len(rows), -1)
        labels[dataset.name] = dataset.labels[rows]
    model = LogisticRegression(C=0.1, max_iter=2000).fit(values["train"], labels["train"])
    (probe,) = FOUND[NAME].of("4-9", "Conv2D_3", "linear_probe")
    assert probe.share.low <= model.score(values["test"], labels["test"]) <= probe.share.high


def test_the_network_without_its_bend_is_computed_again(case):
    network, train, test, survey = case
    task = make_task(None, survey)
    again = make_variant("without_bend", network, find_mlp(network), train, test, survey, [task], 0)
    shipped = next(one for one in FOUND[NAME].variants if one.name == "without_bend")
    assert abs(again.scores["all"].share.n_right - shipped.scores["all"].share.n_right) <= 2
    assert len(set(again.scores["all"].images) ^ set(shipped.scores["all"].images)) <= 4
