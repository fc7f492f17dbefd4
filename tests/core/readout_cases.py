"""A tiny network and image sets whose classes differ, for tests of readouts."""

import numpy as np

from cnn_core.images.dataset import Dataset

NAMES = ("cross", "ring", "dot", "bar")


def learnable_set(network, n, seed, set_name, noise=0.15):
    """Images of one seeded pattern a class with noise, in random order."""
    shape = network.input_shape
    patterns = np.random.default_rng(99).random((network.n_classes, *shape)) * 0.7
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n) % network.n_classes)
    images = patterns[labels] + rng.normal(0, noise, (n, *shape))
    names = NAMES[: network.n_classes]
    return Dataset(set_name, np.clip(images, 0, 1).astype(np.float32), labels, names)


def both_sets(network, n_train=240, n_test=160, **options):
    """A train set and a test set with no image in common."""
    return (
        learnable_set(network, n_train, 1, "train", **options),
        learnable_set(network, n_test, 2, "test", **options),
    )


def with_labels(dataset, labels):
    """The same images with other labels."""
    return Dataset(dataset.name, dataset.images, labels, dataset.class_names)
