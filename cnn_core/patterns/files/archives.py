"""Arrays with what is told of them in one ``.npz`` file, read back with care."""

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cnn_core.artifacts import Fault, json_text
from cnn_core.errors import ArtifactError

MOST_BYTES = 2**28
_TOLD = "told"

Found = TypeVar("Found")


def write_archive(
    path: Path | str, told: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write arrays to a new file, byte for byte the same for the same ones.

    Parameters
    ----------
    told
        Anything that JSON can say, with a number ``format``.
    """
    text = np.frombuffer(json_text(told).encode(), np.uint8)
    np.savez_compressed(path, allow_pickle=False, **{_TOLD: text, **arrays})


def read_archive(
    path: Path | str,
    file_format: int,
    build: Callable[[dict[str, Any], dict[str, NDArray[Any]]], Found],
    computed_by: str = "survey --patterns",
) -> Found | None:
    """Read what was written; None if there is no such file.

    Parameters
    ----------
    build
        Makes of what is told and of the arrays whatever is wanted, or fails in any way.
    computed_by
        What behind ``python -m cnn_core`` writes the file anew.

    Raises
    ------
    ArtifactError
        When the file is damaged or of another format.
    """
    try:
        arrays = _arrays_of(path, computed_by)
        told = json.loads(arrays.pop(_TOLD).tobytes())
        if told["format"] != file_format:
            told_format = f"format {told['format']} where this version reads {file_format}"
            raise _fault(path, told_format, computed_by)
        return build(told, arrays)
    except FileNotFoundError:
        return None
    except ArtifactError:
        raise
    # A damaged archive gives whatever the part of it that is read runs into.
    except Exception:
        raise _fault(path, "truncated or altered", computed_by) from None


def _arrays_of(path: Path | str, computed_by: str) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
            raise _fault(path, f"more than {MOST_BYTES:,} bytes", computed_by)
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)


def _fault(path: Path | str, what: str, computed_by: str) -> ArtifactError:
    remedy = f"check the file out again or run `python -m cnn_core {computed_by}`"
    return ArtifactError(str(Fault(str(path), what, remedy)))
