"""Steps of a long computation: each is kept when it is done, and all are counted."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnn_core.artifacts import json_text, save_text
from cnn_core.readouts.result_file import from_json, plain

Tell = Callable[[int, int, str], object]
"""Called with (steps done, steps in all, what comes next)."""


class Work:
    """Results of finished steps, kept in a file after each step.

    Parameters
    ----------
    path
        Where the folder cannot be written, results are held in memory only.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.n_at_hand = 0
        try:
            self._done: dict[str, Any] = dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, RecursionError):
            self._done = {}

    def step(self, key: str, kind: Any, compute: Callable[[], Any]) -> Any:
        """Result of a step: the kept one, or computed and kept.

        Parameters
        ----------
        kind
            A dataclass, or a tuple type of them: what `compute` returns.
        """
        if key in self._done:
            self.n_at_hand += 1
        else:
            self._done[key] = plain(compute())
            with contextlib.suppress(OSError):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                save_text(self._path, json_text(self._done))
        # What comes from the file and what was just computed must look the same.
        return from_json(kind, json.dumps(self._done[key]))

    def forget(self) -> None:
        """Drop what was kept."""
        self._done = {}
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


class Steps:
    """Counts and tells what is done."""

    def __init__(self, n_steps: int, progress: Tell | None) -> None:
        self.n_steps, self._progress, self._done = n_steps, progress, -1

    def begin(self, title: str) -> None:
        """Tell what comes next; what came before is done."""
        self._done += 1
        self.within(title)

    def within(self, *titles: str) -> None:
        """Tell what is done within a step."""
        if self._progress is not None:
            self._progress(self._done, self.n_steps, ", ".join(titles))
