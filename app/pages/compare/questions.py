"""Between which two classes the page's question stands."""

from collections import Counter

from app.defaults import default_pair


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
        A group put together by hand stands for its most frequent label.

    Returns
    -------
    tuple of int
        The two may be the same where both groups show the same class.
    """
    default = default_pair(explorer.class_names)
    told = [_most_frequent(survey, choices[key].by_hand) for key in "ab"]
    p, q = (asked[place] if asked[place] is not None else told[place] for place in (0, 1))
    # A class that nobody named must not be the other one by accident.
    if p is None:
        p = default[0] if q != default[0] else default[1]
    if q is None:
        q = default[1] if p != default[1] else default[0]
    return int(p), int(q)


def _most_frequent(survey, images):
    if not images:
        return None
    return Counter(int(survey.labels[image]) for image in images).most_common(1)[0][0]
