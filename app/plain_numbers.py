"""Numbers as people and links write them: the only way in which the app reads one from a text.

Python itself also takes ``1_000``, ``+1`` and the digits of every script.
"""

import re

_MOST_LETTERS = 15
_WHOLE = re.compile(r"-?[0-9]+")
_DECIMAL = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)


def whole_number(text: str) -> int | None:
    """Read a whole number, None where the text is none or longer than any that is meant."""
    return int(text) if _fits(_WHOLE, text) else None


def count_in(text: str) -> int | None:
    """Read a whole number from 0 on."""
    return None if text.startswith("-") else whole_number(text)


def decimal_number(text: str) -> float | None:
    """Read a number with or without a fraction, None where the text is none."""
    return float(text) if _fits(_DECIMAL, text) else None


def _fits(form: re.Pattern[str], text: str) -> bool:
    return len(text) <= _MOST_LETTERS and form.fullmatch(text) is not None
