"""The Draw page without a browser: what it sends is cleaned, answered and never kept."""

import base64
import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from app.explorer import Explorer
from app.figures.charts.shifts import shift_figure
from app.figures.pictures.thumbnail import image_thumbnail
from app.pages.draw import PAGE
from app.pages.draw.changes import CHANGES
from app.pages.draw.cleaning import _cleaned
from app.pages.draw.familiar import FAMILIAR, familiar_sentence, reference_of
from app.pages.draw.pad import PAD
from app.pages.draw.state import mixed_layer
from app.pages.draw.view import look
from app.pages.draw.way import WAY
from cnn_core.drawing.answers import curve, shift_map
from cnn_core.drawing.change_results import SHIFTS, changes_text
from cnn_core.drawing.change_survey import count_changes
from cnn_core.drawing.familiar.familiar_images import Familiar, familiarity
from cnn_core.drawing.familiar.reference import build_reference
from cnn_core.drawing.familiar.reference_file import familiarity_file, write_reference
from cnn_core.drawing.from_paper.cleaning import NO_STEPS, STEPS
from cnn_core.drawing.from_paper.pictures import read_picture
from cnn_core.drawing.morphing import mixed_pixels, morph
from cnn_core.drawing.packed import pack, unpack
from tests.app.asking import ask_page, ask_panel, small_app
from tests.app.small_explorer import small_explorer, small_images


def drawing(ink=255) -> str:
    """A stroke on black, as the pad sends it."""
    image = Image.new("L", (280, 280))
    ImageDraw.Draw(image).line((60, 40, 150, 230), fill=ink, width=22)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def cleaned(address="/draw/clean", **sent):
    wanted = {"picture": drawing(), "steps": "polarity,crop,box,centre", "model": "model_0"} | sent
    return small_app().server.test_client().post(address, json=wanted)


def test_what_comes_back_is_the_image_that_the_pages_take():
    own = cleaned().get_json()["own"]
    view = look(small_explorer(), PAGE.read("", small_explorer(), own)[0])
    seen = small_explorer().image(view.selection.subject)
    np.testing.assert_array_equal(np.rint(seen * 255).astype(np.uint8), unpack(own))
    expected = small_explorer().network("model_0").logits(seen[None])[0]
    np.testing.assert_allclose(view.logits, expected, atol=1e-5)
    assert seen.max() > 0.5


def answer_to(own):
    network = small_explorer().network("model_0")
    logits = network.logits(small_explorer().own_image(own)[None])[0]
    return small_explorer().class_name(int(logits.argmax()))


def test_every_step_is_answered_the_other_way_too():
    told = cleaned("/draw/clean/each-way").get_json()
    without = cleaned(steps="polarity,crop,box").get_json()["own"]
    assert told["centre"].startswith(answer_to(without))
    assert set(told) == set(STEPS) and all(told.values())


def test_the_answer_beside_the_pad_is_that_of_the_image_in_the_address():
    told = cleaned().get_json()
    assert told["answer"].startswith(answer_to(told["own"]))


def test_an_image_from_a_link_stays_as_it_is_when_it_comes_back_from_the_pad():
    packed = pack(DRAWN)
    letters = base64.b64encode(own_file("png", packed).data).decode()
    assert cleaned(picture=letters, steps="").get_json()["own"] == packed


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


def test_where_no_step_leaves_ink_it_is_said():
    told = cleaned("/draw/clean/each-way", picture=drawing(0)).get_json()
    assert set(told.values()) == {"no ink left"}


@pytest.mark.parametrize("query", ["image=-1", "image=99999", "image=x", "set=none&image=0"])
def test_an_image_that_is_not_there_is_refused(query):
    reply = small_app().server.test_client().get(f"/draw/image.png?{query}")
    assert reply.status_code == 400


def test_an_empty_pad_is_a_sentence_and_no_prediction():
    told = str(ask_page(small_app(), "/draw", ""))
    assert "The pad is empty" in told
    assert "The network says" not in told


def test_the_letter_of_a_shift_stands_on_its_square():
    steps, names = np.array([-1, 0, 1]), [["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"]]
    squares, letters = shift_figure(steps, names, np.eye(3, dtype=bool), names)["data"]
    drawn = {}
    for right, down, letter in zip(letters["x"], letters["y"], letters["text"], strict=True):
        row, column = squares["y"].index(down), squares["x"].index(right)
        assert squares["customdata"][row][column] == letter
        drawn[letter] = (right, down)
    assert (drawn["c"], drawn["g"], drawn["e"]) == ((1, -1), (-1, 1), (0, 0))


