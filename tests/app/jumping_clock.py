"""gunicorn's settings with a clock on the wall that a test can put forward and back.

Importing it changes `time.time` for the whole process, and for those that it forks.
"""

import os
import time
from pathlib import Path

from app.gunicorn_conf import *  # noqa: F403

_seconds_off = Path(os.environ["SECONDS_OFF"])
_real_time = time.time
time.time = lambda: _real_time() + float(_seconds_off.read_text())
