"""Values lent by images of the rival, edits over several donors, third classes in the race."""

from dataclasses import replace

import numpy as np
import pytest

from app.pages.decide import PAGE
from app.pages.decide.slow import results_words as words
from app.pages.decide.slow.results import donors_of, drawn_of, edit_of, race_of
from app.pages.decide.state import read
from app.pages.decide.view import look
from cnn_core.decision.smallest_edit import smallest_edit
from tests.app.asking import ask_panel, small_app
from tests.app.small_explorer import small_explorer


def seen(search):
    explorer = small_explorer()
    return look(explorer, read(search, explorer)[0])


def test_lent_values_are_those_of_each_image_of_the_rival():
    view = seen("?image=7&p=3&q=1&off=hidden:2,5")
    dataset, network = view.explorer.dataset("test"), view.explorer.network("model_0")
    found = drawn_of(view)
    donors = np.flatnonzero(dataset.labels == 1)
    np.testing.assert_array_equal(found.donors, donors)
    kernel = network.weights("classes")["kernel"]
    slopes = (kernel[:, 3] - kernel[:, 1])[[2, 5]]
    own = network.activations(view.image[None])["hidden"][:, [2, 5]]
    lent = network.activations(dataset.images[donors])["hidden"][:, [2, 5]]
    np.testing.assert_allclose(found.effects, (lent - own) @ slopes, atol=1e-5)
    low, middle, high = np.quantile(found.effects, (0.05, 0.5, 0.95))
    told = words.drawn_text(view, found)
    assert f"{len(donors)} images of 4" in told
    assert f"by {words.signed(middle)} in the middle" in told
    assert f"by {words.signed(low)} to {words.signed(high)} in 90 %" in told


def test_an_image_lends_nothing_to_itself():
    dataset = small_explorer().dataset("test")
    image = int(np.flatnonzero(dataset.labels == 1)[0])
    view = seen(f"?image={image}&p=0&q=1&off=hidden:2")
    assert image not in drawn_of(view).donors


def test_the_strip_stands_there_once_something_is_silenced():
    search = "?image=7&p=3&q=1&off=hidden:2"
    shown = ask_panel(small_app(), PAGE.path, "decide-drawn", search)
    strokes = shown["decide-drawn"]["figure"]["data"][0]
    assert shown["decide-drawn-box"] == {"hidden": False} and len(strokes["y"]) == 10
    nothing = ask_panel(small_app(), PAGE.path, "decide-drawn", "?image=7")
    assert nothing["decide-drawn-box"] == {"hidden": True}
    assert nothing["told"]["texts"]["decide-drawn-note"] == ""


@pytest.mark.parametrize("image", [7, 9])
def test_the_best_of_several_donors_needs_no_more_than_each(image):
    view = seen(f"?image={image}&donor=1&donors=4")
    donors = donors_of(view)
    assert len(donors) == len(set(donors)) <= 4 and donors[0].image == 1
    assert all(donor.image != image for donor in donors)
    best = edit_of(view, "last_maps")
    network, explorer = view.explorer.network("model_0"), view.explorer
    alone = [
        smallest_edit(network, "last_maps", view.image, explorer.image(donor), view.p, view.q)
        for donor in donors
    ]
    sizes = [len(edit.units) for edit in alone if edit.flipped]
    assert best.edit.flipped == bool(sizes)
    layer = network.layer("last_maps")
    told = words.edit_text(view, best, layer, donors[best.donor], view.q)
    if sizes:
        assert len(best.edit.units) == min(sizes)
        assert f"Of {len(donors)} images of the rival tried" in told and "upper bound" in told
    else:
        assert f"None of the {len(donors)} images tried does." in told


def test_a_third_class_that_takes_over_is_told_at_the_diamond():
    view = seen("?image=7&race=hidden")
    run, layer = race_of(view), view.explorer.network("model_0").layer("hidden")
    third = next(number for number in range(4) if number not in (run.target, run.rival))

    def taken_by(number):
        predictions = np.full(len(run.removed), run.target)
        predictions[3:] = number
        return replace(run.by_activation, predictions=predictions, flip=int(run.removed[3]))

    by_rival = replace(run, by_activation=taken_by(run.rival), random=())
    by_rival = replace(by_rival, by_contribution=by_rival.by_activation)
    by_third = replace(run, by_activation=taken_by(third), by_contribution=taken_by(run.rival))
    name = view.class_name(third)
    flips = words.race_flips(view, by_third, layer)
    assert flips["activation"][2].endswith(f"flips at 3 nodes\nto {name}, a third class")
    assert flips["contribution"][2].endswith("flips at 3 nodes")
    note = words.race_note(view, by_third, layer)
    assert f"by activation after 3 (to {name}, a third class)" in note
    assert note.endswith("Δ between the two need not be 0.")
    several = replace(by_rival, random=(taken_by(run.rival), taken_by(third)))
    assert "(in 1 of 2 draws to a third class)" in words.race_note(view, several, layer)
    alike = replace(by_rival, random=(taken_by(run.rival),))
    assert "third class" not in words.race_note(view, alike, layer)
