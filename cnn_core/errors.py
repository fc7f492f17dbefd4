"""The errors that a user of the core can cause, each told in one line."""

from typing import Any


class LookingGlassError(ValueError):
    """Base of every error that bad input can cause: one line that names thing, fault and remedy."""


class DataError(LookingGlassError):
    """An image set cannot be used as it is."""


class ModelError(LookingGlassError):
    """A saved network cannot be opened or looked into."""


class ArtifactError(LookingGlassError):
    """A shipped file is missing or not the file that the manifest describes."""


class SelectionError(LookingGlassError):
    """A layer, unit, image or class was asked for that does not exist.

    The message says what was asked for and what there is; `nearest` is the nearest valid choice,
    for the caller to offer.
    """

    def __init__(self, message: str, nearest: Any = None) -> None:
        super().__init__(message)
        self.nearest = nearest
