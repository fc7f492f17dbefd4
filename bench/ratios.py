"""What the figures have to satisfy: goals of a full run, and ratios that hold on a noisy machine.

A ratio divides two figures of one run, so that a slow machine slows both. Its `holds` is the bound
that every run must keep, the short one on a busy machine too; its `goal` is what a full run on a
quiet machine is held against. A goal on a single figure is told, met or not, and never checked.
"""

from dataclasses import dataclass

from bench.summary import rounded

_AT_MOST, _AT_LEAST = "at most", "at least"


@dataclass(frozen=True)
class Figure:
    """Where a number stands among the figures.

    Attributes
    ----------
    part, name : str
        Part of the benchmarks, and what it tells.
    statistic : str
        "median" or "p95" of a summary; "" for a single number.
    """

    part: str
    name: str
    statistic: str = "median"

    def among(self, figures):
        """Find it.

        Parameters
        ----------
        figures : dict of str to dict
            By part.

        Returns
        -------
        float or None
            None when it was not measured.
        """
        found = figures.get(self.part, {}).get(self.name)
        if isinstance(found, dict):
            found = found.get(self.statistic)
        return None if found is None else float(found)


@dataclass(frozen=True)
class Ratio:
    """A bound on ours over a baseline.

    Attributes
    ----------
    name : str
    ours, baseline : Figure
        The baseline may be of the same part alone.
    sense : {"at most", "at least"}
        With "at least" it is the baseline over ours: how many times faster.
    holds : float or None
        Bound that every run must keep; None: only the goal is told.
    goal : float or None
        Bound for a full run on a quiet machine. Without either bound the ratio is only told.
    """

    name: str
    ours: Figure
    baseline: Figure
    sense: str
    holds: float | None = None
    goal: float | None = None

    @property
    def part(self):
        """Part of the benchmarks that it belongs to."""
        return self.ours.part

    def value(self, figures):
        """Return the ratio, or None where one of its figures was not measured."""
        ours, baseline = self.ours.among(figures), self.baseline.among(figures)
        if ours is None or baseline is None:
            return None
        over, under = (baseline, ours) if self.sense == _AT_LEAST else (ours, baseline)
        return over / under if under else float("inf")


@dataclass(frozen=True)
class Bound:
    """A bound on a single figure.

    Attributes
    ----------
    name : str
    ours : Figure
    sense : {"at most", "at least"}
    holds, goal : float or None
        As in `Ratio`; `holds` only for figures that are no times.
    """

    name: str
    ours: Figure
    sense: str
    holds: float | None = None
    goal: float | None = None

    @property
    def part(self):
        """Part of the benchmarks that it belongs to."""
        return self.ours.part

    def value(self, figures):
        """Return the figure, or None where it was not measured."""
        return self.ours.among(figures)


def verdicts(bounds, figures, part=None):
    """Hold figures against bounds.

    Parameters
    ----------
    bounds : iterable of Ratio or Bound
    figures : dict of str to dict
        By part.
    part : str, optional
        Bounds of this part only; of all measured parts by default.

    Returns
    -------
    list of dict
        name, value, sense, and where there are such bounds goal, met, must hold, holds; a figure
        that its part should have told and did not meets nothing.
    """
    found = []
    for bound in bounds:
        if bound.part not in figures or part not in (None, bound.part):
            continue
        value = bound.value(figures)
        verdict = {
            "name": bound.name,
            "sense": bound.sense,
            "value": "not measured" if value is None else rounded(value, 3),
        }
        if bound.goal is not None:
            verdict |= {"goal": bound.goal, "met": _keeps(value, bound.sense, bound.goal)}
        if bound.holds is not None:
            verdict |= {"must hold": bound.holds, "holds": _keeps(value, bound.sense, bound.holds)}
        found.append(verdict)
    return found


def _keeps(value, sense, bound):
    if value is None or value != value:
        return False
    return value <= bound if sense == _AT_MOST else value >= bound


def as_text(verdict):
    """Write a verdict as one line."""
    parts = [f"{verdict['name']}: {verdict['value']}"]
    if "goal" in verdict:
        parts.append(
            f"goal {verdict['sense']} {verdict['goal']}: {'met' if verdict['met'] else 'NOT met'}"
        )
    if "must hold" in verdict:
        parts.append(
            f"{verdict['sense']} {verdict['must hold']} "
            f"{'holds' if verdict['holds'] else 'DOES NOT HOLD'}"
        )
    return ", ".join(parts)
