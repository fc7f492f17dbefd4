"""How many test images a network still gets right when they are changed: as data and as a file."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from cnn_core.artifacts import AnyPath
from cnn_core.readouts.result_file import load_content, plain

FORMAT: Literal[1] = 1
SHIFTS = "shifts.json"


@dataclass(frozen=True)
class OverAmounts:
    """Images right over the amounts of one kind of change, one of `changes.KINDS`."""

    kind: str
    unit: str
    amounts: tuple[float, ...]
    n_right: tuple[int, ...]


@dataclass(frozen=True)
class Repaired:
    """Images right under a change, before and after all the steps of `cleaning.clean`."""

    change: str
    n_right: int
    n_right_cleaned: int


@dataclass(frozen=True)
class ModelChanges:
    """What was counted for one network.

    Attributes
    ----------
    n_images
        Test images counted, the same for every change.
    reach
        Largest shift in pixels.
    n_right_shifted
        2 × reach + 1 rows, by shift down from -reach on, each by shift to the right.
    curves
        None of strokes where images have colours.
    repaired
        Empty where images are no grey ones of MNIST's size.
    provenance
        How the images were drawn, versions, seconds, the command.
    """

    model_name: str
    model_digest: str
    test_digest: str
    n_images: int
    reach: int
    n_right_shifted: tuple[tuple[int, ...], ...]
    curves: tuple[OverAmounts, ...]
    repaired: tuple[Repaired, ...]
    provenance: dict[str, Any]

    def __post_init__(self) -> None:
        side = 2 * self.reach + 1
        if self.reach < 1 or {len(self.n_right_shifted), *map(len, self.n_right_shifted)} != {side}:
            raise ValueError(f"a map of shifts has {side} rows and columns")
        counts = [count for row in self.n_right_shifted for count in row]
        for curve in self.curves:
            if len(curve.amounts) != len(curve.n_right):
                raise ValueError(f"{curve.kind}: one count for each amount")
            counts += curve.n_right
        counts += [n for one in self.repaired for n in (one.n_right, one.n_right_cleaned)]
        if not 0 <= min(counts) <= max(counts) <= self.n_images:
            raise ValueError(f"counts lie between 0 and {self.n_images}")

    @property
    def share_shifted(self) -> tuple[tuple[float, ...], ...]:
        """Share of images right for each shift, as `n_right_shifted`."""
        return tuple(tuple(n / self.n_images for n in row) for row in self.n_right_shifted)

    def curve(self, kind: str) -> OverAmounts | None:
        """Counts for a kind of change, None where it was not looked at."""
        return next((one for one in self.curves if one.kind == kind), None)


@dataclass(frozen=True)
class _Content:
    format: Literal[1]
    models: tuple[ModelChanges, ...]


def changes_text(found: Iterable[ModelChanges]) -> str:
    """Render what was counted for one or more networks, the same way every time."""
    content = {"format": FORMAT, "models": [plain(one) for one in found]}
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"


def load_changes(path: AnyPath) -> tuple[ModelChanges, ...]:
    """Read what was kept; nothing if there is no such file.

    Raises
    ------
    ArtifactError
        When the file is damaged or of another format; it names the first place that is at fault.
    """
    content: _Content | None = load_content(path, _Content, FORMAT, "survey --shifts")
    return content.models if content else ()
