"""The image search: a line of words turned into an ordered list of images."""

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from app.explorer import BoundedCache
from cnn_core.circles.groups import clearest, most_ambiguous
from cnn_core.errors import SelectionError

HELP = (
    "Type an image number, label: or pred: with a class, wrong, right, or two classes after "
    "borderline or clear. Words add up, as in label:4 wrong where 4 is a class."
)


@lru_cache(maxsize=16)
def _pattern(class_names):
    # Known names come first, the longest before its beginnings, so that names may hold spaces.
    known = sorted(map(re.escape, class_names), key=len, reverse=True)
    name = "|".join([*(rf"{one}(?=\s|$)" for one in known), r"\S+"])
    return re.compile(
        rf"\s*(?:(?P<word>label|pred|prediction)\s*[:=]\s*(?P<name>{name})"
        r"|(?P<flag>wrong|right)\b"
        rf"|(?P<rule>borderline|clear)\s+(?P<p>{name})\s+(?P<q>{name})"
        r"|(?P<number>\d{1,9})(?=\s|$))",
        re.IGNORECASE,
    )


@dataclass(frozen=True)
class Found:
    """Images that fit a search.

    Attributes
    ----------
    images : ndarray, shape (k,), int64
        Numbers of the images, in the order to be shown; read-only.
    text : str
        The search in words.
    """

    images: np.ndarray
    text: str


# At every key press the search is followed anew; among a million images it is worth keeping.
_found = BoundedCache(16 * 2**20)
_BYTES_BESIDE = 2_000


def search(text, survey, class_names):
    """Find images, as `find` does; what was found lately is kept."""
    names = tuple(class_names)
    return _found.get_or_make(
        (text, survey, names),
        lambda: find(text, survey, names),
        lambda found: found.images.nbytes + _BYTES_BESIDE,
    )


def find(text, survey, class_names):
    """Find images.

    Parameters
    ----------
    text : str
        As in `HELP`.
    survey : Survey
        Of the set that is searched.
    class_names : sequence of str

    Returns
    -------
    Found
        Ascending by number, or in the order of a rule: borderline has the smallest absolute margin
        first, clear the largest.

    Raises
    ------
    SelectionError
        When a word is not understood; the message says what is.
    """
    fits = np.ones(len(survey), bool)
    order, told, place = None, [], 0
    while text[place:].strip():
        match = _pattern(tuple(class_names)).match(text, place)
        if match is None:
            raise SelectionError(f'"{text[place:].strip()[:30]}" is not understood. {HELP}')
        place = match.end()
        if match["word"]:
            number = _class(match["name"], class_names)
            is_label = match["word"].lower() == "label"
            fits &= (survey.labels if is_label else survey.predictions) == number
            told.append(f"{'labelled' if is_label else 'predicted'} {class_names[number]}")
        elif match["flag"]:
            is_wrong = match["flag"].lower() == "wrong"
            fits &= ~survey.is_right if is_wrong else survey.is_right
            told.append("misclassified" if is_wrong else "classified right")
        elif match["rule"]:
            p, q = _class(match["p"], class_names), _class(match["q"], class_names)
            order = _ordered(match["rule"].lower(), survey, p, q)
            told.append(f"{match['rule'].lower()} {class_names[p]} against {class_names[q]}")
        else:
            number = int(match["number"])
            if number >= len(survey):
                last = len(survey) - 1
                raise SelectionError(
                    f"There is no image {number:,}; the {survey.set_name} set "
                    f"goes from 0 to {last:,}.",
                    nearest=last,
                )
            fits &= np.arange(len(survey)) == number
            told.append(f"number {number:,}")
    images = np.flatnonzero(fits) if order is None else order[fits[order]]
    images.flags.writeable = False
    return Found(images, ", ".join(told) or "all")


def _ordered(rule, survey, p, q):
    if rule == "borderline":
        chosen = most_ambiguous(survey.logits, survey.labels, p, q, len(survey))
    else:
        chosen = clearest(survey.logits, survey.labels, survey.predictions, p, q, len(survey))
    return np.asarray(chosen, np.int64)


def _class(name, class_names):
    lower = [known.lower() for known in class_names]
    if name.lower() not in lower:
        raise SelectionError(
            f'There is no class "{name[:20]}"; there are {", ".join(class_names)}.'
        )
    return lower.index(name.lower())
