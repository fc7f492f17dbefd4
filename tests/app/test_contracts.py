"""What every page promises, tried on all of them at once."""

import json
import re
from dataclasses import fields as dataclass_fields

import numpy as np
import pytest

from app.frame.address import Address
from app.frame.fields import CARRIED
from app.frame.shell import frame
from app.frame.wire import _drawn
from app.frame.words.glossary import TERMS
from app.pages import PAGES
from cnn_core.drawing.packed import pack
from tests.app.asking import ask_page, ask_panel, small_app
from tests.app.small_explorer import small_explorer
from tests.app.test_wiring import ids_of, laid_out

BY_PATH = {page.path: page for page in PAGES}
PANELS = [(page, panel) for page in PAGES for panel in page.panels]
OWN = pack(np.arange(144, dtype=np.uint8).reshape(12, 12, 1))

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.title)
every_panel = pytest.mark.parametrize(
    ("page", "panel"), PANELS, ids=lambda one: getattr(one, "name", "")
)


def controls_of(page):
    """Keys of the controls that stand on a page."""
    found = (json.loads(name) for name in ids_of(laid_out(page)) if name.startswith("{"))
    return {name["key"] for name in found if name.get("type") == "control"}


@every_page
def test_a_page_says_what_it_answers_and_how_it_is_used(page):
    assert re.fullmatch(r"[A-Z0-9].*\?", page.asked(small_explorer()))
    assert set(page.words) <= set(TERMS) and page.words
    assert page.help.endswith(".")
    assert all(len(pair) == 2 and all(pair) for pair in page.keys)
    assert page.path.startswith("/") and page.title


def test_a_page_stands_in_the_navigation_or_is_opened_from_others():
    listed = {json.loads(name)["path"] for name in ids_of(frame(PAGES)) if '"type":"nav"' in name}
    assert listed == {page.path for page in PAGES if not page.opened_from}
    for page in PAGES:
        assert page.path not in page.opened_from and set(page.opened_from) <= set(BY_PATH)
        assert not page.opened_from or page.opened_from[0] in listed


@pytest.mark.parametrize(
    ("door", "page"),
    [(door, page) for page in PAGES for door in page.opened_from],
    ids=lambda one: getattr(one, "title", one),
)
def test_a_page_is_linked_where_it_says_it_is_opened_from(door, page):
    """On the model and the pair that stand there."""
    answer = ask_page(small_app(), door, "?model=model_1&p=2&q=0")["answer"]["data"]
    link, *_ = (one for one in answer["links"].values() if one.partition("?")[0] == page.path)
    values = ask_page(small_app(), page.path, "?" + link.partition("?")[2])["answer"]["data"]
    # A drop-down list holds the number of a class as text.
    assert [str(values["values"][key]) for key in ("model", "p", "q")] == ["model_1", "2", "0"]


@every_page
def test_every_field_is_told_and_has_a_place_in_the_selection(page):
    keys = [field.key for field in page.fields]
    assert len(keys) == len(set(keys))
    assert all(field.meaning for field in page.fields)
    selection, problems = page.read("", small_explorer())
    assert problems == [] and set(keys) <= set(selection.values())
    assert set(CARRIED) <= set(keys)


@every_page
def test_every_control_has_a_field(page):
    assert controls_of(page) <= {field.key for field in page.fields}


@every_page
def test_what_a_change_drops_are_fields(page):
    keys = {field.key for field in page.fields}
    assert all(set(field.drops) <= keys for field in page.fields)


@every_panel
def test_a_panel_depends_on_parts_of_the_address(page, panel):
    assert panel.depends_on
    assert set(panel.depends_on) <= {field.key for field in page.fields} | {"own"}


def test_panels_have_names_of_their_own():
    # A page may lend a panel to another: it stays the same one.
    names = [panel.name for panel in {id(panel): panel for _, panel in PANELS}.values()]
    assert len(names) == len(set(names))


@every_page
def test_every_panel_with_a_frame_is_placed_once(page):
    tree = str(laid_out(page).to_plotly_json())
    for panel in page.panels:
        told = tree.count(f"'data-panel': '{panel.name}'") or tree.count(
            f"data-panel='{panel.name}'"
        )
        assert told == (1 if panel.layout else 0), panel.name


def test_a_slow_panel_has_a_frame():
    assert all(panel.layout for _, panel in PANELS if panel.is_slow)


