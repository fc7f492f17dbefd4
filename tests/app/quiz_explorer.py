"""An Explorer over a network that has learned its small images, so that a quiz can be drawn."""

import tempfile
from functools import lru_cache

import numpy as np

from app.explorer import Explorer
from cnn_core.images.dataset import Dataset
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.survey.whole_set import survey_of
from tests.app.small_explorer import CLASS_NAMES, small_model

SIDE = 12


def patched_images(name, n_images, seed):
    """Images of four classes, each with a faint patch of its own under noise."""
    generator = np.random.default_rng(seed)
    labels = np.arange(n_images) % 4
    images = generator.random((n_images, SIDE, SIDE, 1), dtype=np.float32) * 0.6
    for number, label in enumerate(labels):
        images[number, 2 * label : 2 * label + 4, 2:9] += 0.4
    return Dataset(name, np.clip(images, 0, 1).astype(np.float32), labels, CLASS_NAMES)


@lru_cache(maxsize=2)
def quiz_explorer(with_train=True):
    """Build it; the same one for the same arguments, since pages never change it."""
    train, test = patched_images("train", 160, 1), patched_images("test", 160, 2)
    model = small_model(0)
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(train.images, train.labels, batch_size=16, epochs=6, verbose=0)
    network = Network(model, name="learned")
    datasets = {"test": test, "train": train} if with_train else {"test": test}
    folder = tempfile.mkdtemp(prefix="looking-glass-")
    surveys = {
        ("learned", name): survey_of(network, one, folder, with_features=name == "test")
        for name, one in datasets.items()
    }
    return Explorer({"learned": network}, datasets, surveys)
