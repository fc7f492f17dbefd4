"""Files of numbers, written and refused in one way."""

import io
from pathlib import Path

import numpy as np
import pytest

from app.frame.query import Problem
from app.serving.replies import file_replies
from app.serving.replies.file_replies import (
    cell_rows,
    csv_text,
    file_reply,
    npz_bytes,
    precise,
    refused_choice,
    refused_link,
    safe_name,
)
from cnn_core.errors import SelectionError

APP = Path(file_replies.__file__).parent


@pytest.mark.parametrize("shape", [(5,), (2, 3, 4)])
def test_cells_come_back_from_a_table_to_the_last_bit(shape):
    generator = np.random.default_rng(3)
    values, terms = (generator.normal(size=shape).astype(np.float32) for _ in range(2))
    rows = list(cell_rows(values, terms))
    assert len(rows) == values.size
    for unit, row, column, *numbers in rows:
        place = (row, column, unit) if values.ndim == 3 else unit
        assert [np.float32(number) for number in numbers] == [values[place], terms[place]]
        assert values.ndim == 3 or (row, column) == (0, 0)


def test_a_minus_in_a_file_is_one_that_programs_read():
    assert precise(-0.1, np.float32(-2.5e-9)) == ["-0.1", "-2.49999998e-09"]
    assert csv_text(("a", "b"), [(1, "x,y"), (-2, "")]) == 'a,b\n1,"x,y"\n-2,\n'


def test_arrays_come_back_from_their_file():
    arrays = {"values": np.arange(6.0).reshape(2, 3), "is_exact": np.array(True)}
    with np.load(io.BytesIO(npz_bytes(**arrays)), allow_pickle=False) as found:
        assert set(found) == set(arrays)
        np.testing.assert_array_equal(found["values"], arrays["values"])


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.csv", "text/csv"), ("b.npz", "application/zip"), ("c.json", "application/json")],
)
def test_a_file_is_sent_under_its_name(name, kind):
    reply = file_reply("1", name)
    assert (reply.status_code, reply.mimetype) == (200, kind)
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_refusal_is_one_line_with_the_nearest_choice():
    reply = refused_choice(SelectionError("layer x: there is none", nearest="y"))
    assert (reply.status_code, reply.get_data(as_text=True)) == (
        400,
        "layer x: there is none. Nearest: y.\n",
    )
    assert refused_choice(SelectionError("no")).get_data(as_text=True) == "no.\n"
    told = refused_link([Problem("", "p", "4"), Problem("", "", "")]).get_data(as_text=True)
    assert told == (
        '"p" is not understood, nearest: 4; "link" is not understood, nearest: leave it out\n'
    )


def test_a_file_name_holds_no_odd_letter():
    assert safe_name('cnn_1/".ä-b') == "cnn_1____-b"


def test_files_are_written_in_one_place():
    found = [
        path.name
        for path in APP.rglob("*.py")
        if path.name != "file_replies.py"
        and any(
            sign in path.read_text(encoding="utf-8")
            for sign in ("csv.writer", "savez", "Content-Disposition")
        )
    ]
    assert found == []
