"""Images as cards: what they tell and where they lead."""

import base64
import io

import numpy as np
from PIL import Image

from app.figures.pictures.thumbnail import image_thumbnail
from app.frame.cards import (
    COMPARE,
    card_actions,
    compare_address,
    explore_address,
    image_card,
    image_cards,
)
from app.pages import PAGES
from app.pages.compare.state import read as read_compare
from app.pages.decide.state import read as read_decide
from app.pages.explore.state import read
from tests.app.small_explorer import small_explorer


def card_of(number, model="model_1", set_name="train", **options):
    return image_card(small_explorer(), model, set_name, number, **options).to_plotly_json()


def link_of(card):
    return card["props"]["children"][0]


def test_a_card_names_the_image_its_label_and_its_prediction():
    survey = small_explorer().survey("model_1", "train")
    names = small_explorer().class_names
    for number in range(len(survey)):
        label, prediction = names[survey.labels[number]], names[survey.predictions[number]]
        told = getattr(link_of(card_of(number)), "aria-label")
        assert told.startswith(f"Image {number}, labelled {label}, predicted {prediction}, ")
        lines = link_of(card_of(number)).children[1].children
        assert lines[1].className == (
            "card-classes right" if label == prediction else "card-classes wrong"
        )


def test_a_card_opens_its_image_in_explore_with_the_search():
    address = link_of(card_of(5, find="label:4 wrong")).href
    selection, problems = read(address.partition("?")[2], small_explorer())
    assert problems == []
    assert (selection.model, selection.set, selection.image, selection.find) == (
        "model_1",
        "train",
        5,
        "label:4 wrong",
    )
    assert explore_address(small_explorer(), "model_0", "test", 3) == "/?image=3"


def test_a_card_leads_to_compare_where_that_page_is():
    address = compare_address(small_explorer(), "model_1", "train", np.array([3, 1]))
    page = next((page for page in PAGES if page.PATH == COMPARE), None)
    assert address == (f"{COMPARE}?model=model_1&set=train&a=3,1" if page else None)


def test_a_card_leads_to_decide_and_into_each_group_of_compare():
    explorer = small_explorer()
    present = read_compare("?model=model_1&set=train", explorer)[0].members
    number = next(
        image for image in range(24) if all(image not in members for members in present.values())
    )
    actions = card_of(number)["props"]["children"][1].children
    assert [action.children for action in actions] == ["Decide", "+A", "+B", "+C"]
    decided, problems = read_decide(actions[0].href.partition("?")[2], explorer)
    assert problems == [] and (decided.model, decided.set, decided.image) == (
        "model_1",
        "train",
        number,
    )
    for key, action in zip("abc", actions[1:], strict=True):
        compared, problems = read_compare(action.href.partition("?")[2], explorer)
        assert problems == [] and compared.members[key][-1] == number
        assert getattr(action, "data-send") == key
    asked = card_actions(explorer, "model_1", "train", number, 2, 0)[0]
    decided, _ = read_decide(asked.href.partition("?")[2], explorer)
    assert (decided.p, decided.q) == (2, 0) and "7 and not 3" in asked.title
    names = [getattr(action, "aria-label") for action in actions]
    assert len(set(names)) == 4 and all(f"image {number}" in name for name in names)


def test_a_card_takes_notes_and_actions_of_its_page():
    card = card_of(0, notes=("first", "second"), actions=["Remove"])
    lines = link_of(card).children[1].children
    assert [line.children for line in lines[-2:]] == ["first", "second"]
    assert card["props"]["children"][1].children == ["Remove"]
    assert image_cards([card], "images").className == "image-cards"
    assert image_cards([card], "images", large=True).className.endswith("large")


def test_a_large_image_is_averaged_down_and_a_small_one_left_alone():
    for shape, size in (((90, 30, 1), (21, 64)), ((28, 28, 1), (28, 28)), ((64, 128, 3), (64, 32))):
        address = image_thumbnail(np.full(shape, 0.5, np.float32), most=(64, 64))
        drawn = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
        assert drawn.size == size
        assert np.unique(np.asarray(drawn)).tolist() == [128]
