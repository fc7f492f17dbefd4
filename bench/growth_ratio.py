"""How fast a measured quantity grows with a size, beside growing in proportion to it."""

import itertools
import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Growth:
    """Growth of one quantity over a range of sizes.

    Attributes
    ----------
    size_ratio, ratio : float
        Last over first: of the sizes, and of the quantity.
    exponent : float
        Slope between first and last point on logarithmic axes: 1 is linear.
    last_exponent : float
        The same between the last two points, where a fixed cost hides least.
    over_linear : float
        Ratio of the quantity over that of the sizes, over the whole range or its last step,
        whichever is larger: above 1 is worse than linear.
    """

    size_ratio: float
    ratio: float
    exponent: float
    last_exponent: float
    over_linear: float

    def __str__(self):
        return (
            f"{self.ratio:.3g}-fold over {self.size_ratio:.3g}-fold, exponent "
            f"{self.exponent:.2f}, in the last step {self.last_exponent:.2f}"
        )


def growth(sizes, values):
    """Tell how a quantity grows.

    Parameters
    ----------
    sizes : sequence of float
        Ascending, above 0; at least two.
    values : sequence of float
        Above 0.

    Returns
    -------
    Growth

    Raises
    ------
    ValueError
        When the points do not make a curve.
    """
    if len(sizes) != len(values) or len(sizes) < 2:
        raise ValueError(f"{len(values)} values at {len(sizes)} sizes: it takes two points or more")
    if min(*sizes, *values) <= 0 or any(later <= size for size, later in itertools.pairwise(sizes)):
        raise ValueError("sizes must ascend, and all numbers be above 0")
    whole, last_step = ((sizes[-1] / sizes[first], values[-1] / values[first]) for first in (0, -2))
    exponents = [math.log(grown) / math.log(larger) for larger, grown in (whole, last_step)]
    return Growth(*whole, *exponents, max(grown / larger for larger, grown in (whole, last_step)))


def growths(table):
    """Growth of each line of a table that counts.

    Medians are told, but where a line has a best time that one counts: noise of other processes
    only ever adds to a time.

    Parameters
    ----------
    table : dict
        "sizes", and "lines": lists of values by name. The best times of "NAME, UNIT" are those of
        "NAME at best, UNIT".

    Returns
    -------
    dict of str to Growth
    """
    lines = table["lines"]

    def has_best(line):
        name, _, unit = line.rpartition(", ")
        return f"{name} at best, {unit}" in lines

    return {
        line: growth(table["sizes"], values) for line, values in lines.items() if not has_best(line)
    }
