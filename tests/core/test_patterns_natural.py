"""What excites units most in a set, and what they do over a whole set: against brute force."""

import numpy as np
import pytest

from cnn_core.images.dataset import Dataset
from cnn_core.patterns import reading as reading_module
from cnn_core.patterns.habits import N_BINS, fired_by_class, habits_of
from cnn_core.patterns.natural import N_PATCHES, NaturalSearch
from cnn_core.patterns.peaks import layers_with_patterns, read_peaks
from cnn_core.patterns.reading import SetReading, read_set
from tests.core.networks import article_like, global_pooling, names_of, sigmoid_hidden
from tests.core.pattern_cases import DEAD, images_for, mixed_kinds, network_of

BUILDERS = (mixed_kinds, article_like, sigmoid_hidden, global_pooling)
N = 60


def twice(dataset, image):
    """The set with one of its images in two more places."""
    images = np.array(dataset.images)
    images[[image + 7, image + 20]] = images[image]
    return Dataset(dataset.name, images, dataset.labels, dataset.class_names)


def searched(network, dataset, parts=(25, 26, N)):
    """A search in several passes, each handed on as a file would."""
    layers = layers_with_patterns(network)
    search = NaturalSearch(layers)
    for stop in parts:
        after = NaturalSearch(layers)
        after.restore(search.arrays())
        search = after
        for batch in read_peaks(network, dataset, layers, np.arange(search.n_seen, stop)):
            search.add(batch)
    return search


def values_of(network, dataset, info):
    """Pre-activation and activation of every cell, (n, cells, units); of the output the logits."""
    activations = network.activations(dataset.images, [info.name])
    is_output = info.name == network.output_layer.name
    after = activations.pre(info.name) if is_output else activations[info.name]
    shape = (len(dataset), -1, info.n_units)
    return activations.pre(info.name).reshape(shape), after.reshape(shape)


@pytest.mark.parametrize("builder", BUILDERS, ids=names_of(BUILDERS))
def test_patches_are_those_of_brute_force(builder):
    network = network_of(builder)
    dataset = twice(images_for(network, N), 3)
    search = searched(network, dataset)
    for info in layers_with_patterns(network):
        before, after = values_of(network, dataset, info)
        top = search.top[info.name]
        for unit in range(info.n_units):
            best = before[:, :, unit].max(axis=1)
            order = sorted(range(N), key=lambda image, best=best: (-best[image], image))
            np.testing.assert_allclose(top.response[unit], best[order[:N_PATCHES]], 1e-5, 1e-6)
            assert len(set(top.image[unit])) == N_PATCHES
            for image, cell, response, activation in zip(
                top.image[unit], top.cell[unit], top.response[unit], top.activation[unit],
                strict=True,
            ):  # fmt: skip
                assert response == pytest.approx(before[image, cell, unit], 1e-5, 1e-6)
                assert response == pytest.approx(best[image], 1e-5, 1e-6)
                assert activation == pytest.approx(after[image, cell, unit], 1e-5, 1e-6)


def test_of_equal_images_the_first_comes_first():
    network = network_of(article_like)
    info = layers_with_patterns(network)[0]
    black = Dataset(
        "train", np.zeros((12, 12, 11, 1), np.float32), np.arange(12) % 4, tuple("abcd")
    )
    top = searched(network, black, parts=(2, 12)).top[info.name]
    np.testing.assert_array_equal(top.image, np.tile(np.arange(N_PATCHES), (info.n_units, 1)))
    assert not top.cell.any()


def test_dead_unit_is_told_from_silent_images():
    network = network_of(mixed_kinds)
    dataset = images_for(network, N)
    search = searched(network, dataset)
    assert search.silent["five"].tolist() == [unit == DEAD for unit in range(5)]
    assert not search.silent["bounded"].any()
    assert (search.top["five"].activation[DEAD] == 0).all()
    assert (search.top["five"].response[DEAD] < 0).all()
    reading = read_set(network, dataset, layers_with_patterns(network))
    np.testing.assert_array_equal(reading.silent["five"], search.silent["five"])


@pytest.mark.parametrize("builder", BUILDERS, ids=names_of(BUILDERS))
def test_habits_are_counted_over_all_images(builder):
    network = network_of(builder)
    dataset = images_for(network, N, "test")
    layers = layers_with_patterns(network)
    reading = read_set(network, dataset, layers)
    names = [info.name for info in layers]
    reading = SetReading.restored(reading.arrays(), dataset, names)
    for info in layers:
        before, after = values_of(network, dataset, info)
        found = habits_of(reading, info.name, np.arange(info.n_units))
        for unit in range(info.n_units):
            best = before[:, :, unit].max(axis=1)
            expected = [
                int((best[dataset.labels == label] > 0).sum()) for label in range(dataset.n_classes)
            ]
            assert found["n_fired"][unit].tolist() == expected
            edges = found["first_edge"][unit] + np.arange(N_BINS + 1) * found["bin_width"][unit]
            assert np.abs(edges).min() < 1e-4 * found["bin_width"][unit]
            near = 1e-3 * found["bin_width"][unit]
            for k in range(N_BINS):
                inside = ((best >= edges[k] + near) & (best < edges[k + 1] - near)).sum()
                at_most = ((best >= edges[k] - near) & (best < edges[k + 1] + near)).sum()
                assert inside <= found["counts"][unit, k] <= at_most
            assert found["counts"][unit].sum() == N
        # The output layer's probabilities have a place too, of one cell.
        mean = reading.place[info.name]
        if info.name != network.output_layer.name:
            np.testing.assert_allclose(
                mean.reshape(-1, info.n_units), after.mean(axis=0), 1e-4, 1e-6
            )
        place = found["place"] * (found["place_scale"][:, np.newaxis, np.newaxis] / 127)
        np.testing.assert_allclose(
            np.moveaxis(place, 0, -1), mean, atol=found["place_scale"].max() / 200
        )


def test_a_unit_fires_above_zero_and_not_at_it():
    response = np.array([[0, -1], [1, 0], [0, 2]], np.float32)
    assert fired_by_class(response, np.array([0, 1, 1]), 3).tolist() == [[0, 1, 0], [0, 1, 0]]


def test_large_set_is_read_evenly(monkeypatch):
    network = network_of(article_like)
    dataset = images_for(network, N, "test")
    layers = layers_with_patterns(network)
    whole = read_set(network, dataset, layers)
    monkeypatch.setattr(reading_module, "MOST_VALUES", 20 * sum(info.n_units for info in layers))
    part = read_set(network, dataset, layers)
    assert len(part.rows) == 20 and part.rows[0] == 0 and part.rows[-1] == N - 1
    assert (np.diff(part.rows) > 1).all()
    np.testing.assert_array_equal(part.labels, dataset.labels[part.rows])
    np.testing.assert_allclose(
        part.peaks["Conv2D_2"].response, whole.peaks["Conv2D_2"].response[part.rows], 1e-5, 1e-6
    )
