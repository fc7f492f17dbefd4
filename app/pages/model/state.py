"""What the Model page shows, as it stands in the address."""

from dataclasses import dataclass

from app.explorer import Explorer
from app.frame.fields import (
    Field,
    Selection,
    Values,
    choice,
    number,
    reader_and_writer,
    shared_fields,
)
from app.frame.query import Query
from app.pages.model.images import listed_images, n_pages

HARDEST = ("24", "60", "120")
"""How many of the hardest images are shown."""
ANY = "any"
"""What a control says where a class is left open."""


@dataclass(frozen=True, kw_only=True)
class ModelSelection(Selection):
    """One state of the page.

    Attributes
    ----------
    label, pred
        Cell of the confusion matrix whose images are listed; None leaves the class open.
    page
        Part of that list, from 1.
    hardest
        One of HARDEST.
    """

    label: int | None = None
    pred: int | None = None
    page: int = 1
    hardest: str = HARDEST[0]


def _class_field(key: str) -> Field:
    def read_class(query: Query, explorer: Explorer, values: Values) -> int | None:
        numbers = map(str, range(explorer.network(values["model"]).n_classes))
        chosen = query.choice(key, [ANY, *numbers], ANY, "class")
        return None if chosen == ANY else int(chosen)

    return Field(key, "class", read_class, lambda explorer, values: None, ("page",))


def _last_page(explorer: Explorer, values: Values) -> int:
    survey = explorer.survey(values["model"], values["set"])
    return n_pages(listed_images(survey, values["label"], values["pred"]))


FIELDS = (
    *shared_fields(model_drops=("page",), set_drops=("page", "image")),
    _class_field("label"),
    _class_field("pred"),
    number("page", "page of this list", 1, _last_page, 1),
    choice("hardest", "number of hardest images", HARDEST, HARDEST[0]),
)

read, write = reader_and_writer(FIELDS, ModelSelection)
