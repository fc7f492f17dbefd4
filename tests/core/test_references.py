"""References, the path from them, and values lent by other images, by exact identities."""

import numpy as np
import pytest

from cnn_core.decision import drawn_values, references
from cnn_core.decision.ablation import ablate
from cnn_core.decision.drawn_values import ablate_with_donors
from cnn_core.decision.ledger import ledger
from cnn_core.decision.references import (
    Reference,
    integrated_gradients,
    mean_image,
    reference_image,
)
from cnn_core.errors import DataError, SelectionError
from cnn_core.images.scaled_images import ScaledImages
from cnn_core.network.opened_layer import OpenedLayer
from tests.core import networks
from tests.core.networks import opened, random_images


def test_references_by_name(monkeypatch):
    monkeypatch.setattr(references, "_IMAGES_AT_ONCE", 4)
    stored = np.random.default_rng(0).integers(0, 256, (9, 3, 2, 1), np.uint8)
    images = ScaledImages(stored, 255)
    for name, value in (("black", 0), ("grey", 0.5), ("white", 1)):
        np.testing.assert_array_equal(reference_image(name, (3, 2, 1)), np.full((3, 2, 1), value))
    grey = reference_image("grey", (3, 2, 1), value_range=(-1.0, 3.0))
    np.testing.assert_array_equal(grey, np.ones((3, 2, 1)))
    mean = reference_image(Reference.MEAN, (3, 2, 1), images)
    np.testing.assert_allclose(mean, stored.mean(axis=0) / 255, rtol=1e-6)
    np.testing.assert_array_equal(mean, mean_image(images))
    with pytest.raises(SelectionError, match="black, mean, grey, white"):
        reference_image("blue", (3, 2, 1))
    with pytest.raises(SelectionError, match="no images"):
        reference_image("mean", (3, 2, 1))


@pytest.mark.parametrize(
    "builder", [networks.article_like, networks.colour_odd_sizes, networks.without_channel_axis]
)
@pytest.mark.parametrize("reference", [0, 0.5, "image"])
def test_terms_of_the_path_add_up_to_the_change_of_the_margin(builder, reference):
    network = opened(builder)
    image, other = random_images(network, 2)
    start = other if reference == "image" else np.full_like(image, reference)
    found = integrated_gradients(
        network, image, 2, 0, other if reference == "image" else reference, tolerance=1e-4
    )
    logits = network.logits(np.stack([image, start])).astype(np.float64)
    margins = logits[:, 2] - logits[:, 0]
    assert (found.margin, found.reference_margin) == pytest.approx(tuple(margins), abs=1e-5)
    assert found.residual == pytest.approx(margins[0] - margins[1] - found.terms.sum(), abs=1e-5)
    assert found.residual_share < 1e-3
    assert found.terms.shape == network.input_shape
    np.testing.assert_array_equal(found.terms[image == start], 0)


def test_steps_are_doubled_until_the_sum_is_right(monkeypatch):
    network = opened(networks.article_like)
    image = random_images(network, 1)[0]
    rough = integrated_gradients(network, image, 1, 3, steps=2, tolerance=1)
    fine = integrated_gradients(network, image, 1, 3, steps=2, tolerance=1e-3)
    assert rough.n_steps == 2 and fine.n_steps in 2 ** np.arange(2, 12)
    assert fine.residual_share <= 1e-3 < rough.residual_share
    last = integrated_gradients(network, image, 1, 3, steps=2, tolerance=0, most_steps=9)
    assert last.n_steps == 8
    monkeypatch.setattr(references, "_BATCH", 3)
    parted = integrated_gradients(network, image, 1, 3, steps=8, tolerance=1)
    np.testing.assert_allclose(parted.terms, last.terms, atol=1e-6)


