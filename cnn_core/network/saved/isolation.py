"""A stranger's model file, read and tried out by a child process first.

The HDF5 library takes all memory or never returns on some damaged files, and TensorFlow ends the
process on some configurations. So a child with bounds on memory and computing time and without
network reads the file, builds the network and runs it once; what comes back is data. Where the
system has no such bounds, as on Windows, there is a bound on waiting alone.
"""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from cnn_core.errors import ModelError, one_line
from cnn_core.network.saved.contents import Contents
from cnn_core.network.saved.kinds import ACCEPTED, kind_of_file
from cnn_core.network.saved.transfer import read_written

LONGEST_WAIT = 600
"""Seconds until a child that does not answer is ended, whatever it waits for."""
_PACKAGES = Path(__file__).parents[3]
# It finds the same packages and reads nothing else of its surroundings but where it may keep files.
_KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMPDIR")
_OWN_ENVIRONMENT = {
    "KERAS_BACKEND": "tensorflow",
    "CUDA_VISIBLE_DEVICES": "-1",
    "HDF5_PLUGIN_PRELOAD": "::",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}
_TOO_LONG = {getattr(signal, "SIGXCPU", None), getattr(signal, "SIGALRM", None)} - {None}


def read_in_child(path: Path, image_shape: tuple[int, int, int] | None) -> Contents:
    """Contents of a model file, once a child has read them and opened the network.

    Raises
    ------
    ModelError
        When the child refused the file or did not survive it: one line with the file's name.
    """
    kind_of_file(path)
    command = [sys.executable, "-m", "cnn_core.network.saved.child"]
    command += [path.name, json.dumps(image_shape)]
    with path.open("rb") as stream:
        try:
            done = subprocess.run(
                command,
                stdin=stream,
                capture_output=True,
                env=_environment(),
                timeout=LONGEST_WAIT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise _ended(path, "takes too long") from error
        except OSError as error:
            raise ModelError(
                f"{path.name}: no process can be started to try it out ({one_line(error)})"
            ) from error
    return _answer(path, done)


def _environment() -> dict[str, str]:
    own = {key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ}
    search = [str(_PACKAGES), *filter(None, sys.path)]
    return {**own, **_OWN_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(dict.fromkeys(search))}


def _answer(path: Path, done: "subprocess.CompletedProcess[bytes]") -> Contents:
    answer, rest = done.stdout[:1], io.BytesIO(done.stdout[1:])
    if answer == b"+" and done.returncode == 0:
        return read_written(rest)
    if answer == b"-" and done.returncode == 0:
        raise ModelError(rest.read().decode("utf-8", "replace"))
    if -done.returncode in _TOO_LONG:
        raise _ended(path, "takes too long")
    told = done.stderr.decode("utf-8", "replace").strip().splitlines()
    raise _ended(
        path, f"ends the process that tries ({one_line(told[-1]) if told else 'silently'})"
    )


def _ended(path: Path, how: str) -> ModelError:
    return ModelError(f"{path.name}: to open it {how}, so it is damaged or made to; {ACCEPTED}")
