"""The Patterns page without a browser: what it shows, and the ways to it and back."""

import json
import re
from copy import copy
from dataclasses import replace
from functools import lru_cache
from types import SimpleNamespace

import numpy as np
import pytest

from app.explorer import Explorer
from app.factory import create_app
from app.frame.recorded.readouts import find_results
from app.pages.patterns import PAGE, words
from app.pages.patterns.quiz import _score
from app.pages.patterns.scores import draw_scores
from app.pages.patterns.seek import draw_search
from app.pages.patterns.unit import draw_unit
from app.pages.patterns.view import look, share_below
from app.pages.patterns.wall import wall_picture
from cnn_core.drawing.packed import pack
from cnn_core.patterns.files.pattern_file import patterns_file
from cnn_core.patterns.files.relatives_file import RELATIVES, Relative
from cnn_core.readouts.result_file import READOUTS
from tests.app.asking import ask_page, ask_panel, html_of, small_app
from tests.app.measured_explorer import measured_explorer
from tests.app.small_explorer import small_explorer


@pytest.mark.parametrize(
    ("path", "element", "search", "target"),
    [
        ("/", "explore-unit", "?image=3&layer=first_maps&unit=4", "layer=first_maps&unit=4"),
        ("/decide", "decide-silenced", "?image=3&off=hidden:2,5", "layer=hidden&unit=5"),
    ],
)
def test_a_unit_leads_to_what_it_looks_for(path, element, search, target):
    told = html_of(ask_page(small_app(), path, search), element)
    assert f"/patterns?image=3&{target}" in told


def test_a_circled_cell_leads_to_what_it_looks_for():
    answer = ask_panel(small_app(), "/compare", "compare-table", "?layer=first_maps&t=0.1")
    told = html_of(answer, "compare-table")
    # With the first image that the circle stands in: of group A or of B.
    assert re.search(r"/patterns\?image=\d+&layer=first_maps&unit=\d", told)


@pytest.mark.parametrize(("a", "b"), [("5,1", "3"), ("own,1", "3")])
def test_a_circle_opens_its_unit_with_the_first_image_of_its_group(a, b):
    own = pack(np.arange(144, dtype=np.uint8).reshape(12, 12, 1)) if "own" in a else ""
    search = f"?layer=first_maps&t=0.1&a={a}&b={b}"
    answer = ask_panel(small_app(), "/compare", "compare-table", search, own=own)
    told = html_of(answer, "compare-table")
    doors = set(re.findall(r'/patterns\?([^"]*)"', told))
    images = {re.sub("&?layer.*unit=[0-9]+", "", door) for door in doors}
    assert images <= {f"#own={own}" if own else "image=5", "image=3"} and len(images) == 2


def test_every_bar_of_a_node_has_a_door():
    search = "?image=3&layer=hidden"
    answer = ask_page(small_app(), "/decide", search)
    links = re.findall('href="([^"]*)"', html_of(answer, "decide-node-doors"))
    units = re.findall('id="decide-node-([0-9]+)"', html_of(answer, "decide-node-buttons"))
    assert links == [f"/patterns?image=3&layer=hidden&unit={unit}" for unit in units]
    assert len(units) == 7


def test_a_cell_of_the_ledger_leads_to_what_it_looks_for():
    answer = ask_page(small_app(), "/decide", "?image=3&layer=hidden")
    assert "/patterns?image=3&layer=hidden&unit=" in html_of(answer, "decide-cells-lists")


SOUGHT = "?image=3&layer=last_maps&unit=2"


@lru_cache(maxsize=1)
def sought():
    """What stood on the page before, and what every part of the search drew."""
    before, part, seen = json.dumps(ask_page(small_app(), "/patterns", SOUGHT)), 0, []
    while part is not None and part < 60:
        drawn = ask_panel(small_app(), "/patterns", "patterns-search", SOUGHT, part=part)
        seen.append(json.dumps(drawn))
        part = drawn["told"]["next"]
    return before, seen


def test_the_first_unit_has_the_cell_that_tells_the_usual_pair_apart_best():
    explorer = measured_explorer()
    results = find_results(explorer).of("model_0")
    for layer in explorer.network("model_0").layers:
        [best] = results.of("1-3", layer.name, "best_cell") or [None]
        selection = PAGE.read(f"?layer={layer.name}", explorer)[0]
        expected = 0 if best is None else best.facts["cell"] % layer.n_units
        assert selection.unit == expected
    # Where nothing was measured it is the first one.
    assert {PAGE.read("", small_explorer())[0].unit} == {0}


def test_a_damaged_file_of_results_leaves_the_first_unit(tmp_path):
    (tmp_path / READOUTS).write_text("{")
    plain = small_explorer()
    sets = {name: plain.dataset(name) for name in plain.set_names}
    surveys = {
        (model, name): plain.survey(model, name) for model in plain.model_names for name in sets
    }
    explorer = Explorer(plain.networks, sets, surveys, folder=tmp_path)
    assert PAGE.read("", explorer)[0].unit == 0


def test_a_unit_that_no_file_tells_of_is_sought_part_by_part_and_kept():
    before, seen = sought()
    assert "sought now" in before
    assert "nine real patches" in seen[0] and "fires in" in seen[-1]
    # What was found stands on the page at once, for everybody.
    told = json.dumps(ask_page(small_app(), "/patterns", SOUGHT))
    assert "sought now" not in told and "set=train" in told and "histogram" in told


