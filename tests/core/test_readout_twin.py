"""The untrained twin of a saved network: from its recorded seed, from its snapshots, or none."""

from pathlib import Path

import numpy as np
import pytest

from cnn_core.network.opening import load_network
from cnn_core.readouts.twin import NO_TWIN, find_twin
from cnn_core.training.article_cnn import build_article_cnn
from cnn_core.training.snapshots import (
    About,
    Moment,
    StoredArray,
    architecture_digest,
    save_snapshots,
)
from tests.core.networks import article_like, opened, seeded

ARTIFACTS = Path(__file__).parents[2] / "artifacts"

# Keras saves its variables in a way that NumPy 2 will stop to allow.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def test_a_shipped_model_is_rebuilt_from_its_seed():
    network = load_network(ARTIFACTS / "cnn_seed2.keras")
    twin, source = find_twin(network)
    assert "seed 2" in source and twin.layers == network.layers
    expected = build_article_cnn(seed=2).layers[0].get_weights()[0]
    np.testing.assert_array_equal(twin.weights("Conv2D_1")["kernel"], expected)


def test_a_model_of_ones_own_has_the_twin_of_its_snapshots(tmp_path):
    start, end = seeded(article_like, 1), seeded(article_like, 2)
    end.save(tmp_path / "own.keras")
    network = load_network(tmp_path / "own.keras")
    assert find_twin(network) == (None, NO_TWIN)
    stored = [
        StoredArray(layer=layer.name, name=one.name, shape=list(one.shape))
        for layer in end.layers
        for one in layer.weights
    ]
    about = About(
        format=1,
        architecture=architecture_digest(end.layers),
        arrays=stored,
        moments=[Moment(step=0, epoch=0), Moment(step=9, epoch=1)],
        seed=None,
        versions={},
    )
    flat = [np.concatenate([one.ravel() for one in model.get_weights()]) for model in (start, end)]
    save_snapshots(tmp_path / "own_snapshots.npz", about, flat)
    twin, source = find_twin(network)
    assert source == "step 0 of own_snapshots.npz"
    np.testing.assert_array_equal(
        twin.weights("Dense_1")["kernel"], start.get_layer("Dense_1").get_weights()[0]
    )


def test_a_network_without_a_file_has_none():
    assert find_twin(opened(article_like)) == (None, NO_TWIN)
