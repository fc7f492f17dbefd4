"""The smallest edit found, against every edit there is on layers of few units."""

from itertools import combinations

import numpy as np
import pytest

from cnn_core.decision.smallest_edit import smallest_edit, smallest_edit_of_donors
from cnn_core.errors import DataError, SelectionError
from tests.core import networks
from tests.core.networks import opened, random_images

EDITED = [
    (networks.article_like, "Conv2D_2"),
    (networks.article_like, "Dense_1"),
    (networks.batch_norm_average, "relu_1"),
    (networks.residual_plus, "inner"),
    (networks.short_cut_from_pixels, "inner"),
    (networks.sigmoid_hidden, "conv"),
]
every_edit = pytest.mark.parametrize(("builder", "layer"), EDITED)


def pairs_for(builder, layer, n=4):
    """A network that tells random images apart, and (image, donor, target, rival) for it.

    The donors' whole layer flips the answer, or would if nothing led past it.
    """
    for seed in range(20):
        network = opened(builder, seed)
        images = random_images(network, 40)
        logits = network.logits(images)
        predictions = logits.argmax(axis=1)
        if len(np.unique(predictions)) > 1:
            break
    units = range(network.layer(layer).n_units)
    chosen = []
    for image, target in enumerate(predictions):
        donors = np.flatnonzero(predictions != target)
        flips = [
            logits_of(network, layer, images[image], images[donor], units).argmax() != target
            for donor in donors
        ]
        if any(flips):
            donor = donors[flips.index(True)]
            chosen.append((images[image], images[donor], int(target), int(predictions[donor])))
        if len(chosen) == n:
            break
    return network, chosen


def logits_of(network, layer, image, donor, units):
    """Logits with units taken over, from whole passes of the network."""
    own = network.activations(image[np.newaxis])
    values = own[layer].copy()
    values[..., list(units)] = network.activations(donor[np.newaxis])[layer][..., list(units)]
    return network.logits_with(layer, values, own, image[np.newaxis])[0]


@every_edit
def test_edit_is_what_it_says_and_no_unit_can_be_spared(builder, layer):
    network, pairs = pairs_for(builder, layer)
    for image, donor, target, rival in pairs:
        edit = smallest_edit(network, layer, image, donor, target, rival)
        assert len(set(edit.units)) == len(edit.units)
        assert len(edit.margins) == len(edit.predictions) == len(edit.units) + 1
        for count in range(len(edit.units) + 1):
            logits = logits_of(network, layer, image, donor, edit.units[:count])
            margin = logits[target] - logits[rival]
            np.testing.assert_allclose(edit.margins[count], margin, atol=1e-5)
            assert edit.predictions[count] == logits.argmax()
        np.testing.assert_allclose(edit.logits, logits, atol=1e-5)
        assert edit.flipped == (logits.argmax() != target)
        for unit in edit.units if edit.flipped else ():
            without = [other for other in edit.units if other != unit]
            assert logits_of(network, layer, image, donor, without).argmax() == target


@every_edit
def test_no_edit_is_smaller_than_the_smallest_there_is(builder, layer):
    network, pairs = pairs_for(builder, layer)
    n_units = network.layer(layer).n_units
    assert pairs, "no pair flips: the test would prove nothing"
    for image, donor, target, rival in pairs:
        edit = smallest_edit(network, layer, image, donor, target, rival)
        flipping = [
            len(units)
            for count in range(n_units + 1)
            for units in combinations(range(n_units), count)
            if logits_of(network, layer, image, donor, units).argmax() != target
        ]
        assert edit.flipped
        assert min(flipping) <= len(edit.units) <= min(flipping) + 1


def test_a_donor_of_the_same_answer_may_flip_nothing():
    network = opened(networks.article_like)
    image = random_images(network, 1)[0]
    target = int(network.logits(image[np.newaxis]).argmax())
    edit = smallest_edit(network, "Conv2D_2", image, image, target, (target + 1) % 4)
    assert not edit.flipped
    assert sorted(edit.units) == list(range(5))
    assert edit.n_units == 5
    np.testing.assert_allclose(np.ptp(edit.margins), 0, atol=1e-5)


def test_nothing_to_edit_where_the_answer_is_another_already():
    network = opened(networks.article_like)
    image, donor = random_images(network, 2)
    prediction = int(network.logits(image[np.newaxis]).argmax())
    edit = smallest_edit(network, "Conv2D_2", image, donor, (prediction + 1) % 4, prediction)
    assert (edit.units, edit.flipped) == ((), True)
    assert edit.predictions.tolist() == [prediction]
    assert edit.margins[0] < 0


@every_edit
def test_of_several_donors_the_smallest_edit_is_taken(builder, layer):
    network, pairs = pairs_for(builder, layer, n=1)
    image, _, target, rival = pairs[0]
    donors = list(random_images(network, 6, seed=3))
    alone = [smallest_edit(network, layer, image, donor, target, rival) for donor in donors]
    found = smallest_edit_of_donors(network, layer, image, donors, target, rival)
    flipping = [len(edit.units) for edit in alone if edit.flipped]
    if flipping:
        assert len(found.edit.units) == min(flipping) == found.sizes[found.donor]
        assert found.edit.units == alone[found.donor].units
    for size, edit in zip(found.sizes, alone, strict=True):
        # What is given up has become larger than the smallest so far.
        assert size == (len(edit.units) if edit.flipped else None) or (
            size is None and len(edit.units) > min(flipping)
        )
    flips = [size for size in found.sizes if size is not None]
    assert flips == sorted(flips, reverse=True)
    assert found.n_tried <= sum(edit.n_tried for edit in alone)


def test_where_no_donor_flips_anything_the_edit_says_so():
    network = opened(networks.article_like)
    image = random_images(network, 1)[0]
    target = int(network.logits(image[np.newaxis]).argmax())
    found = smallest_edit_of_donors(
        network, "Conv2D_2", image, [image, image], target, (target + 1) % 4
    )
    assert (found.sizes, found.donor, found.edit.flipped) == ((None, None), 0, False)
    with pytest.raises(SelectionError, match="no donor"):
        smallest_edit_of_donors(network, "Conv2D_2", image, [], target, (target + 1) % 4)


def test_choices_that_do_not_exist():
    network = opened(networks.article_like)
    image, donor = random_images(network, 2)
    with pytest.raises(SelectionError, match="against itself"):
        smallest_edit(network, "Conv2D_2", image, donor, 1, 1)
    with pytest.raises(SelectionError, match="class 7 does not exist"):
        smallest_edit(network, "Conv2D_2", image, donor, 1, 7)
    with pytest.raises(SelectionError, match="Conv2D_2"):
        smallest_edit(network, "Conv2D_9", image, donor, 1, 0)
    with pytest.raises(DataError, match="one image"):
        smallest_edit(network, "Conv2D_2", image, np.stack([donor, donor]), 1, 0)
