"""What the Model page shows, as it stands in the address."""

from dataclasses import dataclass

from app.frame.query import Query, as_values, write_query
from app.pages.model.images import listed_images, n_pages

HARDEST = ("24", "60", "120")
"""How many of the hardest images are shown."""
ANY = "any"
"""What a control says where a class is left open."""


@dataclass(frozen=True)
class ModelSelection:
    """One state of the page.

    Attributes
    ----------
    model, set : str
    label, pred : int or None
        Cell of the confusion matrix whose images are listed; None leaves the class open.
    page : int
        Part of that list, from 1.
    hardest : str
        One of HARDEST.
    """

    model: str
    set: str
    label: int | None = None
    pred: int | None = None
    page: int = 1
    hardest: str = HARDEST[0]


def read(search, explorer):
    """Read a query string.

    Parameters
    ----------
    search : str
    explorer : Explorer

    Returns
    -------
    selection : ModelSelection
    problems : list of Problem
    """
    query = Query(search)
    model = query.choice("model", explorer.model_names, explorer.model_names[0], "model")
    set_name = query.choice("set", explorer.set_names, explorer.set_names[0], "image set")
    n_classes = explorer.network(model).n_classes
    label, pred = (_class(query, key, n_classes) for key in ("label", "pred"))
    images = listed_images(explorer.survey(model, set_name), label, pred)
    selection = ModelSelection(
        model=model,
        set=set_name,
        label=label,
        pred=pred,
        page=query.number("page", 1, n_pages(images), 1, "page of this list"),
        hardest=query.choice("hardest", HARDEST, HARDEST[0], "number of hardest images"),
    )
    query.finish()
    return selection, query.problems


def _class(query, key, n_classes):
    chosen = query.choice(key, [ANY, *map(str, range(n_classes))], ANY, "class")
    return None if chosen == ANY else int(chosen)


def control_values(selection):
    """Values of the page's controls.

    Parameters
    ----------
    selection : ModelSelection

    Returns
    -------
    dict
    """
    return {key: ANY if value is None else value for key, value in as_values(selection).items()}


def write(selection, explorer):
    """Write the query string of a selection, as short as it can be.

    Parameters
    ----------
    selection : ModelSelection
    explorer : Explorer

    Returns
    -------
    str
    """
    defaults = {
        **{name: field.default for name, field in selection.__dataclass_fields__.items()},
        "model": explorer.model_names[0],
        "set": explorer.set_names[0],
    }
    return write_query(as_values(selection), defaults)
