"""Marks on a scale: its two ends, and round numbers between."""

from math import floor, log10

from app.wording import number_text

_MOST_BETWEEN = 5
_LEAST_DISTANCE = 0.09


def ticks_of(low, high):
    """Choose the marks of a colour bar.

    Parameters
    ----------
    low, high : float
        The ends; both are marked with their own value.

    Returns
    -------
    list of list
        Pairs of place in [0, 1] and text, from low to high. One pair when the ends are equal.
    """
    span = high - low
    if not span > 0:
        return [[0.5, _text(low)]]
    step = _round_step(span / _MOST_BETWEEN)
    digits = max(0, -floor(log10(step)))
    between = []
    for number in range(floor(low / step), floor(high / step) + 2):
        place = (number * step - low) / span
        if _LEAST_DISTANCE <= place <= 1 - _LEAST_DISTANCE:
            between.append([round(place, 4), number_text(number * step, f".{digits}f")])
    return [[0, _text(low)], *between, [1, _text(high)]]


def _round_step(least):
    """The smallest of 1, 2, 5, 10, 20, 50, … (or 0.1, 0.2, …) that is at least so large."""
    power = 10.0 ** floor(log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def _text(value):
    is_plain = value == 0 or 1e-3 <= abs(value) < 1e4
    return number_text(value, ".3g" if is_plain else ".1e")
