"""The numbers over plain HTTP, against a Keras forward pass."""

import csv
import io

import numpy as np
import pytest

from app.frame.subject import Subject
from cnn_core.network.backend import keras
from tests.app.asking import small_app
from tests.app.small_explorer import small_explorer, small_model

LAYERS = ("first_maps", "pooled", "last_maps", "flat", "hidden", "classes")


def get(address):
    return small_app().server.test_client().get(address)


def forward(layer, image):
    model = small_model(1)
    part = keras.Model(model.inputs[0], model.get_layer(layer).output)
    return np.asarray(part(image[None]))[0]


@pytest.mark.parametrize("layer", LAYERS)
def test_npz_and_csv_hold_what_keras_computes(layer):
    image = small_explorer().image(Subject("train", 5))
    query = f"?model=model_1&set=train&image=5&layer={layer}"
    arrays = np.load(io.BytesIO(get(f"/download/activations.npz{query}").data))
    expected = forward(layer, image)
    assert arrays.files[0] == layer and arrays[layer].shape == expected.shape
    np.testing.assert_allclose(arrays[layer], expected, atol=1e-5)
    rows = list(
        csv.DictReader(io.StringIO(get(f"/download/activations.csv{query}").get_data(as_text=True)))
    )
    assert len(rows) == expected.size
    spatial = expected if expected.ndim == 3 else expected[None, None]
    for row in rows:
        place = int(row["row"]), int(row["column"]), int(row["unit"])
        assert np.float32(row["activation"]) == pytest.approx(spatial[place], abs=1e-5)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?layer=nope", "last_maps"),
        ("?image=40", "0 to 39"),
        ("?image=-1", "0 to 39"),
        ("?image=x", "whole number"),
        ("?image=--5", "whole number"),
        ("?image=²", "whole number"),
        ("?set=valid", "test"),
        ("?model=m", "model_0"),
        ("?colour=red", "not known"),
        ("?image=" + "1" * 30, "whole number"),
    ],
)
def test_what_does_not_exist_is_a_400_with_one_line(query, told):
    response = get(f"/download/activations.npz{query}")
    text = response.get_data(as_text=True)
    assert response.status_code == 400 and told in text and text.count("\n") == 1


def test_another_ending_is_a_404():
    assert get("/download/activations.exe").status_code == 404
