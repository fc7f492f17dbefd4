"""Image sets in a table of text: one row for each image, a column of labels, all pixels beside it.

As Kaggle's digit-recognizer has them: with or without a line of names, the label first or last,
perhaps numbered rows. Lines are parsed in pieces of bounded size; nothing but numbers and the text
of the labels is made of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.images.class_names import MAX_CLASSES, MAX_NAME_LENGTH
from cnn_core.images.files.bounded_files import data_error, one_line, reader_faults
from cnn_core.images.files.sources import ReadSource, Source, held
from cnn_core.images.image_shapes import side_of_flat

TABLE_ENDINGS = (".csv", ".tsv", ".txt")
MAX_LINE_BYTES = 8 * 2**20
"""Longest line: a colour image of 512 × 512 pixels with ten characters each."""

_BLOCK_BYTES = 2**20
_LABEL_WORDS = {
    "label", "labels", "class", "classes", "target", "y", "digit", "letter", "character", "category",
}  # fmt: skip
_NUMBER_OF_ROW = {"", "unnamed: 0", "id", "index", "imageid", "image_id"}
_PEEKED_ROWS = 200
_LEAST_SIDE = 5
"""Fewer columns are those of a table of something else, as the four of the iris flowers."""
_ACCEPTED = "a column of labels, named label or first or last, beside all pixels of square images"


@dataclass(frozen=True)
class _Layout:
    """Where things stand in a line.

    Attributes
    ----------
    delimiter
        None: any spaces.
    has_header
        Whether the first line holds names.
    columns
        How many there are.
    label
        Column of the labels, from 0.
    pixels
        Columns of the pixels.
    """

    delimiter: str | None
    has_header: bool
    columns: int
    label: int
    pixels: tuple[int, ...]


@dataclass(frozen=True)
class Table:
    """One set in a table, read once from end to end to be described.

    Attributes
    ----------
    images
        ``(n, s * s)`` or ``(n, 3 * s * s)``, uint8 where all values are whole and in 0…255, float32
        elsewhere.
    labels
        ``(n,)``, as texts.
    """

    images: Source
    labels: Source

    @classmethod
    def describe(cls, path: Path) -> "Table":
        """Describe a table.

        Raises
        ------
        DataError
            No column of labels, lines of different lengths, or pixels that are no numbers.
        """
        with reader_faults(str(path)):
            layout = _layout_of(path)
            n_rows, longest, are_bytes = 0, 1, True
            for lines in _rows(path, layout):
                values = _pixels(path, layout, np.dtype(np.float32), lines)
                n_rows += len(values)
                longest = max(longest, int(np.char.str_len(_labels(layout, lines)).max()))
                are_bytes = are_bytes and bool(
                    ((values >= 0) & (values <= 255) & (values == np.floor(values))).all()
                )
        dtype = np.dtype(np.uint8 if are_bytes else np.float32)
        texts = np.dtype(f"U{longest}")
        return cls(
            ReadSource(
                f"{path} (pixels)", (n_rows, len(layout.pixels)), dtype,
                lambda: (_pixels(path, layout, dtype, lines) for lines in _rows(path, layout)),
            ),
            ReadSource(
                f"{path} (labels)", (n_rows,), texts,
                lambda: (_labels(layout, lines).astype(texts) for lines in _rows(path, layout)),
            ),
        )  # fmt: skip


def has_labels(path: Path) -> bool:
    """Return whether the first lines are those of a table of images with labels."""
    try:
        _layout_of(path)
    except (ValueError, OSError):
        return False
    return True


def describe_lines(path: Path) -> Source:
    """Return the lines of a text that are not empty, as texts ``(n,)``."""
    with reader_faults(str(path)):
        lines = (line.strip() for block in _blocks(path) for line in block)
        texts = [line[: MAX_NAME_LENGTH + 1] for line in islice(lines, MAX_CLASSES + 1)]
    return held(str(path), np.array(texts, str))


def _layout_of(path: Path) -> _Layout:
    lines = next(_blocks(path), [])[: _PEEKED_ROWS + 1]
    if not lines:
        raise data_error(path, "is empty", _ACCEPTED)
    counts = {mark: lines[0].count(mark) for mark in ",;\t"}
    delimiter = max(counts, key=lambda mark: counts[mark]) if any(counts.values()) else None
    fields = _fields(lines[0], delimiter)
    has_header = _is_header(fields)
    first = 1 if has_header and fields[0] in _NUMBER_OF_ROW else 0
    columns = list(range(first, len(fields)))
    named = [column for column in columns if has_header and fields[column] in _LABEL_WORDS]
    if side_of_flat(len(columns) - 1) < _LEAST_SIDE:
        size = f"{len(columns):,} columns"
        told = " of pixels and no label" if side_of_flat(len(columns)) >= _LEAST_SIDE else ""
        raise data_error(path, f"has {size}{told}", _ACCEPTED)
    label = named[0] if named else _unnamed_label(lines[has_header:], delimiter, columns)
    pixels = tuple(column for column in columns if column != label)
    return _Layout(delimiter, has_header, len(fields), label, pixels)


def _is_header(fields: list[str]) -> bool:
    """Tell names of columns, or their numbers, from values of which one may be a text label."""
    if fields == [str(number) for number in range(len(fields))] and len(fields) > 2:
        return True
    texts = [field for field in fields if not _is_number(field)]
    return len(texts) > 1 or any(text in _LABEL_WORDS for text in texts)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _unnamed_label(lines: list[str], delimiter: str | None, columns: list[int]) -> int:
    """Choose the first or the last column: the one that differs from row to row, as labels do."""
    first, last = (
        {fields[place] for line in lines if len(fields := _fields(line, delimiter)) > columns[-1]}
        for place in (columns[0], columns[-1])
    )
    is_last = len(first) == 1 < len(last) or not any(map(_is_number, last))
    return columns[-1] if is_last else columns[0]


def _fields(line: str, delimiter: str | None) -> list[str]:
    return [field.strip(" \"'").lower() for field in line.split(delimiter)]


def _rows(path: Path, layout: _Layout) -> Iterator[list[str]]:
    """Yield the lines with values, some at a time, once their lengths are known to be right."""
    number = 0
    with reader_faults(str(path)):
        for block in _blocks(path):
            lines = block[layout.has_header :] if number == 0 else block
            for place, line in enumerate(lines, number + 1 + (len(block) - len(lines))):
                if '"' not in line and _count(line, layout.delimiter) != layout.columns:
                    fault = f"row {place} has {_count(line, layout.delimiter):,} columns"
                    raise data_error(path, fault, f"{layout.columns:,} columns in every row")
            number += len(block)
            if lines:
                yield lines


def _count(line: str, delimiter: str | None) -> int:
    return line.count(delimiter) + 1 if delimiter else len(line.split())


def _blocks(path: Path) -> Iterator[list[str]]:
    """Yield the lines that are not empty, about `_BLOCK_BYTES` of them at a time."""
    with path.open("rb") as stream:
        rest = stream.read(3)
        rest = b"" if rest == b"\xef\xbb\xbf" else rest
        while block := stream.read(_BLOCK_BYTES):
            whole, _, end = (rest + block).replace(b"\r\n", b"\n").rpartition(b"\n")
            rest = end
            if len(rest) > MAX_LINE_BYTES:
                raise data_error(path, "has an endless line", "one line for each image")
            lines = [line for line in whole.decode().split("\n") if line.strip()]
            if lines:
                yield lines
        if rest.strip():
            yield [rest.decode().strip("\r")]


def _pixels(path: Path, layout: _Layout, dtype: np.dtype[Any], lines: list[str]) -> NDArray[Any]:
    try:
        values = _parsed(lines, np.dtype(np.float32), layout.delimiter, layout.pixels)
    except ValueError as error:
        told = re.sub(r" at row \d+, column \d+\.?", "", one_line(error, 120))
        raise data_error(path, f"has a pixel that is no number ({told})", _ACCEPTED) from error
    return values.astype(dtype, copy=False)


def _labels(layout: _Layout, lines: list[str]) -> NDArray[Any]:
    # One character more than a name may have: longer labels are cut here and refused later.
    text = np.dtype(f"U{MAX_NAME_LENGTH + 1}")
    texts = _parsed(lines, text, layout.delimiter, (layout.label,))
    return np.char.strip(texts[:, 0])


def _parsed(
    lines: list[str], dtype: np.dtype[Any], delimiter: str | None, columns: tuple[int, ...]
) -> NDArray[Any]:
    values: NDArray[Any] = np.loadtxt(
        lines, dtype, comments=None, delimiter=delimiter, usecols=columns, ndmin=2, quotechar='"'
    )
    return values
