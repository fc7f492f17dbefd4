"""The six steps: what each asks, which page lends it the picture, and which numbers it shows first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.frame.links import COMPARE, DECIDE, EVIDENCE, EXPLORE
from app.frame.words.language import N_
from app.pages.lesson import facts
from app.pages.lesson.circles import hard_image
from app.pages.lesson.facts import Case
from app.pages.lesson.told import Told, tell_circles, tell_fields, tell_first_maps
from app.pages.lesson.told_later import tell_ladder, tell_sum, tell_unclear

MINUTES = 4


@dataclass(frozen=True)
class Step:
    """One step of the lesson.

    Attributes
    ----------
    number
        From 1; it stands in the address.
    title, question
        For lists, and for the head of the page; {p} and {q} stand for the classes.
    tell
        What it says about a model.
    guest
        Path of the page whose panels it shows.
    main, side
        Panels in the large column, and those beside them.
    late
        Those of them that come with the answer.
    is_framed
        Whether the large column needs a frame of its own.
    unseen
        Panels that draw into the frames of others.
    prepared
        What the picture shows first, by the key of the address.
    """

    number: int
    title: str
    question: str
    tell: Callable[[Case], Told]
    guest: str
    main: tuple[str, ...]
    side: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    is_framed: bool = False
    unseen: tuple[str, ...] = ()
    prepared: Mapping[str, Callable[[Case], Any]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Address of the step."""
        return f"/lesson/{self.number}"


def _first_layer(case: Case) -> str:
    layers = facts.convolutions(case.network)
    return layers[0].name if layers else facts.last_maps(case.network).name


def _last_layer(case: Case) -> str:
    return facts.last_maps(case.network).name


_IMAGE = ("explore-image", "explore-answer")
_EXPLORED = ("explore-verdict", "explore-choices", "explore-unit")

STEPS = (
    Step(
        1,
        N_("The first layer"),
        N_("You see only maps of the first layer: which class is it?"),
        tell_first_maps,
        EXPLORE,
        main=("explore-grid",),
        side=_IMAGE,
        late=_IMAGE,
        unseen=_EXPLORED,
        prepared={"image": facts.first_image, "layer": _first_layer},
    ),
    Step(
        2,
        N_("Deeper in"),
        N_("How much of the image does one cell see, deep in the network?"),
        tell_fields,
        EXPLORE,
        main=("explore-grid",),
        side=_IMAGE,
        late=("explore-grid", *_IMAGE),
        unseen=_EXPLORED,
        prepared={"image": facts.first_image, "layer": _last_layer},
    ),
    Step(
        3,
        N_("Circles and luck"),
        N_("Three of {p}, three of {q}: how much of what they share is luck?"),
        tell_circles,
        COMPARE,
        main=("compare-boards",),
        side=("compare-hand", "compare-worth"),
        late=("compare-worth",),
        unseen=("compare-circles",),
        prepared={"layer": _last_layer, "c": lambda case: (), "hand": lambda case: True},
    ),
    Step(
        4,
        N_("An unclear image"),
        N_("Unclear images of {p}: are the circles still there?"),
        tell_unclear,
        COMPARE,
        main=("compare-boards",),
        late=("compare-boards",),
        unseen=("compare-circles",),
        prepared={"layer": _last_layer, "c": lambda case: (hard_image(case),)},
    ),
    Step(
        5,
        N_("A decision as a sum"),
        N_("{p} or {q}: on how many nodes does the decision hang?"),
        tell_sum,
        DECIDE,
        main=("decide-nodes", "decide-silenced", "decide-node-buttons"),
        late=("decide-nodes", "decide-silenced", "decide-node-buttons"),
        is_framed=True,
        prepared={"image": hard_image, "p": lambda case: case.p, "q": lambda case: case.q},
    ),
    Step(
        6,
        N_("With less, and before training"),
        N_("Does it take the MLP, and what did training change?"),
        tell_ladder,
        EVIDENCE,
        main=("evidence-ladder",),
        late=("evidence-ladder",),
        prepared={"p": lambda case: case.p, "q": lambda case: case.q},
    ),
)
