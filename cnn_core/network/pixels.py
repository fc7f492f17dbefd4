"""What a network takes for black and white.

Images reach a network in 0…1, or in a range of their own that their set keeps. Some networks were
trained on other numbers. What they take is stated by hand, or read off what stands first in them;
the numbers are then brought to it in one place, where the network's graph begins
(`cnn_core.network.graph.wiring.Wiring.compute`).
"""

import argparse
import math
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn_core.errors import DataError, ModelError
from cnn_core.images.scaled_images import ScaledImages

ACCEPTED = "0-1, 0-255, -1-1 or another BLACK-WHITE, or MEAN,STD of the pixels"

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
_BLACK_WHITE = re.compile(rf"({_NUMBER})-({_NUMBER})", re.IGNORECASE)
_MEAN_STD = re.compile(rf"({_NUMBER}),({_NUMBER})", re.IGNORECASE)
_MOST = 65_535
_LEAST_OF_BYTES = 32
"""Decimal numbers of this size and more are bytes, as in `cnn_core.images.pixel_values`."""
# Grey levels in 0…1 spread by at most 0.5 around their mean, those in 0…255 nearly always by more
# than 2.
_MOST_SPREAD_OF_UNIT, _LEAST_SPREAD_OF_BYTES = 0.5, 2.0
# What may stand before a layer that tells the scale, leaving grey levels as they are.
_PASSED = (
    "Reshape", "Permute", "Identity", "Dropout", "GaussianNoise", "ZeroPadding2D", "Cropping2D",
    "CenterCrop", "Resizing",
)  # fmt: skip


@dataclass(frozen=True)
class Pixels:
    """The numbers that a network takes for black and white, and how that was told.

    Attributes
    ----------
    text
        As ``--pixels`` takes it.
    """

    black: float
    white: float
    text: str

    @classmethod
    def parse(cls, text: str) -> "Pixels":
        """Read ``BLACK-WHITE`` or ``MEAN,STD``.

        Mean and standard deviation are those of pixels in 0…1, or in 0…255 if one of them is larger
        than 1.

        Raises
        ------
        ModelError
        """
        text = text.strip()
        if found := _BLACK_WHITE.fullmatch(text):
            black, white = float(found[1]), float(found[2])
        elif found := _MEAN_STD.fullmatch(text):
            mean, deviation = float(found[1]), float(found[2])
            top = 255.0 if max(mean, deviation) > 1 else 1.0
            black, white = (
                ((level - mean) / deviation if deviation > 0 else math.nan) for level in (0, top)
            )
        else:
            raise ModelError(f"pixels {text[:40]!r}: {ACCEPTED} is accepted")
        if not max(abs(black), abs(white)) <= _MOST or black == white:
            raise ModelError(
                f"pixels {text[:40]!r}: two different numbers up to {_MOST:,} are accepted"
            )
        return cls(black, white, text)


UNIT_RANGE = (0.0, 1.0)
UNIT, BYTES = Pixels(0.0, 1.0, "0-1"), Pixels(0.0, 255.0, "0-255")


class Entry(NamedTuple):
    """How given values become those that the network's first layers take."""

    scale: float = 1.0
    offset: float = 0.0

    @property
    def changes_nothing(self) -> bool:
        """Whether the network takes values as they are given."""
        return self == AS_GIVEN


AS_GIVEN = Entry()


def entry_of(pixels: Pixels | None, value_range: tuple[float, float]) -> Entry:
    """Return how values of a range, black first, become what a network takes; None: as they are."""
    if pixels is None or (pixels.black, pixels.white) == value_range:
        return AS_GIVEN
    low, high = value_range
    scale = (pixels.white - pixels.black) / (high - low)
    return Entry(scale, pixels.black - scale * low)


