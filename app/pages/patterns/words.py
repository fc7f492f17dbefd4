"""What the Patterns page says: short sentences made of the numbers that it shows."""

from app.frame.wording import interval, number_text, percent, signed, unit_word
from app.pages.patterns.view import PatternsView, share_below
from cnn_core.patterns.results import REFERENCES
from cnn_core.patterns.scores import References


def name_of(view: PatternsView) -> str:
    """Name of the unit, to begin a sentence: its kind, its number and its layer."""
    return f"{unit_word(view.layer).capitalize()} {view.unit} of {view.layer.name}"


def missing(view: PatternsView) -> str:
    """Why there is nothing to show, "" where there is."""
    if view.found is None:
        return (
            f"Nothing was sought for {view.selection.model} yet: `python -m cnn_core survey "
            "--patterns` does it, in minutes."
        )
    if view.layer_found is None:
        known = ", ".join(view.found.layers)
        return f"{view.layer.name} learns nothing of its own; patterns are there of {known}."
    return ""


def sentence(view: PatternsView) -> str:
    """What the unit responds to, in one sentence."""
    found = view.unit_found
    if found is None:
        return missing(view)
    name = name_of(view)
    if found.is_dead:
        return f"{name} is dead: no image of the set makes it fire."
    firing = view.found.firing(view.layer.name, view.unit)[:, 0]
    best, least = int(firing.argmax()), int(firing.argmin())
    return (
        f"{name} likes what the nine patches have in common. It fires in "
        f"{percent(firing[best], 0)} of all {view.class_name(best)}s and in "
        f"{percent(firing[least], 0)} of all {view.class_name(least)}s."
    )


def response_text(view: PatternsView) -> str:
    """Where the response to the image shown lies among all."""
    share = share_below(view)
    told = f"To {view.selection.subject.name} it answers {number_text(view.response, '.3g')}"
    if share != share:
        return f"{told}."
    return f"{told}: more than to {percent(share, 0)} of the test images."


def pattern_text(view: PatternsView) -> str:
    """How far the optimised pattern can be believed."""
    found = view.unit_found
    if not found.n_reached:
        return (
            "No reaction found: climbing from every start left it at 0. The patches are all there "
            "is to see."
        )
    times = found.out_of_range
    told = "The pattern was made by climbing: its pixels were changed until the unit answered most."
    if times == times and times > 1:
        told += (
            f" It excites the unit {number_text(times, '.2f')} times as strongly as any real image: "
            "no image looks like this."
        )
    alike = found.consistency[0]
    if alike == alike:
        told += (
            f" Patterns from different starts are alike by {signed(float(alike))} on average (1 is "
            "the same, 0 nothing in common)."
        )
    return told


def score_rows(view: PatternsView) -> list[tuple[str, str, str]]:
    """What likeness to a set of references tells about the unit, one row a set."""
    found = view.unit_found
    rows = []
    for place, kind in enumerate(REFERENCES):
        right, low, high = (float(value) for value in found.right_choice[place])
        rank = float(found.rank_correlation[place][0])
        rows.append(
            (
                References(kind).value,
                "–" if right != right else f"{percent(right, 0)} ({interval(low, high, 0)})",
                "–" if rank != rank else signed(rank),
            )
        )
    return rows


def relative_text(correlation: float) -> str:
    """How alike two units answer."""
    return f"answers alike by {signed(correlation)}"


def silent_starts_text(view: PatternsView) -> str:
    """Why the article's own method finds no reaction for many maps."""
    found = view.unit_found
    return (
        f"The article's own method (random pixels, the whole map, after the non-linearity) starts "
        f"in the dark for this unit in {found.n_silent_starts} starts: where the whole map is 0 "
        "there is no slope to climb. Climbing on the value before the non-linearity has one."
    )
