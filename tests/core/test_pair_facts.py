"""Facts about a layer and two classes, against whole layers and mean ledgers."""

import os

import numpy as np
import pytest

from cnn_core.circles.cells import kept_facts
from cnn_core.circles.cells import pair_facts as module
from cnn_core.circles.cells.contrast import class_contrast
from cnn_core.circles.cells.kept_facts import kept_pair_facts
from cnn_core.circles.cells.pair_facts import pair_facts
from cnn_core.decision.mean import mean_ledger
from cnn_core.errors import SelectionError
from cnn_core.images.dataset import Dataset
from tests.core import networks
from tests.core.networks import opened, random_images

FIELDS = ("mean_p", "mean_q", "auc", "term_p", "term_q")
LAYERS = [
    (networks.article_like, "Conv2D_1"),
    (networks.article_like, "Dense_1"),
    (networks.article_like, "Dense_2"),
    (networks.residual_plus, "inner"),
    (networks.sigmoid_hidden, "conv"),
]


def known(builder, n=31):
    network = opened(builder)
    return network, random_images(network, n), np.arange(n) * 7 % network.n_classes


def assert_same(found, expected, tolerance=1e-5):
    assert (found.classes, found.n_images) == (expected.classes, expected.n_images)
    assert (found.is_exact, found.fault) == (expected.is_exact, expected.fault)
    for field in FIELDS:
        np.testing.assert_allclose(
            getattr(found, field), getattr(expected, field), rtol=tolerance, atol=tolerance
        )


@pytest.mark.parametrize(("builder", "layer"), LAYERS)
@pytest.mark.parametrize("at_hand", [False, True])
def test_facts_are_those_of_the_whole_layer(builder, layer, at_hand):
    network, images, labels = known(builder)
    values = network.activations(images)[layer]
    found = pair_facts(
        network, images, labels, layer, 2, 0, values=values if at_hand else None, most_bytes=900
    )
    whole = class_contrast(values, labels, 2, 0)
    assert found.n_images == whole.n_images
    for field in ("mean_p", "mean_q", "difference"):
        np.testing.assert_allclose(
            getattr(found, field), getattr(whole, field), rtol=1e-5, atol=1e-6
        )
    # Batches of other sizes may round the last bit otherwise, which turns single pairs.
    np.testing.assert_allclose(found.auc, whole.auc, atol=0.02)
    for field, wanted in (("term_p", 2), ("term_q", 0)):
        mean = mean_ledger(network, layer, images[labels == wanted], 2, 0)
        np.testing.assert_allclose(getattr(found, field), mean.terms, rtol=1e-4, atol=1e-5)
        assert found.is_exact == mean.is_exact
    assert found.fault == ""
    assert found.n_bytes == sum(getattr(found, field).nbytes for field in FIELDS)


def test_no_more_is_held_than_is_stated(monkeypatch):
    network, images, labels = known(networks.article_like, 120)
    held, batches = [], []
    real_columns, real_ledgers = module.cell_columns, module.ledgers

    def columns(*arguments, **options):
        found = real_columns(*arguments, **options)
        held.append(found.nbytes)
        return found

    def opened_in(network, layer, batch, *rest, **options):
        batches.append(len(batch))
        return real_ledgers(network, layer, batch, *rest, **options)

    monkeypatch.setattr(module, "cell_columns", columns)
    monkeypatch.setattr(module, "ledgers", opened_in)
    n_both = int(np.isin(labels, (1, 3)).sum())
    most = 25 * 3 * sum(info.n_cells for info in network.layers)
    told = []
    pair_facts(
        network,
        images,
        labels,
        "Conv2D_1",
        1,
        3,
        most_bytes=most,
        progress=lambda *done: told.append(done),
    )
    n_cells = network.layer("Conv2D_1").n_cells
    assert max(held) <= most and sum(held) == 4 * n_cells * n_both
    assert len(held) == -(-n_cells // (most // (4 * n_both))) > 1
    assert max(batches) == 3 and sum(batches) == n_both
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1] == ((1 + len(held)) * n_both,) * 2


def test_turned_facts_are_those_of_the_turned_pair():
    network, images, labels = known(networks.article_like)
    one, other = (
        pair_facts(network, images, labels, "Conv2D_2", *pair) for pair in ((1, 3), (3, 1))
    )
    assert_same(one.turned(), other)


@pytest.mark.parametrize(("builder", "layer"), LAYERS)
def test_left_out_images_count_in_no_mean(builder, layer):
    network, images, labels = known(builder)
    facts = pair_facts(network, images, labels, layer, 1, 2)
    own = np.array([3, 5, 10, 11, 12])
    assert {1, 2} < set(labels[own])
    found = facts.without(network, layer, images[own], labels[own])
    kept = np.setdiff1d(np.arange(len(images)), own)
    expected = pair_facts(network, images[kept], labels[kept], layer, 1, 2)
    assert found.n_images == expected.n_images
    for field in ("mean_p", "mean_q", "term_p", "term_q"):
        np.testing.assert_allclose(
            getattr(found, field), getattr(expected, field), rtol=1e-4, atol=1e-5
        )
    np.testing.assert_array_equal(found.auc, facts.auc)
    assert facts.without(network, layer, images[:0], labels[:0]) is facts
    with pytest.raises(SelectionError, match="left out of"):
        facts.without(network, layer, images[[1] * 30], np.ones(30, int))


