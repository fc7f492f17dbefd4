"""TensorFlow and Keras, imported once and without their start-up chatter."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from cnn_core.errors import ModelError

# Whatever Keras was set to for another program: gradients and graphs here are TensorFlow's.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

_CHATTER = ("oneDNN custom operations are on", "before absl::InitializeLog()")


def _buffer() -> BinaryIO:
    """Open a file that nobody else sees; where none can be made, what it gets is lost."""
    try:
        return tempfile.TemporaryFile()
    except OSError:
        return open(os.devnull, "w+b")


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Hold the process's stderr back and let through all but two known start-up announcements.

    TensorFlow writes them from C++ before its log level can be set; a server's log should hold
    only what its operator must know.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with _buffer() as buffer:
        os.dup2(buffer.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            buffer.seek(0)
            for line in buffer.read().decode(errors="replace").splitlines():
                if not any(phrase in line for phrase in _CHATTER):
                    print(line, file=sys.stderr)


def _require_backend() -> None:
    """Refuse a process whose Keras runs on something else already."""
    running = sys.modules.get("keras")
    if running is not None and running.backend.backend() != "tensorflow":
        raise ModelError(
            f"keras: runs on {running.backend.backend()} in this process; import cnn_core before it, "
            "or set KERAS_BACKEND=tensorflow"
        )


_require_backend()
with _without_chatter():
    import keras
    import tensorflow as tf

tf.get_logger().setLevel("ERROR")
# The remapper fuses steps whose values we read, gains nothing then, and logs errors on some graphs.
tf.config.optimizer.set_experimental_options({"remapping": False})

__all__ = ["keras", "tf"]