def given_values(
    images: NDArray[Any], value_range: tuple[float, float]
) -> NDArray[Any] | ScaledImages:
    """Return images ``(n, h, w, c)`` in memory in the range in which a network is given them.

    Whole numbers are bytes, which are never fed as they are, or 0 and 1 for black and white.

    Raises
    ------
    DataError
        Decimal numbers that look like bytes to a network that is given no such numbers.
    """
    low, high = value_range
    if images.dtype.kind in "bui" and images.size:
        top = 255 if images.max() > 1 else 1
        if images.min() < 0 or images.max() > top:
            told = f"whole numbers {images.min()}…{images.max()}"
            raise DataError(f"images of {told}: bytes 0…255, or decimal numbers, are accepted")
        if value_range == UNIT_RANGE:
            return ScaledImages(images, top)
        return images.astype(np.float32) * np.float32((high - low) / top) + np.float32(low)
    if images.dtype.kind == "f" and images.size and high < _LEAST_OF_BYTES <= images.max():
        raise DataError(
            f"images with values up to {images.max():g}: the network is given {low:g} for black and "
            f"{high:g} for white; divide by 255, or give bytes (uint8)"
        )
    return images


def read_off(steps: Sequence[Any], takes_integers: bool) -> Pixels | None:
    """Tell from what stands first in a network which pixels it takes, None if nothing tells it.

    A rescaling whose result for bytes, or for 0…1, is near 0…1 or -1…1; a normalisation by mean and
    deviation of bytes, or of 0…1; an input of whole numbers.

    Parameters
    ----------
    steps
        `cnn_core.network.graph.wiring.Wiring.steps` in their order.
    takes_integers
        Whether the saved network asks for whole numbers.
    """
    if takes_integers:
        return BYTES
    name = ""
    while True:
        readers = [step for step in steps if name in step.inputs]
        if len(readers) != 1:
            return None
        name, operation = readers[0].name, readers[0].operation
        kind = type(operation).__name__
        if kind == "Rescaling":
            return _of_rescaling(operation)
        if kind == "Normalization" and not operation.invert:
            return _of_normalisation(operation)
        if kind not in _PASSED and not kind.startswith("Random"):
            return None


def _of_rescaling(operation: Any) -> Pixels | None:
    scale = float(np.mean(np.abs(operation.scale)))
    if scale <= 0:
        return None
    for pixels in (UNIT, BYTES):
        if 0.2 <= scale * pixels.white <= 5:
            return pixels
    # As scikit-learn's digits: 1 / 16.
    white = round(1 / scale, 6)
    return Pixels(0.0, white, f"0-{white:g}") if white <= _MOST else None


def _of_normalisation(operation: Any) -> Pixels | None:
    mean = float(np.mean(np.asarray(operation.mean)))
    deviation = float(np.sqrt(np.mean(np.asarray(operation.variance))))
    if 0 <= mean <= 1 and deviation <= _MOST_SPREAD_OF_UNIT:
        return UNIT
    if 0 <= mean <= 255 and _LEAST_SPREAD_OF_BYTES <= deviation <= 255:
        return BYTES
    return None


def add_pixels_option(parser: argparse.ArgumentParser) -> None:
    """Let a command take ``--pixels``; its arguments must go through `with_values_joined`."""

    def checked(text: str) -> str:
        try:
            return Pixels.parse(text).text
        except ModelError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    parser.add_argument(
        "--pixels",
        type=checked,
        metavar="BLACK-WHITE",
        help="what the models take for black and white: 0-1, 0-255, -1-1 or MEAN,STD (default: what "
        "they tell themselves, else the images as they are)",
    )


def with_values_joined(arguments: Sequence[str] | None = None) -> list[str]:
    """Join ``--pixels -1-1`` to ``--pixels=-1-1``, since argparse takes ``-1-1`` for an option.

    Parameters
    ----------
    arguments
        By default those of the command line.
    """
    joined: list[str] = []
    for argument in sys.argv[1:] if arguments is None else arguments:
        if joined and joined[-1] == "--pixels":
            joined[-1] = f"--pixels={argument}"
        else:
            joined.append(argument)
    return joined
