"""What lies beside the models about their units: patterns and relatives, read once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from app.explorer import Explorer
from app.frame.recorded.commands import survey_command
from cnn_core.errors import ArtifactError
from cnn_core.patterns.files.pattern_file import load_patterns, patterns_file
from cnn_core.patterns.files.relatives_file import RELATIVES, Relatives, load_relatives
from cnn_core.patterns.results import ModelPatterns

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Filed:
    """What the files tell of one model.

    Attributes
    ----------
    patterns, relatives
        None where there is no such file, or none about this model.
    faults
        Why a file that is there tells nothing, a sentence each.
    """

    patterns: ModelPatterns | None
    relatives: Relatives | None
    faults: tuple[str, ...]


@lru_cache(maxsize=16)
def filed(explorer: Explorer, model: str) -> Filed:
    """Read what was found for a model, by its checksum; the files lie beside the models."""
    if explorer.folder is None:
        return Filed(None, None, ())
    faults: list[str] = []
    command = survey_command(explorer, model, "--patterns")
    found = _read(load_patterns, explorer.folder / patterns_file(model), faults, command)
    relatives = _read(load_relatives, explorer.folder / RELATIVES, faults, command)
    is_of_it = found is not None and found.model_digest == explorer.identity(model)
    return Filed(found if is_of_it else None, relatives if is_of_it else None, tuple(faults))


def _read(
    load: Callable[[Path], T | None], path: Path, faults: list[str], command: str
) -> T | None:
    try:
        return load(path)
    except ArtifactError:
        faults.append(
            f"{path.name} is damaged or of another version: `{command}` makes it anew. The page "
            "does without it."
        )
        return None
