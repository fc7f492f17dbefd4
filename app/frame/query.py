"""What the browser asks for: query strings read, checked and written again.

A page's whole state stands in the address. Whatever stands there is turned into a valid selection;
what was wrong with it is told in words, each with the nearest valid choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl, urlencode

from app.frame.words.wording import quoted_part
from app.plain_numbers import count_in, decimal_number, whole_number

LONGEST_QUERY = 4000
"""Characters of a query string that are read; the longest link of a page is far below it."""


@dataclass(frozen=True)
class Problem:
    """Something in an address that could not be taken as it stands.

    Attributes
    ----------
    text
        One sentence for the reader.
    key
        The part of the query that it is about, "" for the whole.
    nearest
        What was taken instead.
    """

    text: str
    key: str
    nearest: str


class Query:
    """A query string, read one key at a time.

    Attributes
    ----------
    problems
        Grows as keys are read.
    """

    def __init__(self, search: str | None) -> None:
        text = (search or "").lstrip("?")
        self.problems: list[Problem] = []
        if len(text) > LONGEST_QUERY:
            self._complain(
                "",
                f"The link is longer than {LONGEST_QUERY:,} characters; "
                "the page shows its default instead.",
                "",
            )
            text = ""
        self._given = dict(parse_qsl(text, keep_blank_values=True))
        self._read: set[str] = set()

    def _complain(self, key: str, text: str, nearest: object) -> None:
        self.problems.append(Problem(text, key, str(nearest)))

    def _take(self, key: str) -> str | None:
        self._read.add(key)
        return self._given.get(key)

    def has(self, key: str) -> bool:
        """Tell whether the query names the key."""
        return key in self._given

    def choice(self, key: str, options: Sequence[str], default: Any, what: str) -> Any:
        """Read one of several words.

        Parameters
        ----------
        default
            Taken where the query does not name the key.
        what
            The thing in words, for the reader: "layer".
        """
        given = self._take(key)
        if given is None or given in options:
            return default if given is None else given
        by_lower = {option.lower(): option for option in options}
        close = get_close_matches(given.lower()[:80], by_lower, n=1, cutoff=0.4)
        nearest = by_lower[close[0]] if close else default
        self._complain(
            key,
            f'There is no {what} "{quoted_part(given)}" here; the page shows {nearest}.',
            nearest,
        )
        return nearest

    def number(
        self,
        key: str,
        low: float,
        high: float,
        default: Any,
        what: str,
        *,
        kind: type[int] | type[float] = int,
    ) -> Any:
        """Read a number within bounds.

        Parameters
        ----------
        low, high
            Both included.
        what
            The thing in words, for the reader: "image".
        """
        given = self._take(key)
        if given is None or given == "":
            return default
        number = (whole_number if kind is int else decimal_number)(given.strip())
        if number is None:
            self._complain(
                key,
                f'"{quoted_part(given)}" is not {_article(what)} number; the page '
                f"shows {_or_none(default)}.",
                default,
            )
            return default
        nearest = min(max(number, low), high)
        if nearest != number:
            self._complain(
                key,
                f"There is no {what} {number}; it goes from {low} to {high}. "
                f"The page shows {nearest}.",
                nearest,
            )
        return nearest

    def numbers(
        self,
        key: str,
        low: int,
        high: int,
        default: Sequence[int],
        what: str,
        *,
        most: int,
        words: Mapping[str, int] | None = None,
    ) -> tuple[int, ...]:
        """Read a list of different whole numbers, such as the images of a group.

        Parameters
        ----------
        low, high
            Both included.
        what
            One of them in words: "image".
        most
            Longest accepted list.
        words
            Words that stand for numbers of their own.

        Returns
        -------
        tuple of int
            In the order given; without what could not be taken.
        """
        given = self._take(key)
        if given is None:
            return tuple(default)
        kept, refused = [], []
        for part in given.split(",") if given else ():
            part = part.strip()
            number = count_in(part)
            if words and part in words:
                if words[part] not in kept:
                    kept.append(words[part])
            elif number is not None and low <= number <= high and number not in kept:
                kept.append(number)
            elif number not in kept:
                refused.append(part if number is None else str(number))
        if refused:
            self._complain(
                key,
                f"There is no {what} {quoted_part(', '.join(refused))}; {what}s go "
                f"from {low} to {high}. The page shows the others.",
                ",".join(map(str, kept)),
            )
        if len(kept) > most:
            self._complain(
                key,
                f"{len(kept)} {what}s are more than the page can show; it shows the first {most}.",
                ",".join(map(str, kept[:most])),
            )
        return tuple(kept[:most])

    def peek_number(self, key: str, low: int, high: int) -> int | None:
        """Look at a whole number that is read later; None unless it stands within bounds."""
        number = count_in(self._given.get(key, ""))
        return number if number is not None and low <= number <= high else None

    def text(self, key: str, default: str = "", longest: int = 200) -> str:
        """Read free text, cut to a length."""
        given = self._take(key)
        return default if given is None else given[:longest]

    def finish(self) -> None:
        """Name the keys that no page knows; call it after the last key was read."""
        unknown = [key for key in self._given if key not in self._read]
        if unknown:
            self._complain(
                unknown[0],
                f'The link has a part "{quoted_part(", ".join(unknown))}" '
                "that this page does not know; it is left out.",
                "",
            )


def write_query(values: Mapping[str, Any], defaults: Mapping[str, Any] | None = None) -> str:
    """Write a query string, without the parts that say no more than the default.

    Parameters
    ----------
    values
        None is left out; sequences are joined with commas.

    Returns
    -------
    str
        "" or a string that begins with "?".
    """
    defaults = defaults or {}
    told = {}
    for key, value in values.items():
        if value is None or (key in defaults and defaults[key] == value):
            continue
        if isinstance(value, (tuple, list)):
            value = ",".join(map(str, value))
        elif isinstance(value, bool):
            value = int(value)
        elif isinstance(value, float):
            value = f"{value:.12g}"
        told[key] = value
    text = urlencode(told, safe=",:")
    return f"?{text}" if text else ""


def _article(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"


def _or_none(default: object) -> object:
    return "its default" if default is None else default
