"""The names of a set's classes."""

from collections.abc import Iterable

import numpy as np

from cnn_core.images.files.bounded_files import data_error
from cnn_core.images.files.sources import Source

MAX_CLASSES = 10_000
"""Most classes of a set; larger labels are taken for damage."""
MAX_NAME_LENGTH = 200
"""Longest name of a class, in characters."""
NAMES = f"different, printable names of 1 to {MAX_NAME_LENGTH} characters, one for each class"


def read_class_names(stored: Source) -> tuple[str, ...]:
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
        raise data_error(stored.where, "holds damaged texts", NAMES) from error
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
        raise data_error(where, f"{len(names):,} names of classes", NAMES)
    for place, name in enumerate(names):
        is_text = isinstance(name, str) and name.strip() and name.isprintable()
        if not is_text or len(name) > MAX_NAME_LENGTH:
            raise data_error(where, f"class {place} has the name {name!r}", NAMES)
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise data_error(where, f"two classes have the name {twice!r}", NAMES)
    return names
