"""Relatives of all units among several networks, as one ``.npz`` file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.patterns.files.archives import read_archive, write_archive
from cnn_core.patterns.relatives import Match

RELATIVES = "patterns_relatives.npz"
FORMAT = 2

Direction = tuple[str, str, str]
"""Digests of the network whose units are told and of the other one, and the layer."""


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
    by_chance
        What the same matching gives with the other network before its training: a partner found
        among as many units that have learned nothing. nan where that is not known.
    """

    model: str
    unit: int
    correlation: float
    by_chance: float


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
    by_chance
        For each direction: correlations (units,) of the one's units with the partners that they are
        matched to in the other before its training. Empty where no untrained network is known.
    """

    models: Mapping[str, str]
    test_digest: str
    matches: Mapping[tuple[str, str, str], Match]
    by_chance: Mapping[Direction, NDArray[np.float64]]

    def of(self, model_digest: str, layer: str, unit: int) -> tuple[Relative, ...]:
        """Relatives of one unit in every other network that has a partner for it."""
        found = []
        for (first, second, name), match in self.matches.items():
            if name != layer or model_digest not in (first, second):
                continue
            if model_digest == first:
                own, other, digest = np.array([unit]), match.partner[[unit]], second
            else:
                own = other = np.flatnonzero(match.partner == unit)
                digest = first
            if len(own) and other[0] >= 0:
                chance = self.by_chance.get((model_digest, digest, layer))
                found.append(
                    Relative(
                        self.models[digest],
                        int(other[0]),
                        float(match.correlation[own[0]]),
                        float("nan") if chance is None else float(chance[unit]),
                    )
                )
        return tuple(found)


def write_relatives(path: Path | str, found: Relatives) -> None:
    """Write relatives to a new file."""
    told = {
        "format": FORMAT,
        "models": [[digest, name] for digest, name in found.models.items()],
        "test_digest": found.test_digest,
        "matches": [list(key) for key in found.matches],
        "by_chance": [list(key) for key in found.by_chance],
    }
    arrays: dict[str, NDArray[Any]] = {}
    for number, match in enumerate(found.matches.values()):
        arrays[f"{number}_partner"] = match.partner.astype(np.int32)
        arrays[f"{number}_correlation"] = match.correlation.astype(np.float32)
    for number, correlation in enumerate(found.by_chance.values()):
        arrays[f"{number}_by_chance"] = correlation.astype(np.float32)
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
    by_chance = {}
    for number, (own, other, layer) in enumerate(told["by_chance"]):
        correlation = arrays[f"{number}_by_chance"]
        if correlation.dtype != np.float32 or correlation.ndim != 1:
            raise ValueError(layer)
        by_chance[own, other, layer] = correlation.astype(float)
    return Relatives(dict(told["models"]), told["test_digest"], matches, by_chance)
