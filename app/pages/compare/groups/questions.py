"""Between which two classes the page's question stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.explorer import Explorer
from app.frame.defaults import default_pair
from app.pages.compare.groups.members import OWN, Choice

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
        named if named is not None else _most_frequent(survey.labels[group])
        for named, group in zip(asked, groups, strict=True)
    )
    # A class that nobody named is the one that the other group's images are nearest to.
    if p is None:
        return default if q is None else (_rival(survey, groups[1], q, default), q)
    return p, _rival(survey, groups[0], p, default) if q is None else q


def _rival(survey: Survey, images: Sequence[int], own: int, default: tuple[int, int]) -> int:
    logits = survey.logits[list(images)].copy()
    logits[:, own] = -np.inf
    nearest = _most_frequent(logits.argmax(axis=1))
    if nearest is None:
        return default[0] if own != default[0] else default[1]
    return nearest


def _most_frequent(classes: NDArray[np.int64]) -> int | None:
    """Most frequent of some classes, the first of equal ones; None of none."""
    return Counter(np.asarray(classes).tolist()).most_common(1)[0][0] if len(classes) else None
