"""What the reader of the circles has to know before believing them."""

from app.frame.words.wording import plural
from app.pages.compare.groups.members import OWN
from app.pages.compare.state import CompareSelection
from app.pages.compare.view import CompareView
from app.pages.compare.words import one_class, pair
from cnn_core.circles.by_hand import HandCircles
from cnn_core.circles.circle_reader import CircleReader
from cnn_core.circles.groups import Group as CoreGroup
from cnn_core.circles.groups import in_both
from cnn_core.circles.rule import Circles, Flag


def warnings_of(
    view: CompareView, circles: Circles | HandCircles, reader: CircleReader | None = None
) -> list[str]:
    """Tell what the reader of the circles has to know."""
    selection = view.selection
    p, q = pair(view)
    told = []
    twice = _in_both(selection)
    if twice:
        word = "image" if len(twice) == 1 else "images"
        told.append(
            f"{word.capitalize()} {', '.join('own' if one == OWN else str(one) for one in twice)} "
            f"{'stands' if len(twice) == 1 else 'stand'} in A and in B, so that no cell "
            "can be unique to either."
        )
    flags = circles.flags | (reader.flags if reader is not None else frozenset())
    sentences = {
        Flag.EMPTY_A: "Group A is empty: nothing is common to it. Add an image or choose a rule.",
        Flag.EMPTY_B: "Group B is empty: whatever is common to A counts as unique. Add an image or "
        "choose a rule.",
        Flag.UNEQUAL_SIZES: f"A has {plural(circles.n_a, 'image')} and B {circles.n_b:,}: the "
        "larger group has fewer cells in common, for that reason alone.",
        Flag.SILENT_A: f"{plural(circles.silent_a, 'image')} of A "
        f"{'has' if circles.silent_a == 1 else 'have'} no cell on in this layer, so "
        "that nothing is common to A.",
        Flag.SILENT_B: f"{plural(circles.silent_b, 'image')} of B "
        f"{'has' if circles.silent_b == 1 else 'have'} no cell on in this layer, so "
        "that nothing is common to B.",
        Flag.SAME_CLASS: one_class(p),
        Flag.NO_IMAGES_OF_P: f"No other image of {p} is there to measure on.",
        Flag.NO_IMAGES_OF_Q: f"No other image of {q} is there to measure on.",
    }
    if Flag.EMPTY_A in flags or Flag.EMPTY_B in flags:
        flags -= {Flag.UNEQUAL_SIZES}
    if Flag.SAME_CLASS in flags:
        flags -= {Flag.NO_IMAGES_OF_P, Flag.NO_IMAGES_OF_Q}
    told += [text for flag, text in sentences.items() if flag in flags]
    if selection.t == 0:
        told.append("At threshold 0 every cell above 0 is on.")
    elif selection.t == 1:
        told.append("At threshold 1 only the largest cell of each image is on.")
    return told


def _in_both(selection: CompareSelection) -> tuple[int, ...]:
    a, b = selection.members["a"], selection.members["b"]
    return in_both(CoreGroup("A", a), CoreGroup("B", b)) if a and b else ()
