"""The smallest edit found: maps of a layer taken over from another image until the answer flips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.decision.pairs import checked_pair, margin_of
from cnn_core.errors import SelectionError
from cnn_core.network.opened_layer import OpenedLayer, one_image

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network


@dataclass(frozen=True, eq=False)
class Edit:
    """Units of an image's layer taken over from a donor image.

    The search is greedy and then prunes: a smaller edit that it did not see may exist, so this is
    the smallest found, not the smallest there is.

    Attributes
    ----------
    units
        Units taken over, in the order in which they were found; empty if the prediction is not the
        target to begin with.
    n_units
        Units of the layer.
    margins : shape (len(units) + 1,)
        Margin with the first 0, 1, ... of these units taken over.
    predictions : shape (len(units) + 1,)
    logits : shape (n_classes,)
        With all of these units taken over.
    flipped
        True if the prediction is then not the target. It may be a third class: see `predictions`.
        False if not even all units of the donor change it.
    n_tried
        Number of combinations run through the network.
    """

    layer: str
    target: int
    rival: int
    units: tuple[int, ...]
    n_units: int
    margins: NDArray[np.float64]
    predictions: NDArray[np.int64]
    logits: NDArray[np.float32]
    flipped: bool
    n_tried: int


@dataclass(frozen=True, eq=False)
class BestEdit:
    """The smallest of the edits found with several donors: an upper bound, since all are searched.

    Attributes
    ----------
    edit
        The smallest that flips the prediction, the first of equal ones; if none does, the first.
    donor
        Whose it is, a place among the donors.
    sizes
        Units of the edit found with each donor; None where it does not flip the prediction, or was
        given up since it had become larger than the smallest so far.
    n_tried
        Number of combinations run through the network, for all donors.
    """

    edit: Edit
    donor: int
    sizes: tuple[int | None, ...]
    n_tried: int


def smallest_edit_of_donors(
    network: Network,
    layer: str,
    image: ArrayLike,
    donors: Sequence[ArrayLike],
    target: int,
    rival: int,
) -> BestEdit:
    """Look for the fewest units to take over from any of several donors.

    Parameters and errors as in `smallest_edit`; at least one donor is needed.
    """
    if not len(donors):
        raise SelectionError("no donor: at least 1 image to take units from is needed")
    edits: list[Edit] = []
    sizes: list[int | None] = []
    for donor in donors:
        known = [size for size in sizes if size is not None]
        edits.append(_edit(network, layer, image, donor, target, rival, min(known, default=None)))
        sizes.append(len(edits[-1].units) if edits[-1].flipped else None)
    flipping = [place for place, edit in enumerate(edits) if edit.flipped]
    best = min(flipping, key=lambda place: len(edits[place].units), default=0)
    n_tried = sum(edit.n_tried for edit in edits)
    return BestEdit(edits[best], best, tuple(sizes), n_tried)


def smallest_edit(
    network: Network, layer: str, image: ArrayLike, donor: ArrayLike, target: int, rival: int
) -> Edit:
    """Look for the fewest units to take over from a donor that flip the decision.

    At each step every unit left is tried, all of them run through the rest of the network, and the
    one that lowers the margin most is taken over, until the prediction is not the target. Then each
    unit taken is given back if the flip holds without it, the first taken first, until none can be.

    Parameters
    ----------
    layer
        A layer that the logits depend on.
    image, donor : shape (1, height, width, channels) or (height, width, channels)
        float in [0, 1]. Paths that lead past the layer keep the image's values.
    target, rival
        Classes p and q; the margin of p over q guides the search.

    Raises
    ------
    SelectionError
        When the layer or a class does not exist, p is q, or the logits do not depend on the layer.
    DataError
        When an image does not fit the network.
    """
    return _edit(network, layer, image, donor, target, rival, None)


def _edit(
    network: Network,
    layer: str,
    image: ArrayLike,
    donor: ArrayLike,
    target: int,
    rival: int,
    most: int | None,
) -> Edit:
    """Smallest edit found, given up where it takes more than `most` units to flip anything."""
    pair = checked_pair(network.n_classes, target, rival, 1)
    search = _Search(network, layer, image, donor, *(int(classes[0]) for classes in pair))
    taken = search.prune(search.grow(most))
    logits = search.logits([taken[:count] for count in range(len(taken) + 1)])
    return Edit(
        layer=layer,
        target=search.target,
        rival=search.rival,
        units=tuple(taken),
        n_units=search.opened.layer.n_units,
        margins=search.margins(logits),
        predictions=logits.argmax(axis=1),
        logits=logits[-1],
        flipped=bool(search.is_flipped(logits[-1:])[0]),
        n_tried=search.n_tried,
    )


class _Search:
    def __init__(
        self,
        network: Network,
        layer: str,
        image: ArrayLike,
        donor: ArrayLike,
        target: int,
        rival: int,
    ) -> None:
        self.opened = OpenedLayer(network, layer, one_image(network, image))
        self.target, self.rival = target, rival
        self.n_tried = 0
        # A unit that is "silenced" to the donor's values is taken over.
        self._donor_values = OpenedLayer(network, layer, one_image(network, donor)).values[0]

    def logits(self, choices: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Logits (len(choices), n_classes) with each list of units taken over."""
        taken = np.zeros((len(choices), self.opened.layer.n_units), bool)
        for row, units in zip(taken, choices, strict=True):
            row[list(units)] = True
        self.n_tried += len(choices)
        return self.opened.logits_silenced(np.zeros(len(choices), int), taken, self._donor_values)

    def margins(self, logits: NDArray[np.float32]) -> NDArray[np.float64]:
        return margin_of(logits, self.target, self.rival)

    def is_flipped(self, logits: NDArray[np.float32]) -> NDArray[np.bool]:
        return np.asarray(logits.argmax(axis=1) != self.target)

    def grow(self, most: int | None = None) -> list[int]:
        """Units taken over one by one until the prediction flips, at most all or so many."""
        taken: list[int] = []
        left = list(range(self.opened.layer.n_units))
        most = len(left) if most is None else most
        is_done = self.is_flipped(self.opened.logits)[0]
        while len(taken) < most and left and not is_done:
            logits = self.logits([[*taken, unit] for unit in left])
            flips = self.is_flipped(logits)
            is_done = flips.any()
            # Of those that flip, if any does: a third class may come first at a larger margin.
            margins = np.where(flips | ~is_done, self.margins(logits), np.inf)
            taken.append(left.pop(int(margins.argmin())))
        return taken

    def prune(self, taken: list[int]) -> list[int]:
        """Give units back as long as the flip holds without them."""
        if not self.is_flipped(self.logits([taken]))[0]:
            return taken
        while taken:
            without = [taken[:place] + taken[place + 1 :] for place in range(len(taken))]
            still_flipped = np.flatnonzero(self.is_flipped(self.logits(without)))
            if len(still_flipped) == 0:
                break
            taken = without[still_flipped[0]]
        return taken
