"""Patterns of a network as one file with its provenance."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.patterns.files.archives import read_archive, write_archive
from cnn_core.patterns.results import TABLE, LayerPatterns, ModelPatterns, as_stored

FORMAT = 1
_FACTS = ("model_name", "model_digest", "train_digest", "test_digest", "n_searched")


def patterns_file(model_name: str) -> str:
    """Name of the file that holds the patterns of a model."""
    return f"patterns_{model_name}.npz"


def write_patterns(path: Path | str, found: ModelPatterns) -> None:
    """Write patterns to a new file."""
    told = {
        "format": FORMAT,
        **{name: getattr(found, name) for name in _FACTS},
        "n_of_class": found.n_of_class.tolist(),
        "layers": [
            {"name": one.name, "grid": list(one.grid), "size": list(one.size)}
            for one in found.layers.values()
        ],
        "recipe": dict(found.recipe),
        "provenance": dict(found.provenance),
    }
    arrays = {
        f"{number}_{name}": layer[name]
        for number, layer in enumerate(found.layers.values())
        for name in TABLE
    }
    write_archive(path, told, arrays)


def load_patterns(path: Path | str) -> ModelPatterns | None:
    """Read what was written; None if there is no such file.

    Raises
    ------
    ArtifactError
        When the file is damaged or of another format.
    """
    return read_archive(path, FORMAT, _patterns_from)


def _patterns_from(told: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> ModelPatterns:
    layers = {}
    n_of_class = np.array(told["n_of_class"], np.int64)
    for number, facts in enumerate(told["layers"]):
        own = {name: arrays[f"{number}_{name}"] for name in TABLE}
        (h, w), (rows, columns) = facts["grid"], facts["size"]
        _check(own, {"h": h, "w": w, "R": rows, "C": columns, "k": len(n_of_class)})
        _check_ranges(own, h * w, told["n_searched"])
        layers[facts["name"]] = LayerPatterns(
            facts["name"], (h, w), (rows, columns), as_stored(own)
        )
    return ModelPatterns(
        **{name: told[name] for name in _FACTS},
        n_of_class=n_of_class,
        layers=layers,
        recipe=told["recipe"],
        provenance=told["provenance"],
    )


def _check(arrays: Mapping[str, NDArray[Any]], sizes: dict[str, int]) -> None:
    """Make sure that all arrays of a layer have the axes of the table, and one size an axis."""
    sizes = {**sizes, "2": 2, "3": 3}
    for name, (dtype, axes) in TABLE.items():
        array = arrays[name]
        if array.dtype != np.dtype(dtype) or array.ndim != 1 + len(axes):
            raise ValueError(name)
        for axis, size in zip(f"u{axes}", array.shape, strict=True):
            if sizes.setdefault(axis, size) != size or size < 1:
                raise ValueError(name)


def _check_ranges(arrays: Mapping[str, NDArray[Any]], n_cells: int, n_searched: int) -> None:
    for name in ("patch_cell", "driven_cell", "quiz_cell"):
        if arrays[name].max() >= n_cells:
            raise ValueError(name)
    if arrays["patch_image"].max() >= n_searched:
        raise ValueError("patch_image")
