"""What is shipped for drawings belongs to the shipped models, and holds what it promises."""

from pathlib import Path

import numpy as np
import pytest

from cnn_core.artifacts import read_manifest
from cnn_core.drawing.change_results import SHIFTS, load_changes
from cnn_core.drawing.changes import shifted
from cnn_core.drawing.familiar.familiar_images import values_at
from cnn_core.drawing.familiar.reference_file import familiarity_file, load_reference
from cnn_core.drawing.named_changes import NAMED_CHANGES
from cnn_core.images.dataset import load_dataset
from cnn_core.network.opening import load_network

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
MODELS = {Path(file).stem: told for file, told in read_manifest(ARTIFACTS)["models"].items()}
MOST_BYTES = 9_000_000


@pytest.fixture(scope="module")
def changes():
    return {one.model_name: one for one in load_changes(ARTIFACTS / SHIFTS)}


def test_every_shipped_model_has_its_files(changes):
    described = read_manifest(ARTIFACTS)["drawing"]
    assert set(described) == {SHIFTS, *map(familiarity_file, MODELS)}
    assert sum(record["bytes"] for record in described.values()) <= MOST_BYTES
    assert set(changes) == set(MODELS)
    for name, record in MODELS.items():
        reference = load_reference(ARTIFACTS / familiarity_file(name))
        assert changes[name].model_digest == reference.model_digest == record["sha256"]
        assert changes[name].test_digest == reference.test_digest == record["data"]["test"]
        assert reference.train_digest == record["data"]["train"]
        assert len(reference.codes) == 60_000 and len(reference.test_distances) == 10_000
        assert reference.provenance["nearest_found"] == reference.provenance["checked"] == 200


def test_cleaning_repairs_and_leaves_good_images_alone(changes):
    for one in changes.values():
        share = {
            fault.change: (fault.n_right / one.n_images, fault.n_right_cleaned / one.n_images)
            for fault in one.repaired
        }
        assert list(share) == list(NAMED_CHANGES)
        before, after = share["as it is"]
        assert after >= before - 0.002
        for fault in (
            "shifted by 4 pixels",
            "shifted by 6 pixels",
            "filling the frame",
            "inverted",
        ):
            assert share[fault][1] >= before - 0.003
        for fault in ("strokes thinned", "strokes 2 pixels thicker", "strokes 4 pixels thicker"):
            assert share[fault][1] > share[fault][0]


def test_the_counts_are_those_of_the_network(changes):
    found, test = changes["cnn"], load_dataset(ARTIFACTS / "mnist.npz")
    network = load_network(ARTIFACTS / "cnn.keras")
    rows = np.sort(np.random.default_rng(0).choice(len(test), found.n_images, replace=False))
    images, labels = test.images[rows], test.labels[rows]
    for right, down in ((0, 0), (6, 0)):
        n_right = int((network.logits(shifted(images, right, down)).argmax(axis=1) == labels).sum())
        # Another machine rounds otherwise, which can move an image on a border.
        told = found.n_right_shifted[found.reach + down][found.reach + right]
        assert abs(told - n_right) <= 2


def test_the_codes_are_those_of_the_training_images():
    reference = load_reference(ARTIFACTS / familiarity_file("cnn"))
    train = load_dataset(ARTIFACTS / "mnist.npz", "train")
    network = load_network(ARTIFACTS / "cnn.keras")
    values = values_at(network, reference.layer, train.images[-300:])
    apart = reference.encoded(values) - reference.codes[-300:]
    assert np.abs(apart).max() < 0.6
