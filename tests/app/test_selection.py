"""Query strings: what could not be taken is told in the same form as what can."""

import pytest

from app.frame.query import Query


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
