"""Query strings: what could not be taken is told in the same form as what can."""

import pytest

from app.frame.pair import asked_pair
from app.frame.query import Query, write_query
from tests.app.small_explorer import small_explorer


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("99999", "There is no image 99999; images go from 0 to 9999."),
        ("3,10000,x", "There is no image 10000, x; images go from 0 to 9999."),
        ("1.5", "There is no image 1.5; images go from 0 to 9999."),
    ],
)
def test_numbers_that_are_refused_are_written_like_the_bounds(given, told):
    query = Query(f"?a={given}")
    query.numbers("a", 0, 9999, (), "image", most=12)
    assert [problem.text.split(" The page")[0] for problem in query.problems] == [told]


def test_one_number_and_a_list_of_them_are_refused_in_the_same_form():
    query = Query("?image=99999&a=99999")
    query.number("image", 0, 9999, 0, "image")
    query.numbers("a", 0, 9999, (), "image", most=12)
    assert all(problem.text.startswith("There is no image 99999; ") for problem in query.problems)
    assert len(query.problems) == 2


def test_a_number_in_a_link_is_the_one_that_was_asked_for():
    for number in (0.1234567891, 0.3, 1.0, 123456.789):
        query = Query(write_query({"t": number}))
        assert query.number("t", 0, 10**6, None, "threshold", kind=float) == number


@pytest.mark.parametrize(
    ("search", "pair"),
    [
        ("", (1, 2)),
        ("?p=0", (0, 2)),
        ("?p=2", (2, 1)),
        ("?q=0", (1, 0)),
        ("?q=1", (2, 1)),
        ("?q=2", (1, 2)),
        ("?p=2&q=0", (2, 0)),
    ],
)
def test_half_a_pair_is_asked_for_against_the_other_usual_class(search, pair):
    explorer = small_explorer()
    values = {"model": explorer.model_names[0]}
    assert asked_pair(Query(search), explorer, values, (1, 2)) == (pair, [])


def test_a_class_against_itself_is_told_and_another_taken():
    explorer = small_explorer()
    values = {"model": explorer.model_names[0]}
    pair, problems = asked_pair(Query("?p=1&q=1"), explorer, values, (1, 2))
    assert pair == (1, 2) and [(one.key, one.nearest) for one in problems] == [("q", "2")]
