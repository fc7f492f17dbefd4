"""Addresses of pages, for links from one to another; no page needs to know another for it."""

from typing import Any

from app.explorer import Explorer
from app.frame.query import write_query
from app.frame.subject import Subject

EXPLORE, COMPARE, DECIDE, EVIDENCE, MODEL = "/", "/compare", "/decide", "/evidence", "/model"
PATTERNS, TRAINING, DRAW = "/patterns", "/training", "/draw"
QUIZ, LESSON = "/quiz", "/lesson"


def link(explorer: Explorer, path: str, **values: Any) -> str:
    """Address of a page at some values of its fields, as short as it can be.

    Parameters
    ----------
    path
        One of this module's.
    values
        By key; None is left out.
    """
    first = {"model": explorer.model_names[0], "set": explorer.set_names[0]}
    return path + write_query(values, first)


def link_to(explorer: Explorer, path: str, model: str, subject: Subject, **values: Any) -> str:
    """Address of a page about an image, the reader's own too."""
    if subject.is_own:
        return link(explorer, path, model=model, **values) + fragment(subject.own)
    return link(explorer, path, model=model, set=subject.set, image=subject.image, **values)


def fragment(own: str) -> str:
    """End of an address that carries the reader's own image, "" without one."""
    return f"#own={own}" if own else ""
