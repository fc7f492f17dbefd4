"""A tiny network and image sets whose classes differ, for tests of readouts."""

from contextlib import contextmanager

import numpy as np
import pytest

from cnn_core.images.dataset import Dataset
from cnn_core.readouts import mlp

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


@contextmanager
def short_refits():
    """For tests that do not ask how well the refitted MLP does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mlp, "REFIT_EPOCHS", 1)
        patch.setattr(mlp, "REFIT_LEAST_STEPS", 1)
        yield
