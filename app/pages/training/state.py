"""What the Training page shows, as it stands in the address."""

from dataclasses import dataclass

from app.explorer import Explorer
from app.frame.defaults import default_pair
from app.frame.fields import Selection, Values, image_field, number, shared_fields, switch, words
from cnn_core.errors import LookingGlassError


@dataclass(frozen=True, kw_only=True)
class TrainingSelection(Selection):
    """One state of the page.

    Attributes
    ----------
    p, q
        The pair that the curves are about; the article's if None.
    step
        Place of the snapshot, from 0.
    free
        Whether each snapshot has a colour range of its own.
    find
        The search that previous and next follow, "" for none.
    """

    step: int = 0
    free: bool = False
    find: str = ""


def n_moments(explorer: Explorer, model: str) -> int:
    """Number of snapshots of a model, 0 where none can be read."""
    try:
        course = explorer.course(model)
    except LookingGlassError:
        return 0
    return 0 if course is None else len(course)


def _last(explorer: Explorer, values: Values) -> int:
    return max(n_moments(explorer, values["model"]) - 1, 0)


def pair(explorer: Explorer, selection: TrainingSelection) -> tuple[int, int]:
    """The pair that the curves are about."""
    if selection.p is None or selection.q is None or selection.p == selection.q:
        return default_pair(explorer.class_names)
    return selection.p, selection.q


FIELDS = (
    *shared_fields(model_drops=("step",), set_drops=("image", "find"), image=image_field()),
    number("step", "snapshot", 0, _last, 0),
    switch("free", "a colour range for each snapshot"),
    words("find", "search"),
)
