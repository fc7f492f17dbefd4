"""The state of a training after an epoch, in one file that is whole at any moment."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.artifacts import AnyPath, replacing
from cnn_core.errors import ArtifactError


@dataclass(frozen=True)
class Checkpoint:
    """What a training needs to go on as if it had never stopped.

    Parameters
    ----------
    settings
        What was asked for (recipe, seed, data); JSON values only.
    epochs
        One record for each finished epoch.
    weights, optimizer
        Values of the model's and of the optimizer's variables, in Keras' order.
    """

    settings: dict[str, Any]
    epochs: list[dict[str, Any]]
    weights: list[NDArray[Any]]
    optimizer: list[NDArray[Any]]


def save_checkpoint(path: AnyPath, checkpoint: Checkpoint) -> None:
    """Save a checkpoint atomically."""
    told = json.dumps({"settings": checkpoint.settings, "epochs": checkpoint.epochs})
    arrays: dict[str, Any] = {"told": np.frombuffer(told.encode(), np.uint8)}
    for part in ("weights", "optimizer"):
        for i, value in enumerate(getattr(checkpoint, part)):
            arrays[f"{part}_{i:03d}"] = np.asarray(value)
    with replacing(path) as staged:
        np.savez(staged, **arrays)


def load_checkpoint(path: AnyPath) -> Checkpoint | None:
    """Read a checkpoint back; None where there is no such file.

    Raises
    ------
    ArtifactError
        When the file is damaged.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            told = json.loads(archive["told"].tobytes())
            parts = {
                part: [archive[key] for key in sorted(archive.files) if key.startswith(part)]
                for part in ("weights", "optimizer")
            }
    except FileNotFoundError:
        return None
    except Exception as error:
        raise ArtifactError(
            f"{path}: damaged checkpoint ({type(error).__name__}); "
            "remove it, or train anew with --overwrite"
        ) from None
    return Checkpoint(told["settings"], told["epochs"], **parts)
