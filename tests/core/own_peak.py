"""Most memory that this process itself has held."""

import re
import resource
import sys
from pathlib import Path


def own_peak():
    """Bytes held at most since the program began.

    On Linux `getrusage` tells a started program the peak of the one that started it, if that is
    larger: a test run holds more than what it starts.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.M)[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
