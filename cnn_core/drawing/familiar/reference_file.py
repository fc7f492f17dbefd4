"""The file of what is kept of a network's training images: written, and read without TensorFlow."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.drawing.familiar.familiar_images import Reference
from cnn_core.patterns.files.archives import read_archive, write_archive

FORMAT = 1
COMPUTED_BY = "survey --familiarity"
_FACTS = ("model_digest", "train_digest", "test_digest", "layer", "step")


def familiarity_file(model_name: str) -> str:
    """Name of the file that lies beside a model."""
    return f"familiarity_{model_name}.npz"


def write_reference(path: Path | str, found: Reference) -> None:
    """Write it to a new file."""
    told = {
        "format": FORMAT,
        **{name: getattr(found, name) for name in _FACTS},
        "provenance": dict(found.provenance),
    }
    arrays: dict[str, NDArray[Any]] = {
        "mean": found.mean,
        "directions": found.directions.astype(np.float16),
        "codes": found.codes,
        "test_distances": found.test_distances,
    }
    write_archive(path, told, arrays)


def load_reference(path: Path | str) -> Reference | None:
    """Read what was written; None if there is no such file.

    Raises
    ------
    ArtifactError
        When the file is damaged or of another format.
    """
    return read_archive(path, FORMAT, _reference_from, COMPUTED_BY)


def _reference_from(told: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Reference:
    kinds = {"mean": "f4", "directions": "f2", "codes": "i1", "test_distances": "f4"}
    for name, kind in kinds.items():
        if arrays[name].dtype != np.dtype(kind):
            raise ValueError(name)
    facts: dict[str, Any] = {name: told[name] for name in _FACTS}
    facts |= {**arrays, "directions": arrays["directions"].astype(np.float32)}
    return Reference(**facts, provenance=told["provenance"])
