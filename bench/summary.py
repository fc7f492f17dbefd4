"""From many measured numbers to the few that are told."""

import numpy as np


def summary(numbers):
    """Median and 95th percentile of a list of numbers.

    Parameters
    ----------
    numbers : sequence of float

    Returns
    -------
    dict
        median, p95 and n; the percentile is interpolated linearly, and never above the largest.

    Raises
    ------
    ValueError
        When there is nothing to sum up.
    """
    if len(numbers) == 0:
        raise ValueError("nothing was measured: a summary needs at least one number")
    median, p95 = np.percentile(np.asarray(numbers, float), [50, 95])
    return {"median": rounded(median), "p95": rounded(p95), "n": len(numbers)}


def rounded(number, digits=4):
    """Round to a number of digits that count, so that small numbers are not lost."""
    if number == 0 or not np.isfinite(number):
        return float(number)
    places = digits - 1 - int(np.floor(np.log10(abs(number))))
    return round(float(number), max(places, 0))


def lines(name, figure, indent="  "):
    """Write one figure, a line for each of its parts that has parts itself.

    Parameters
    ----------
    name : str
    figure : dict, list or scalar
    indent : str

    Yields
    ------
    str
    """
    parts = (
        list(figure.items())
        if isinstance(figure, dict)
        else ([("", part) for part in figure] if isinstance(figure, list) else [])
    )
    if len(indent) < 8 and any(isinstance(part, dict | list) for _, part in parts):
        yield f"{indent}{name}:"
        for inner, part in parts:
            yield from lines(inner, part, indent + "  ")
    else:
        yield f"{indent}{name}: {told(figure)}" if name else f"{indent}{told(figure)}"


def told(figure):
    """Write one figure as text.

    Parameters
    ----------
    figure : dict, list or scalar

    Returns
    -------
    str
    """
    if isinstance(figure, dict):
        names = {"p95": "95th percentile"}
        return ", ".join(f"{names.get(name, name)} {told(value)}" for name, value in figure.items())
    if isinstance(figure, list):
        return "; ".join(map(told, figure))
    if isinstance(figure, float):
        return f"{figure:,g}"
    return f"{figure:,}" if isinstance(figure, int) else str(figure)
