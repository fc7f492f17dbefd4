"""Right answers of readers: counted, kept packed, and compared in pairs."""

import base64
import binascii
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.statistics import wilson_interval


@dataclass(frozen=True)
class Share:
    """Right answers among test images, with the Wilson 95 % interval."""

    n_right: int
    n: int
    low: float
    high: float

    @classmethod
    def of(cls, n_right: int, n: int) -> Self:
        """Add the interval to two counts."""
        low, high = wilson_interval(n_right, n)
        return cls(int(n_right), int(n), float(low), float(high))

    @property
    def value(self) -> float:
        """Share of right answers, nan without images."""
        return self.n_right / self.n if self.n else float("nan")


@dataclass(frozen=True)
class Answers:
    """Which test images of a task are answered rightly, in the order of the set.

    Attributes
    ----------
    packed
        The bits, eight to a byte, compressed by zlib, in base64.
    """

    n: int
    packed: str

    def __post_init__(self) -> None:
        if len(_unpacked(self.packed)) != -(-self.n // 8):
            raise ValueError(f"not the answers to {self.n} images")

    @classmethod
    def of(cls, right: ArrayLike) -> Self:
        """Pack answers, shape (n,), bool."""
        bits = np.asarray(right, bool)
        return cls(len(bits), _packed(np.packbits(bits).tobytes()))

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """Whether each image is answered rightly, shape (n,)."""
        packed = np.frombuffer(_unpacked(self.packed), np.uint8)
        return np.unpackbits(packed, count=self.n).astype(bool)


@dataclass(frozen=True)
class Counts:
    """One small number for each test image, as 16-bit integers packed like `Answers`."""

    n: int
    packed: str

    def __post_init__(self) -> None:
        if len(_unpacked(self.packed)) != 2 * self.n:
            raise ValueError(f"not {self.n} counts")

    @classmethod
    def of(cls, values: ArrayLike) -> Self:
        """Pack numbers, shape (n,), 0 ... 65,535."""
        array = np.asarray(values).astype("<u2")
        return cls(len(array), _packed(array.tobytes()))

    @cached_property
    def values(self) -> NDArray[np.int64]:
        """The numbers, shape (n,)."""
        return np.frombuffer(_unpacked(self.packed), "<u2").astype(np.int64)


def _packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 9)).decode()


def _unpacked(packed: str) -> bytes:
    try:
        return zlib.decompress(base64.b64decode(packed, validate=True))
    except (binascii.Error, zlib.error):
        raise ValueError("no packed answers") from None


@dataclass(frozen=True)
class Paired:
    """How often only one of two readers is right, for one model.

    Attributes
    ----------
    only_first, only_second
        Images on which only this one is right; an undecided answer counts half.
    difference, low, high
        Accuracy of the first minus that of the second, as a share, and its 95 % interval.
    p_value
        Of the exact McNemar test; it is below 0.05 just when the interval excludes 0.
    smallest_detectable
        The difference that so many images, disagreeing as much as these, show in 4 of 5 cases.
    """

    n: int
    only_first: float
    only_second: float
    difference: float
    low: float
    high: float
    p_value: float
    smallest_detectable: float
