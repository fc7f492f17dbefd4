"""Images as cards: what they tell and where they lead."""

import base64
import io

import numpy as np
from PIL import Image

from app.figures.pictures.thumbnail import image_thumbnail
from app.frame import links
from app.frame.browsing.cards import card_actions, image_card, image_cards
from app.frame.links import COMPARE, EXPLORE, link, link_to
from app.frame.subject import Subject
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


def test_a_link_is_as_short_as_it_can_be_and_leads_to_a_page():
    explorer = small_explorer()
    assert link(explorer, EXPLORE, model="model_0", set="test", image=3) == "/?image=3"
    address = link(explorer, COMPARE, model="model_1", set="train", a=[3, 1])
    assert address == f"{COMPARE}?model=model_1&set=train&a=3,1"
    own = link_to(explorer, EXPLORE, "model_1", Subject("test", 3, "packed"))
    assert own == "/?model=model_1#own=packed"
    paths = {value for name, value in vars(links).items() if name.isupper()}
    assert paths <= {page.path for page in PAGES}


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
