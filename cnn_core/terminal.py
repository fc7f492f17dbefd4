"""Lines for whoever started a command: printable, whatever names they hold."""

import sys
from typing import TextIO

from cnn_core.errors import printable


def tell(line: object, stream: TextIO | None = None) -> None:
    """Write one line at once, to stdout by default."""
    out = stream or sys.stdout
    text = printable(line)
    # A terminal of another age knows few letters.
    known = text.encode(out.encoding or "utf-8", "replace").decode(out.encoding or "utf-8")
    print(known, file=out, flush=True)


def complain(line: object) -> None:
    """Write one line to stderr at once."""
    tell(line, sys.stderr)
