"""Relatives of all units among several networks, as one ``.npz`` file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.patterns.archives import read_archive, write_archive
from cnn_core.patterns.relatives import Match

RELATIVES = "patterns_relatives.npz"
FORMAT = 1


@dataclass(frozen=True)
class Relative:
    """The unit of another network that answers most like a unit, each taken once.

    Attributes
    ----------
    model
        Name of the other network.
    unit
        Its unit.
    correlation
        Of the two units' activations over the test images.
    """

    model: str
    unit: int
    correlation: float


@dataclass(frozen=True, eq=False)
class Relatives:
    """Matches of every two networks.

    Attributes
    ----------
    models
        Names by digest.
    test_digest
        The images over which units were compared.
    matches
        By digests of the two and the name of the layer, each pair once.
    """

    models: Mapping[str, str]
    test_digest: str
    matches: Mapping[tuple[str, str, str], Match]

    def of(self, model_digest: str, layer: str, unit: int) -> tuple[Relative, ...]:
        """Relatives of one unit in every other network that has a partner for it."""
        found = []
        for (first, second, name), match in self.matches.items():
            if name != layer or model_digest not in (first, second):
                continue
            if model_digest == first:
                own, other, name = np.array([unit]), match.partner[[unit]], self.models[second]
            else:
                own = other = np.flatnonzero(match.partner == unit)
                name = self.models[first]
            if len(own) and other[0] >= 0:
                found.append(Relative(name, int(other[0]), float(match.correlation[own[0]])))
        return tuple(found)


def write_relatives(path: Path | str, found: Relatives) -> None:
    """Write relatives to a new file."""
    told = {
        "format": FORMAT,
        "models": [[digest, name] for digest, name in found.models.items()],
        "test_digest": found.test_digest,
        "matches": [list(key) for key in found.matches],
    }
    arrays: dict[str, NDArray[Any]] = {}
    for number, match in enumerate(found.matches.values()):
        arrays[f"{number}_partner"] = match.partner.astype(np.int32)
        arrays[f"{number}_correlation"] = match.correlation.astype(np.float32)
    write_archive(path, told, arrays)


def load_relatives(path: Path | str) -> Relatives | None:
    """Read what was written; None if there is no such file.

    Raises
    ------
    ArtifactError
        When the file is damaged or of another format.
    """
    return read_archive(path, FORMAT, _relatives_from)


def _relatives_from(told: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Relatives:
    matches = {}
    for number, (first, second, layer) in enumerate(told["matches"]):
        partner, correlation = (arrays[f"{number}_{part}"] for part in ("partner", "correlation"))
        if partner.dtype != np.int32 or partner.shape != correlation.shape or partner.ndim != 1:
            raise ValueError(layer)
        matches[first, second, layer] = Match(partner.astype(np.int64), correlation.astype(float))
    return Relatives(dict(told["models"]), told["test_digest"], matches)
