"""Files of numbers: written in memory, sent as downloads, refused in one line."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from flask import Response
from numpy.typing import NDArray

from app.frame.query import Problem
from cnn_core.errors import SelectionError

_STARTS_A_FORMULA = ("=", "+", "-", "@")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(inf|nan)", re.ASCII | re.IGNORECASE)
_TYPES = {
    "csv": "text/csv",
    "npz": "application/zip",
    "json": "application/json",
    "txt": "text/plain",
}


def file_reply(content: str | bytes, name: str) -> Response:
    """Send a file.

    Parameters
    ----------
    content : str or bytes
    name
        With an ending out of csv, npz, json and txt.
    """
    return Response(
        # A record beside a model may hold half a surrogate pair.
        content.encode("utf-8", "replace") if isinstance(content, str) else content,
        mimetype=_TYPES[name.rpartition(".")[2]],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def refusal(text: str, status: int = 400) -> Response:
    """Refuse a request in one line."""
    return Response(f"{text}\n", status, mimetype="text/plain")


def refused_choice(error: SelectionError) -> Response:
    """Refuse what a file was asked of, with the nearest choice."""
    nearest = "" if error.nearest is None else f" Nearest: {error.nearest}."
    return refusal(f"{error}.{nearest}")


def refused_link(problems: Sequence[Problem]) -> Response:
    """Refuse a page's query with the nearest choices; a file shows nothing else instead."""
    return refusal(
        "; ".join(
            f'"{one.key or "link"}" is not understood, nearest: {one.nearest or "leave it out"}'
            for one in problems
        )
    )


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table; a text that a spreadsheet would take for a formula has "'" in front."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(map(_as_cell, head))
    writer.writerows(map(_as_cell, row) for row in rows)
    return buffer.getvalue()


def _as_cell(value: object) -> object:
    """A text of a stranger, such as the name of a class, must not become a formula."""
    if not isinstance(value, str) or not value.lstrip().startswith(_STARTS_A_FORMULA):
        return value
    return value if _NUMBER.fullmatch(value) else f"'{value}"


def npz_bytes(**arrays: Any) -> bytes:
    """Write arrays as NumPy does.

    Parameters
    ----------
    **arrays
        By their names.
    """
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def precise(*numbers: Any) -> list[str]:
    """Write numbers with nine digits, which bring every float32 back to the last bit."""
    return [f"{number:.9g}" for number in numbers]


def cell_rows(*arrays: NDArray[Any]) -> Iterator[tuple[object, ...]]:
    """Rows of a table of cells: unit, row, column and the number of each array.

    Parameters
    ----------
    *arrays : shape (height, width, units) or (units,)
        All of one shape; nodes stand in row 0 and column 0.
    """
    cells = [array if array.ndim == 3 else array[None, None] for array in arrays]
    for row, column, unit in np.ndindex(*cells[0].shape):
        yield unit, row, column, *precise(*(array[row, column, unit] for array in cells))


def safe_name(stem: str) -> str:
    """Name of a file in which every letter is plain: other ones become "_"."""
    return "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "_-") else "_"
        for letter in stem
    )
