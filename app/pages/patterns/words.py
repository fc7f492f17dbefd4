"""What the Patterns page says: short sentences made of the numbers that it shows."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from app.frame.defaults import default_pair
from app.frame.recorded.commands import places, survey_command
from app.frame.recorded.readouts import telling_unit
from app.frame.words.wording import images_of, interval, number_text, percent, signed, unit_word
from app.pages.patterns.view import PatternsView, firing_of, has_training_images, share_below
from cnn_core.patterns.files.relatives_file import Relative
from cnn_core.patterns.results import REFERENCES, UnitPatterns
from cnn_core.patterns.scoring.scores import References

_MOST_KINDS = 4
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def name_of(view: PatternsView) -> str:
    """Name of the unit, to begin a sentence: its kind, its number and its layer."""
    return f"{unit_word(view.layer).capitalize()} {view.unit} of {view.layer.name}"


def missing(view: PatternsView) -> str:
    """Why there is nothing to show at once."""
    return (
        f"Nothing was sought for {view.layer.name} of {view.selection.model} yet: it is sought now, "
        "one unit at a time."
    )


def no_wall(view: PatternsView) -> str:
    """Why the wall has no pictures."""
    return (
        f"No file holds all units of {view.layer.name}: a click seeks one. "
        f"`{survey_command(view.explorer, view.selection.model, '--patterns')}` finds those of all "
        f"layers that learn, in minutes. {places(view.explorer, view.selection.model)}"
    ).rstrip()


def sentence(view: PatternsView) -> str:
    """What the unit responds to, in one sentence."""
    found, firing = view.unit_found, firing_of(view)
    if found is None:
        return missing(view)
    name = name_of(view)
    if found.is_dead:
        return f"{name} is dead: {fires_in(view)}."
    likes = f"{name} likes what its nine patches have in common{_kinds(view)}."
    if firing is None:
        return likes
    shares = firing[:, 0]
    best, least = int(np.nanargmax(shares)), int(np.nanargmin(shares))
    most, fewest = percent(shares[best], 0), percent(shares[least], 0)
    if most == fewest:
        return f"{likes} It fires in {most} of the images of every class."
    return (
        f"{likes} It fires in {most} of all {images_of(view.class_name(best))} and in {fewest} of "
        f"all {images_of(view.class_name(least))}.{_telling(view)}"
    )


def _telling(view: PatternsView) -> str:
    """Say that no other unit has so telling a cell, "" of any other unit."""
    selection = view.selection
    told = telling_unit(view.explorer, selection.model, selection.layer)
    if told is None or told[0] != view.unit:
        return ""
    p, q = (view.class_name(number) for number in default_pair(view.explorer.class_names))
    return f" One of its cells tells {p} from {q} in {percent(told[1])}: the best of the layer."


def fires_in(view: PatternsView) -> str:
    """In how many of the images that were read the unit fires."""
    found, n = view.unit_found, view.n_of_class
    if found is None or found.n_fired is None or n is None:
        return "it fires in no image that was searched"
    return f"it fires in {int(found.n_fired.sum()):,} of {int(n.sum()):,} test images"


def _kinds(view: PatternsView) -> str:
    classes = classes_of_patches(view)
    if len(classes) > _MOST_KINDS:
        return f", in images of {_COUNTS[len(classes)]} classes"
    listed = ", ".join(f"{_COUNTS[n]} {label}{'s' * (n > 1)}" for label, n in classes)
    return f" ({listed})" if classes else ""


def classes_of_patches(view: PatternsView) -> list[tuple[str, int]]:
    """Classes of the images that the patches come from, and how many of each, most first."""
    if view.unit_found is None or not has_training_images(view):
        return []
    labels = view.explorer.dataset("train").labels
    counted = Counter(int(labels[one.image]) for one in view.unit_found.patches)
    return [(view.class_name(number), n) for number, n in counted.most_common()]


def response_text(view: PatternsView) -> str:
    """Where the response to the image shown lies among all."""
    share = share_below(view)
    told = f"To {view.selection.subject.name} it answers {number_text(view.response, '.3g')}"
    told += " before its non-linearity" if view.response < 0 else ""
    if share != share:
        return f"{told}."
    return f"{told} (pink bar): more than to {percent(share, 0)} of the test images."


def pattern_text(view: PatternsView, found: UnitPatterns) -> str:
    """How far the optimised pattern can be believed."""
    if found.n_reached is None or found.pattern_response is None:
        return "The pattern is being made."
    best = number_text(float(found.pattern_response[0]), ".2g")
    if not found.n_reached:
        return (
            "No reaction found: from none of the starts did climbing make it fire (best answer "
            f"{best}, it fires above 0)."
        )
    if found.is_dead:
        return (
            f"Never reached by a real image: {fires_in(view)}. Climbing makes it fire all the same, "
            f"from {found.n_reached} starts, with an answer of {best} at most."
        )
    times = float("nan") if found.out_of_range is None else found.out_of_range
    told = "The pattern was made by climbing: its pixels were changed until the unit answered most."
    if times == times and times > 1:
        told += (
            f" It excites the unit {number_text(times, '.2f')} times as strongly as any real image: "
            "no image looks like this."
        )
    elif times == times:
        told += (
            f" It excites the unit {number_text(times, '.2f')} times as strongly as the strongest "
            "real image."
        )
    alike = float("nan") if found.consistency is None else float(found.consistency[0])
    if alike == alike:
        told += (
            f" Patterns from different starts are alike by {signed(alike)} on average (1 is "
            "the same, 0 nothing in common)."
        )
    return told


def score_rows(found: UnitPatterns) -> list[tuple[str, str, str]]:
    """What likeness to a set of references tells about the unit, one row a set."""
    if found.right_choice is None or found.rank_correlation is None:
        return []
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


def relative_text(relative: Relative) -> str:
    """How alike two units answer, beside what matching with an untrained network gives."""
    told = f"answers alike by {signed(relative.correlation)}"
    if relative.by_chance != relative.by_chance:
        return told
    return f"{told}; untrained, by {signed(relative.by_chance)}"


def relatives_note(relatives: Sequence[Relative]) -> str:
    """What is compared, and whether the relatives are nearer than chance brings them."""
    told = (
        "Each unit is matched to one unit of the other training, so that they answer as alike as can "
        "be over the test images (1: the same, 0: nothing in common)."
    )
    known = [one for one in relatives if one.by_chance == one.by_chance]
    if not known:
        return told
    nearer = sum(one.correlation > one.by_chance for one in known)
    return (
        f"{told} Untrained: the same matching with that network before its first step, as chance. "
        f"{nearer} of {len(known)} are nearer than that."
    )
