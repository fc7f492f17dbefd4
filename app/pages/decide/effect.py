"""What silenced units do on average over a set of images, a part of the set at a time."""

from dataclasses import dataclass

import numpy as np

from cnn_core.decision.ablation import ablate_each

PART_IMAGES = 1024
"""Most images that one request takes through the network; fewer where it has many cells."""
MOST_IMAGES = 20_000
"""Larger sets are told by so many of their images, drawn at random."""
SEED = 0
_CELLS_AT_ONCE = 40_000_000
_MOST_PARTS = 64


@dataclass(frozen=True, eq=False)
class MeanEffect:
    """What silencing does on average over some images of a set.

    Attributes
    ----------
    label : int or None
        Class of the images, None for all images.
    n_images : int
    last, together : float
        Mean change of the margin when the unit silenced last, and when all of them, are silenced.
    n_flips : int
        Images whose prediction changes when all of them are silenced.
    """

    label: int | None
    n_images: int
    last: float
    together: float
    n_flips: int


@dataclass(frozen=True, eq=False)
class EffectPart:
    """The mean effects over the first of the images that are taken.

    Attributes
    ----------
    effects : tuple of MeanEffect
        Of target and rival, as far as they have images, and of all images.
    n_images : int
        Images that are taken in all.
    n_in_set : int
        Images of the set; more than those taken if they are a sample.
    next_part : int or None
        What to ask for next, None when all are done.
    """

    effects: tuple[MeanEffect, ...]
    n_images: int
    n_in_set: int
    next_part: int | None

    @property
    def n_done(self):
        """Images that the effects are over."""
        return self.effects[-1].n_images


def part_images(network):
    """Images of one part: as many as a request takes through this network in about a second.

    Parameters
    ----------
    network : Network

    Returns
    -------
    int
    """
    n_cells = sum(layer.n_cells for layer in network.layers)
    return min(max(_CELLS_AT_ONCE // n_cells, 1), PART_IMAGES)


def images_taken(n_in_set, size):
    """Choose the images of a set: all of them, or a sample if they are too many.

    Parameters
    ----------
    n_in_set : int
    size : int
        Images of one part.

    Returns
    -------
    ndarray of int
        Rising; the same at each call.
    """
    most = min(MOST_IMAGES, _MOST_PARTS * size)
    if n_in_set <= most:
        return np.arange(n_in_set)
    generator = np.random.default_rng(SEED)
    return np.sort(generator.choice(n_in_set, most, replace=False, shuffle=False))


def effect_sums(network, off, images, labels, pair, baseline):
    """Add up what silencing does to some images.

    Parameters
    ----------
    network : Network
    off : Silenced
        With units.
    images : ndarray, shape (n, height, width, channels)
    labels : ndarray, shape (n,), int
    pair : tuple of int
        Target and rival.
    baseline : ndarray or None
        What silenced units put out, as in `cnn_core.decision.ablation.ablate`.

    Returns
    -------
    ndarray, shape (4, 3), float64
        Number of images, sums of the changes by the unit silenced last and by all of them, and
        number of flips; for the images of the target, of the rival and of all classes.
    """
    together, alone = ablate_each(network, off.layer, [off.units, off.units[-1:]], images, baseline)
    told = np.stack(
        [np.ones(len(labels)), alone.effect(*pair), together.effect(*pair), together.flips]
    )
    return np.stack([told @ (labels == label) for label in pair] + [told.sum(axis=1)], axis=1)


def effects_of(sums, pair):
    """Means of the sums of `effect_sums`.

    Parameters
    ----------
    sums : ndarray, shape (4, 3)
    pair : tuple of int

    Returns
    -------
    tuple of MeanEffect
        Without classes that have no image.
    """
    return tuple(
        MeanEffect(label, int(n), float(last / n), float(together / n), int(flips))
        for label, (n, last, together, flips) in zip((*pair, None), sums.T, strict=True)
        if n
    )
