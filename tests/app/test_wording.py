"""Numbers and names in words."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from app.figures.charts.answer import answer_figure
from app.figures.charts.decision.silenced_answer import silenced_answer_figure
from app.figures.theme import class_colour
from app.frame.words import wording

APP = Path(wording.__file__).parent
# Files are read by programs, and the shell of the server writes to a log: there a minus is ASCII.
WRITES_FILES = {"downloads.py", "files.py", "file_replies.py"}


@pytest.mark.parametrize(
    ("probability", "told"),
    [
        (0.0, "< 1e−37"),
        (1e-40, "< 1e−37"),
        (2.46e-16, "2.5e−16"),
        (9.96e-8, "1.0e−7"),
        (0.00049, "4.9e−4"),
        (0.0005, "0.0005"),
        (0.25, "0.2500"),
        (0.9995, "0.9995"),
        (0.99954, "0.99954"),
        (0.9999949, "0.9999949"),
        (0.99999994, "0.9999999"),
        (np.nextafter(np.float32(1), np.float32(0)), "0.9999999"),
        (0.99999996, "> 0.9999999"),
        (1.0, "> 0.9999999"),
    ],
)
def test_a_probability_is_never_rounded_to_0_or_1(probability, told):
    assert wording.exact_probability(probability) == told


@pytest.mark.parametrize(
    ("probability", "told", "short"),
    [
        (0.0, "less than 1 in a million", "<0.000001"),
        (2e-6, "1 in 500,000", "0.000002"),
        (0.00049, "1 in 2,000", "0.000490"),
        (0.25, "0.2500", "0.2500"),
        (0.99954, "0.99954", "0.99954"),
        (0.99999996, ">0.999999", ">0.999999"),
    ],
)
def test_a_student_can_read_a_probability(probability, told, short):
    assert wording.probability_text(probability) == told
    assert wording.short_probability(probability) == short


@given(st.floats(0, 1))
def test_a_written_probability_is_near_the_true_one(probability):
    told = wording.exact_probability(probability).replace("−", "-")
    if told[0] in "<>":
        bound = float(told[2:])
        assert probability < bound if told[0] == "<" else probability > bound
    else:
        assert 0 < float(told) < 1
        assert abs(float(told) - probability) <= max(5.1e-5, 0) and (
            abs(float(told) - probability) <= 0.051 * min(probability, 1)
        )


def test_the_softmax_bars_write_a_bound_where_float32_ends():
    bars = answer_figure("ab", np.array([1, 0], np.float32), [60.0, -60.0])["data"][0]
    assert bars["text"] == [">0.999999", "<0.000001"]
    assert bars["customdata"] == ["> 0.9999999", "< 1e−37"]
    assert answer_figure("ab", [1, 0], [1.5, -0.25], scale="logits")["data"][0]["text"] == [
        "+1.50",
        "−0.25",
    ]


def test_images_of_a_class_with_a_name_of_its_own_have_no_plural():
    assert wording.images_of("4") == "4s"
    assert wording.images_of("no entry") == "images of no entry"


def test_of_many_classes_the_largest_and_the_named_ones_have_a_bar():
    logits = np.arange(43.0)[::-1].copy()
    logits[40] = 99
    names = [f"sign {number}" for number in range(43)]
    figure = answer_figure(names, softmax(logits), logits, label=41, prediction=40, scale="logits")
    bars, meta = figure["data"][0], figure["layout"]["meta"]
    assert meta["names"] == [f"sign {number}" for number in (40, *range(11), 41)]
    assert meta["strong"] == [0, 12] and bars["x"] == [99, *range(42, 31, -1), 1]
    assert bars["marker"]["color"][-1] == class_colour(41)
    few = answer_figure(names[:16], softmax(logits[:16]), logits[:16])
    assert few["layout"]["meta"]["names"] == names[:16]


def test_bars_before_and_after_silencing_are_of_the_same_classes():
    class Answer:
        def __init__(self, logits):
            self.logits, self.probabilities = logits, softmax(logits)
            self.prediction = int(logits.argmax())

    before, after = (Answer(np.roll(np.arange(43.0), by)) for by in (0, 20))
    figure = silenced_answer_figure([], before, after, 3, 4, scale="logits", label=5)
    (hollow, filled), names = figure["data"], figure["layout"]["meta"]["names"]
    assert names[:12] == [str(number) for number in range(42, 30, -1)]
    assert set(names[12:]) == {"3", "4", "5", "19"}
    for bars, answer in ((hollow, before), (filled, after)):
        assert bars["x"] == [answer.logits[int(name)] for name in names]
    assert filled["marker"]["opacity"][names.index("4")] == 1 > filled["marker"]["opacity"][0]


@pytest.mark.parametrize(
    ("number", "digits", "told"),
    [
        (1.234, 2, "+1.23"),
        (-1.236, 2, "−1.24"),
        (0.0, 2, "0.00"),
        (-0.004, 2, "0.00"),
        (0.004, 2, "0.00"),
        (-0.0, 1, "0.0"),
        (-1e-5, 5, "−0.00001"),
        (float("nan"), 2, "–"),
        (np.float32(-2.5), 1, "−2.5"),
    ],
)
def test_a_signed_number_has_a_true_minus_and_zero_has_no_sign(number, digits, told):
    assert wording.signed(number, digits) == told


def test_numbers_have_a_true_minus_also_in_their_exponent():
    assert wording.number_text(-2.5e-9, ".1e") == "−2.5e−09"
    assert wording.number_text(-1234.5, ",.4g") == "−1,234"  # half to even
    assert wording.number_text(3.0) == "3"
    assert wording.number_text(150.6, ".2g") == "151"
    assert wording.number_text(-1000.0, ".3g") == "−1,000"
    assert wording.number_text(2.5e7, ".2g") == "2.5e+07"
    for number, form, told in (
        (-0.0, ".2f", "0.00"),
        (-0.004, ".2f", "0.00"),
        (-0.0, ".3g", "0"),
        (-0.0, ".1e", "0.0e+00"),
        (-0.006, ".2f", "−0.01"),
    ):
        assert wording.number_text(number, form) == told


@pytest.mark.parametrize(
    ("share", "digits", "told"),
    [
        (0.5, None, "50.0 %"),
        (0.98949, None, "98.9 %"),
        (0.99, None, "99.00 %"),
        (0.9953, None, "99.53 %"),
        (0.9953, 1, "99.5 %"),
        (0.1, 2, "10.00 %"),
        (float("nan"), None, "–"),
        (0.0, None, "0.0 %"),
        (1.0, None, "100.00 %"),
    ],
)
def test_a_share_has_two_decimals_where_the_differences_lie(share, digits, told):
    assert wording.percent(share, digits) == told


def test_intervals_and_counts():
    assert wording.interval(0.98, 0.985) == "98.0–98.5"
    assert wording.interval(0.98, 0.995) == "98.00–99.50"
    assert wording.interval(0.5, 0.6, 2) == "50.00–60.00"
    assert wording.interval(float("nan"), float("nan")) == ""
    assert (wording.plural(1, "image"), wording.plural(1200, "image")) == (
        "1 image",
        "1,200 images",
    )


def test_layers_are_told_by_their_units():
    maps = SimpleNamespace(is_spatial=True, n_units=1, grid=(3, 4))
    nodes = SimpleNamespace(is_spatial=False, n_units=1200)
    assert wording.shape_text(maps) == "1 map of 3 × 4"
    assert wording.shape_text(nodes) == "1,200 nodes"
    assert [wording.unit_word(one, 2) for one in (maps, nodes)] == ["maps", "nodes"]


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (-0.1, 0.25, "−0.10 to +0.25"),
        (0.0027, 0.2173, "+0.003 to +0.217"),
        (-0.21, -0.0004, "−0.2100 to −0.0004"),
        (0.0, 0.3, "0.00 to +0.30"),
        (1e-17, 0.3, "0.00 to +0.30"),
        (0.0051, 0.2, "+0.01 to +0.20"),
        (0.0027, 0.0, "+0.003 to 0.000"),
        (float("nan"), float("nan"), "– to –"),
    ],
)
def test_no_end_of_an_interval_is_rounded_to_a_tie(low, high, told):
    assert wording.signed_interval(low, high) == told


def test_what_a_reader_typed_stands_in_a_sentence():
    assert wording.quoted_part("a\nb\x00") == "a b?"
    assert wording.quoted_part("x" * 41) == "x" * 39 + "…"
    assert wording.quoted_part("x" * 40) == "x" * 40


def test_no_page_writes_a_signed_number_by_itself():
    """Only `app.frame.words.wording` writes signs: "+" in a format elsewhere gives an ASCII minus."""
    own = re.compile(r":\+[,.\d]")
    found = [
        path.relative_to(APP).as_posix()
        for path in APP.rglob("*.py")
        if path.name != "wording.py"
        and path.name not in WRITES_FILES
        and own.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