@every_panel
def test_a_panel_is_drawn_again_exactly_when_it_should(page, panel):
    """After another value of a field that it depends on, and not after any other."""
    explorer = small_explorer()
    before, _ = page.read("", explorer)
    for search in ("?model=model_1", "?set=train", "?image=5", "?layer=hidden", "?p=2&q=0"):
        after, problems = page.read(search, explorer)
        assert problems == []
        old, new = before.values(), after.values()
        has_changed = any(
            panel.seen[key](before) != panel.seen[key](after)
            if key in panel.seen
            else old[key] != new[key]
            for key in panel.depends_on
            if key != "own"
        )
        is_empty = panel.is_empty or (lambda selection: False)
        expected = has_changed and not (is_empty(before) and is_empty(after))
        assert (page.state_of(panel, before) != page.state_of(panel, after)) == expected
        if panel.is_slow:
            continue
        told = _drawn(page, panel, page.look(explorer, after), before)
        is_drawn = any(type(value).__name__ != "NoUpdate" for value in told.shown.values())
        assert (is_drawn or bool(told.texts) or bool(told.options)) == expected


@every_panel
def test_a_panel_draws_all_that_it_declares(page, panel):
    explorer = small_explorer()
    selection, _ = page.read("", explorer)
    view = page.look(explorer, selection)
    drawn = panel.draw(view, 0) if panel.in_parts else panel.draw(view)
    drawn = getattr(drawn, "drawn", drawn)
    assert set(drawn) == {*panel.outputs, *panel.texts, *panel.markup, *panel.options}


@every_page
@pytest.mark.parametrize(
    "chosen",
    [{"model": "model_1"}, {"set": "train", "image": 7}, {"layer": "hidden"}, {"p": 2, "q": 0}],
)
def test_what_was_chosen_is_carried_to_every_page(page, chosen):
    search = "?" + "&".join(f"{key}={value}" for key, value in chosen.items())
    answer = ask_page(small_app(), page.path, search)
    assert answer["notices"]["children"] == []
    for path, query in answer["answer"]["data"]["pages"].items():
        values = ask_page(small_app(), path, query)["answer"]["data"]["values"]
        assert {key: str(values[key]) for key in chosen} == {
            key: str(value) for key, value in chosen.items()
        }, path


@every_page
def test_an_address_written_again_says_the_same(page):
    explorer = small_explorer()
    for search in ("", "?image=9", "?model=model_1&layer=hidden&p=1&q=2", "?set=train&image=3"):
        selection, problems = page.read(search, explorer)
        assert problems == []
        assert page.read(page.write(selection, explorer), explorer) == (selection, [])


@every_page
def test_an_own_image_is_kept_and_no_query_holds_it(page):
    answer = ask_page(small_app(), page.path, "", own=OWN)
    told = answer["answer"]["data"]
    assert answer["notices"]["children"] == []
    assert told["own"] == OWN and OWN not in told["search"]
    assert not any(OWN in query for query in told["pages"].values())


@every_page
@pytest.mark.parametrize("own", ["x", OWN[:-9], pack(np.zeros((5, 4, 3), np.uint8)), "A" * 7000])
def test_what_is_no_image_of_ones_own_is_told_and_the_page_stands(page, own):
    answer = ask_page(small_app(), page.path, "", own=own)
    assert "cannot be shown" in str(answer["notices"]["children"])
    assert answer["answer"]["data"]["own"] == ""


@every_panel
def test_a_slow_panel_answers_for_itself(page, panel):
    if not panel.is_slow:
        return
    told = ask_panel(small_app(), page.path, panel.name, "")
    data = told["told"]
    assert data["panel"] == panel.name and (data["next"] is None or panel.in_parts)
    assert data["key"] == ask_page(small_app(), page.path, "")["answer"]["data"]["slow"][panel.name]


@pytest.mark.parametrize("sent", [None, 7, "x", [], {"search": 3, "own": [], "shown": 5}])
def test_what_no_page_sends_is_read_as_nothing(sent):
    address = Address.sent(sent)
    assert (address.path, address.search, address.own, address.shown) == ("", "", "", None)


def test_the_answer_holds_what_the_scripts_read():
    data = ask_page(small_app(), "/", "")["answer"]["data"]
    assert {"path", "search", "own", "values", "steps", "options", "links", "names", "pages"} < set(
        data
    )
    assert set(data["steps"]) == {
        "next",
        "previous",
        "random",
        "wrong",
        "below",
        "above",
        "count",
        "more",
    }


@every_page
def test_the_selection_has_a_default_or_a_field_for_each_part(page):
    selection, _ = page.read("", small_explorer())
    assert {field.name for field in dataclass_fields(selection)} >= {*CARRIED, "own"}
