"""The labels of a stored set and the names of its classes.

Labels are whole numbers from 0 of any numeric dtype, as ``(n,)`` or ``(n, 1)``, or one-hot rows
``(n, n_classes)`` with a single 1 and zeros.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.images.files.bounded_files import byte_count, data_error
from cnn_core.images.files.stored_arrays import StoredArray

MAX_CLASSES = 10_000
"""Most classes of a set; larger labels are taken for damage."""
MAX_LABEL_BYTES = 2**30
"""Largest stored array of labels."""
MAX_NAME_LENGTH = 200
"""Longest name of a class, in characters."""

_LABELS = "whole numbers from 0, (n,) or (n, 1), or one-hot rows (n, n_classes)"
_NAMES = f"different, printable names of 1 to {MAX_NAME_LENGTH} characters, one for each class"


def check_label_header(labels: StoredArray, images: StoredArray, max_unpacked_bytes: int) -> None:
    """Check what the header of stored labels tells; no value is decoded.

    Parameters
    ----------
    labels, images
        Labels, and the images they belong to.
    max_unpacked_bytes
        Most bytes to unpack, if the labels are in an archive or gzipped.

    Raises
    ------
    DataError
        Not numbers, no shape of labels, of another length than the images, or above a limit.
    """
    shape = labels.shape
    if labels.dtype.kind not in "buif":
        raise data_error(labels.where, f"holds values of type {labels.dtype}", _LABELS)
    if len(shape) not in (1, 2) or (len(shape) == 2 and not 1 <= shape[1] <= MAX_CLASSES):
        raise data_error(labels.where, f"labels have the shape {shape}", _LABELS)
    if shape[0] != images.shape[0]:
        raise data_error(
            labels.where,
            f"holds {shape[0]:,} labels, but {images.where} holds {images.shape[0]:,} images",
            "one label for each image",
        )
    labels.require_unpackable(max_unpacked_bytes)
    if labels.n_bytes > MAX_LABEL_BYTES:
        raise data_error(
            labels.where,
            f"labels take {byte_count(labels.n_bytes)}",
            f"up to {byte_count(MAX_LABEL_BYTES)}, for instance as whole numbers (n,)",
        )


def read_labels(
    labels: StoredArray, class_names: Sequence[str] | None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the labels ``(n,)`` int64 and the names of the classes.

    Parameters
    ----------
    labels
        Labels that passed `check_label_header`.
    class_names
        One name for each class; None: the numbers of the classes.

    Raises
    ------
    DataError
        A label is negative, not whole, or of no class; a row is not one-hot; names that do not fit.
    """
    is_one_hot = len(labels.shape) == 2 and labels.shape[1] > 1
    names = None if class_names is None else check_class_names(labels.where, class_names)
    if is_one_hot and names is not None and len(names) != labels.shape[1]:
        fault = f"one-hot labels of {labels.shape[1]} classes, but {len(names)} names of classes"
        raise data_error(labels.where, fault, _NAMES)
    limit = MAX_CLASSES if names is None else len(names)
    classes = np.empty(labels.shape[0], np.int64)
    start = 0
    for part in labels.chunks():
        stop = start + len(part)
        if is_one_hot:
            classes[start:stop] = _from_one_hot(labels, part, start)
        else:
            classes[start:stop] = _whole(labels, part.reshape(-1), start, limit)
        start = stop
    if names is None:
        count = labels.shape[1] if is_one_hot else int(classes.max()) + 1
        names = tuple(map(str, range(count)))
    return classes, names


def read_class_names(stored: StoredArray) -> tuple[str, ...]:
    """Return the stored names of the classes.

    Raises
    ------
    DataError
        Not a list of texts, more than there can be classes, or as in `check_class_names`.
    """
    longest = MAX_NAME_LENGTH * np.dtype("U1").itemsize
    is_texts = stored.dtype.kind == "U" and 0 < stored.dtype.itemsize <= longest
    if not is_texts or len(stored.shape) != 1 or not 1 <= stored.shape[0] <= MAX_CLASSES:
        told = f"is an array {stored.shape} of type {stored.dtype}"
        raise data_error(stored.where, told, "a list of texts, one for each class")
    try:
        names = [str(name) for part in stored.chunks() for name in part]
    except (ValueError, SystemError) as error:
        raise data_error(stored.where, "holds damaged texts", _NAMES) from error
    return check_class_names(stored.where, names)


def check_class_names(where: str, class_names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the classes as a tuple.

    Raises
    ------
    DataError
        No names, too many, or names that are empty, too long, not printable or used twice.
    """
    names = (class_names,) if isinstance(class_names, str) else tuple(class_names)
    if isinstance(class_names, str) or not 1 <= len(names) <= MAX_CLASSES:
        raise data_error(where, f"{len(names):,} names of classes", _NAMES)
    for place, name in enumerate(names):
        is_text = isinstance(name, str) and name.strip() and name.isprintable()
        if not is_text or len(name) > MAX_NAME_LENGTH:
            raise data_error(where, f"class {place} has the name {name!r}", _NAMES)
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise data_error(where, f"two classes have the name {twice!r}", _NAMES)
    return names


def _whole(labels: StoredArray, part: NDArray[Any], start: int, limit: int) -> NDArray[np.int64]:
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


def _from_one_hot(labels: StoredArray, part: NDArray[Any], start: int) -> NDArray[np.intp]:
    is_one_hot = ((part == 1).sum(axis=1) == 1) & ((part != 0).sum(axis=1) == 1)
    if not is_one_hot.all():
        place = start + int(is_one_hot.argmin())
        raise data_error(labels.where, f"row {place} is not one 1 and zeros", _LABELS)
    places: NDArray[np.intp] = part.argmax(axis=1)
    return places
