"""The Draw page without a browser: what it sends is cleaned, answered and never kept."""

import base64
import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from app.pages.draw import PAGE
from app.pages.draw.view import look
from cnn_core.drawing.answers import shift_map
from cnn_core.drawing.packed import unpack
from tests.app.asking import ask_page, ask_panel, small_app
from tests.app.small_explorer import small_explorer


def drawing(ink=255) -> str:
    """A stroke on black, as the pad sends it."""
    image = Image.new("L", (280, 280))
    ImageDraw.Draw(image).line((60, 40, 150, 230), fill=ink, width=22)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def cleaned(**sent):
    wanted = {"picture": drawing(), "steps": "polarity,crop,box,centre", "model": "model_0"} | sent
    return small_app().server.test_client().post("/draw/clean", json=wanted)


def test_what_comes_back_is_the_image_that_the_pages_take():
    own = cleaned().get_json()["own"]
    view = look(small_explorer(), PAGE.read("", small_explorer(), own)[0])
    seen = small_explorer().image(view.selection.subject)
    np.testing.assert_array_equal(np.rint(seen * 255).astype(np.uint8), unpack(own))
    expected = small_explorer().network("model_0").logits(seen[None])[0]
    np.testing.assert_allclose(view.logits, expected, atol=1e-5)
    assert seen.max() > 0.5


def test_every_step_is_answered_the_other_way_too():
    steps = cleaned().get_json()["steps"]
    assert [step["name"] for step in steps if step["on"]] == ["polarity", "crop", "box", "centre"]
    assert all(step["other"] for step in steps)


@pytest.mark.parametrize(
    "sent",
    [
        {"picture": "no base64!"},
        {"picture": base64.b64encode(b"no picture").decode()},
        {"picture": 3},
        {"picture": drawing(0)},
        {"model": "no_model"},
        {"steps": None},
    ],
)
def test_what_cannot_be_cleaned_is_one_sentence(sent):
    reply = cleaned(**sent)
    told = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert told.strip().endswith(".") and told.count("\n") == 1


@pytest.mark.parametrize("query", ["image=-1", "image=99999", "image=x", "set=none&image=0"])
def test_an_image_that_is_not_there_is_refused(query):
    reply = small_app().server.test_client().get(f"/draw/image.png?{query}")
    assert reply.status_code == 400


def test_an_empty_pad_is_a_sentence_and_no_prediction():
    told = str(ask_page(small_app(), "/draw", ""))
    assert "The pad is empty" in told
    assert "The network says" not in told


def test_the_shifts_are_those_of_the_core():
    own = cleaned().get_json()["own"]
    view = look(small_explorer(), PAGE.read("", small_explorer(), own)[0])
    image = small_explorer().image(view.selection.subject)
    found = shift_map(small_explorer().network("model_0"), image)
    share = (found.predictions == view.prediction).mean()
    drawn = str(ask_panel(small_app(), "/draw", "draw-shifts", "", own))
    assert f"of the {found.predictions.size} places" in drawn
    assert ("nearest other answer" in drawn) == (share < 1)
