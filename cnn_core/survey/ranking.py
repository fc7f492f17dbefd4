"""Margins of images, and the first of many by a key, equal ones by place (NumPy alone)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import SelectionError

_FEW = 8


def margins(
    logits: ArrayLike, p: int, q: int, rows: slice | NDArray[np.integer] = slice(None)
) -> NDArray[np.float64]:
    """Margin z_p - z_q of each image, from logits (n_images, n_classes), or of some rows of them.

    Raises
    ------
    SelectionError
        If a class does not exist or both are the same.
    """
    logits = np.asarray(logits)
    for wanted in (p, q):
        if not 0 <= wanted < logits.shape[1]:
            raise SelectionError(
                f"class {wanted} does not exist: classes go from 0 to {logits.shape[1] - 1}"
            )
    if p == q:
        raise SelectionError(f"class {p} against itself: choose two different classes")
    return np.asarray(logits[rows, p].astype(np.float64) - logits[rows, q])


def smallest_first(keys: NDArray[Any], n: int | None = None) -> NDArray[np.int64]:
    """Places of the n smallest keys, smallest first and equal ones by place.

    The result is that of ``numpy.argsort(keys, kind="stable")[:n]``. A stable sort of floats takes
    ten times as long as NumPy's vectorised one, so that one is used and its ties are put in order;
    where only a few are wanted, nothing but those is sorted.

    Parameters
    ----------
    keys : shape (k,), int or float
        nan counts as larger than everything.
    n
        All by default.

    Returns
    -------
    shape (min(n, k),)
    """
    n = len(keys) if n is None else min(n, len(keys))
    if n == 0:
        return np.empty(0, np.int64)
    if _FEW * n < len(keys):
        limit = np.partition(keys, n - 1)[n - 1]
        # Ties at the limit are all kept here: the last places go to the first of them.
        near = np.flatnonzero(keys <= limit)
        # A limit that is nan compares with nothing.
        if len(near) >= n:
            return near[_in_order(keys[near])[:n]]
    return _in_order(keys)[:n]


def _in_order(keys: NDArray[Any]) -> NDArray[np.int64]:
    order: NDArray[np.int64] = np.argsort(keys)
    ranked = keys[order]
    is_tie = ranked[1:] == ranked[:-1]
    is_tie |= (ranked[1:] != ranked[1:]) & (ranked[:-1] != ranked[:-1])
    if is_tie.any():
        run = np.concatenate([[0], np.cumsum(~is_tie)])
        tied = np.flatnonzero(np.append(is_tie, False) | np.insert(is_tie, 0, False))
        order[tied] = order[tied][np.lexsort((order[tied], run[tied]))]
    return order
