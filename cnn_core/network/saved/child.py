"""The child process that reads a stranger's model file and opens the network once.

Started by `isolation`, never imported. The file comes as standard input, the answer goes to standard
output: "+" and the contents, or "-" and one line that says why not.
"""

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from cnn_core.errors import ModelError
from cnn_core.network.saved.contents import MOST_WEIGHT_BYTES, read_stream
from cnn_core.network.saved.kinds import ACCEPTED
from cnn_core.network.saved.transfer import write_contents

try:
    import resource
except ImportError:  # Windows has no such bounds.
    resource = None  # type: ignore[assignment]

# Beyond what the process takes already: to read, this and what the arrays take twice over, and then
# for a network of the largest size, its weights and values held several times.
_BYTES_TO_READ = 256 * 2**20
_BYTES_TO_OPEN = 8 * MOST_WEIGHT_BYTES
_SECONDS_TO_READ = 10
_SECONDS_TO_OPEN = 120
_NEW_USERS, _NEW_NETWORK = 0x10000000, 0x40000000
_DENIED = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
)


def main(name: str, image_shape: tuple[int, int, int] | None) -> None:
    """Read the model file on standard input, and answer."""
    answer = os.fdopen(os.dup(1), "wb")
    # What any library prints must not get into the answer.
    os.dup2(2, 1)
    _leave_the_network()
    _ask_to_be_ended_first()
    try:
        _open(name, image_shape, answer)
    except ModelError as error:
        answer.write(b"-" + str(error).encode("utf-8", "replace"))
    except MemoryError:
        answer.write(f"-{name}: to open it takes too much memory; {ACCEPTED}".encode())
    answer.close()


def _open(name: str, image_shape: tuple[int, int, int] | None, answer: BinaryIO) -> None:
    size = os.fstat(sys.stdin.fileno()).st_size
    # Reading refuses arrays that take more than 64 times what is stored.
    _bound(_BYTES_TO_READ + 2 * min(64 * size, MOST_WEIGHT_BYTES) + size, _SECONDS_TO_READ)
    contents = read_stream(sys.stdin.buffer, name)
    try:
        contents.plan(name)
    except ModelError as error:
        raise ModelError(f"{name}: {error}") from error
    _bound(None, _SECONDS_TO_OPEN)

    # Keras imports them where they are installed, for parts of its own that nothing here uses.
    for needless in ("sklearn", "matplotlib"):
        sys.modules[needless] = None  # type: ignore[assignment]
    # Only now, so that most of what is refused is refused within a fraction of a second.
    from cnn_core.network.opening import opened

    _bound(_BYTES_TO_OPEN, _SECONDS_TO_OPEN)
    sys.addaudithook(_deny)
    opened(contents, Path(name), image_shape=image_shape)
    answer.write(b"+")
    write_contents(contents, answer)


def _bound(n_more_bytes: int | None, n_more_seconds: int) -> None:
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + n_more_seconds
    _set_limit(resource.RLIMIT_CPU, seconds)
    space = resource.RLIM_INFINITY if n_more_bytes is None else _address_space() + n_more_bytes
    _set_limit(resource.RLIMIT_AS, space)


def _set_limit(which: int, most: int) -> None:
    hard = resource.getrlimit(which)[1]
    allowed = most if hard == resource.RLIM_INFINITY or 0 <= most < hard else hard
    try:
        resource.setrlimit(which, (allowed, hard))
    except (ValueError, OSError):
        # macOS knows the bound but does not take every value.
        return


def _address_space() -> int:
    """Bytes of addresses that the process has, read off where the system tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 4 * 2**30
    return pages * os.sysconf("SC_PAGE_SIZE")


def _leave_the_network() -> None:
    """Move to a network without any way out, where the system lets a process do so."""
    if not sys.platform.startswith("linux"):
        return
    # Root would lose its right to read in new users; anyone else needs them to leave.
    kinds = _NEW_NETWORK if os.geteuid() == 0 else _NEW_NETWORK | _NEW_USERS
    ctypes.CDLL(None).unshare(kinds)


def _ask_to_be_ended_first() -> None:
    """Where memory runs out all the same, the system shall end this process and not its parent."""
    try:
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    except OSError:
        return


def _deny(event: str, arguments: tuple[Any, ...]) -> None:
    """Let the network being opened reach no other machine, process or file to write."""
    writes = event == "open" and _writes(arguments[1], arguments[2])
    if writes or event.startswith(_DENIED):
        raise ModelError(f"to open it asks for {event}, which no model needs; {ACCEPTED}")


def _writes(mode: Any, flags: Any) -> bool:
    by_mode = isinstance(mode, str) and bool(set(mode) & set("wax+"))
    by_flags = isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    return by_mode or by_flags


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
