"""The peak of memory of one server, computed from what bounds it: no more lanes than fit.

What is kept, what waits and what is worked on at a time is bounded everywhere; their sum is the most
that a server can take. Imports nothing that computes: the process in front needs it.
"""

from pathlib import Path

from app.serving.gateway.front import MOST_FILE_BYTES, MOST_HELD_BYTES, MOST_OWED_BYTES
from cnn_core.terminal import complain

MIB = 2**20
MOST_UNFINISHED_BYTES = 32 * MIB
"""Of requests that have not come whole yet, together."""

BASE_BYTES = 432 * MIB
"""Of all processes when the shipped networks are loaded and nothing was asked yet: measured."""
CACHE_BYTES = 160 * MIB
"""Of answers that were made lately, in `app.explorer`, `app.frame.browsing.search` and on Compare."""
CHEAP_BYTES = 64 * MIB
"""Of one cheap question: a batch of images with all layers."""
DEAR_BYTES = 192 * MIB
"""Of one dear question: pictures that are driven up at once, or a slice of activations and a batch."""
READING_BYTES = 96 * MIB
"""Of a survey that is read while pages are served: a batch of it."""

_IN_CGROUP = (("", "memory.max"), ("memory", "memory.limit_in_bytes"))
"""Controllers and files of the limit, in version 2 of control groups and in version 1."""


def peak_bytes(n_cheap: int, n_dear: int = 1) -> int:
    """Most bytes that one server takes beside files that it maps, which the system may take back.

    Parameters
    ----------
    n_cheap, n_dear
        Questions that are worked on at a time.
    """
    # A body stands in both processes.
    front = MOST_UNFINISHED_BYTES + 2 * MOST_HELD_BYTES + MOST_OWED_BYTES + MOST_FILE_BYTES
    lanes = n_cheap * CHEAP_BYTES + n_dear * DEAR_BYTES + READING_BYTES
    return BASE_BYTES + front + CACHE_BYTES + lanes


def lanes_that_fit(n_cheap: int, n_servers: int, limit: int | None) -> int:
    """How many cheap questions are worked on at a time: `n_cheap`, or as many as fit, at least one.

    Where not even one fits, one line on stderr says so.

    Parameters
    ----------
    limit
        Bytes that all servers may take together; None: any.
    """
    if limit is None:
        return n_cheap
    each = limit // n_servers
    if peak_bytes(1) > each:
        complain(
            f"memory: {each // MIB:,} MiB are allowed for each server, and up to "
            f"{peak_bytes(1) // MIB:,} may be needed; allow more, or fewer servers"
        )
    return next((n for n in range(n_cheap, 1, -1) if peak_bytes(n) <= each), 1)


def memory_limit(
    groups: Path = Path("/proc/self/cgroup"), mounted: Path = Path("/sys/fs/cgroup")
) -> int | None:
    """Bytes that the control group of this process may take; None where it is in none that says so."""
    try:
        lines = [line.split(":", 2) for line in groups.read_text().splitlines()]
    except OSError:
        return None
    limits = [
        limit
        for _, controllers, place in lines
        for wanted, name in _IN_CGROUP
        if wanted in controllers.split(",")
        # A container sees its own group as the root.
        for folder in (mounted / wanted / place.lstrip("/"), mounted / wanted)
        if (limit := _limit_in(folder / name)) is not None
    ]
    return min(limits, default=None)


def _limit_in(path: Path) -> int | None:
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    # Version 1 tells a number near the largest where there is none.
    return int(text) if text.isdigit() and int(text) < 2**60 else None
