"""A layer over the images of two classes, part by part, against the whole at once."""

import numpy as np
import pytest

from cnn_core.circles import class_pass
from cnn_core.circles.class_pass import cell_columns, contrast_over, means_over, on_over
from cnn_core.circles.contrast import class_contrast, class_means
from cnn_core.circles.rule import on_cells, peaks
from tests.core.networks import article_like, opened, random_images

LAYER = "Conv2D_1"


@pytest.fixture(scope="module")
def known():
    network = opened(article_like)
    images = random_images(network, 23)
    labels = np.arange(23) % 4
    return network, images, labels, network.activations(images, [LAYER])[LAYER]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(class_pass, "_BATCH", 5)
    monkeypatch.setattr(class_pass, "_BYTES_AT_ONCE", 4 * 23 * 70)


def test_columns_are_those_of_the_whole_layer(known):
    network, images, _, values = known
    cells = np.array([359, 0, 17, 18])
    found = cell_columns(network, images, LAYER, cells)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, values.reshape(23, -1)[:, cells], rtol=1e-6, atol=1e-7)
    assert cell_columns(network, images, LAYER, cells[:0]).shape == (23, 0)


def test_on_is_the_rule_of_the_whole_layer(known):
    network, images, _, values = known
    found = on_over(network, images, LAYER, peaks(values), 0.3)
    on = on_cells(values, 0.3).reshape(23, -1)
    assert 0.02 < on.mean() < 0.98
    # The same pass in other batches may round the last bit otherwise.
    assert (found.unpacked() != on).mean() < 1e-3


def test_contrast_in_parts_is_the_contrast_of_the_whole(known):
    network, images, labels, values = known
    found = contrast_over(network, images, labels, LAYER, 1, 3)
    whole = class_contrast(values, labels, 1, 3)
    assert found.n_images == whole.n_images == (6, 5)
    for field in ("mean_p", "mean_q", "difference", "auc"):
        assert getattr(found, field).shape == network.layer(LAYER).shape
        np.testing.assert_allclose(
            getattr(found, field), getattr(whole, field), rtol=1e-5, atol=1e-6
        )


def test_means_in_parts_are_the_means_of_the_whole(known):
    network, images, labels, values = known
    found = means_over(network, images, labels, LAYER, 3, 1)
    whole = class_means(values, labels, 3, 1)
    assert found.n_images == whole.n_images == (5, 6)
    np.testing.assert_allclose(found.difference, whole.difference, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.mean_q, whole.mean_q, rtol=1e-5, atol=1e-6)


def test_classes_without_images_have_no_mean(known):
    network, images, labels, _ = known
    none = labels == 9
    assert np.isnan(contrast_over(network, images[none], labels[none], LAYER, 0, 1).auc).all()
    assert np.isnan(means_over(network, images[none], labels[none], LAYER, 0, 1).mean_p).all()
