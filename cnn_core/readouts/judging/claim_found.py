"""What a conclusion of the article came to, as plain data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A measured number behind a claim.

    Attributes
    ----------
    low, high
        95 % interval or, where the label says so, the range of random draws.
    n
        What it was counted on.
    unit
        "share", "difference of shares" or "cells".
    """

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None
    unit: str = "share"


@dataclass(frozen=True)
class Elsewhere:
    """How a claim comes out with another threshold or with one model alone.

    Attributes
    ----------
    setting
        Such as "t = 0.10", or the name of a model.
    number
        The claim's leading number there.
    """

    setting: str
    verdict: str
    number: Number


@dataclass(frozen=True)
class Claim:
    """One conclusion of the article, held against the numbers.

    Attributes
    ----------
    statement
        The claim, with this model's classes and layers.
    verdict
        "holds", "holds in part", "does not hold", "not settled" or "cannot be judged".
    rule
        How the verdict follows from the numbers.
    models
        Names of the models that were pooled.
    elsewhere
        The strip: thresholds first, then models.
    """

    name: str
    task: str
    statement: str
    verdict: str
    rule: str
    numbers: tuple[Number, ...]
    models: tuple[str, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
