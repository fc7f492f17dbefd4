"""The stock app that ours is measured against shows what it says it shows."""

import base64
import json

import numpy as np
import pytest

from bench.bare import compiled_pass
from bench.stock import COLUMNS, WAYS, stock_app
from tests.app.small_explorer import small_images, small_model

LAYER, OUTPUT = "first_maps", "classes"


@pytest.fixture(scope="module")
def run():
    return compiled_pass(small_model(3))


@pytest.fixture(scope="module")
def images():
    return small_images("test").images


def answer(way, run, images, number):
    app = stock_app(way, run, images, LAYER, OUTPUT)
    [output] = app.callback_map
    outputs = [
        {"id": part.partition(".")[0], "property": "figure"}
        for part in output.strip(".").split("...")
    ]
    response = app.server.test_client().post(
        "/_dash-update-component",
        json={
            "output": output,
            "outputs": outputs,
            "changedPropIds": ["image.value"],
            "inputs": [{"id": "image", "property": "value", "value": number}],
        },
    )
    assert response.status_code == 200
    told = json.loads(response.data)["response"]
    return [told[part["id"]]["figure"] for part in outputs]


def numbers(packed):
    flat = np.frombuffer(base64.b64decode(packed["bdata"]), np.dtype(packed["dtype"]))
    return (
        flat.reshape([int(size) for size in packed["shape"].split(",")])
        if ("shape" in packed)
        else flat
    )


@pytest.mark.parametrize("way", WAYS)
def test_the_answer_holds_every_map_of_the_image(way, run, images):
    digit, bars, shown, *strip = answer(way, run, images, 7)
    values = run(images[[7]])
    assert np.array_equal(numbers(digit["data"][0]["z"]), images[7][:, :, 0])
    assert np.array_equal(numbers(bars["data"][0]["y"]), values[OUTPUT][0])
    maps = values[LAYER][0]
    if way == "subplots":
        found = np.stack([numbers(trace["z"]) for trace in shown["data"]], axis=-1)
    else:
        [trace] = shown["data"]
        picture = numbers(trace["z"])
        height, width, n_maps = maps.shape
        found = np.stack(
            [
                picture[(k // COLUMNS) * (height + 1) :][:height, (k % COLUMNS) * (width + 1) :][
                    :, :width
                ]
                for k in range(n_maps)
            ],
            axis=-1,
        )
        assert np.isnan(picture).sum() == picture.size - maps.size
    assert np.array_equal(found, maps)
    assert len(strip) == (way == "strip")
    for figure in strip:
        shown = [numbers(trace["z"]) for trace in figure["data"]]
        for picture, array in zip(shown, values.values(), strict=True):
            assert np.array_equal(np.sort(picture[~np.isnan(picture)]), np.sort(array[0].ravel()))


def test_the_bare_pass_gives_what_the_model_gives(images):
    model = small_model(3)
    values = compiled_pass(model)(images[[5]])
    assert list(values) == [layer.name for layer in model.layers]
    np.testing.assert_allclose(values[OUTPUT], np.asarray(model(images[[5]])), atol=1e-6)
