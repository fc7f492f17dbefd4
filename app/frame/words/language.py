"""The language of one answer: which one is asked for, and sentences and numbers in it.

Sentences stand in the code in English: marked by `_` where they are said, by `N_` where they are kept
until somebody says them. The catalogues in `app/translations` hold them in the other languages. The
language belongs to the answer that is being made, never to the process.
"""

import gettext
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qsl

from babel.numbers import format_decimal
from flask import has_request_context, request

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "de": "Deutsch"}
"""Every language in its own words."""

CATALOGUES = Path(__file__).parents[2] / "translations"

_SPOKEN: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say everything within in a language, in this thread's answer alone."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def spoken() -> str:
    """The language that is being spoken: a key of `LANGUAGES`."""
    return _SPOKEN.get()


def browser_language() -> str:
    """The first language that the reader's browser asks for and that there is, else English."""
    if not has_request_context():
        return ENGLISH
    return request.accept_languages.best_match(LANGUAGES) or ENGLISH


def asked_language(search: str, offered: Sequence[str] = tuple(LANGUAGES)) -> str:
    """The language of an address: the one it names, else the browser's; English if not offered."""
    named = dict(parse_qsl(search.lstrip("?"))).get("lang")
    wish = named if named in LANGUAGES else browser_language()
    return wish if wish in offered else ENGLISH


# The names below are those that gettext's tools look for.
def _(message: str) -> str:
    """Say a sentence in the language that is spoken."""
    return _catalogue(spoken()).gettext(message) if message else ""


def ngettext(one: str, many: str, number: int) -> str:
    """Say a sentence about one thing or about many, as the language tells them apart."""
    return _catalogue(spoken()).ngettext(one, many, number)


def N_(message: str) -> str:
    """Mark a sentence that is said elsewhere."""
    return message


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation("messages", CATALOGUES, [language])


def count_text(number: int) -> str:
    """Write a whole number: 1,134 or 1.134."""
    return decimal_text(number, 0)


def decimal_text(number: float, digits: int) -> str:
    """Write a number with so many decimals and a true minus sign: 0.25 or 0,25."""
    form = "#,##0." + "0" * digits if digits else "#,##0"
    return format_decimal(number, form, locale=spoken()).replace("-", "−")


def percent_text(share: float, digits: int = 0) -> str:
    """Write a share of 1: 97.3 % or 97,3 %, with a space that does not break."""
    return f"{decimal_text(100 * share, digits)}\u00a0%"
