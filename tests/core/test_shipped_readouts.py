"""The shipped readouts belong to the shipped models, and a part of them is computed again."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from cnn_core.artifacts import read_manifest
from cnn_core.circles.thresholds import THRESHOLDS
from cnn_core.images.dataset import load_dataset
from cnn_core.network.opening import load_network
from cnn_core.readouts.comparing.answers import Paired
from cnn_core.readouts.comparing.paired import compare
from cnn_core.readouts.judging.claim_found import Claim
from cnn_core.readouts.judging.claims import judge_claims
from cnn_core.readouts.ladder import N_FITTED
from cnn_core.readouts.readers.best_cell import BestCell
from cnn_core.readouts.readers.class_mean import ClassMean
from cnn_core.readouts.readers.logistic import fit_logistic
from cnn_core.readouts.result_file import READOUTS, as_read, load_readouts
from cnn_core.readouts.samples import Sample, values_of
from cnn_core.readouts.task import rows_of_task, training_rows
from cnn_core.readouts.twin import find_twin

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
FOUND = {one.model_name: one for one in load_readouts(ARTIFACTS / READOUTS)}
NAME = "cnn"
LAYERS = ["", "Conv2D_1", "Max_Pool_1", "Conv2D_2", "Max_Pool_2", "Conv2D_3", "Dense_1", "Dense_2"]


@pytest.fixture(scope="module")
def case():
    network = load_network(ARTIFACTS / f"{NAME}.keras")
    train, test = (load_dataset(ARTIFACTS / "mnist.npz", split) for split in ("train", "test"))
    return network, find_twin(network)[0], train, test


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
        assert f"seed {record['seed']}" in found.twin.source
        assert len(found.twin.readouts) == len(found.readouts)
        assert {(one.task, one.layer) for one in found.removals} == {
            (task.name, layer) for task in found.tasks for layer in LAYERS
        }
        assert [one.threshold for one in found.circles if one.task == "4-9"] == list(THRESHOLDS)


def test_the_readouts_tell_nothing_of_the_machine():
    text = (ARTIFACTS / READOUTS).read_text()
    assert not any(word in text for word in ("/home", "/root", "/work", "/tmp", "\\"))


def test_the_file_is_small():
    assert (ARTIFACTS / READOUTS).stat().st_size <= 2_000_000


def test_fits_ended_where_they_were_to_end():
    for found in FOUND.values():
        for one in (*found.readouts, *found.twin.readouts):
            assert one.n_fitted == N_FITTED
            if one.reader in ("linear_probe", "best_cells"):
                assert one.facts["converged"], (found.model_name, one)
                assert one.facts["gradient_norm"] <= one.facts["tolerance"]


def test_bits_shares_and_comparisons_are_one():
    for found in FOUND.values():
        for task in found.tasks:
            network = task.answers.right
            assert network.sum() == task.network.n_right
            for one in found.of(task.name, reader="linear_probe"):
                assert one.answers.right.sum() == one.share.n_right
                again = as_read(Paired, compare(network, one.answers.right))
                assert one.versus_network == again


def test_claims_follow_from_what_the_file_says():
    for found in FOUND.values():
        again = judge_claims([found], "4-9")
        assert tuple(as_read(Claim, one) for one in again) == tuple(
            one for one in found.claims if one.task == "4-9"
        )


@pytest.mark.parametrize(
    "reader, layer, is_trained",
    [
        (ClassMean(), "Dense_1", True),
        (BestCell(), "Conv2D_3", True),
        (BestCell(), "Dense_1", True),
        (BestCell(), "Conv2D_3", False),
    ],
)
def test_a_part_computed_again_gives_the_same(case, reader, layer, is_trained):
    trained, untrained, train, test = case
    network = trained if is_trained else untrained
    rows = training_rows(train.labels, (4, 9), 0, N_FITTED)
    (fitted,) = reader.fit(
        Sample(values_of(network, train, [layer], rows)[layer], train.labels[rows])
    )
    own = rows_of_task(test.labels, (4, 9))
    answers = fitted.decide(values_of(network, test, [layer], own)[layer])
    ask = FOUND[NAME].of if is_trained else FOUND[NAME].untrained
    (shipped,) = ask("4-9", layer, reader.name)
    # Another processor may round one image to the other side.
    assert abs((answers == test.labels[own]).sum() - shipped.share.n_right) <= 1
    assert fitted.facts.get("cell") == shipped.facts.get("cell")


@pytest.mark.parametrize("is_trained", [True, False])
def test_probe_agrees_with_scikit_learn_on_its_own(case, is_trained):
    """Fitted with another scaling and scikit-learn's defaults, it ends within the interval."""
    trained, untrained, train, test = case
    network = trained if is_trained else untrained
    rows = training_rows(train.labels, (4, 9), 7, N_FITTED)
    own = rows_of_task(test.labels, (4, 9))
    values = values_of(network, train, ["Conv2D_3"], rows)["Conv2D_3"]
    scale = values.std()
    model = LogisticRegression(C=0.1, max_iter=2000).fit(values / scale, train.labels[rows])
    of_test = values_of(network, test, ["Conv2D_3"], own)["Conv2D_3"] / scale
    ask = FOUND[NAME].of if is_trained else FOUND[NAME].untrained
    (probe,) = ask("4-9", "Conv2D_3", "linear_probe")
    assert probe.share.low <= model.score(of_test, test.labels[own]) <= probe.share.high


def test_the_probe_on_the_logits_is_at_the_optimum_of_its_objective(case):
    """All classes of the second model, where a warm start once stopped after one step."""
    _, _, train, test = case
    network = load_network(ARTIFACTS / "cnn_seed2.keras")
    (probe,) = FOUND["cnn_seed2"].of("all", "Dense_2", "linear_probe")
    rows = training_rows(train.labels, range(10), 0, N_FITTED)
    values = values_of(network, train, ["Dense_2"], rows)["Dense_2"].astype(np.float64)
    centre = values.mean(axis=0)
    scale = 1 / np.sqrt(values.var(axis=0).mean())
    penalty = probe.facts["strength"] * 10
    model = LogisticRegression(C=1 / (penalty * len(rows)), tol=1e-10, max_iter=20_000)
    model.fit((values - centre) * scale, train.labels[rows])
    found = values_of(network, test, ["Dense_2"], np.arange(len(test)))["Dense_2"]
    answers = model.predict((found - centre) * scale)
    assert abs((answers == test.labels).sum() - probe.share.n_right) <= 1
    again = fit_logistic(
        ((values - centre) * scale).astype(np.float32),
        train.labels[rows],
        10,
        penalty,
        tolerance=1e-6,
        most_steps=1000,
    )
    assert again.gradient_norm <= 1e-6
    assert np.abs(again.weights - again.weights.mean(axis=1, keepdims=True)).max() == pytest.approx(
        np.abs(model.coef_ - model.coef_.mean(axis=0)).max(), rel=0.02
    )


def test_the_network_without_its_bend_is_computed_again(case):
    network, _, _, test = case
    activations = [
        network.activations(test.images[start : start + 1000], ["Dense_1"])
        for start in range(0, len(test), 1000)
    ]
    before = np.concatenate([one.pre("Dense_1") for one in activations])
    weights = network.weights("Dense_2")
    answers = (before @ weights["kernel"] + weights["bias"]).argmax(axis=1)
    shipped = FOUND[NAME].variant("without_bend").scores["all"]
    assert abs((answers == test.labels).sum() - shipped.share.n_right) <= 2
