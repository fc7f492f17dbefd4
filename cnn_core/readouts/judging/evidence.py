"""What a claim is judged by, and how a judgement is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.readouts.comparing.pooling import Compared
from cnn_core.readouts.judging.circles_found import CirclesFound
from cnn_core.readouts.judging.claim_found import Number
from cnn_core.readouts.results import ModelReadouts
from cnn_core.statistics import Verdict, wilson_interval

HOLDS, IN_PART, DOES_NOT = "holds", "holds in part", "does not hold"
NOT_SETTLED, UNJUDGED = "not settled", "cannot be judged"


@dataclass(frozen=True)
class Judgement:
    """A verdict with the numbers that it follows from, the leading one first."""

    verdict: str
    numbers: tuple[Number, ...]


NOTHING = Judgement(UNJUDGED, ())


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that the claims about one pair are judged by.

    Attributes
    ----------
    models
        At least one, all measured on this pair and on the same test images.
    task
        Name of the pair.
    threshold
        From which share of the layer's largest activation on a cell counts as on.
    """

    models: tuple[ModelReadouts, ...]
    task: str
    threshold: float

    @property
    def names(self) -> tuple[str, str]:
        """What the images of p and of q are called."""
        p, q = (int(number) for number in self.task.split("-"))
        classes = self.models[0].class_names
        return classes[p], classes[q]

    @cached_property
    def circles(self) -> tuple[CirclesFound, ...]:
        """Circles of every model at the threshold; nothing if one has none."""
        found = [one.circles_at(self.task, self.threshold) for one in self.models]
        return () if None in found else tuple(one for one in found if one is not None)

    def at(self, threshold: float) -> "Evidence":
        """Give the same at another threshold."""
        return replace(self, threshold=threshold)

    def of(self, model: ModelReadouts) -> "Evidence":
        """Give the same of one model alone."""
        return replace(self, models=(model,))


NEEDS = {
    Verdict.NEEDED: HOLDS,
    Verdict.EQUIVALENT: DOES_NOT,
    Verdict.BETTER_WITHOUT: DOES_NOT,
    Verdict.NOT_SETTLED: NOT_SETTLED,
    None: UNJUDGED,
}
"""Verdict on "this is needed"."""

SUFFICES = {
    Verdict.NEEDED: DOES_NOT,
    Verdict.EQUIVALENT: HOLDS,
    Verdict.BETTER_WITHOUT: HOLDS,
    Verdict.NOT_SETTLED: NOT_SETTLED,
    None: UNJUDGED,
}
"""Verdict on "the other suffices"."""


def difference_number(label: str, compared: Compared) -> Number:
    """Tell a pooled difference as a number, a share."""
    found = compared.difference
    n = found.n_models * found.n_images
    low, high = found.low / 100, found.high / 100
    return Number(label, found.difference / 100, low, high, n, "difference of shares")


def margin_numbers(compared: Compared, what: str = "") -> tuple[Number, Number]:
    """Tell m, and what so many images could show."""
    unit = "difference of shares"
    found = compared.difference
    return (
        Number(f"m, half of the network's own mistakes{what}", compared.margin / 100, unit=unit),
        Number(
            f"smallest difference that so many images show in 4 of 5 cases{what}",
            found.smallest_detectable / 100,
            unit=unit,
        ),
    )


def share_number(label: str, credits: Sequence[NDArray[Any]]) -> Number:
    """Tell a share: of one model with its Wilson interval, of several from least to most."""
    values = [float(np.mean(one)) for one in credits]
    n = len(credits[0])
    if len(values) == 1:
        low, high = wilson_interval(values[0] * n, n)
        return Number(label, values[0], float(low), float(high), n)
    mean = float(np.mean(values))
    return Number(
        f"{label}: mean, and from the lowest to the highest model",
        mean,
        min(values),
        max(values),
        n * len(values),
    )
