"""Answers over many images, made part by part, so that no request takes long."""

from collections.abc import Callable, Hashable
from typing import Any

from app.bounded_cache import BoundedCache


def up_to(
    kept: BoundedCache,
    key: tuple[Hashable, ...],
    part: int,
    n_images: int,
    size: int,
    add: Callable[[Any, slice, int], Any],
    n_bytes: int,
) -> tuple[Any, int | None]:
    """Result over the images up to a part, from what is kept and one further part at most.

    Where parts before it are not kept any more, the answer is over fewer images.

    Parameters
    ----------
    part
        From 0; cut to the last part.
    size
        Images of one part.
    add
        Puts a part to the result before it, which is None before the first one: takes the result,
        the places of the images and the number of the part.
    n_bytes
        Size of a result.

    Returns
    -------
    next_part
        What to ask for next, None when all parts are done.
    """
    n_parts = -(-n_images // size)
    wanted = min(max(part, 0), n_parts - 1)
    found_at = ((number, kept.get((*key, number))) for number in range(wanted, -1, -1))
    last, found = next((one for one in found_at if one[1] is not None), (-1, None))
    if last < wanted:
        before, last = found, last + 1
        rows = slice(last * size, min((last + 1) * size, n_images))
        found = kept.get_or_make(
            (*key, last), lambda: add(before, rows, last), lambda made: n_bytes
        )
    return found, last + 1 if last + 1 < n_parts else None
