"""Equal places for pictures beside each other on one board."""

from dataclasses import dataclass
from math import ceil
from typing import Self

_RING_SHARE = 1 / 260


@dataclass(frozen=True)
class Slots:
    """Equal places for mosaics beside each other.

    Attributes
    ----------
    n
        Places in a row.
    rows, columns
        Height and width of one, in cells, the gap to the next one included.
    margin
        Cells left free before the first one, so that rings at the edge are whole.
    """

    n: int
    rows: int
    columns: int
    margin: float

    @property
    def ring_radius(self) -> float:
        """Radius of a ring in cells: the same on the screen for every layer, but never below one.

        A ring below the size of a cell would hide what it points at.
        """
        return max(0.8, self.n * self.columns * _RING_SHARE)

    @classmethod
    def around(cls, picture_shape: tuple[int, int], n: int, aspect: float) -> Self:
        """Make slots that hold a picture and have the wanted proportions.

        Parameters
        ----------
        picture_shape
            Rows and columns of one mosaic.
        aspect
            Width of a slot over its height.
        """
        high, wide = picture_shape
        gap = max(2, round(0.03 * wide))
        columns = max(wide + gap, ceil((high + gap) * aspect))
        return cls(n, max(high + gap, round(columns / aspect)), columns, gap / 2)