def test_without_gates_on_the_way_the_path_is_the_ledger():
    network = opened(networks.logits_only)
    image = random_images(network, 1)
    near = image + 1e-5
    found = integrated_gradients(network, near, 0, 1, image[0], steps=1, tolerance=1)
    expected = ledger(network, "", near, 0, 1).against(image[0]).terms[0]
    np.testing.assert_allclose(found.terms, expected, atol=1e-9)
    same = integrated_gradients(network, image, 0, 1, image)
    assert (same.total, same.residual_share, same.n_steps) == (0, 0, references.STEPS)


def test_slopes_are_taken_in_the_middle_of_each_step():
    network = opened(networks.article_like)
    image, start = random_images(network, 2)
    found = integrated_gradients(network, image, 1, 3, start, steps=2, tolerance=1)
    assert found.n_steps == 2
    path = np.stack([start + share * (image - start) for share in (0.25, 0.75)])
    slopes = ledger(network, "", path, 1, 3).gradient
    assert not np.array_equal(*slopes)
    np.testing.assert_allclose(found.terms, (image - start) * slopes.mean(axis=0), atol=1e-6)


def test_paths_that_do_not_exist():
    network = opened(networks.article_like)
    image = random_images(network, 1)
    with pytest.raises(SelectionError, match="reference of shape"):
        integrated_gradients(network, image, 0, 1, np.zeros(3))
    with pytest.raises(SelectionError, match="against itself"):
        integrated_gradients(network, image, 1, 1)
    with pytest.raises(SelectionError, match="at least 1"):
        integrated_gradients(network, image, 0, 1, steps=0)
    with pytest.raises(DataError, match="one image"):
        integrated_gradients(network, np.zeros((2, 12, 11, 1)), 0, 1)


@pytest.mark.parametrize(
    ("builder", "layer"),
    [
        (networks.article_like, "Conv2D_2"),
        (networks.article_like, "Dense_2"),
        (networks.short_cut_from_pixels, "inner"),
    ],
)
def test_values_lent_by_a_donor_are_that_donors(monkeypatch, builder, layer):
    monkeypatch.setattr(drawn_values, "_BATCH", 3)
    network = opened(builder)
    image, *rest = random_images(network, 9)
    images, candidates = np.array(rest), np.array([6, 1, 2, 7, 4])
    found = ablate_with_donors(network, layer, [1, 0], image, images, candidates, 2, 0)
    assert (found.layer, found.units) == (layer, (0, 1))
    np.testing.assert_array_equal(found.donors, np.sort(candidates))
    for place, donor in enumerate(found.donors):
        lent = OpenedLayer(network, layer, images[[donor]]).values[0]
        alone = ablate(network, layer, [0, 1], image[None], lent)
        assert found.effects[place] == pytest.approx(alone.effect(2, 0)[0], abs=1e-5)
        assert found.predictions[place] == alone.after[0].argmax()
    assert found.prediction == network.logits(image[None])[0].argmax()
    assert found.before == pytest.approx(np.subtract(*network.logits(image[None])[0, [2, 0]]))
    assert found.mean == pytest.approx(found.effects.mean())
    assert found.share_flipped == np.mean(found.predictions != found.prediction)
    np.testing.assert_allclose(found.quantiles([0, 1]), [found.effects.min(), found.effects.max()])


def test_donors_are_drawn_without_repetition_and_always_alike():
    network = opened(networks.article_like)
    image, *rest = random_images(network, 31)
    images, candidates = np.array(rest), np.arange(2, 30)

    def draw(**options):
        return ablate_with_donors(
            network, "Dense_1", [2], image, images, candidates, 0, 1, n_draws=10, **options
        ).donors

    drawn = draw()
    assert len(set(drawn.tolist())) == 10 and set(drawn) <= set(candidates)
    np.testing.assert_array_equal(drawn, draw())
    assert not np.array_equal(drawn, draw(seed=1))
    for options in ({"n_draws": 0}, {"candidates": np.empty(0, int)}):
        arguments = {"candidates": candidates, **options}
        with pytest.raises(SelectionError, match="at least 1"):
            ablate_with_donors(
                network, "Dense_1", [2], image, images, target=0, rival=1, **arguments
            )
