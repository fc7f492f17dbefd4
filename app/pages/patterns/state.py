"""What the Patterns page shows, as it stands in the address."""

from dataclasses import dataclass

from app.explorer import Explorer
from app.frame.fields import (
    Selection,
    Values,
    choice,
    image_field,
    layer_field,
    number,
    shared_fields,
    switch,
    words,
)
from app.frame.recorded.readouts import telling_unit

N_QUESTIONS = 10
SHOWN = ("patch", "pattern")


@dataclass(frozen=True, kw_only=True)
class PatternsSelection(Selection):
    """One state of the page.

    Attributes
    ----------
    unit
        The unit whose patterns are shown.
    show
        What stands for a unit on the wall: one of `SHOWN`.
    quiz
        "" without a quiz, else "q" and the answers so far, each "a" or "b".
    article
        Whether the article's own method is tried on the unit.
    """

    unit: int = 0
    show: str = "patch"
    quiz: str = ""
    article: bool = False


def _last_unit(explorer: Explorer, values: Values) -> int:
    return explorer.network(values["model"]).layer(values["layer"]).n_units - 1


def _first_unit(explorer: Explorer, values: Values) -> int:
    """The unit with the most telling cell, where that was measured: a picture that says something."""
    told = telling_unit(explorer, values["model"], values["layer"])
    return told[0] if told else 0


FIELDS = (
    *shared_fields(
        model_drops=("unit", "quiz"),
        set_drops=("image",),
        image=image_field(),
        layer=layer_field(drops=("unit", "quiz")),
    ),
    number("unit", "unit", 0, _last_unit, _first_unit, drops=("quiz",)),
    choice("show", "what stands for a unit", SHOWN, "patch"),
    words("quiz", 'quiz: "q" and the answers so far, "a" or "b" each', longest=N_QUESTIONS + 1),
    switch("article", "the article's own method beside it"),
)
