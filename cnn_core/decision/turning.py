"""How many entries of a sum carry it (NumPy only)."""

import numpy as np
from numpy.typing import ArrayLike


def entries_to_turn(entries: ArrayLike, total: float) -> int | None:
    """Count how many entries must fall, the largest first, until a total above 0 is below 0.

    Of the nodes that the output layer weighs, that is how many must be silenced until the network
    prefers the rival: for these an entry is what silencing the node takes away.

    Parameters
    ----------
    entries : (n,)
        They may leave a constant: their sum need not be the total.

    Returns
    -------
    0 for a total below 0 already; None where even without all positive entries it is not.
    """
    largest_first = np.sort(np.asarray(entries, np.float64))[::-1]
    left = float(total) - np.concatenate([[0.0], np.cumsum(largest_first[largest_first > 0])])
    turned = np.flatnonzero(left < 0)
    return int(turned[0]) if len(turned) else None
