"""What the article's circles on the last convolution came to, as plain data."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn_core.readouts.comparing.answers import Answers, Counts


@dataclass(frozen=True)
class Draw:
    """Circles of one pair of groups, both of training images.

    Attributes
    ----------
    n_common
        Cells on in every image of p's group.
    n_unique
        Cells unique to p's group and to q's.
    n_passing
        Of those unique to p's, how many are on in at least half of all test images of p and in at
        most a tenth of those of q, both beyond the 95 % interval.
    credit
        Right answers of the circle reader among all test images of p and q, an undecided one half.
    """

    n_common: int
    n_unique: tuple[int, int]
    n_passing: int
    credit: float


@dataclass(frozen=True)
class CirclesFound:
    """The article's circles on the last convolution at one threshold, and what they are worth.

    Attributes
    ----------
    groups
        Numbers in the training set of the three clearest images of p and of q.
    cells, hits
        Cells unique to p's group, and in how many test images of p and of q each is on.
    n_images
        Test images of p and of q.
    first
        What these groups came to.
    others
        The same for the groups of the next clearest images, three by three.
    any_class, same_class
        How many groups of three random training images, of any class and of p, have 0, 1, 2 ...
        cells in common.
    unclear
        Which test images of p, in their order, count as unclear: rightly classified, with a margin
        below that of a twentieth of the rightly classified training images of p.
    n_on
        How many of p's circles are on in each test image of p.
    right, undecided
        Answers of the circle reader to all test images of p and q.
    random_readers
        Mean accuracy of readers with circles of random training images, and where 95 % of them lie.
    """

    task: str
    layer: str
    threshold: float
    groups: tuple[tuple[int, ...], tuple[int, ...]]
    cells: tuple[int, ...]
    hits: tuple[tuple[int, int], ...]
    n_images: tuple[int, int]
    first: Draw
    others: tuple[Draw, ...]
    any_class: tuple[int, ...]
    same_class: tuple[int, ...]
    unclear: Answers
    n_on: Counts
    right: Answers
    undecided: Answers
    random_readers: tuple[float, float, float]

    @property
    def credit(self) -> NDArray[np.float64]:
        """Credit for each test image of p and q: 1, 0, or 0.5 where the reader is undecided."""
        return np.where(self.undecided.right, 0.5, self.right.right)