def test_where_there_is_no_margin_the_means_stand_alone():
    network, images, labels = known(networks.separate_softmax)
    values = network.activations(images)["softmax"]
    behind = pair_facts(network, images, labels, "softmax", 1, 2)
    assert "behind the logits" in behind.fault and not behind.is_exact
    np.testing.assert_allclose(behind.mean_p, values[labels == 1].mean(axis=0), rtol=1e-5)
    assert np.isnan(behind.term_p).all()
    left = behind.without(network, "softmax", images[:3], labels[:3])
    expected = values[3:][labels[3:] == 1].mean(axis=0)
    np.testing.assert_allclose(left.mean_p, expected, rtol=1e-5)
    same = pair_facts(network, images, labels, "conv", 2, 2)
    assert "different classes" in same.fault
    np.testing.assert_array_equal(same.difference, 0)


def test_a_class_without_images_has_no_numbers():
    network, images, labels = known(networks.article_like)
    rows = labels != 3
    found = pair_facts(network, images[rows], labels[rows], "Dense_1", 1, 3)
    assert found.n_images[1] == 0
    for field in ("mean_q", "auc", "term_q"):
        assert np.isnan(getattr(found, field)).all()
    assert np.isfinite([found.mean_p, found.term_p]).all()


@pytest.fixture
def computed(monkeypatch):
    """How often facts were computed."""
    calls = []
    real = kept_facts.pair_facts
    monkeypatch.setattr(
        kept_facts, "pair_facts", lambda *rest, **options: calls.append(1) or real(*rest, **options)
    )
    return calls


def test_kept_facts_are_computed_once(tmp_path, computed):
    network, images, labels = known(networks.article_like)
    dataset = Dataset("test", images, labels, tuple("abcd"))
    first = kept_pair_facts(network, dataset, "Conv2D_2", 1, 3, folder=tmp_path)
    again = kept_pair_facts(network, dataset, "Conv2D_2", 1, 3, folder=tmp_path)
    turned = kept_pair_facts(network, dataset, "Conv2D_2", 3, 1, folder=tmp_path)
    assert len(computed) == 1
    assert_same(again, first, 0)
    assert_same(turned, first.turned(), 0)
    kept_pair_facts(network, dataset, "Dense_1", 1, 3, folder=tmp_path)
    kept_pair_facts(opened(networks.article_like, 1), dataset, "Dense_1", 1, 3, folder=tmp_path)
    kept_pair_facts(
        network,
        Dataset("test", images[1:], labels[1:], tuple("abcd")),
        "Dense_1",
        1,
        3,
        folder=tmp_path,
    )
    assert len(computed) == 4
    assert len(list((tmp_path / "pairs").iterdir())) == 4


def test_facts_that_were_read_longest_ago_make_room(tmp_path, computed, monkeypatch):
    network, images, labels = known(networks.article_like)
    dataset = Dataset("test", images, labels, tuple("abcd"))

    def ask(p, q):
        kept_pair_facts(network, dataset, "Dense_1", p, q, folder=tmp_path)
        return {path.name for path in (tmp_path / "pairs").iterdir()}

    first = ask(0, 1)
    size = (tmp_path / "pairs" / min(first)).stat().st_size
    monkeypatch.setattr(kept_facts, "MOST_KEPT_BYTES", 2 * size + size // 2)
    (second,) = ask(0, 2) - first
    os.utime(tmp_path / "pairs" / min(first), ns=(1, 1))
    os.utime(tmp_path / "pairs" / second, ns=(2, 2))
    assert ask(1, 0) == {*first, second}
    assert second not in ask(1, 2)
    assert len(computed) == 3
    ask(0, 1)
    assert len(computed) == 3


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes there")
def test_a_pipe_among_the_facts_is_not_waited_for(tmp_path, computed):
    network, images, labels = known(networks.article_like)
    dataset = Dataset("test", images, labels, tuple("abcd"))
    kept_pair_facts(network, dataset, "Dense_1", 1, 3, folder=tmp_path)
    path = next((tmp_path / "pairs").iterdir())
    path.unlink()
    os.mkfifo(path)
    kept_pair_facts(network, dataset, "Dense_1", 1, 3, folder=tmp_path)
    assert len(computed) == 2
    assert path.is_file()


@pytest.mark.parametrize("damage", ["cut", "text", "shape", "missing", "folder"])
def test_damaged_facts_are_computed_anew(tmp_path, computed, damage):
    network, images, labels = known(networks.article_like)
    dataset = Dataset("test", images, labels, tuple("abcd"))
    first = kept_pair_facts(network, dataset, "Dense_1", 1, 3, folder=tmp_path)
    path = next((tmp_path / "pairs").iterdir())
    with np.load(path) as stored:
        arrays = dict(stored)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-700])
    elif damage == "text":
        path.write_text("not an archive")
    elif damage == "folder":
        path.unlink()
        path.mkdir()
    else:
        changed = {"shape": {"auc": arrays["auc"][:2]}, "missing": {}}[damage]
        del arrays["auc"]
        np.savez(path, **arrays, **changed)
    found = kept_pair_facts(network, dataset, "Dense_1", 1, 3, folder=tmp_path)
    assert_same(found, first, 0)
    assert len(computed) == 2


def test_facts_that_cannot_be_kept_are_given_all_the_same(tmp_path):
    network, images, labels = known(networks.article_like)
    (tmp_path / "pairs").write_text("no folder")
    found = kept_pair_facts(
        network, Dataset("test", images, labels, tuple("abcd")), "Dense_1", 1, 3, folder=tmp_path
    )
    assert found.fault == ""
