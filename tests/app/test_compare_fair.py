"""Is Compare's number fair: groups chosen elsewhere, paired answers, and all thresholds."""

from dataclasses import replace

import numpy as np
import pytest

from app.figures.charts.worth import strip_figure
from app.pages.compare import words
from app.pages.compare.groups.fairness import fair_choice, is_flattered
from app.pages.compare.measured.fair import FAIR_PANEL
from app.pages.compare.measured.measures import measures_of
from app.pages.compare.state import read
from app.pages.compare.view import look
from cnn_core.circles.groups import clearest
from cnn_core.statistics import paired_difference
from tests.app.small_explorer import small_explorer


def selected(address="", explorer=None):
    selection, problems = read(address, explorer or small_explorer())
    assert problems == []
    return selection


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", True),
        ("?rb=random", True),
        ("?ra=random&rb=random", False),
        ("?a=1,5&b=3,7", False),
        ("?ra=ambiguous&b=3", True),
        ("?set=train", False),
    ],
)
def test_groups_that_the_network_chose_on_the_scored_images_are_marked(address, expected):
    explorer, selection = small_explorer(), selected(address)
    assert is_flattered(explorer, selection) == expected
    told = str(FAIR_PANEL.draw(look(explorer, selection))["fair"])
    assert ("Chosen on the images that score it" in told) == expected
    assert ("among training images" in told) == expected


def test_the_fair_groups_are_those_of_the_training_images():
    explorer, selection = small_explorer(), selected()
    chosen = fair_choice(explorer, selection)
    survey = explorer.survey("model_0", "train")
    known = (survey.logits, survey.labels, survey.predictions)
    assert chosen.by_model is None and chosen.selection.set == "train"
    assert chosen.selection.members["a"] == clearest(*known, 1, 3, 3)
    assert chosen.selection.members["b"] == clearest(*known, 3, 1, 3)
    fair = measures_of(explorer).worth(chosen.selection)
    shown = measures_of(explorer).worth(selected("?set=train"))
    assert fair.worth.reader.overall == shown.worth.reader.overall
    view = look(explorer, selection)
    [door] = [part for part in FAIR_PANEL.draw(view)["fair"] if hasattr(part, "href")]
    there = selected(door.href.partition("/compare")[2])
    assert there.set == "train" and there.members["a"] == chosen.selection.members["a"]
    assert words.percent(fair.worth.reader.overall.value, 1) in words.fair_text(view, fair, None)


def test_without_training_images_another_model_chooses():
    explorer = small_explorer(with_train=False)
    selection = selected("?model=model_1", explorer)
    chosen = fair_choice(explorer, selection)
    survey = explorer.survey("model_0", "test")
    expected = clearest(survey.logits, survey.labels, survey.predictions, 1, 3, 3)
    assert chosen.by_model == "model_0" and chosen.selection.model == "model_1"
    assert chosen.selection.members["a"] == expected
    view = look(explorer, selection)
    [door] = [part for part in FAIR_PANEL.draw(view)["fair"] if hasattr(part, "href")]
    there = selected(door.href.partition("/compare")[2], explorer)
    assert there.members["a"] == expected and there.model == "model_1"


def test_with_neither_the_page_says_so():
    explorer = small_explorer(n_models=1, with_train=False)
    selection = selected("", explorer)
    assert fair_choice(explorer, selection) is None
    assert "Neither training images" in str(FAIR_PANEL.draw(look(explorer, selection))["fair"])


def test_circles_and_network_are_compared_image_by_image():
    selection = selected("?a=1,5,9&b=3,7,11")
    measured = measures_of(small_explorer()).worth(selection)
    reader, survey = measured.worth.reader, small_explorer().survey("model_0", "test")
    rows = np.flatnonzero(np.isin(survey.labels, (1, 3)))
    said = np.array([1, 3])[survey.logits[rows][:, [1, 3]].argmax(axis=1)]
    right = (said == survey.labels[rows])[reader.judged]
    expected = paired_difference(right.astype(float), reader.credit[reader.judged])
    assert measured.lead == expected
    view = look(small_explorer(), selection)
    for low, high, told in (
        (0.5, 2.0, "asked the same, makes"),
        (-2.0, -0.5, "better than the network"),
        (-1.0, 1.0, "cannot be told apart"),
    ):
        sure = replace(
            measured,
            lead=replace(measured.lead, low=low, high=high),
            worth=replace(
                measured.worth,
                reader=replace(reader, overall=replace(reader.overall, low=0.8, high=0.9)),
            ),
        )
        assert told in words.sentence(view, sure)
    assert f"{words.signed(measured.lead.difference)} points" in words.readers_note(view, measured)


@pytest.mark.parametrize("layer", ["last_maps", "hidden"])
def test_the_strip_holds_the_number_of_each_threshold(layer):
    address = f"?a=1,5,9&b=3,7,11&layer={layer}"
    measures, selection = measures_of(small_explorer()), selected(address)
    strip = measures.strip(selection)
    assert len(strip) == 10
    for one in strip:
        there = measures.worth(selected(f"{address}&t={one.threshold}"))
        assert one.reader.overall == there.worth.reader.overall
    drawn = FAIR_PANEL.draw(look(small_explorer(), selection))
    assert drawn["is_hidden"] is False
    np.testing.assert_allclose(
        drawn["strip"]["data"][0]["y"], [one.reader.overall.value for one in strip]
    )


@pytest.mark.parametrize("address", ["?layer=first_maps", "?hand=1&ha=0:0:0", "?p=1&q=1"])
def test_where_there_is_no_strip_none_is_drawn(address):
    drawn = FAIR_PANEL.draw(look(small_explorer(), selected(address)))
    assert drawn["is_hidden"] is True and "nan" not in drawn["strip_note"]


def test_a_click_on_the_strip_chooses_its_threshold():
    figure = strip_figure([(0.2, 0.9, 0.8, 0.95), (0.3, 0.8, 0.7, 0.9)], 0.3)
    assert figure["layout"]["meta"]["click"] == {"x": "t"}
    assert figure["layout"]["shapes"][0]["x0"] == 0.3
    assert figure["data"][0]["x"] == [0.2, 0.3]
