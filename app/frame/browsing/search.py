"""The image search: a line of words turned into an ordered list of images."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.bounded_cache import BoundedCache
from app.explorer import Explorer
from app.frame.fields import Selection
from app.frame.page import Steps, View
from app.frame.query import Problem
from app.reading import StillReading
from cnn_core.circles.groups import clearest, most_ambiguous
from cnn_core.errors import SelectionError

if TYPE_CHECKING:
    from cnn_core.survey.whole_set import Survey

MOST_NEIGHBOURS = 60
"""Images that the browser knows in each direction, so that a held key needs no answer."""

HELP = (
    "Type an image number, label: or pred: with a class, wrong, right, or two classes after "
    "borderline or clear. Words add up, as in label:4 wrong where 4 is a class."
)


@lru_cache(maxsize=16)
def _pattern(class_names: tuple[str, ...]) -> re.Pattern[str]:
    # Known names come first, the longest before its beginnings, so that names may hold spaces.
    known = sorted(map(re.escape, class_names), key=len, reverse=True)
    name = "|".join([*(rf"{one}(?=\s|$)" for one in known), r"\S+"])
    return re.compile(
        rf"\s*(?:(?P<word>label|pred|prediction)\s*[:=]\s*(?P<name>{name})"
        r"|(?P<flag>wrong|right)\b"
        rf"|(?P<rule>borderline|clear)\s+(?P<p>{name})\s+(?P<q>{name})"
        r"|(?P<number>[0-9]{1,9})(?=\s|$))",
        re.IGNORECASE,
    )


@dataclass(frozen=True)
class Found:
    """Images that fit a search.

    Attributes
    ----------
    images
        Shape (k,): numbers of the images, in the order to be shown; read-only.
    text
        The search in words.
    """

    images: NDArray[np.int64]
    text: str


# At every key press the search is followed anew; among a million images it is worth keeping.
_found = BoundedCache(16 * 2**20)
_BYTES_BESIDE = 2_000


def search(text: str, survey: Survey, class_names: Sequence[str]) -> Found:
    """Find images, as `find` does; what was found lately is kept."""
    names = tuple(class_names)
    return _found.get_or_make(
        (text, survey, names),
        lambda: find(text, survey, names),
        lambda found: found.images.nbytes + _BYTES_BESIDE,
    )


def find(text: str, survey: Survey, class_names: Sequence[str]) -> Found:
    """Find images.

    Parameters
    ----------
    text
        As in `HELP`.
    survey
        Of the set that is searched.

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
                    f"There is no image {number}; the {survey.set_name} set goes from 0 to {last}.",
                    nearest=last,
                )
            fits &= np.arange(len(survey)) == number
            told.append(f"number {number}")
    images = np.flatnonzero(fits) if order is None else order[fits[order]]
    images.flags.writeable = False
    return Found(images, ", ".join(told) or "all")


def _ordered(rule: str, survey: Survey, p: int, q: int) -> NDArray[np.int64]:
    if rule == "borderline":
        chosen = most_ambiguous(survey.logits, survey.labels, p, q, len(survey))
    else:
        chosen = clearest(survey.logits, survey.labels, survey.predictions, p, q, len(survey))
    return np.asarray(chosen, np.int64)


def _class(name: str, class_names: Sequence[str]) -> int:
    lower = [known.lower() for known in class_names]
    if name.lower() not in lower:
        raise SelectionError(
            f'There is no class "{name[:20]}"; there are {", ".join(class_names)}.'
        )
    return lower.index(name.lower())


def found_by(
    explorer: Explorer, selection: Selection, find_text: str
) -> tuple[Found | None, tuple[Problem, ...]]:
    """Follow the search of a selection.

    Returns
    -------
    found
        None without a search, or where it found nothing.
    problems
        Why there is nothing to follow.
    """
    if not find_text:
        return None, ()
    try:
        survey = explorer.survey(selection.model, selection.set)
        found = search(find_text, survey, explorer.class_names)
    except StillReading as still:
        return None, (Problem(f"Search: {still}.", "find", ""),)
    except SelectionError as error:
        return None, (Problem(f"Search: {error}", "find", ""),)
    if len(found.images) == 0:
        told = f"Search: no image of the {selection.set} set is {found.text}."
        return None, (Problem(told, "find", ""),)
    return found, ()


def place_among_found(found: Found | None, image: int) -> int | None:
    """Place of an image among those found, None if it is not one of them."""
    if found is None:
        return None
    places = np.flatnonzero(found.images == image)
    return int(places[0]) if len(places) else None


def search_text(found: Found | None, image: int) -> str:
    """Tell where an image stands in the search result, "" without a search."""
    if found is None:
        return ""
    place, n_found = place_among_found(found, image), len(found.images)
    return f"{n_found:,} found, press →" if place is None else f"{place + 1:,} of {n_found:,}"


def steps(view: View, found: Found | None) -> Steps:
    """Where the keys lead from the image and the layer of a page: along the search, if any."""
    explorer, selection = view.explorer, view.selection
    names = [info.name for info in explorer.network(selection.model).layers]
    place = names.index(selection.layer)
    later, earlier = _neighbours(found, selection.image)
    return Steps(
        next=later,
        previous=earlier,
        wrong=_next_wrong(explorer, selection),
        random=None
        if found is None
        else found.images[
            np.linspace(0, len(found.images) - 1, MOST_NEIGHBOURS).astype(int)
        ].tolist(),
        below=names[(place + 1) % len(names)],
        above=names[place - 1],
        count=len(explorer.dataset(selection.set)),
        more={"isOutside": found is not None and place_among_found(found, selection.image) is None},
    )


def _neighbours(found: Found | None, image: int) -> tuple[list[int] | None, list[int] | None]:
    if found is None:
        return None, None
    images, place = found.images, place_among_found(found, image)
    reach = np.arange(min(MOST_NEIGHBOURS, len(images)))
    # From outside the result both directions enter it at its ends.
    after = 0 if place is None else place + 1
    before = len(images) - 1 if place is None else place - 1
    return (
        images[(after + reach) % len(images)].tolist(),
        images[(before - reach) % len(images)].tolist(),
    )


def _next_wrong(explorer: Explorer, selection: Selection) -> int | None:
    """None where there is none, or nobody knows yet."""
    try:
        wrong = explorer.survey(selection.model, selection.set).wrong()
    except StillReading:
        return None
    if len(wrong) == 0:
        return None
    later = wrong[wrong > selection.image]
    return int(later[0] if len(later) else wrong[0])
