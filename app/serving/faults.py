"""What becomes of faults on the server's side: one line for its log, and an end where needed."""

import os
import sys
import traceback
from pathlib import Path

from cnn_core.errors import LookingGlassError
from cnn_core.terminal import complain

BOOT_FAILURE = 3
"""Exit code on which gunicorn ends as a whole instead of starting the next worker."""


def end_process(line: str, exit_code: int = BOOT_FAILURE) -> None:
    """Write one line to stderr and end the process, from whatever thread."""
    sys.stdout.flush()
    complain(line)
    os._exit(exit_code)


def told_of(error: BaseException) -> str:
    """Tell an error in one line, whoever is to blame for it."""
    if isinstance(error, LookingGlassError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or 'file system'}: {error.strerror or error}"
    return one_line(error)


def one_line(error: BaseException) -> str:
    """Describe an error that nobody foresaw in a line for the log: what it is, where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    text = " ".join(str(error).split())
    return f"unexpected {type(error).__name__}: {text[:500]}{place}"
