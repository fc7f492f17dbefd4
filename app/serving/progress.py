"""Progress on the terminal: a bar where someone watches, a line for each long step in a log."""

import contextlib
import sys


class _Bars:
    """Shows one step after the other; one of a single part shows nothing."""

    def __init__(self, also):
        self._also = also
        self._step = None
        self._bar = None

    def __call__(self, step, done=0, total=0):
        self._also(step, done, total)
        is_new = step != self._step
        if is_new:
            self.close()
            self._step = step
        if total <= 1:
            return
        if sys.stderr.isatty():
            self._advance(step, done, total)
        elif is_new:
            print(f"{step} ({total:,})", flush=True)

    def _advance(self, step, done, total):
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=total, desc=step, leave=False)
        self._bar.update(done - self._bar.n)

    def close(self):
        if self._bar is not None:
            self._bar.close()
            self._bar = None


@contextlib.contextmanager
def told_on_terminal(also):
    """Show progress on the terminal too: bars on stderr, or lines on stdout if it is no terminal.

    Parameters
    ----------
    also : callable
        Who else is told: ``also(step, done, total)``.

    Yields
    ------
    callable
        ``progress(step, done, total)``.
    """
    bars = _Bars(also)
    try:
        yield bars
    finally:
        bars.close()
