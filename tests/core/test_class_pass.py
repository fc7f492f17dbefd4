"""Layers that no survey keeps, computed in batches: the same as the whole layer."""

import numpy as np
import pytest

from cnn_core.circles.cells.class_pass import cell_columns, on_over
from cnn_core.circles.rule import on_cells
from cnn_core.network.batches import images_at_once
from cnn_core.survey.peaks import peaks
from tests.core.networks import article_like, opened, random_images

LAYER = "Conv2D_1"


@pytest.fixture(scope="module")
def known():
    network = opened(article_like)
    images = random_images(network, 23)
    return network, images, network.activations(images)[LAYER]


@pytest.fixture
def batches(known, monkeypatch):
    """Sizes of the batches that the network is given."""
    network, sizes = known[0], []
    real = type(network).values

    def spied(self, name, images):
        sizes.append(len(images))
        return real(self, name, images)

    monkeypatch.setattr(type(network), "values", spied)
    return sizes


def bytes_of(network, n_images):
    return 25 * n_images * sum(info.n_cells for info in network.layers)


@pytest.mark.parametrize("rows", [None, [22, 3, 3, 7, 0]])
def test_columns_are_those_of_the_whole_layer(known, batches, rows):
    network, images, values = known
    cells = np.array([7, 0, values[0].size - 1])
    taken = np.arange(23) if rows is None else np.array(rows)
    done = []
    found = cell_columns(
        network,
        images,
        LAYER,
        cells,
        None if rows is None else taken,
        bytes_of(network, 4) + 1,
        done.append,
    )
    np.testing.assert_allclose(found, values.reshape(23, -1)[np.ix_(taken, cells)], rtol=1e-5)
    assert max(batches) == 4
    assert done == batches and sum(done) == len(taken)


def test_on_is_the_rule_of_the_whole_layer(known, batches):
    network, images, values = known
    on = on_cells(values, 0.3).reshape(23, -1)
    assert 0.02 < on.mean() < 0.98
    for rows in (np.arange(23), np.array([5, 1, 19])):
        found = on_over(
            network, images, LAYER, peaks(values)[rows], 0.3, rows, bytes_of(network, 5)
        )
        # The same pass in other batches may round the last bit otherwise.
        assert (found.unpacked() != on[rows]).mean() < 1e-3
    assert max(batches) == 5


def test_batches_are_bounded_by_their_bytes(known):
    network = known[0]
    assert images_at_once(network, 99, bytes_of(network, 9)) == 9
    assert images_at_once(network, 99, bytes_of(network, 9) - 1) == 8
    assert images_at_once(network, 7, bytes_of(network, 9)) == 7
    assert images_at_once(network, 99, 1) == 1
