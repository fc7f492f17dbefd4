"""The state of a training after an epoch, in one file that is whole at any moment."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnn_core.artifacts import replacing
from cnn_core.errors import ArtifactError


@dataclass(frozen=True)
class Checkpoint:
    """What a training needs to go on as if it had never stopped.

    Parameters
    ----------
    settings : dict
        What was asked for (recipe, seed, data); JSON values only.
    epochs : list of dict
        One record for each finished epoch.
    weights, optimizer : list of ndarray
        Values of the model's and of the optimizer's variables, in Keras' order.
    """

    settings: dict
    epochs: list
    weights: list
    optimizer: list


def save_checkpoint(path, checkpoint):
    """Save a checkpoint atomically."""
    told = json.dumps({"settings": checkpoint.settings, "epochs": checkpoint.epochs})
    arrays = {"told": np.frombuffer(told.encode(), np.uint8)}
    for part in ("weights", "optimizer"):
        for i, value in enumerate(getattr(checkpoint, part)):
            arrays[f"{part}_{i:03d}"] = np.asarray(value)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as staged:
        np.savez(staged, **arrays)


def load_checkpoint(path):
    """Read a checkpoint back.

    Returns
    -------
    Checkpoint or None
        None where there is no such file.

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