def test_the_shifts_are_those_of_the_core():
    own = cleaned().get_json()["own"]
    view = look(small_explorer(), PAGE.read("", small_explorer(), own)[0])
    image = small_explorer().image(view.selection.subject)
    found = shift_map(small_explorer().network("model_0"), image)
    share = (found.predictions == view.prediction).mean()
    panel = ask_panel(small_app(), "/draw", "draw-shifts", "", own)
    drawn = str(panel)
    assert f"of the {found.predictions.size} places" in drawn
    assert share < 1
    others = found.steps[np.argwhere(found.predictions != view.prediction)]
    assert f"nearest other answer is {np.abs(others).max(axis=1).min()} pixel" in drawn
    told = panel["draw-shifts"]["figure"]["data"][0]["customdata"]
    far = found.steps[-1]
    assert told[0][-1].startswith(f"+{far} to the right, −{far} down: ")


def explorer_with_reference(folder) -> Explorer:
    """The small explorer, with what is kept of its training images beside the models."""
    explorer = small_explorer()
    network, sets = explorer.network("model_0"), {n: small_images(n) for n in ("test", "train")}
    surveys = {("model_0", name): explorer.survey("model_0", name) for name in sets}
    file = folder / familiarity_file("model_0")
    write_reference(file, build_reference(network, sets["train"], sets["test"]))
    return Explorer({"model_0": network}, sets, surveys, folder=folder)


def told_of(panel, explorer, pixels, query=""):
    return panel.draw(look(explorer, PAGE.read(query, explorer, pack(pixels))[0]))


def test_a_training_image_is_familiar_and_a_filled_square_is_not(tmp_path):
    explorer = explorer_with_reference(tmp_path)
    known = np.rint(explorer.dataset("train").images[5] * 255).astype(np.uint8)
    told = told_of(FAMILIAR, explorer, known)
    assert "as near to the training images as most" in told["said"]
    assert "set=train&image=5" in told["near"][0].href
    far = np.full((12, 12, 1), 255, np.uint8)
    told = told_of(FAMILIAR, explorer, far)
    reference, train = reference_of(explorer, "model_0"), explorer.dataset("train")
    image = explorer.own_image(pack(far))
    found = familiarity(reference, explorer.network("model_0"), train, image)
    assert found.percentile > 75 and told["said"] == familiar_sentence(found)
    assert len(told["near"]) == 3


@pytest.mark.parametrize(
    ("percentile", "said"),
    [
        (100, "resembles no training image: it is further from all of them than any test image is"),
        (99.96, "resembles no training image: it is further from all of them than 99.9 % of"),
        (97, "than 97 % of test images: be careful"),
        (80, "somewhat unusual: 80 %"),
        (30, "as near"),
    ],
)
def test_one_sentence_tells_how_familiar_it_is(percentile, said):
    assert said in familiar_sentence(Familiar(1.0, percentile, ()))


def test_where_nothing_is_known_of_the_training_images_it_is_said():
    pixels = np.full((12, 12, 1), 9, np.uint8)
    assert "was not computed" in told_of(FAMILIAR, small_explorer(), pixels)["said"]
    without = small_explorer(with_train=False)
    assert "no training images" in told_of(FAMILIAR, without, pixels)["said"]


DRAWN = np.rint(small_images("test").images[0] * 255).astype(np.uint8)


@pytest.mark.parametrize("kind", ["rotation", "size", "stroke", "noise"])
def test_the_curve_of_each_change_is_that_of_the_core(kind):
    explorer = small_explorer()
    told = told_of(CHANGES, explorer, DRAWN, f"change={kind}")
    image = explorer.own_image(pack(DRAWN))
    found = curve(explorer.network("model_0"), image, kind)
    answer = int(explorer.network("model_0").logits(image[None])[0].argmax())
    [line] = told["figure"]["data"]
    np.testing.assert_allclose(line["y"], found.probabilities[:, answer], atol=1e-6)
    assert ("at all" in told["note"]) == bool((found.predictions == answer).all())


def test_beside_the_curve_stands_what_the_test_set_does(tmp_path):
    explorer = small_explorer()
    counted = count_changes([explorer.network("model_0")], explorer.dataset("test"))
    (tmp_path / SHIFTS).write_text(changes_text(counted), "utf-8")
    sets = {name: explorer.dataset(name) for name in explorer.set_names}
    surveys = {("model_0", name): explorer.survey("model_0", name) for name in sets}
    beside = Explorer({"model_0": explorer.network("model_0")}, sets, surveys, folder=tmp_path)
    told = told_of(CHANGES, beside, DRAWN, "change=noise")
    expected = [n / 40 for n in counted[0].curve("noise").n_right]
    assert told["figure"]["data"][1]["y"] == expected
    assert "40 test images" in told["note"]


