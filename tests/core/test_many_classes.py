"""A hundred classes with names: labels, survey, probabilities and a margin between the last two."""

import numpy as np

from cnn_core.decision.ledger import ledger
from cnn_core.images.dataset import dataset_of
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.survey.whole_set import survey_of

NAMES = tuple(f"sign {number:02}" for number in range(100))


def test_a_hundred_classes(tmp_path):
    labels = np.arange(300) % 100
    # Ten rows and ten columns tell the class: one bright pixel each.
    images = np.zeros((300, 10, 10), np.uint8)
    images[np.arange(300), labels // 10, labels % 10] = 255
    data = dataset_of(images, np.array(NAMES)[labels])
    assert data.class_names == NAMES
    np.testing.assert_array_equal(data.labels, labels)

    layers = [keras.Input((10, 10, 1)), keras.layers.Flatten(), keras.layers.Dense(100, "softmax")]
    model = keras.Sequential(layers)
    model.layers[-1].set_weights([8 * np.eye(100, dtype=np.float32), np.zeros(100, np.float32)])
    network = Network(model, name="signs")
    survey = survey_of(network, data, tmp_path)
    assert survey.n_right == 300
    np.testing.assert_array_equal(survey.confusion, 3 * np.eye(100))
    np.testing.assert_allclose(survey.probabilities.sum(axis=1), 1, atol=1e-5)
    opened = ledger(network, "", data.images[99:100], 99, 98)
    np.testing.assert_allclose(opened.margin, 8, atol=1e-5)
    assert opened.is_exact
