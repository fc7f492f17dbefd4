"""What to serve: models, data and the cache folder, from the environment or the command line."""

import os
from dataclasses import dataclass
from pathlib import Path

from cnn_core.artifacts import read_manifest, verify_artifacts
from cnn_core.errors import ArtifactError

SHIPPED = Path(__file__).resolve().parents[2] / "artifacts"
FIRST_MODEL = "cnn.keras"
DATA_FILE = "mnist.npz"


@dataclass(frozen=True)
class Settings:
    """What to serve.

    Attributes
    ----------
    model_paths : tuple of pathlib.Path
        Empty: every shipped model.
    data_path : pathlib.Path or None
        None: the shipped data.
    cache_folder : pathlib.Path or None
        None: the core's default.
    """

    model_paths: tuple[Path, ...] = ()
    data_path: Path | None = None
    cache_folder: Path | None = None

    @classmethod
    def from_environment(cls, environment=None):
        """Read the variables that start with ``LOOKING_GLASS_``; an empty one counts as not set.

        Parameters
        ----------
        environment : mapping of str to str, optional
            By default that of the process.

        Returns
        -------
        Settings
        """
        given = os.environ if environment is None else environment
        data, cache = (given.get(f"LOOKING_GLASS_{name}") for name in ("DATA", "CACHE"))
        models = given.get("LOOKING_GLASS_MODELS", "").split(os.pathsep)
        return cls(
            tuple(Path(model) for model in models if model),
            Path(data) if data else None,
            Path(cache) if cache else None,
        )

    @property
    def uses_shipped(self):
        """Whether a shipped file is among what is served."""
        chosen = (*self.model_paths, self.data_path)
        return not self.model_paths or any(
            path is None or path.resolve().parent == SHIPPED for path in chosen
        )

    def resolved(self):
        """Put the shipped files, once verified, where nothing was chosen.

        Returns
        -------
        Settings
            With at least one model, and with data.

        Raises
        ------
        ArtifactError
            When shipped files are used and one of them is not what the manifest describes.
        """
        if self.uses_shipped:
            verify_artifacts(SHIPPED)
        return Settings(
            self.model_paths or shipped_models(),
            self.data_path or SHIPPED / DATA_FILE,
            self.cache_folder,
        )


def shipped_models():
    """Paths of the shipped models, the one shown first in front.

    Returns
    -------
    tuple of pathlib.Path

    Raises
    ------
    ArtifactError
        When the manifest cannot be trusted or names no model.
    """
    names = sorted(read_manifest(SHIPPED)["models"], key=lambda name: (name != FIRST_MODEL, name))
    if not names:
        raise ArtifactError(
            f"{SHIPPED}: no model there; `python -m cnn_core train` makes one, or give --model FILE"
        )
    return tuple(SHIPPED / name for name in names)
