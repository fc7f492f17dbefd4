"""Marks on a scale: its two ends, and round numbers between."""

from math import floor, isfinite, log10

from app.frame.words.wording import number_text

_MOST_BETWEEN = 5
_LEAST_DISTANCE = 0.09


def ticks_of(low: float, high: float) -> list[tuple[float, str]]:
    """Choose the marks of a colour bar.

    Parameters
    ----------
    low, high
        The ends; both are marked with their own value, to three digits or the next whole number.

    Returns
    -------
    list of list
        Pairs of place in [0, 1] and text, from low to high. One pair when the ends are equal.
    """
    span = high - low
    if not isfinite(span):
        return [(0.0, _text(low)), (1.0, _text(high))]
    if span <= 0:
        return [(0.5, _text(low))]
    step = _round_step(span / _MOST_BETWEEN)
    digits = max(0, -floor(log10(step)))
    is_plain = 1e-4 <= step < 1e5
    between = []
    for number in range(floor(low / step), floor(high / step) + 2):
        place = (number * step - low) / span
        if _LEAST_DISTANCE <= place <= 1 - _LEAST_DISTANCE:
            mark = number * step
            between.append(
                (round(place, 4), number_text(mark, f".{digits}f") if is_plain else _text(mark))
            )
    return [(0.0, _text(low)), *between, (1.0, _text(high))]


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, 50, … (or 0.1, 0.2, …) that is at least so large."""
    power = 10.0 ** floor(log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def _text(value: float) -> str:
    size = abs(value)
    if 1e3 <= size < 1e5:
        return number_text(value, ".0f")
    return number_text(value, ".3g" if value == 0 or 1e-3 <= size < 1e3 else ".1e")
