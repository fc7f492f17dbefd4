"""The command: python -m app, or cnn-looking-glass where the package is installed."""

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from app.serving.settings import require_readable
from cnn_core.errors import LookingGlassError
from cnn_core.terminal import complain

SERVED_WITH = (
    "babel",
    "brotli",
    "dash",
    "dash_bootstrap_components",
    "gunicorn",
    "plotly",
    "segno",
)
"""What `[app]` installs beside the core."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until stopped.

    Returns
    -------
        Exit code: 0 stopped by hand, 1 told what is wrong in one line, 2 wrong options.
    """
    try:
        _require_packages()
        require_readable(os.environ)
    except LookingGlassError as error:
        complain(error)
        return 1
    # gunicorn may be missing, and reads WEB_CONCURRENCY as it is imported.
    from app.local_server import run

    return run(arguments)


def _require_packages() -> None:
    missing = [package for package in SERVED_WITH if find_spec(package) is None]
    if missing:
        raise LookingGlassError(
            f"{', '.join(missing)}: not installed; install it with "
            "`pip install 'cnn-looking-glass[app]'`, or in a checkout `pip install '.[app]'`"
        )


if __name__ == "__main__":
    sys.exit(main())
