"""Images in a range of their own: fed as they are, shown from black to white, own ones alike."""

import numpy as np
import pytest

from app.explorer import Explorer
from app.frame.subject import Subject
from cnn_core.drawing.packed import pack
from cnn_core.images.dataset import dataset_of
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.network.pixels import Pixels

BYTES = np.random.default_rng(3).integers(0, 256, (40, 6, 5, 1), np.uint8)
BYTES.flat[:2] = 0, 255
LABELS = np.arange(40) % 3
MODEL = keras.Sequential([keras.Input((6, 5, 1)), keras.layers.Flatten(), keras.layers.Dense(3)])


@pytest.fixture(params=[None, (-1.0, 1.0), (-0.5, 2.75)])
def explorer(request):
    black, white = request.param or (0.0, 1.0)
    images = BYTES if request.param is None else black + (white - black) * (BYTES / 255)
    data = dataset_of(images, LABELS)
    network = Network(
        MODEL, name="small", pixels=Pixels(0.0, 255.0, "0-255"), value_range=data.value_range
    )
    return Explorer({"small": network}, {"test": data}, {}, notes=["small: it takes bytes"])


def test_the_eye_sees_black_and_white(explorer):
    shown = explorer.shown(explorer.image(Subject("test", 7)))
    np.testing.assert_allclose(shown, BYTES[7] / 255, atol=1e-6)
    assert shown.dtype == np.float32


def test_an_own_image_stands_in_the_range_of_the_set(explorer):
    own = Subject("test", 7, pack(BYTES[7]))
    black, white = explorer.value_range
    wanted = explorer.image(Subject("test", 7))
    np.testing.assert_allclose(explorer.image(own), wanted, atol=1e-6 * (white - black))
    logits = MODEL(BYTES[7:8].astype(np.float32)).numpy()
    for subject in (own, Subject("test", 7)):
        found = explorer.activations("small", subject).logits
        np.testing.assert_allclose(found, logits, rtol=1e-4, atol=1e-3)


def test_what_was_taken_is_said_first_of_the_pixels(explorer):
    first, *others = explorer.notes
    assert first == "small: it takes bytes"
    black, white = explorer.value_range
    kept = f"The test images: the values {black:g}…{white:g} are kept as they are."
    assert others == ([] if (black, white) == (0, 1) else [kept])
