"""Progress on the terminal: one bar for all where someone watches, two lines in a log."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from app.reading import Progress
from cnn_core.terminal import tell


class _Bar:
    """Shows how far the whole is; the present step stands beside it."""

    def __init__(self, also: Progress, first: str) -> None:
        self._also = also
        self._first = first
        self._bar: Any = None
        self._has_begun = False

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        self._also(step, done, total)
        if not self._has_begun and done < total:
            self._has_begun = True
            tell(self._first)
        if self._has_begun and sys.stderr.isatty():
            self._advance(step, done, total)

    def _advance(self, step: str, done: int, total: int) -> None:
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=total, unit=" images", leave=False)
        self._bar.set_description(step, refresh=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    @property
    def has_begun(self) -> bool:
        return self._has_begun


@contextlib.contextmanager
def told_on_terminal(also: Progress, first: str) -> Iterator[_Bar]:
    """Show progress on the terminal too: a bar on stderr, if it is a terminal.

    Parameters
    ----------
    also
        Who else is told: ``also(step, done, total)``.
    first
        Line for stdout before anything long is done; where nothing is, nothing is said.

    Yields
    ------
    callable
        ``progress(step, done, total)``.
    """
    bar = _Bar(also, first)
    try:
        yield bar
    finally:
        bar.close()
    if bar.has_begun:
        tell("All images are read.")
