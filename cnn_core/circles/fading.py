"""Which images are unclear, and how many of the circles are left in them (NumPy only)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

UNCLEAR = 0.05
"""Share of a class's rightly classified images that counts as unclear."""
HALF = 0.5


@dataclass(frozen=True, eq=False)
class Fading:
    """Circles of a class in its unclear images and in the others.

    Attributes
    ----------
    n_unclear, n_others
        Images.
    n_half_unclear, n_half_others
        In how many of them at least half of the circles are on.
    """

    n_unclear: int
    n_others: int
    n_half_unclear: int
    n_half_others: int


def unclear_images(margins: ArrayLike, fits: ArrayLike, share: float = UNCLEAR) -> NDArray[np.bool]:
    """Mark the images with the smallest margins among those that fit.

    Parameters
    ----------
    margins : (n,)
        Of the class over its rival.
    fits : (n,) bool
        Rightly classified images of the class.
    share
        In (0, 1]; at least one image is marked where one fits.
    """
    margins, fits = np.asarray(margins), np.asarray(fits, bool)
    fitting = np.flatnonzero(fits)
    n_marked = max(int(share * len(fitting)), 1)
    marked = np.zeros(len(fits), bool)
    marked[fitting[np.argsort(margins[fitting], kind="stable")[:n_marked]]] = True
    return marked


def fading(shares_on: ArrayLike, margins: ArrayLike, fits: ArrayLike) -> Fading:
    """Count in how many unclear images, and in how many others, half of the circles are left.

    `shares_on` is (n,): the share of the class's circles that are on in each image; the rest is as
    in `unclear_images`.
    """
    unclear = unclear_images(margins, fits)
    others = np.asarray(fits, bool) & ~unclear
    is_half: NDArray[Any] = np.asarray(shares_on) >= HALF
    return Fading(
        int(unclear.sum()),
        int(others.sum()),
        int((is_half & unclear).sum()),
        int((is_half & others).sum()),
    )


def first_disagreement(
    answers: ArrayLike, rival: int, margins: ArrayLike, fits: ArrayLike
) -> int | None:
    """Find the least clear image that the network gets right and another reader takes for the rival.

    `answers` is (n,): the class that the reader takes each image for; the rest is as in
    `unclear_images`. None where there is no such image.
    """
    found = np.flatnonzero(np.asarray(fits, bool) & (np.asarray(answers) == rival))
    return int(found[np.argmin(np.asarray(margins)[found])]) if len(found) else None