def test_without_a_file_every_unit_can_be_sought():
    told = json.dumps(ask_page(small_app(), "/patterns", "?layer=last_maps"))
    assert "wall bare" in told and told.count('"wall-unit"') == 6


def test_the_articles_method_tells_from_how_many_starts_nothing_moves():
    search = "?layer=last_maps&unit=2&article=1"
    told = json.dumps(ask_panel(small_app(), "/patterns", "patterns-article", search))
    assert "of 12 starts" in told
    nothing = ask_panel(small_app(), "/patterns", "patterns-article", "?layer=last_maps&unit=2")
    assert nothing["patterns-article"]["children"] is None


@pytest.mark.parametrize(("n", "size"), [(128, 18), (100, 26), (12, 200)])
def test_the_wall_is_one_picture_of_at_most_120_kilobytes(n, size):
    windows = np.random.default_rng(5).random((n, size, size, 1)).astype(np.float32)
    assert len(wall_picture(windows, 10)) <= 120_000


@pytest.mark.parametrize(("quiz", "said"), [("qab", 2), ("qaaaaaaaaaa", 10), ("q", 0)])
def test_the_quiz_counts_the_answers_that_stand_in_the_address(quiz, said):
    sought()
    told = json.dumps(ask_page(small_app(), "/patterns", f"{SOUGHT}&quiz={quiz}")["patterns-quiz"])
    assert (f"Question {said + 1} of 10" in told) == (said < 10)
    assert (f" of {said}. A machine" in told) == (said > 0)
    assert (f'"{quiz}a"' in told) == (said < 10)


@lru_cache(maxsize=1)
def found():
    """The unit that was sought, as the page looks at it."""
    sought()
    return look(small_explorer(), PAGE.read(SOUGHT, small_explorer())[0])


def test_a_dead_unit_is_told_in_numbers_and_nothing_of_it_is_predicted():
    view = found()
    dead = replace(view.unit_found, is_dead=True, n_fired=np.zeros_like(view.unit_found.n_fired))
    told = replace(view, unit_found=dead)
    assert "is dead: it fires in 0 of 40 test images" in words.sentence(told)
    assert "Can you predict it?" not in str(draw_scores(told)["scores"])
    assert "Can you predict it?" in str(draw_scores(view)["scores"])
    assert "comes nearest" in str(draw_unit(told)["unit"])


def test_a_unit_that_climbing_does_not_reach_is_told_in_numbers():
    never = replace(found().unit_found, n_reached=0, pattern_response=np.float32([-0.25, -1, -2]))
    told = words.pattern_text(found(), never)
    assert told.startswith("No reaction found") and "−0.25" in told


def test_the_answer_to_the_image_is_that_of_the_strongest_cell_before_its_non_linearity():
    view = found()
    pre = (
        small_explorer()
        .network("model_0")
        .activations(view.explorer.image(view.selection.subject)[None])
    )
    assert view.response == pre.pre("last_maps")[0, ..., 2].max()
    assert str(draw_scores(view)["scores"]).count("className='here'") == 1


def test_relatives_stand_beside_what_an_untrained_network_gives():
    near = Relative("model_1", 4, 0.8, 0.3)
    far = Relative("model_1", 4, 0.2, 0.3)
    unknown = Relative("model_1", 4, 0.8, float("nan"))
    told = str(draw_scores(replace(found(), relatives=(near, far, unknown)))["scores"])
    assert "+0.80; untrained, by +0.30" in told and "1 of 2 are nearer than that" in told
    told = str(draw_scores(replace(found(), relatives=(unknown,)))["scores"])
    assert "untrained" not in told and "+0.80" in told


@pytest.mark.parametrize("name", [RELATIVES, patterns_file("model_0")])
def test_a_damaged_file_of_units_is_told_and_the_page_does_without_it(tmp_path, name):
    (tmp_path / name).write_bytes(b"no archive")
    small = small_explorer()
    explorer = copy(small)
    explorer.folder = tmp_path
    told = ask_page(create_app(explorer), "/patterns", "?layer=last_maps")
    assert f"{name} is damaged" in str(told["notices"]["children"])
    assert "Map 0 of last_maps" in str(told["patterns-unit"]["children"])


def test_without_training_images_nothing_is_sought_and_the_page_says_why():
    explorer = small_explorer(with_train=False)
    part = draw_search(look(explorer, PAGE.read("?layer=last_maps", explorer)[0]))
    assert part.next_part is None and "training images" in part.drawn["told"]


@pytest.mark.parametrize(("response", "share"), [(-1, 0), (0.5, 0), (1.5, 1 / 7), (3, 1), (9, 1)])
def test_images_of_bins_that_lie_wholly_below_a_response_are_counted(response, share):
    found = SimpleNamespace(counts=np.array([1, 2, 4]), first_edge=0.0, bin_width=1.0)
    assert share_below(SimpleNamespace(unit_found=found, response=response)) == share


def test_reader_and_machine_are_scored_on_the_questions_asked_so_far():
    right_and_machine = [(0, 0), (1, 0), (0, 0), (1, 1), (1, 1)]
    trials = tuple(SimpleNamespace(answer=a, machine=m) for a, m in right_and_machine)
    assert re.findall(r"\d of \d", _score(trials, [0, 0, 0])) == ["2 of 3", "2 of 3"]
    assert re.findall(r"\d of \d", _score(trials, [1])) == ["0 of 1", "1 of 1"]
