"""Finished parts of a long computation, kept in files so that a killed run goes on."""

import contextlib
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.artifacts import replacing
from cnn_core.survey.store import default_cache_folder

Arrays = Mapping[str, NDArray[Any]]


class Stages:
    """Arrays by the name of a stage, in a folder of the cache.

    Where nothing can be written they are not kept, and a damaged file counts as none.

    Parameters
    ----------
    facts
        What the stages belong to: other facts, other folder.
    cache_folder
        The user's by default.
    """

    def __init__(self, facts: tuple[object, ...], cache_folder: Path | str | None = None) -> None:
        root = Path(cache_folder) if cache_folder is not None else default_cache_folder()
        key = hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
        self._folder = root / f"patterns-{key}"

    def step(self, stage: str, compute: Callable[[], Arrays]) -> Arrays:
        """Arrays of a stage: the kept ones, or computed and kept."""
        found: Arrays | None = self.load(stage)
        if found is None:
            found = compute()
            self.save(stage, found)
        return found

    def load(self, stage: str) -> dict[str, NDArray[Any]] | None:
        """Arrays of a stage; None where there are none."""
        # A damaged archive gives whatever the part of it that is read runs into.
        with contextlib.suppress(Exception), open(self._path(stage), "rb") as file:
            return dict(np.load(file, allow_pickle=False))
        return None

    def save(self, stage: str, arrays: Arrays) -> None:
        """Keep the arrays of a stage, in place of what was kept before."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with replacing(self._path(stage)) as staged:
                np.savez(staged, allow_pickle=False, **arrays)

    def forget(self) -> None:
        """Drop every stage."""
        for path in self._folder.glob("*.npz"):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _path(self, stage: str) -> Path:
        return self._folder / f"{hashlib.sha256(stage.encode()).hexdigest()[:16]}.npz"
