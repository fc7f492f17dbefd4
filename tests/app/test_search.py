"""The image search against plain comparisons."""

import numpy as np
import pytest

from app.frame.browsing.search import find, search
from cnn_core.errors import SelectionError
from tests.app.small_explorer import CLASS_NAMES, small_explorer


@pytest.fixture(scope="module")
def survey():
    return small_explorer().survey("model_0", "test")


def found(text, survey):
    return list(search(text, survey, CLASS_NAMES).images)


def test_words_add_up(survey):
    expected = np.flatnonzero((survey.labels == 1) & (survey.predictions == 3))
    assert found("label:4 pred:9", survey) == list(expected)
    assert found(" PRED:9   Label = 4 ", survey) == list(expected)


def test_wrong_and_right_share_the_set(survey):
    wrong, right = found("wrong", survey), found("right", survey)
    assert sorted(wrong + right) == list(range(len(survey)))
    assert all(survey.labels[number] != survey.predictions[number] for number in wrong)


def test_a_number_finds_itself(survey):
    assert found("17", survey) == [17]


def test_borderline_has_the_smallest_absolute_margin_first(survey):
    images = found("borderline 4 9", survey)
    margin = np.abs(survey.logits[:, 1].astype(float) - survey.logits[:, 3])
    of_either = np.flatnonzero(np.isin(survey.labels, (1, 3)))
    assert images == list(of_either[np.argsort(margin[of_either], kind="stable")])


def test_clear_has_the_largest_margin_first(survey):
    margin = survey.logits[:, 3].astype(float) - survey.logits[:, 1]
    fits = np.flatnonzero((survey.labels == 3) & (survey.predictions == 3))
    assert found("clear 9 4", survey) == list(fits[np.argsort(-margin[fits], kind="stable")])


def test_an_order_keeps_to_the_other_words(survey):
    assert set(found("borderline 4 9 wrong", survey)) <= set(found("wrong", survey))


@pytest.mark.parametrize(
    "text", ["zebra", "label:", "label:12", "borderline 4", "40", "4 9 x", "clear 4 4", "(" * 200]
)
def test_what_is_not_understood_is_told_in_one_line(text, survey):
    with pytest.raises(SelectionError) as fault:
        search(text, survey, CLASS_NAMES)
    assert "\n" not in str(fault.value)


def test_class_names_may_hold_spaces(survey):
    names = ("a long fox", "a", "cat", "a long fox name")
    images = list(search("label:a long fox name pred:a long fox", survey, names).images)
    assert images == list(np.flatnonzero((survey.labels == 3) & (survey.predictions == 0)))
    assert list(search("label:a", survey, names).images) == list(np.flatnonzero(survey.labels == 1))
    margin = survey.logits[:, 3].astype(float) - survey.logits[:, 0]
    fits = np.flatnonzero((survey.labels == 3) & (survey.predictions == 3))
    assert list(search("clear a long fox name a long fox", survey, names).images) == list(
        fits[np.argsort(-margin[fits], kind="stable")]
    )


def test_what_was_found_is_kept_and_nobody_can_change_it(survey):
    found = search("borderline 4 9", survey, CLASS_NAMES)
    assert search("borderline 4 9", survey, list(CLASS_NAMES)) is found
    anew = find("borderline 4 9", survey, CLASS_NAMES)
    assert anew is not found and anew.text == found.text
    np.testing.assert_array_equal(anew.images, found.images)
    for words in ("borderline 4 9", "wrong", "", "7"):
        assert not search(words, survey, CLASS_NAMES).images.flags.writeable


def test_a_kept_search_is_of_its_survey_and_of_its_names(survey):
    another = small_explorer().survey("model_1", "test")
    for words in ("pred:4", "clear 4 9"):
        np.testing.assert_array_equal(
            search(words, another, CLASS_NAMES).images, find(words, another, CLASS_NAMES).images
        )
    swapped = ("9", *CLASS_NAMES[1:3], "4")
    np.testing.assert_array_equal(
        search("label:4", survey, swapped).images, find("label:4", survey, swapped).images
    )
