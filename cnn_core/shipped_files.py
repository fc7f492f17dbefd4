"""The models and images that come with the package, found from anywhere.

In a checkout they lie in ``artifacts/`` beside the packages; an installed package holds them itself.
"""

from pathlib import Path

from cnn_core.artifacts import read_manifest
from cnn_core.errors import ArtifactError

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "shipped_artifacts"
SHIPPED = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "artifacts"
FIRST_MODEL = "cnn.keras"
DATA_FILE = "mnist.npz"


def shipped_models(folder: Path = SHIPPED) -> tuple[Path, ...]:
    """Paths of the shipped models, the one shown first in front.

    Raises
    ------
    ArtifactError
        When the manifest cannot be trusted or names no model.
    """
    names = sorted(read_manifest(folder)["models"], key=lambda name: (name != FIRST_MODEL, name))
    if not names:
        raise ArtifactError(
            f"{folder}: no model there; `python -m cnn_core train` makes one, or give --model FILE"
        )
    return tuple(folder / name for name in names)


def shipped(name: str) -> Path:
    """Path of a shipped model, by its name without ending: ``shipped("cnn")``.

    Raises
    ------
    ArtifactError
        When there is no such model.
    """
    paths = {path.stem: path for path in shipped_models()}
    if name not in paths:
        raise ArtifactError(f"{name}: no shipped model; accepted are {', '.join(paths)}")
    return paths[name]


def shipped_data() -> Path:
    """Path of the shipped image sets: MNIST, ``"test"`` and ``"train"``.

    Raises
    ------
    ArtifactError
        When it is not there.
    """
    path = SHIPPED / DATA_FILE
    if not path.exists():
        raise ArtifactError(f"{path}: missing; check the file out again, or install anew")
    return path
