"""Between which two classes the page's question stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.explorer import Explorer
from app.frame.defaults import default_pair
from app.pages.compare.members import OWN, Choice

if TYPE_CHECKING:
    from cnn_core.survey.whole_set import Survey


def asked_classes(
    explorer: Explorer, survey: Survey, asked: Sequence[int | None], choices: Mapping[str, Choice]
) -> tuple[int, int]:
    """Classes p and q: as the address names them, else as the groups' labels tell.

    Parameters
    ----------
    survey
        Of the set that the images come from.
    asked
        p and q as the address names them.
    choices
        A group put together by hand stands for its most frequent label; a group by rule beside it
        for the class that those images are nearest to.

    Returns
    -------
    tuple
        The two may be the same where both groups show the same class.
    """
    default = default_pair(explorer.class_names)
    groups = [[image for image in choices[key].by_hand if image != OWN] for key in "ab"]
    p, q = (
        asked[place]
        if asked[place] is not None
        else _most_frequent(survey.labels[list(groups[place])])
        for place in (0, 1)
    )
    if p is None and q is None:
        return default
    # A class that nobody named is the one that the other group's images are nearest to.
    if p is None:
        p = _rival(survey, groups[1], q, default)
    if q is None:
        q = _rival(survey, groups[0], p, default)
    return int(p), int(q)


def _rival(survey: Survey, images: Sequence[int], own: int, default: tuple[int, int]) -> int:
    if not images:
        return default[0] if own != default[0] else default[1]
    logits = survey.logits[list(images)].copy()
    logits[:, own] = -np.inf
    return _most_frequent(logits.argmax(axis=1))


def _most_frequent(classes: NDArray[np.int64]) -> int | None:
    """Most frequent of some classes, the first of equal ones; None of none."""
    return Counter(np.asarray(classes).tolist()).most_common(1)[0][0] if len(classes) else None
