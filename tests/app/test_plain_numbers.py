"""A number is the same in every query, option and variable: digits, and nothing that Python adds."""

import math
from urllib.parse import urlencode

import pytest

from app.frame.query import Query
from app.plain_numbers import count_in, decimal_number, whole_number
from app.serving.settings import number_from
from cnn_core.errors import LookingGlassError
from tests.app.asking import small_app

ODD = ["1_0", "+1", "٣", "１", "²", "0x1", "1e0", "--1", "1 0", "True", "9" * 16, ""]


def test_whole_numbers():
    assert [whole_number(text) for text in ("0", "7", "-12", "007")] == [0, 7, -12, 7]
    assert [count_in(text) for text in ("12", "-1", "-0")] == [12, None, None]


def test_numbers_with_a_fraction():
    assert [decimal_number(text) for text in ("0.25", "-1", ".5", "2.", "1e-3")] == [
        0.25, -1, 0.5, 2, 0.001]  # fmt: skip
    told = [decimal_number(text) for text in ("nan", "inf", "1_0.5", "+0.5", "٠.٥", "0,5")]
    assert told == [None] * 6
    assert math.isinf(decimal_number("1e999"))


@pytest.mark.parametrize("text", ODD)
def test_what_only_python_takes_for_a_number_is_none_anywhere(text):
    assert whole_number(text) is None
    query = Query("?" + urlencode({"image": text, "images": text, "peeked": text}))
    assert query.number("image", 0, 9, 5, "image") == 5
    assert query.numbers("images", 0, 9, (), "image", most=3) == ()
    assert query.peek_number("peeked", 0, 9) is None
    client = small_app().server.test_client()
    for path in ("/download/activations.csv", "/download/ledger.csv", "/draw/image.png"):
        answer = client.get(path, query_string={"image": text})
        assert answer.status_code in (400, 404), path
    if text:
        with pytest.raises(LookingGlassError):
            number_from({"WEB_CONCURRENCY": text}, "WEB_CONCURRENCY")
