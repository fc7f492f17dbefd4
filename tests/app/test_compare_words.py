"""What Compare says and offers beside its numbers: one class twice, links, examples, neighbours."""

import base64
import re
from dataclasses import replace

import numpy as np
import pytest

from app.figures.pictures.rings import rings_picture
from app.figures.pictures.slots import Slots
from app.frame.browsing.search import search
from app.frame.components import notices
from app.frame.query import Problem
from app.frame.wire import placed
from app.pages.compare import PAGE, opinions, words
from app.pages.compare.groups.members import neighbours
from app.pages.compare.measured import worth
from app.pages.compare.state import read, write
from app.pages.compare.view import look
from tests.app.asking import ask_page, small_app
from tests.app.small_explorer import CLASS_NAMES, small_explorer


@pytest.mark.parametrize("address", ["?p=1&q=1", "?p=2&q=2&a=0,4&b=8,12", "?p=1&q=1&layer=hidden"])
def test_one_class_twice_is_said_in_one_sentence(address):
    explorer = small_explorer()
    selection, problems = read(address, explorer)
    assert problems == [] and selection.p == selection.q
    weighed = worth.WORTH_PANEL.draw(look(explorer, selection))
    told = [text.children for text in weighed["warnings"]] + [weighed["sentence"]]
    twice = [text for text in told if "both groups" in text.lower()]
    assert twice == [words.one_class(explorer.class_name(selection.p))]
    assert read(write(selection, explorer), explorer)[0] == selection


def test_the_first_image_on_which_circles_and_network_differ_is_named():
    explorer, named = small_explorer(), 0
    for members in range(0, 90, 3):
        address = f"?a=0,4&b=1,5&c={members},{members + 1}"
        view = look(explorer, read(address, explorer)[0])
        told = opinions.split_opinion(view)
        tiles = [tile for key in "cab" for tile in view.groups[key]]
        split = [
            (tile, *opinions.both_say(view, tile))
            for tile in tiles
            if opinions.both_say(view, tile)[0] not in ("nothing", opinions.both_say(view, tile)[1])
        ]
        if not split:
            assert told == ""
            continue
        tile, circles, network = split[0]
        assert told == f"Of image {tile.image} circles say {circles}, the network {network}."
        assert words.summary(view).endswith(told)
        named += 1
    assert named


def test_circles_of_the_same_images_on_the_nodes_stand_beside_those_of_the_maps():
    explorer = small_explorer()
    [layer, *_] = [one.name for one in explorer.network("model_0").layers if one.is_spatial]
    selection = read(f"?layer={layer}&a=0,4&b=1,5", explorer)[0]
    deeper = worth.WORTH_PANEL.draw(look(explorer, selection))["deeper"]
    there = read("?layer=hidden&a=0,4&b=1,5", explorer)[0]
    view = look(explorer, there)
    weighed = view.measures.worth(there)
    reader = weighed.worth.reader.overall
    assert f"{weighed.n_unique} unique node" in deeper[0]
    assert f": {round(reader.n - reader.credit)} mistake" in deeper[0]
    assert read(deeper[1].href.removeprefix("/compare"), explorer)[0] == there
    assert worth.WORTH_PANEL.draw(view)["deeper"] == []


def test_a_notice_links_only_to_another_address():
    problem = Problem("There is no layer.", "layer", "hidden")
    [told] = notices([problem])
    assert "href" not in str(told) and "There is no layer." in str(told)
    [told] = notices([problem], "/decide?image=3")
    assert "/decide?image=3" in str(told)
    assert notices([], "/decide") == []


@pytest.mark.parametrize(
    ("search_text", "has_link"), [("?layer=zz", False), ("?find=label:q", True)]
)
def test_only_a_search_without_result_leaves_a_link_to_follow(search_text, has_link):
    told = str(ask_page(small_app(), "/decide", search_text)["notices"])
    assert "notice" in told and ("corrected link" in told) == has_link


