"""Explore without a browser: selection, numbers, figures, callback."""

from types import SimpleNamespace

import numpy as np
import pytest

from app.frame.browsing.search import place_among_found, steps
from app.frame.subject import Subject
from app.pages.explore import PAGE, words
from app.pages.explore.state import read, write
from app.pages.explore.view import look
from tests.app.asking import ask_page, html_of, small_app
from tests.app.packed_figures import picture
from tests.app.small_explorer import small_explorer


def steps_at(search):
    view = look(small_explorer(), selected(search)[0])
    return steps(view, view.found)


def selected(search=""):
    return read(search, small_explorer())


def test_an_empty_address_shows_the_last_convolution_of_the_clearest_4():
    selection, problems = selected()
    survey = small_explorer().survey("model_0", "test")
    margins = survey.margins(1, 3)
    is_4 = (survey.labels == 1) & (survey.predictions == 1)
    expected = int(np.flatnonzero(is_4)[margins[is_4].argmax()]) if is_4.any() else 0
    assert (selection.layer, selection.image, problems) == ("last_maps", expected, [])


@pytest.mark.parametrize(
    "search",
    [
        "?image=3",
        "?model=model_1&image=5&layer=hidden&order=weight&p=1&q=3",
        "?image=0&layer=first_maps&range=map&colours=jet&columns=3&unit=4&scale=log&find=label:4",
        "?set=train&image=23&range=clip",
    ],
)
def test_an_address_written_again_shows_the_same(search):
    selection, problems = selected(search)
    assert problems == []
    assert selected(write(selection, small_explorer())) == (selection, [])


@pytest.mark.parametrize(
    ("search", "key", "told"),
    [
        ("?layer=frst_maps", "layer", "first_maps"),
        ("?image=4000", "image", "0 to 39"),
        ("?image=-3", "image", "0 to 39"),
        ("?image=abc", "image", "not an image number"),
        ("?model=nope", "model", "model_0"),
        ("?set=tset", "set", "test"),
        ("?unit=99&layer=hidden", "unit", "0 to 6"),
        ("?columns=0", "columns", "1 to 6"),
        ("?range=loud", "range", "layer"),
        ("?zebra=1", "zebra", "does not know"),
        ("?image=" + "9" * 5000, "", "longer than"),
    ],
)
def test_a_wrong_address_is_told_with_the_nearest_choice(search, key, told):
    selection, problems = selected(search)
    assert [problem.key for problem in problems] == [key]
    assert told in problems[0].text
    assert look(small_explorer(), selection).values.size


@pytest.mark.parametrize(
    "layer", ["first_maps", "pooled", "last_maps", "flat", "hidden", "classes"]
)
@pytest.mark.parametrize("columns", ["", "1", "2", "3", "5"])
def test_the_grid_holds_every_value_of_every_unit(layer, columns):
    explorer = small_explorer()
    answer = ask_page(small_app(), PAGE.path, f"?image=7&layer={layer}&columns={columns}")
    shown = picture(answer["explore-grid"]["figure"])
    values = explorer.network("model_0").activations(explorer.dataset("test").images[[7]])[layer][0]
    assert np.isfinite(shown).sum() == values.size
    np.testing.assert_allclose(
        np.sort(shown[np.isfinite(shown)]), np.sort(values.ravel()), atol=1e-6
    )


@pytest.mark.parametrize("mode", ["map", "clip"])
def test_true_values_stay_on_hover_when_colours_are_stretched(mode):
    figure = ask_page(small_app(), PAGE.path, f"?image=7&range={mode}")["explore-grid"]["figure"]
    values = small_explorer().activations("model_0", Subject("test", 7))["last_maps"][0]
    told = picture(figure, "customdata")
    np.testing.assert_array_equal(np.sort(told[np.isfinite(told)]), np.sort(values.ravel()))


def test_nodes_are_sorted_by_their_weight_for_p_against_q():
    explorer = small_explorer()
    selection, _ = selected("?image=7&layer=hidden&order=weight&p=2&q=0")
    view = look(explorer, selection)
    kernel = explorer.network("model_0").weights("classes")["kernel"]
    advantage = (kernel[:, 2] - kernel[:, 0])[list(view.mosaic.order)]
    assert np.all(np.diff(advantage) <= 0)
    assert "Sorted by weight, most for 7 first, most for 3 last." in words.order_text(view)


def test_the_page_says_that_the_natural_order_means_nothing():
    view = look(small_explorer(), selected("?image=7&layer=hidden")[0])
    assert "means nothing" in words.order_text(view)


