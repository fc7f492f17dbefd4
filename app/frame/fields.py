"""The parts of an address: what each means, how it is read, what stands where it is left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any, TypeVar

from app.explorer import Explorer
from app.frame.defaults import default_image, default_layer, stand_in_image
from app.frame.query import Problem, Query, write_query
from app.frame.subject import Subject
from app.frame.words.language import ENGLISH, LANGUAGES, browser_language
from app.reading import StillReading
from cnn_core.errors import LookingGlassError

Values = Mapping[str, Any]
"""What was read so far, by key: a field may depend on those before it."""


Completion = Callable[[Query, Explorer, dict[str, Any]], None]
"""Adds to the values of an address what follows from them."""


@dataclass(frozen=True)
class Field:
    """One part of a page's address.

    Attributes
    ----------
    key
        In the query string, and of the control that sets it.
    meaning
        In words, for the documentation.
    read
        Takes the value out of the query; what cannot be taken becomes a problem of the query.
    default
        Value where the address does not name the key; an address never writes it.
    drops
        Keys that lose their meaning when a reader changes this one.
    """

    key: str
    meaning: str
    read: Callable[[Query, Explorer, Values], Any]
    default: Callable[[Explorer, Values], Any]
    drops: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Selection:
    """One state of a page, as far as all pages share it; it is carried from page to page.

    Attributes
    ----------
    model, set, layer
        Names.
    image
        Number in the set; None where a page shows none and none was chosen before.
    p, q
        Target and rival, None where the address leaves them open.
    own
        The reader's own image, packed, "" for none.
    present
        Whether the page stands on a projector.
    embed
        Whether the page stands in a frame of another page, without its own header.
    lang
        Language of the reader: a key of `app.frame.words.language.LANGUAGES`.
    """

    model: str
    set: str
    image: Any
    layer: str
    p: Any
    q: Any
    own: str = ""
    present: bool = False
    embed: bool = False
    lang: str = ENGLISH

    @property
    def subject(self) -> Subject:
        """The image that the page is about."""
        return Subject(self.set, self.image or 0, self.own)

    def values(self) -> dict[str, Any]:
        """Value of every part of the address by its key."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def _given(value: Any) -> Callable[[Explorer, Values], Any]:
    return value if callable(value) else lambda explorer, values: value


def choice(
    key: str,
    what: str,
    options: Sequence[str] | Callable[[Explorer, Values], Sequence[str]],
    default: Any,
    *,
    drops: tuple[str, ...] = (),
) -> Field:
    """One of several words; options and default may depend on what was read before."""
    chosen, usual = _given(options), _given(default)

    def read(query: Query, explorer: Explorer, values: Values) -> Any:
        return query.choice(key, chosen(explorer, values), usual(explorer, values), what)

    return Field(key, what, read, usual, drops)


def number(
    key: str,
    what: str,
    low: Any,
    high: Any,
    default: Any = None,
    *,
    kind: type[int] | type[float] = int,
    drops: tuple[str, ...] = (),
) -> Field:
    """A number within bounds, both included; they may depend on what was read before."""
    lowest, highest, usual = _given(low), _given(high), _given(default)

    def read(query: Query, explorer: Explorer, values: Values) -> Any:
        bounds = lowest(explorer, values), highest(explorer, values)
        return query.number(key, *bounds, usual(explorer, values), what, kind=kind)

    return Field(key, what, read, usual, drops)


def switch(key: str, what: str, default: bool = False) -> Field:
    """Something that is on or off."""

    def read(query: Query, explorer: Explorer, values: Values) -> bool:
        return bool(query.number(key, 0, 1, int(default), "switch"))

    return Field(key, what, read, _given(default))


def words(key: str, what: str, *, longest: int = 200, drops: tuple[str, ...] = ()) -> Field:
    """Free text."""

    def read(query: Query, explorer: Explorer, values: Values) -> str:
        return query.text(key, longest=longest).strip()

    return Field(key, what, read, _given(""), drops)


def last_image(explorer: Explorer, values: Values) -> int:
    """Number of the last image of the chosen set."""
    return len(explorer.dataset(values["set"])) - 1


def last_class(explorer: Explorer, values: Values) -> int:
    """Number of the last class of the chosen model."""
    return explorer.network(values["model"]).n_classes - 1


def layer_names(explorer: Explorer, values: Values) -> list[str]:
    """Names of the chosen model's layers."""
    return [info.name for info in explorer.network(values["model"]).layers]


def image_field(
    default: Callable[[Explorer, str, str], int | None] | None = default_image,
) -> Field:
    """Image of the page; `default` chooses one by model and set, None for a page without one."""

    def usual(explorer: Explorer, values: Values) -> int | None:
        return default(explorer, values["model"], values["set"]) if default else None

    return chosen_image_field(usual)


