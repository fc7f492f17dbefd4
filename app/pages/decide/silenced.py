"""Which units are silenced, as it stands in the address: ``off=Dense_1:3,17,40-44``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.frame.query import Problem
from app.frame.words.wording import quoted_part
from app.plain_numbers import count_in
from cnn_core.errors import SelectionError

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network


@dataclass(frozen=True)
class Silenced:
    """Units of one layer, in the order in which they were silenced.

    Attributes
    ----------
    layer
        "" if there are none.
    units
        Each once.
    """

    layer: str = ""
    units: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.layer}:{','.join(_runs(self.units))}" if self.units else ""

    def __bool__(self) -> bool:
        return bool(self.units)

    def toggled(self, layer: str, unit: int) -> "Silenced":
        """The same with one unit of a layer silenced, or speaking again if it was silenced.

        Units of another layer speak again.
        """
        if layer != self.layer:
            return Silenced(layer, (unit,))
        if unit not in self.units:
            return replace(self, units=(*self.units, unit))
        left = tuple(one for one in self.units if one != unit)
        return replace(self, units=left) if left else Silenced()

    def without_last(self) -> "Silenced":
        """The same before the last unit was silenced."""
        return replace(self, units=self.units[:-1]) if len(self.units) > 1 else Silenced()


NONE_SILENCED = Silenced()


def read_silenced(
    text: str, network: "Network", layers: Sequence[str]
) -> tuple[Silenced, list[Problem]]:
    """Read the silenced units.

    Parameters
    ----------
    text
        Layer, colon, units and runs of units with commas between them.
    layers
        Layers whose units can be silenced.

    Returns
    -------
    silenced : Silenced
        Without what could not be taken.
    problems : list of Problem
    """
    if not text:
        return NONE_SILENCED, []
    layer, _, numbers = text.rpartition(":")
    if not layer:
        return NONE_SILENCED, [
            Problem(
                f'"{quoted_part(text)}" names no layer whose units to silence; a layer comes first, '
                f"as in {layers[-1]}:0. No unit is silenced.",
                "off",
                "",
            )
        ]
    if layer not in layers:
        try:
            nearest = network.layer(layer).name
        except SelectionError as error:
            nearest = error.nearest
        return NONE_SILENCED, [
            Problem(
                f'Units cannot be silenced in a layer "{quoted_part(layer)}"; the nearest is '
                f"{nearest if nearest in layers else layers[-1]}. No unit is silenced.",
                "off",
                "",
            )
        ]
    n_units = network.layer(layer).n_units
    kept, refused = {}, []
    for part in filter(None, (part.strip() for part in numbers.split(","))):
        ends = part.split("-")
        first, last = count_in(ends[0]), count_in(ends[-1])
        if len(ends) > 2 or first is None or last is None:
            refused.append(part)
            continue
        kept.update(dict.fromkeys(range(first, min(last, n_units - 1) + 1)))
        if last >= n_units or last < first:
            refused.append(part)
    problems = (
        []
        if not refused
        else [
            Problem(
                f"{layer} has no unit {quoted_part(', '.join(refused))}; its units go from 0 to "
                f"{n_units - 1}. The others are silenced.",
                "off",
                "",
            )
        ]
    )
    return (Silenced(layer, tuple(kept)) if kept else NONE_SILENCED), problems


def _runs(units: Sequence[int]) -> list[str]:
    """Write three and more units in a row as a run."""
    parts, place = [], 0
    while place < len(units):
        end = place
        while end + 1 < len(units) and units[end + 1] == units[end] + 1:
            end += 1
        if end - place >= 2:
            parts.append(f"{units[place]}-{units[end]}")
        else:
            parts.extend(map(str, units[place : end + 1]))
        place = end + 1
    return parts
