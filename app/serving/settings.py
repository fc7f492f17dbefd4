"""What to serve: models, data and the cache folder, from the environment or the command line."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.plain_numbers import count_in
from app.serving.place import AT_ROOT, Place
from cnn_core.artifacts import verify_artifacts
from cnn_core.errors import LookingGlassError
from cnn_core.shipped_files import DATA_FILE, SHIPPED, shipped_models

LARGEST_PORT = 2**16 - 1
_NUMBERS = {"LOOKING_GLASS_PORT": (0, LARGEST_PORT), "WEB_CONCURRENCY": (1, 1000)}
"""Variables that hold a whole number, each with the smallest and the largest accepted."""


def number_from(environment: Mapping[str, str], name: str) -> int | None:
    """Read a variable that holds a whole number; None where it is not set, or empty.

    Raises
    ------
    LookingGlassError
        When it holds something else.
    """
    text = environment.get(name, "").strip()
    smallest, largest = _NUMBERS[name]
    number = count_in(text)
    if text and (number is None or not smallest <= number <= largest):
        raise LookingGlassError(
            f"{name}: {text!r} in the environment; a whole number from {smallest} to {largest} is "
            "accepted"
        )
    return number


def require_readable(environment: Mapping[str, str]) -> None:
    """Make sure that every variable of a certain form has it."""
    for name in _NUMBERS:
        number_from(environment, name)
    Place.from_environment(environment)


@dataclass(frozen=True)
class Settings:
    """What to serve."""

    model_paths: tuple[Path, ...] = ()
    """Empty: every shipped model."""
    data_path: Path | None = None
    """None: the shipped data."""
    cache_folder: Path | None = None
    """None: the core's default."""
    pixels: str | None = None
    """What the models take for black and white; None: what they tell themselves."""
    snapshots_path: Path | None = None
    """Of the first model's training; None: what lies beside each model."""
    hosts: tuple[str, ...] = ()
    """Names by which the server may be called, beside those that nobody else can have."""
    place: Place = AT_ROOT

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the variables that start with ``LOOKING_GLASS_``; an empty one counts as not set."""
        given = os.environ if environment is None else environment
        data, cache, snapshots = (
            given.get(f"LOOKING_GLASS_{name}") for name in ("DATA", "CACHE", "SNAPSHOTS")
        )
        models = given.get("LOOKING_GLASS_MODELS", "").split(os.pathsep)
        return cls(
            tuple(Path(model) for model in models if model),
            Path(data) if data else None,
            Path(cache) if cache else None,
            given.get("LOOKING_GLASS_PIXELS") or None,
            Path(snapshots) if snapshots else None,
            tuple(given.get("LOOKING_GLASS_HOSTS", "").replace(",", " ").lower().split()),
            Place.from_environment(given),
        )

    @property
    def uses_shipped(self) -> bool:
        """Whether a shipped file is among what is served."""
        chosen = (*self.model_paths, self.data_path)
        return not self.model_paths or any(
            path is None or path.resolve().parent == SHIPPED for path in chosen
        )

    def resolved(self) -> "Settings":
        """Put the shipped files, once verified, where nothing was chosen.

        Raises
        ------
        ArtifactError
            When shipped files are used and one of them is not what the manifest describes.
        """
        if self.uses_shipped:
            verify_artifacts(SHIPPED)
        return replace(
            self,
            model_paths=self.model_paths or shipped_models(SHIPPED),
            data_path=self.data_path or SHIPPED / DATA_FILE,
        )
