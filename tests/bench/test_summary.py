"""Figures summed up and written as text."""

import pytest

from bench.summary import lines, rounded, summary, told


def test_a_summary_tells_the_middle_the_slow_end_and_how_many():
    assert summary([float(number) for number in range(101)]) == {
        "median": 50.0,
        "p95": 95.0,
        "n": 101,
    }


def test_the_slow_end_of_few_numbers_is_never_above_the_slowest():
    assert summary([1.0, 2.0])["p95"] <= 2.0
    assert summary([3.0]) == {"median": 3.0, "p95": 3.0, "n": 1}


def test_nothing_measured_is_an_error_and_no_zero():
    with pytest.raises(ValueError, match="nothing was measured"):
        summary([])


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0034567, 0.003457),
        (123.456, 123.5),
        (1234567.8, 1234568.0),
        (0.0, 0.0),
        (-2.34567, -2.346),
    ],
)
def test_small_numbers_keep_their_digits(number, text):
    assert rounded(number) == text


def test_a_figure_with_parts_of_their_own_takes_a_line_for_each():
    table = {"sizes": [1, 2], "lines": {"bytes": {"median": 1.0, "n": 2}}}
    assert list(lines("maps", table)) == [
        "  maps:",
        "    sizes: 1; 2",
        "    lines:",
        "      bytes: median 1, n 2",
    ]
    assert list(lines("one", {"median": 1.0, "n": 2})) == ["  one: median 1, n 2"]
    assert list(lines("tried", [{"students": 200}])) == ["  tried:", "    students 200"]


def test_figures_of_all_kinds_become_text():
    assert told({"median": 1.5, "p95": 2.25, "n": 3}) == "median 1.5, 95th percentile 2.25, n 3"
    assert told(1614551) == "1,614,551"
    assert told([1.5, "none"]) == "1.5; none"
