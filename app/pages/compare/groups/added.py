"""The image that an address adds to a group: by its number, by a search, or the reader's own."""

from app.explorer import Explorer
from app.frame.browsing.search import search
from app.frame.fields import Field, Values
from app.frame.query import Problem, Query
from app.pages.compare.groups.members import OWN, OWN_WORD
from cnn_core.circles.groups import MOST_MEMBERS
from cnn_core.errors import SelectionError


def adding_field(key: str) -> Field:
    """The wish to add an image to a group; nothing is kept of it in an address that was read."""

    def read_wish(query: Query, explorer: Explorer, values: Values) -> str:
        return query.text(f"add_{key}").strip()

    return Field(
        f"add_{key}",
        f"image to add to group {key.upper()}",
        read_wish,
        lambda explorer, values: None,
    )


def with_added(
    query: Query, key: str, explorer: Explorer, values: Values, members: tuple[int, ...]
) -> tuple[int, ...]:
    """Members of a group with the image that the address adds to it."""
    given = values[f"add_{key}"]
    if not given:
        return members
    try:
        wished = _wished(given, key, explorer, values, members)
        if len(members) == MOST_MEMBERS:
            raise SelectionError(
                f"Group {key.upper()} is full: it takes {MOST_MEMBERS} images. Remove one first."
            )
    except SelectionError as fault:
        query.problems.append(Problem(str(fault), f"add_{key}", ""))
        return members
    return (*members, wished)


def _wished(
    given: str, key: str, explorer: Explorer, values: Values, members: tuple[int, ...]
) -> int:
    """The image that is meant; a SelectionError says why there is none."""
    if given == OWN_WORD:
        if not values["own"]:
            raise SelectionError("The link holds no image of your own.")
        found = [OWN]
    else:
        survey = explorer.survey(values["model"], values["set"])
        found = search(given, survey, explorer.class_names).images.tolist()
    if not found:
        raise SelectionError(f"Nothing in the {values['set']} set is {given}.")
    fresh = [image for image in found[: len(members) + 1] if image not in members]
    if not fresh:
        name = "Your own image" if found[0] == OWN else f"Image {found[0]}"
        raise SelectionError(f"{name} stands in group {key.upper()} already.")
    return int(fresh[0])