def test_softmax_numbers_and_words_are_those_of_the_network():
    explorer = small_explorer()
    answer = ask_page(small_app(), PAGE.path, "?image=11")
    logits = explorer.network("model_0").logits(explorer.dataset("test").images[[11]])[0]
    probabilities = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    bars = answer["explore-answer"]["figure"]["data"][0]
    np.testing.assert_allclose(bars["x"], probabilities, atol=1e-6)
    summary = answer["answer"]["data"]["texts"]["explore-answer-summary"]
    assert f"predicts {explorer.class_names[logits.argmax()]}" in summary


def test_next_and_previous_follow_the_search():
    explorer = small_explorer()
    view = look(explorer, selected("?image=1&find=label:4")[0])
    images = view.found.images
    assert list(images) == [number for number in range(40) if number % 4 == 1]
    leads = steps(view, view.found)
    assert place_among_found(view.found, 1) == 0
    assert leads.next[:2] == [5, 9] and leads.previous[0] == 37
    outside = steps_at("?image=2&find=label:4")
    assert outside.next[0] == 1 and outside.previous[0] == 37


def test_without_a_search_the_page_counts_by_itself():
    small_explorer()
    leads = steps_at("?image=39")
    assert (leads.next, leads.previous, leads.count) == (None, None, 40)


def test_next_wrong_is_the_next_misclassified_image():
    explorer = small_explorer()
    wrong = explorer.survey("model_0", "test").wrong()
    leads = steps_at(f"?image={wrong[0]}")
    assert leads.wrong == wrong[1 % len(wrong)]


def test_an_enlarged_unit_shows_its_bias_and_its_statistics():
    answer = ask_page(small_app(), PAGE.path, "?image=3&layer=first_maps&unit=2")
    text = html_of(answer, "explore-unit")
    survey = small_explorer().survey("model_0", "test")
    assert "Map 2" in text
    assert f"{survey.units['first_maps'].mean[2]:.4g}" in text


@pytest.mark.parametrize("find", ["nonsense", "label:zebra", "image 3", "999999"])
def test_a_search_that_is_not_understood_is_told_and_the_picture_stays(find):
    answer = ask_page(small_app(), PAGE.path, f"?image=3&find={find}")
    assert "Search:" in str(answer["notices"]["children"])
    assert answer["explore-grid"]["figure"]["data"]


def test_colour_images_are_drawn_in_colour():
    explorer = small_explorer((9, 14, 3), 1, False)
    from app.figures.pictures.image import image_figure

    figure = image_figure(explorer.image(Subject("test", 0)))
    assert figure["data"][0]["type"] == "image"
    assert np.asarray(figure["data"][0]["z"]).shape == (9, 14, 3)
    view = look(explorer, read("", explorer)[0])
    assert view.values.shape == explorer.network("model_0").layer("last_maps").shape


@pytest.mark.parametrize(
    ("shown", "is_sent"),
    [
        (None, {"explore-grid-title", "explore-strip", "options"}),
        ("?image=3&layer=hidden", set()),
        ("?image=3", {"explore-grid-title", "options"}),
        ("?image=3&layer=hidden&model=model_1", {"explore-grid-title", "explore-strip", "options"}),
        (7, {"explore-grid-title", "explore-strip", "options"}),
    ],
)
def test_what_the_page_shows_already_is_not_sent_again(shown, is_sent):
    answer = ask_page(small_app(), PAGE.path, "?image=4&layer=hidden", shown=shown)
    told = answer["answer"]["data"]["texts"]
    sent = {name for name in ("explore-grid-title", "explore-strip") if name in told}
    sent |= {"options"} if answer["answer"]["data"]["options"] else set()
    assert sent == is_sent
    assert "explore-grid" in answer and "style" in answer["explore-strip"]


def test_the_doors_for_a_first_reader_keep_the_model_and_lead_to_another_image():
    selection, _ = selected("?model=model_1&image=5")
    doors = PAGE.reply(look(small_explorer(), selection)).links
    assert doors["lesson"] == "/lesson?model=model_1"
    around, problems = selected(doors["around"].removeprefix("/"))
    assert problems == []
    assert around.model == "model_1" and around.image != 5


@pytest.mark.parametrize(
    ("rows", "columns", "told"),
    [
        ((4, 5), (4,), "rows 4 and 5, column 4 reach"),
        ((), (3, 4), "columns 3 and 4 reach"),
        ((5,), (), "row 5 reaches"),
        ((), (), "1 pixel reaches"),
    ],
)
def test_rows_and_columns_are_called_unread_where_none_of_their_pixels_is_read(rows, columns, told):
    unread = np.zeros((6, 5), bool)
    assert words.unread_text(SimpleNamespace(unread=unread)) == ""
    unread[1, 1] = True
    unread[list(rows)] = unread[:, list(columns)] = True
    found = words.unread_text(SimpleNamespace(unread=unread))
    assert found == f"Shaded {told} no cell of this layer."
