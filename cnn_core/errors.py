"""The errors that a user of the core can cause, each told in one line."""

from typing import Any

_EXPLAINED = "Exception encountered:"


class LookingGlassError(ValueError):
    """Base of every error that bad input can cause: one line that names thing, fault and remedy.

    Its text is printable, whatever names of files, layers and classes it holds.
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(printable(message))


class DataError(LookingGlassError):
    """An image set cannot be used as it is."""


class ModelError(LookingGlassError):
    """A saved network cannot be opened or looked into."""


class ArtifactError(LookingGlassError):
    """A shipped file is missing or not the file that the manifest describes."""


class OlderFormatError(ArtifactError):
    """A file of results is whole, but was written by an older version."""


class SelectionError(LookingGlassError):
    """A layer, unit, image or class was asked for that does not exist.

    The message says what was asked for and what there is; `nearest` is the nearest valid choice,
    for the caller to offer.
    """

    def __init__(self, message: str, nearest: Any = None) -> None:
        super().__init__(message)
        self.nearest = nearest


def printable(text: object) -> str:
    """Text without what a terminal, a log or a page could take for more than letters.

    Line breaks and other white space become a space; control characters, marks that turn the
    direction of writing and bytes of file names that are no UTF-8 become "?".
    """
    told = str(text)
    if told.isprintable():
        return told
    return "".join(_printable(letter) for letter in told)


def _printable(letter: str) -> str:
    if letter.isspace():
        return " "
    return letter if letter.isprintable() else "?"


def one_line(text: object, most: int = 200) -> str:
    """Text or error as one line of printable characters.

    Keras puts the cause at the end of its text, behind a whole configuration: what follows its
    words for that is taken, and of a text that is still too long the beginning and the end.
    """
    told = str(text)
    if isinstance(text, BaseException) and not told:
        told = type(text).__name__
    told = " ".join(told.rpartition(_EXPLAINED)[2].split())
    told = printable(told)
    if len(told) <= most:
        return told
    start = most // 3
    return f"{told[:start]} … {told[start + 3 - most :]}"