def test_the_example_beside_a_group_can_be_followed():
    explorer = small_explorer()
    [example] = set(
        re.findall(
            r"placeholder='(add: [^']+)'", str(PAGE.arrange(explorer, placed(PAGE, explorer)))
        )
    )
    number, _, rest = example.removeprefix("add: ").partition(" or ")
    survey = explorer.survey("model_0", "test")
    assert search(number, survey, CLASS_NAMES).images.tolist() == [int(number)]
    search(rest, survey, CLASS_NAMES)


def test_neighbours_have_the_label_and_stand_in_no_group():
    labels = np.array([0, 1, 0, 1, 0, 1, 0, 2])
    found = neighbours(labels, {"a": (2, 1), "b": (4,), "c": (7,)})
    # 2: the only others of label 0 outside the groups are 0 and 6; 7 is alone with its label.
    assert found == {"1": [5, 3], "2": [0, 6], "4": [0, 6]}
    assert neighbours(labels, {"a": (), "b": ()}) == {}
    explorer = small_explorer()
    selection, _ = read("?a=1,5&b=3", explorer)
    view = look(explorer, selection)
    steps = PAGE.reply(view).steps.more["neighbours"]
    labels = explorer.dataset("test").labels
    everyone = [image for group in selection.members.values() for image in group]
    for image in everyone:
        for other in steps[str(image)]:
            assert labels[other] == labels[image] and other not in everyone


def test_crowded_rings_become_outlines():
    explorer = small_explorer()
    selection, _ = read("?a=1,5,9&b=&layer=first_maps&t=0.05", explorer)
    view = look(explorer, selection)
    assert view.outlined == {"A"}
    assert len(view.rings["a"]["A"]) == view.circles.n_unique_a  # every cell, none left out
    assert "outlines are drawn" in words.rings_note(view)
    calm = look(explorer, read("?a=1,5,9&b=3,7,11", explorer)[0])
    assert calm.outlined == frozenset() and "outlines" not in words.rings_note(calm)
    assert "outlines" not in words.rings_note(replace(view, outlined=frozenset()))


def test_an_outline_runs_between_cells_of_a_kind_and_others():
    slots = Slots.around((20, 40), 2, 2.0)
    points = np.array([[3, 4], [3, 5], [10, 10]])

    def drawn(kind):
        picture = rings_picture({kind: points}, 2, slots, outlined={kind})
        text = base64.b64decode(picture.partition(",")[2]).decode()
        return text, set(re.findall(r"M\d+ \d+[hv]1", text))

    _, edges = drawn("A")
    assert len(edges) == 6 + 4 and "M5 3v1" not in edges  # no edge between the two neighbours
    assert {"M4 3h1", "M5 3h1", "M4 4h1", "M5 4h1", "M4 3v1", "M6 3v1"} < edges
    dashes = [
        re.findall(r'stroke-dasharray="([^"]+)"', drawn(kind)[0]) for kind in ("A", "B", "shared")
    ]
    assert dashes[0] == [] and dashes[1] != dashes[2] and all(dashes[1:])


@pytest.mark.parametrize("seed", range(6))
def test_neighbours_are_those_that_stepping_one_by_one_finds(seed):
    generator = np.random.default_rng(seed)
    n_images = int(generator.integers(3, 60))
    labels = generator.integers(0, 3, n_images)
    everyone = generator.choice(n_images, generator.integers(1, n_images + 1), replace=False)

    def stepped(image, direction):
        for away in range(1, n_images):
            other = (image + direction * away) % n_images
            if labels[other] == labels[image] and other not in everyone:
                return other
        return None

    expected = {str(image): [stepped(image, -1), stepped(image, 1)] for image in everyone}
    members = dict(
        zip("abc", (tuple(part.tolist()) for part in np.array_split(everyone, 3)), strict=True)
    )
    assert neighbours(labels, members) == {
        image: near for image, near in expected.items() if near != [None, None]
    }
