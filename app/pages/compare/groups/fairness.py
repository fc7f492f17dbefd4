"""The same groups chosen where nothing is scored: the fair number beside a flattering one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.explorer import Explorer
from app.pages.compare.groups.members import Choice, members_of
from app.pages.compare.state import CompareSelection

BY_THE_NETWORK = frozenset({"clear", "least", "ambiguous", "wrong"})
"""Rules that ask the network which images it finds typical."""


@dataclass(frozen=True)
class FairChoice:
    """Groups by the same rules, that the images which score them did not flatter.

    Attributes
    ----------
    selection
        With these groups.
    by_model
        The model by whose answers they were chosen, None for the one that is looked at, among
        training images.
    """

    selection: CompareSelection
    by_model: str | None


def is_flattered(explorer: Explorer, selection: CompareSelection) -> bool:
    """Whether a group is chosen by the network that is looked at, on the images that score it."""
    rules = {selection.choices[key].rule for key in "ab"}
    return selection.set == explorer.set_names[0] and bool(rules & BY_THE_NETWORK)


def fair_choice(explorer: Explorer, selection: CompareSelection) -> FairChoice | None:
    """The same groups among training images, else by another model's answers.

    None where nothing flatters, or neither training images nor another model is there. Raises
    `app.reading.StillReading` as long as a network reads them.
    """
    if not is_flattered(explorer, selection):
        return None
    others = [name for name in explorer.model_names if name != selection.model]
    if len(explorer.set_names) > 1:
        model, set_name, by_model = selection.model, explorer.set_names[1], None
    elif others:
        model, set_name, by_model = others[0], selection.set, others[0]
    else:
        return None
    survey = explorer.survey(model, set_name)
    choices = {**selection.choices, "c": Choice("none", 1)}
    p, q = selection.p, selection.q
    if p == q:
        return None
    members, faults = members_of(choices, survey, p, q, selection.seed)
    fair = replace(selection, set=set_name, members=members, faults=faults, choices=choices)
    return FairChoice(fair, by_model)