def test_the_way_to_a_test_image_tells_where_the_answer_turns_and_opens_it():
    explorer = small_explorer()
    network, images = explorer.network("model_0"), explorer.dataset("test").images
    answers = network.logits(images).argmax(axis=1)
    first = int(np.flatnonzero(answers != answers[0])[0])
    pixels = np.rint(images[first] * 255).astype(np.uint8)
    told = told_of(WAY, explorer, pixels, "to=0")
    found = morph(network, explorer.own_image(pack(pixels)), images[0])
    np.testing.assert_allclose(told["figure"]["data"][0]["y"], found.margin, atol=1e-5)
    assert f"After {100 * found.flip.after:.1f} % of the way it becomes" in told["note"]
    take, _, decide = told["link"]
    assert take.href.startswith("/draw") and decide.href.startswith("/decide?")
    assert all(door.href.endswith(pack(found.flip.pixels)) for door in (take, decide))


def test_one_place_of_the_way_is_shown_with_what_the_network_says_there():
    explorer = small_explorer()
    network, images = explorer.network("model_0"), explorer.dataset("test").images
    pixels = np.rint(images[5] * 255).astype(np.uint8)
    mixed = mixed_pixels(explorer.own_image(pack(pixels)), images[0], [0.3])
    answer = network.logits(mixed.astype(np.float32) / 255)[0].argmax()
    picture, told = told_of(WAY, explorer, pixels, "to=0&at=30")["place"]
    assert f"At 30 %: {explorer.class_name(int(answer))}, " in told.children[0]
    assert told.children[1].href.endswith(pack(mixed[0]))
    assert picture.src == image_thumbnail((mixed[0] / 255).astype(np.float32))


def test_the_maps_are_mixed_and_the_rest_of_the_network_answers():
    explorer = small_explorer()
    network, images = explorer.network("model_0"), explorer.dataset("test").images
    pixels = np.rint(images[5] * 255).astype(np.uint8)
    told = told_of(WAY, explorer, pixels, "to=0&by=maps&at=30")
    layer = mixed_layer(explorer, "model_0")
    found = morph(network, explorer.own_image(pack(pixels)), images[0], layer=layer)
    np.testing.assert_allclose(told["figure"]["data"][0]["y"], found.margin, atol=1e-5)
    assert f"in the maps of {layer}" in told["note"] and told["link"] == []
    assert "no image" in told["place"][0].children


def test_a_way_without_a_turn_says_so():
    explorer = small_explorer()
    pixels = np.rint(explorer.dataset("test").images[3] * 255).astype(np.uint8)
    told = told_of(WAY, explorer, pixels, "to=3")
    assert "on the whole way" in told["note"] and told["link"] == []


def own_file(ending, own):
    return small_app().server.test_client().post(f"/draw/own.{ending}", json={"own": own})


def test_the_drawing_comes_back_as_a_file_pixel_by_pixel():
    packed = pack(DRAWN)
    np.testing.assert_array_equal(np.load(io.BytesIO(own_file("npy", packed).data)), DRAWN)
    png = np.asarray(Image.open(io.BytesIO(own_file("png", packed).data)))
    np.testing.assert_array_equal(png, DRAWN[..., 0])


@pytest.mark.parametrize("own", [None, 3, "", "no image!"])
def test_what_is_no_drawing_makes_no_file(own):
    reply = own_file("png", own)
    assert reply.status_code == 422 and reply.get_data(as_text=True).count("\n") == 1


def test_networks_that_see_colours_get_coloured_ink_and_no_steps():
    colour, grey = small_explorer((10, 14, 3), 1), small_explorer()
    assert "draw-colour-place" in str(PAD.layout(colour))
    assert "draw-colour-place" not in str(PAD.layout(grey))
    assert "they are off" in str(PAD.layout(colour))
    blue = Image.new("RGB", (280, 280))
    ImageDraw.Draw(blue).line((60, 40, 150, 230), fill=(0, 0, 255), width=22)
    buffer = io.BytesIO()
    blue.save(buffer, "PNG")
    network = colour.network(colour.model_names[0])
    told = _cleaned(read_picture(buffer.getvalue()), NO_STEPS, network, colour)
    pixels = unpack(told["own"])
    assert pixels.shape == (10, 14, 3) and pixels[..., 2].max() > 100 and not pixels[..., :2].any()
