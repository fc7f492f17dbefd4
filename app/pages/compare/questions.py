"""Between which two classes the page's question stands."""

from collections import Counter

import numpy as np

from app.frame.defaults import default_pair


def asked_classes(explorer, survey, asked, choices):
    """Classes p and q: as the address names them, else as the groups' labels tell.

    Parameters
    ----------
    explorer : Explorer
    survey : Survey
        Of the set that the images come from.
    asked : sequence of int or None
        p and q as the address names them.
    choices : dict of str to Choice
        A group put together by hand stands for its most frequent label; a group by rule beside it
        for the class that those images are nearest to.

    Returns
    -------
    tuple of int
        The two may be the same where both groups show the same class.
    """
    default = default_pair(explorer.class_names)
    groups = [choices[key].by_hand for key in "ab"]
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


def _rival(survey, images, own, default):
    if not images:
        return default[0] if own != default[0] else default[1]
    logits = survey.logits[list(images)].copy()
    logits[:, own] = -np.inf
    return _most_frequent(logits.argmax(axis=1))


def _most_frequent(classes):
    """Most frequent of some classes, the first of equal ones; None of none."""
    return Counter(np.asarray(classes).tolist()).most_common(1)[0][0] if len(classes) else None
