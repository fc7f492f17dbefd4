"""What raters say of an image whose label is disputed."""

from collections.abc import Mapping
from functools import lru_cache

from app.explorer import Explorer
from app.frame.recorded.records import disputed_in
from app.frame.subject import Subject


def doubt_text(explorer: Explorer, subject: Subject) -> str:
    """Tell how many raters chose the label and the class put beside it, "" without a dispute."""
    return "" if subject.is_own else _told(explorer, subject.set).get(subject.image, "")


@lru_cache(maxsize=8)
def _told(explorer: Explorer, set_name: str) -> Mapping[int, str]:
    known, _ = disputed_in(explorer.dataset(set_name))
    if known is None:
        return {}
    name = explorer.class_name
    return {
        one.image: f"label disputed: {one.votes_given} of {known.n_raters} raters say "
        f"{name(one.given)}, {one.votes_suggested} say {name(one.suggested)}"
        for one in known.labels
    }
