"""The labels of a stored set.

Labels are whole numbers of any numeric dtype, as ``(n,)`` or ``(n, 1)``, one-hot rows
``(n, n_classes)`` with a single 1 and zeros, or texts. Texts that are all whole numbers count as
these numbers; others are classes in the order of the alphabet, or in that of the given names.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn_core.images.class_names import MAX_CLASSES, NAMES, check_class_names
from cnn_core.images.files.bounded_files import byte_count, data_error, one_line, reader_faults
from cnn_core.images.files.sources import ReadSource, Source

MAX_LABEL_BYTES = 2**30
"""Largest stored array of labels."""

_LABELS = "whole numbers from 0 or texts, (n,) or (n, 1), or one-hot rows (n, n_classes)"
_WHOLE_TEXT = re.compile(r"\d{1,9}(\.0*)?", re.ASCII)
_LEAST_TOP_FROM_ONE = 10


class Labels(NamedTuple):
    """Labels as classes, ``(n,)`` int64, the names of the classes, and what was taken for them."""

    classes: NDArray[np.int64]
    names: tuple[str, ...]
    note: str = ""


def check_label_header(labels: Source, max_unpacked_bytes: int) -> None:
    """Check what the header of stored labels tells; no value is decoded.

    Parameters
    ----------
    max_unpacked_bytes
        Most bytes to unpack, if the labels are in an archive or gzipped.

    Raises
    ------
    DataError
        Neither numbers nor texts, no shape of labels, or above a limit.
    """
    shape = labels.shape
    if labels.dtype.kind not in "buifU":
        raise data_error(labels.where, f"holds values of type {labels.dtype}", _LABELS)
    most_columns = 1 if _is_text(labels) else MAX_CLASSES
    if len(shape) not in (1, 2) or (len(shape) == 2 and not 1 <= shape[1] <= most_columns):
        raise data_error(labels.where, f"labels have the shape {shape}", _LABELS)
    labels.require_unpackable(max_unpacked_bytes)
    if labels.n_bytes > MAX_LABEL_BYTES:
        raise data_error(
            labels.where,
            f"labels take {byte_count(labels.n_bytes)}",
            f"up to {byte_count(MAX_LABEL_BYTES)}, for instance as whole numbers (n,)",
        )


def check_counts(labels: Source, images: Source) -> None:
    """Raise a `DataError` where there is not one label for each image."""
    if labels.shape[0] != images.shape[0]:
        raise data_error(
            labels.where,
            f"holds {labels.shape[0]:,} labels, but {images.where} holds {images.shape[0]:,} "
            "images",
            "one label for each image",
        )


def read_labels(
    labels: Source,
    class_names: Sequence[str] | None,
    others: Callable[[], Iterable[Source]] = tuple,
) -> Labels:
    """Return labels as classes from 0, with the names of all classes.

    Numbers are counted from 1 where no label is 0, and where there are names of as many classes as
    the largest label says, or the largest is 10 or more and each number from 1 to it occurs. The
    classes are then named as they are stored.

    Parameters
    ----------
    labels
        Labels that passed `check_label_header`.
    class_names
        One name for each class; None: the texts or numbers of the labels.
    others
        Returns the labels of other sets with the same classes. Called only where the labels alone
        leave open what their classes are.

    Raises
    ------
    DataError
        A label is negative, not whole, or of no class; a row is not one-hot; names that do not fit.
    """
    names = None if class_names is None else check_class_names(labels.where, class_names)
    if len(labels.shape) == 2 and labels.shape[1] > 1:
        return _read_one_hot(labels, names)
    if not _is_text(labels):
        return _read_numbers(labels, names, others)
    beside = [other for other in others() if _is_text(other)]
    texts = sorted(set().union(*map(_distinct_texts, (labels, *beside))))
    if all(map(_WHOLE_TEXT.fullmatch, texts)):
        return _read_numbers(_as_numbers(labels), names, lambda: map(_as_numbers, beside))
    return _read_texts(labels, names or check_class_names(labels.where, texts), texts)


def from_one_note(top: int) -> str:
    """Say that labels were counted from 1."""
    return f"no label is 0: the labels 1…{top} are taken as {top} classes counted from 1"


def _is_text(labels: Source) -> bool:
    return labels.dtype.kind == "U"


def _read_one_hot(labels: Source, names: tuple[str, ...] | None) -> Labels:
    count = labels.shape[1]
    if names is not None and len(names) != count:
        fault = f"one-hot labels of {count} classes, but {len(names)} names of classes"
        raise data_error(labels.where, fault, NAMES)
    classes = _joined(labels, lambda part, start: _from_one_hot(labels, part, start))
    return Labels(classes, names or tuple(map(str, range(count))))


def _read_numbers(
    labels: Source, names: tuple[str, ...] | None, others: Callable[[], Iterable[Source]]
) -> Labels:
    classes = _joined(labels, lambda part, start: _whole(labels, part, start, MAX_CLASSES))
    if classes.min() >= 1:
        top = _top_from_one(classes, names, others)
        if top:
            numbers = tuple(map(str, range(1, top + 1)))
            return Labels(classes - 1, names or numbers, from_one_note(top))
    if names is None:
        return Labels(classes, tuple(map(str, range(int(classes.max()) + 1))))
    _whole(labels, classes, 0, len(names))
    return Labels(classes, names)


def _top_from_one(
    classes: NDArray[np.int64],
    names: tuple[str, ...] | None,
    others: Callable[[], Iterable[Source]],
) -> int:
    """Return the largest label of those that count from 1 beyond doubt, else 0."""
    there = set(np.unique(classes).tolist())
    if names is None and max(there) < _LEAST_TOP_FROM_ONE:
        return 0
    for other in others():
        for part in other.chunks():
            there.update(np.unique(part).tolist())
    top = int(max(there))
    is_sure = len(there) == top >= _LEAST_TOP_FROM_ONE if names is None else top == len(names)
    return top if is_sure and 0 not in there else 0


def _read_texts(labels: Source, names: tuple[str, ...], texts: Iterable[str]) -> Labels:
    places = {name: place for place, name in enumerate(names)}
    unknown = next((text for text in texts if text not in places), None)
    if unknown is not None:
        told = ", ".join(one_line(name, 40) for name in names[:6])
        told = f"{told} or {len(names) - 6} more names" if len(names) > 6 else told
        raise data_error(labels.where, f"has the label {unknown!r}", told)

    def from_texts(part: NDArray[Any], _: int) -> NDArray[np.int64]:
        distinct, inverse = np.unique(part.reshape(-1), return_inverse=True)
        return np.array([places[text.item()] for text in distinct], np.int64)[inverse]

    return Labels(_joined(labels, from_texts), names)


def _joined(
    labels: Source, classes_of: Callable[[NDArray[Any], int], NDArray[np.integer[Any]]]
) -> NDArray[np.int64]:
    """Return the classes of all parts; `classes_of` gets a part and the number of its first."""
    classes = np.empty(labels.shape[0], np.int64)
    start = 0
    for part in labels.chunks():
        classes[start : start + len(part)] = classes_of(part, start)
        start += len(part)
    return classes


def _distinct_texts(labels: Source) -> set[str]:
    found: set[str] = set()
    with reader_faults(labels.where):
        for part in labels.chunks():
            found.update(np.unique(part).tolist())
            if len(found) > MAX_CLASSES:
                raise data_error(
                    labels.where, "holds too many different texts", f"up to {MAX_CLASSES:,} classes"
                )
    return found


def _as_numbers(labels: Source) -> Source:
    return ReadSource(
        labels.where, labels.shape, np.dtype(np.float64),
        lambda: (part.astype(np.float64) for part in labels.chunks()),
    )  # fmt: skip


def _whole(labels: Source, part: NDArray[Any], start: int, limit: int) -> NDArray[np.int64]:
    part = part.reshape(-1)
    with np.errstate(invalid="ignore"):
        is_class = (part >= 0) & (part < limit)
        if part.dtype.kind == "f":
            is_class &= part == np.floor(part)
    if not is_class.all():
        place = int(is_class.argmin())
        raise data_error(
            labels.where,
            f"image {start + place} has the label {part[place]}",
            f"whole numbers 0…{limit - 1:,}",
        )
    return part.astype(np.int64)


def _from_one_hot(labels: Source, part: NDArray[Any], start: int) -> NDArray[np.intp]:
    is_one_hot = ((part == 1).sum(axis=1) == 1) & ((part != 0).sum(axis=1) == 1)
    if not is_one_hot.all():
        place = start + int(is_one_hot.argmin())
        raise data_error(labels.where, f"row {place} is not one 1 and zeros", _LABELS)
    places: NDArray[np.intp] = part.argmax(axis=1)
    return places
