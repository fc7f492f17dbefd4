"""Clear images for circles that are to be scored: chosen elsewhere, or marked (NumPy only)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnn_core.circles.groups import clearest
from cnn_core.circles.rule import Flag

if TYPE_CHECKING:
    from cnn_core.survey.whole_set import Survey


@dataclass(frozen=True)
class ClearGroups:
    """The clearest images of two classes, with what a reader of their score has to know.

    Attributes
    ----------
    members_a, members_b
        The clearest of p against q and of q against p, numbers in the set that they are from.
    set_name
        Name of that set.
    left_out
        Which of them are among the images that score, and must not count there.
    flags
        CHOSEN_ON_SCORED if the network that is scored chose them among the images that score it.
    """

    members_a: tuple[int, ...]
    members_b: tuple[int, ...]
    set_name: str
    left_out: tuple[int, ...]
    flags: frozenset[Flag]


def clear_groups(chosen_in: Survey, scored_in: Survey, p: int, q: int, n: int = 3) -> ClearGroups:
    """Choose the n clearest images of each class for circles that another survey scores.

    Clear to the very network whose maps are read, and among the very images that score it, flatters
    the circles. Fair are training images, and the margin of another network.

    Parameters
    ----------
    chosen_in
        By whose logits, and among which images, they are chosen.
    scored_in
        On which images, and for which network, the circles will be scored.
    """
    a, b = (
        clearest(chosen_in.logits, chosen_in.labels, chosen_in.predictions, *pair, n)
        for pair in ((p, q), (q, p))
    )
    is_same_set = chosen_in.data_digest == scored_in.data_digest
    is_flattered = is_same_set and chosen_in.model_digest == scored_in.model_digest
    return ClearGroups(
        members_a=a,
        members_b=b,
        set_name=chosen_in.set_name,
        left_out=a + b if is_same_set else (),
        flags=frozenset({Flag.CHOSEN_ON_SCORED} if is_flattered else ()),
    )
