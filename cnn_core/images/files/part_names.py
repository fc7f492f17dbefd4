"""What the names of arrays and files tell: images or labels, and of which set.

A name is read without regard to case: a word for the part, a word for the set in front of it or
behind it or none, and in front of both perhaps the name of the data, as in ``X_test``,
``test_labels``, ``trainX``, ``val_images``, ``kmnist-test-imgs`` or plainly ``images``.
"""

import re
from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

_SPLIT_WORDS = {
    "test": "test(?:ing)?|t10k",
    "train": "train(?:ing)?",
    "validation": "val(?:id)?(?:ation)?|dev",
}
_IMAGE_WORDS = {
    "imgs": "imgs?", "images": "images?", "x": "x", "pixels": "pixels?", "data": "data",
    "features": "features?", "inputs": "inputs?",
}  # fmt: skip
_LABEL_WORDS = {"labels": "labels?|lbls?", "y": "y", "targets": "targets?"}

# Images and labels of one naming go together before any mixture of names does.
_WORD_PAIRS = (
    ("imgs", "labels"), ("images", "labels"), ("x", "y"), *product(_IMAGE_WORDS, _LABEL_WORDS),
)  # fmt: skip


def _group(name: str, words: Iterable[str]) -> str:
    return f"(?P<{name}>{'|'.join(words)})"


_SPLIT = _group("split", _SPLIT_WORDS.values())
_PART = _group("part", (*_IMAGE_WORDS.values(), *_LABEL_WORDS.values()))
_FRONT = "(?:(?P<data>.+?)[-_. ]+)?"
_NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        f"{_FRONT}{_PART}[-_. ]*{_SPLIT}(?:set)?", f"{_FRONT}{_SPLIT}(?:set)?[-_. ]*{_PART}",
        f"{_FRONT}{_PART}",
    )
)  # fmt: skip
_SPLIT_ALONE = re.compile(f"{_SPLIT}[-_ ]*(?:set|data|images|imgs|sample)?")


_LONGEST_NAME = 120
"""Longer names are not read: patterns would take long over a name that was made for it."""


class _Told(NamedTuple):
    split: str
    data: str
    word: str


def split_of(name: str) -> str:
    """Return the set that the name of a folder tells: "test", "train", "validation" or ""."""
    found = _SPLIT_ALONE.fullmatch(name.lower())
    return _word(_SPLIT_WORDS, found["split"]) if found else ""


def split_within(name: str) -> str:
    """Return the set that one word of a file's name tells, as in ``mnist_train.csv``, or ""."""
    return next(filter(None, map(split_of, re.split("[-_. ]+", name))), "")


def is_part(name: str) -> bool:
    """Return whether a name is one of images or labels."""
    return _read(name) is not None


def find_pairs(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the names of images and labels that go together, by "test", "train", "validation", "".

    Under "" stands a pair whose names tell no set.
    """
    there: dict[_Told, str] = {}
    for name in sorted(names):
        told = _read(name)
        if told:
            there.setdefault(told, name)
    found: dict[str, tuple[str, str]] = {}
    datas = sorted({told.data for told in there}, key=lambda data: (len(data), data))
    for split, data, (images, labels) in product((*_SPLIT_WORDS, ""), datas, _WORD_PAIRS):
        pair = there.get(_Told(split, data, images)), there.get(_Told(split, data, labels))
        if split not in found and pair[0] and pair[1]:
            found[split] = (pair[0], pair[1])
    return found


def _read(name: str) -> _Told | None:
    for pattern in _NAMES if len(name) <= _LONGEST_NAME else ():
        found = pattern.fullmatch(name.lower())
        if found:
            groups = found.groupdict()
            split = _word(_SPLIT_WORDS, groups["split"]) if groups.get("split") else ""
            word = _word(_IMAGE_WORDS | _LABEL_WORDS, groups["part"])
            return _Told(split, groups["data"] or "", word)
    return None


def _word(words: dict[str, str], text: str) -> str:
    return next(word for word, pattern in words.items() if re.fullmatch(pattern, text))
