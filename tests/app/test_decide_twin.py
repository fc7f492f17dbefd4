"""The ledger before training: a stand-in for the twin, the real one, and where there is none."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from app.explorer import Explorer
from app.frame.words.wording import signed
from app.pages.decide import PAGE
from app.pages.decide.spatial import twin
from app.pages.decide.spatial.twin import _of_seed, twin_of, twin_text, twins_of
from app.pages.decide.state import read
from app.pages.decide.view import look, pixels_of
from cnn_core.decision.ledger import ledger
from cnn_core.network.classifier import Network
from cnn_core.network.opening import load_network
from cnn_core.training.snapshot_writer import SnapshotWriter
from tests.app.asking import ask_panel, small_app
from tests.app.small_explorer import small_explorer, small_model

SHIPPED = Path(__file__).resolve().parents[2] / "artifacts" / "cnn_seed2.keras"


def seen(search):
    explorer = small_explorer()
    return look(explorer, read(search, explorer)[0])


def stand_in(monkeypatch, name):
    network = small_explorer().network(name)
    monkeypatch.setattr(twin, "twin_of", lambda *_: network)
    return network


@pytest.mark.parametrize("ref", ["black", "mean"])
def test_both_ledgers_add_up_and_are_compared_by_rank(monkeypatch, ref):
    other = stand_in(monkeypatch, "model_1")
    view = seen(f"?image=7&ref={ref}")
    found = twins_of(view)
    for opened, network in (
        (found.trained, view.explorer.network("model_0")),
        (found.untrained, other),
    ):
        logits = network.logits(view.image[None])[0]
        margin = float(logits[view.p]) - float(logits[view.q])
        assert float(opened.total[0]) == pytest.approx(margin, abs=1e-5)
    terms = np.stack([found.trained.terms[0], found.untrained.terms[0]])
    counted = terms[:, (terms != 0).any(axis=0)]
    assert found.nodes.rank_correlation == pytest.approx(spearmanr(*counted).statistic)
    of_pixels = pixels_of(view)
    others = ledger(other, "", view.image[None], view.p, view.q).against(of_pixels.reference)
    pixels = np.stack([of_pixels.terms.ravel(), others.terms.ravel()])
    counted = pixels[:, (pixels != 0).any(axis=0)]
    sizes = spearmanr(*np.abs(counted)).statistic
    assert f"; sizes alone {signed(sizes)})" in twin_text(view, found)
    assert found.pixels.rank_correlation == pytest.approx(spearmanr(*counted).statistic)


def test_a_network_that_learned_nothing_is_its_twin(monkeypatch):
    stand_in(monkeypatch, "model_0")
    view = seen("?image=7")
    found = twins_of(view)
    assert found.nodes.rank_correlation == found.pixels.rank_correlation == pytest.approx(1)
    assert twin_text(view, found).count("much the same order") == 2


def test_the_panel_draws_both_lists(monkeypatch):
    stand_in(monkeypatch, "model_1")
    shown = ask_panel(small_app(), PAGE.path, "decide-twin", "?image=7")
    trained, untrained = shown["decide-twin"]["figure"]["data"]
    for bars in (trained, untrained):
        sizes = np.abs(bars["x"])
        assert len(sizes) == 7 and (np.diff(sizes) <= 0).all()
    assert shown["decide-twin-box"] == {"hidden": False}
    assert "explains the picture, not the decision." in shown["told"]["texts"]["decide-twin-note"]


def test_a_model_without_records_has_no_twin_and_the_page_says_so():
    assert twin_of(small_explorer(), "model_0") is None
    shown = ask_panel(small_app(), PAGE.path, "decide-twin", "?image=7")
    assert shown["decide-twin-box"] == {"hidden": True}
    assert shown["told"]["texts"]["decide-twin-note"] == twin.ABSENT


def test_a_shipped_model_has_the_twin_of_its_seed():
    network = load_network(SHIPPED)
    found = _of_seed(network)
    assert found.name == f"{network.name}, untrained"
    trained, untrained = (one.weights("Dense_1") for one in (network, found))
    assert not untrained["bias"].any() and trained["bias"].any()
    limit = np.sqrt(6 / sum(untrained["kernel"].shape))
    assert np.abs(untrained["kernel"]).max() <= limit


def test_snapshots_give_the_twin_of_a_model_of_ones_own(tmp_path):
    plain, file = small_explorer(), tmp_path / "own.npz"
    model = small_model(0, plain.input_shape)
    before = model.get_weights()
    model.compile("sgd", "sparse_categorical_crossentropy")
    train = plain.dataset("train")
    model.fit(
        np.asarray(train.images),
        np.asarray(train.labels),
        epochs=1,
        verbose=0,
        callbacks=[SnapshotWriter(file)],
    )
    explorer = Explorer(
        {"model_0": Network(model, name="model_0")},
        {one: plain.dataset(one) for one in plain.set_names},
        {("model_0", one): plain.survey("model_0", one) for one in plain.set_names},
        snapshots={"model_0": file},
    )
    found = twin_of(explorer, "model_0")
    last = model.layers[-1].name
    np.testing.assert_array_equal(found.weights(last)["kernel"], before[-2])
    assert not np.array_equal(explorer.network("model_0").weights(last)["kernel"], before[-2])
