"""Familiarity: the nearest training images and the percentile, against all distances in full."""

import numpy as np
import pytest

from cnn_core.__main__ import main
from cnn_core.drawing.familiar.familiar_images import N_CANDIDATES, familiarity
from cnn_core.drawing.familiar.reference import build_reference
from cnn_core.drawing.familiar.reference_file import (
    familiarity_file,
    load_reference,
    write_reference,
)
from cnn_core.errors import ArtifactError, DataError
from tests.core.networks import article_like, opened, random_images, seeded
from tests.core.readout_cases import both_sets

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def known():
    network = opened(article_like)
    train, test = both_sets(network, 700, 60)
    return network, train, test, build_reference(network, train, test)


def all_distances(network, images, train):
    values, others = (
        network.activations(np.asarray(one))["Conv2D_2"].reshape(len(one), -1).astype(np.float64)
        for one in (images, train.images)
    )
    return np.sqrt(((values[:, np.newaxis] - others) ** 2).sum(axis=2))


def test_the_layer_is_the_last_convolution(known):
    _, train, _, reference = known
    assert reference.layer == "Conv2D_2"
    assert reference.codes.shape == (len(train), len(reference.directions))
    assert len(reference.directions) <= 32 and reference.codes.dtype == np.int8
    assert np.allclose(np.linalg.norm(reference.directions, axis=1), 1, atol=2e-3)


def test_the_distances_of_test_images_are_exact(known):
    network, train, test, reference = known
    exact = np.sort(all_distances(network, test.images, train).min(axis=1))
    assert np.allclose(reference.test_distances, exact, rtol=1e-3)


def test_the_nearest_are_those_of_all_distances(known):
    network, train, test, reference = known
    exact = all_distances(network, test.images[:15], train)
    n_same = 0
    for image, distances in zip(test.images[:15], exact, strict=True):
        found = familiarity(reference, network, train, image)
        numbers = np.argsort(distances)[:3]
        n_same += [one.number for one in found.nearest] == numbers.tolist()
        assert found.distance == found.nearest[0].distance
        for one in found.nearest:
            assert one.distance == pytest.approx(distances[one.number], rel=1e-4)
            assert one.label == train.labels[one.number]
        nearer = (reference.test_distances < found.distance - 1e-4).mean() * 100
        assert found.percentile == pytest.approx(nearer, abs=4)
    assert n_same == 15
    assert reference.provenance["nearest_found"] == reference.provenance["checked"] == 60


def test_a_training_image_is_at_no_distance_from_itself(known):
    network, train, _, reference = known
    found = familiarity(reference, network, train, train.images[7])
    assert found.nearest[0].number == 7
    assert found.distance == pytest.approx(0, abs=1e-4) and found.percentile == 0


def test_what_is_like_nothing_is_further_than_all_test_images(known):
    network, train, _, reference = known
    image = random_images(network, 1) * 8
    assert familiarity(reference, network, train, image).percentile == 100


def test_few_images_are_all_candidates(known):
    network, _, test, _ = known
    few, _ = both_sets(network, 9, 5)
    assert len(few) < N_CANDIDATES
    reference = build_reference(network, few, test)
    found = familiarity(reference, network, few, test.images[0])
    exact = all_distances(network, test.images[:1], few)[0]
    assert [one.number for one in found.nearest] == np.argsort(exact)[:3].tolist()


def test_of_other_images_or_networks_it_says_nothing(known):
    network, train, test, reference = known
    with pytest.raises(DataError, match="survey --familiarity"):
        familiarity(reference, network, test, test.images[0])
    with pytest.raises(DataError, match="not of the network"):
        familiarity(reference, opened(article_like, 1), train, test.images[0])


def test_it_is_read_as_it_was_written(known, tmp_path):
    *_, reference = known
    path = tmp_path / familiarity_file("own")
    write_reference(path, reference)
    read = load_reference(path)
    for name, value in vars(reference).items():
        assert np.array_equal(getattr(read, name), value), name
    write_reference(tmp_path / "again.npz", read)
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()
    assert load_reference(tmp_path / "nothing.npz") is None


@pytest.mark.parametrize(
    "alter",
    [
        lambda arrays: arrays.update(codes=arrays["codes"].astype(np.int16)),
        lambda arrays: arrays.update(codes=arrays["codes"][:, :5]),
        lambda arrays: arrays.update(test_distances=arrays["test_distances"][::-1]),
        lambda arrays: arrays.update(mean=arrays["mean"][1:]),
        lambda arrays: arrays.pop("directions"),
    ],
)
def test_an_altered_file_is_told(known, tmp_path, alter):
    path = tmp_path / "altered.npz"
    write_reference(path, known[3])
    with np.load(path) as archive:
        arrays = dict(archive)
    alter(arrays)
    np.savez(path, **arrays)
    with pytest.raises(ArtifactError, match="survey --familiarity"):
        load_reference(path)


def test_the_command_writes_it_beside_the_model(known, tmp_path, capsys):
    _, train, test, reference = known
    seeded(article_like).save(tmp_path / "own.keras")
    arrays = {}
    for name, dataset in (("train", train), ("test", test)):
        arrays[f"x_{name}"] = np.round(dataset.images[:50] * 255).astype(np.uint8)
        arrays[f"y_{name}"] = dataset.labels[:50]
    np.savez(tmp_path / "own.npz", **arrays)
    paths = ["--model", str(tmp_path / "own.keras"), "--data", str(tmp_path / "own.npz")]
    assert main(["survey", *paths, "--cache", str(tmp_path / "cache"), "--familiarity"]) == 0
    found = load_reference(tmp_path / familiarity_file("own"))
    assert found.codes.shape[0] == 50 and found.layer == reference.layer
    assert "three nearest" in capsys.readouterr().out