def chosen_image_field(default: Callable[[Explorer, Values], int | None]) -> Field:
    """Image of a page that chooses one by what was read before.

    As long as the choice depends on a survey that is not there, another image stands in; the
    address names it, so that it goes on showing the same.
    """

    def known(explorer: Explorer, values: Values) -> int | None:
        try:
            return default(explorer, values)
        except StillReading:
            return None

    def first(explorer: Explorer, values: Values) -> int | None:
        try:
            return default(explorer, values)
        except StillReading:
            return stand_in_image(explorer, values["set"])

    shown = number("image", "image", 0, last_image, first)
    return replace(shown, default=known)


def layer_field(
    default: Callable[[Any], str] = default_layer, drops: tuple[str, ...] = ()
) -> Field:
    """Layer of the page; `default` chooses one of a network."""
    return choice(
        "layer",
        "layer",
        layer_names,
        lambda explorer, values: default(explorer.network(values["model"])),
        drops=drops,
    )


def shared_fields(
    *,
    model_drops: tuple[str, ...] = (),
    set_drops: tuple[str, ...] = ("image",),
    image: Field | None = None,
    layer: Field | None = None,
    pair: tuple[Field, Field] | None = None,
) -> tuple[Field, ...]:
    """The fields that every page has, so that they are carried from page to page.

    Parameters
    ----------
    model_drops, set_drops
        Further keys that lose their meaning with another model or set.
    image, layer, pair
        In place of the usual ones; by default a page shows no image of its own accord.
    """
    return (
        choice(
            "model",
            "model",
            lambda explorer, values: explorer.model_names,
            lambda explorer, values: explorer.model_names[0],
            drops=model_drops,
        ),
        choice(
            "set",
            "image set",
            lambda explorer, values: explorer.set_names,
            lambda explorer, values: explorer.set_names[0],
            drops=set_drops,
        ),
        image or image_field(None),
        layer or layer_field(),
        *(pair or (number("p", "class", 0, last_class), number("q", "class", 0, last_class))),
        switch("present", "projector mode: larger text, fewer controls"),
        switch("embed", "the page without its header, for a frame in another page"),
        choice(
            "lang",
            "language of what is translated; without it the browser's",
            tuple(LANGUAGES),
            lambda explorer, values: browser_language(),
        ),
    )


S = TypeVar("S", bound=Selection)


def read_selection(
    fields: Sequence[Field],
    make: Callable[..., S],
    search: str,
    explorer: Explorer,
    own: str = "",
    complete: Completion | None = None,
) -> tuple[S, list[Problem]]:
    """Turn an address into a selection that can be shown, and say what was wrong with it.

    Parameters
    ----------
    make
        Makes the selection of the values by key.
    own
        The reader's own image, packed.
    complete
        Adds values that follow from those of the address.
    """
    query = Query(search)
    if own:
        try:
            explorer.own_image(own)
        except LookingGlassError as error:
            told = f"The image in the link cannot be shown: {error}."
            query.problems.append(Problem(told, "own", ""))
            own = ""
    values: dict[str, Any] = {"own": own}
    for one in fields:
        values[one.key] = one.read(query, explorer, values)
    if complete is not None:
        complete(query, explorer, values)
    query.finish()
    return make(**values), query.problems


def write_selection(fields: Sequence[Field], selection: Selection, explorer: Explorer) -> str:
    """Write a selection as a query string, as short as it can be; an own image is no part of it."""
    told, defaults = _told(fields, selection, explorer)
    return write_query({key: told[key] for key in defaults}, defaults)


def reader_and_writer(
    fields: Sequence[Field], make: Callable[..., S], complete: Completion | None = None
) -> tuple[Callable[..., tuple[S, list[Problem]]], Callable[[S, Explorer], str]]:
    """How addresses of a page are read, and its selections written.

    The one takes query, explorer and the reader's own image, if any; the other selection and explorer.
    """
    return (
        partial(read_selection, fields, make, complete=complete),
        partial(write_selection, fields),
    )


def carried_values(
    fields: Sequence[Field], selection: Selection, explorer: Explorer
) -> dict[str, Any]:
    """What the reader chose and every other page takes over, by key."""
    told, defaults = _told(fields, selection, explorer)
    chosen = {key for key in CARRIED if told[key] != defaults[key]}
    # Half a pair would be completed by another rule on another page.
    if chosen & {"p", "q"}:
        chosen |= {"p", "q"}
    return {key: told[key] for key in CARRIED if key in chosen}


def _told(
    fields: Sequence[Field], selection: Selection, explorer: Explorer
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values and defaults by key; a default may depend on the values, the own image too."""
    values = selection.values()
    told = {"own": selection.own, **{one.key: values[one.key] for one in fields}}
    return told, {one.key: one.default(explorer, told) for one in fields}


CARRIED = ("model", "set", "image", "layer", "p", "q", "lang")
"""Keys that the navigation takes along to every page."""
