"""The image that a page is about: one of a set, or the reader's own."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """What names an image; `app.explorer.Explorer` gives its pixels, its label, its activations.

    Attributes
    ----------
    set, image
        Image set and number. Of an own image: the one that Back to the set leads to.
    own
        The reader's own image as `cnn_core.drawing.packed` writes it, "" for an image of a set. It
        travels in the address's fragment, which no server ever logs.
    """

    set: str
    image: int
    own: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it is no image of a set: its label is unknown."""
        return bool(self.own)

    @property
    def name(self) -> str:
        """What a sentence calls it."""
        return "your own image" if self.own else f"image {self.image} of the {self.set} set"

    @property
    def file_stem(self) -> str:
        """Beginning of the names of files about it."""
        return "own" if self.own else f"{self.set}_{self.image}"
