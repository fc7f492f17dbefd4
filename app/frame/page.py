"""The two contracts of a page: `Panel`, one part of it, and `Page`, what the frame knows of it.

Adding a page is one folder and one line. Navigation, routing, help, address, the carrying of model
and image from page to page, and the contract tests follow from what is declared here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Generic, TypeVar

from dash import Output
from dash.development.base_component import Component
from flask import Flask

from app.explorer import Explorer
from app.frame.defaults import default_pair
from app.frame.fields import Completion, Field, Selection, read_selection, write_selection
from app.frame.query import Problem
from app.frame.words.language import ENGLISH, _, asked_language
from app.frame.words.markup import markup
from app.frame.words.wording import images_of

S = TypeVar("S", bound=Selection)


@dataclass(frozen=True, eq=False, kw_only=True)
class View:
    """What a page has found out about one selection; every panel of the page draws from it.

    Attributes
    ----------
    explorer
        What there is to look at.
    selection
        What the address asks for.
    problems
        What could not be shown as it was asked for, beside the address's own problems.
    """

    explorer: Explorer
    selection: Any
    problems: tuple[Problem, ...] = ()

    def class_name(self, number: int) -> str:
        """Name of a class."""
        return self.explorer.class_name(number)


@dataclass(frozen=True)
class Panel:
    """One part of a page: where it stands, what it depends on, how it is drawn.

    Attributes
    ----------
    name
        Its own among all pages: "decide-race".
    depends_on
        Keys of the address. The panel is drawn again when one of them changed, and only then.
    draw
        Gives a value for every name of `outputs`, `texts`, `markup` and `options`. Of a panel that is drawn
        in parts, it takes the number of the part too and may give a `Part`.
    layout
        What stands on the page before anything is drawn: the frame of the panel. None for one that
        draws into the frame of another panel.
    outputs
        Component and property that each name sets.
    texts
        Elements whose plain text each name sets; a text costs a hundredth of an output.
    markup
        Elements that each name fills with parts of `dash.html`; they go as plain HTML and cost little
        more than a text. No callback may read or write what stands in them.
    options
        Keys of drop-down lists whose choices it gives.
    seen
        How much of a key it sees, by key, where that is less than the key's value.
    is_empty
        Tells of a selection that there is nothing to show; nothing is not drawn twice.
    is_slow
        Drawn after the page has settled, in a request of its own: its frame stands at once, it is
        dimmed as soon as it is stale, filled when it is ready, asked for again when it was lost.
    in_parts
        Whether a slow panel is drawn part by part.
    """

    name: str
    depends_on: tuple[str, ...]
    draw: Callable[..., Any]
    layout: Callable[[Explorer], Component] | None = None
    outputs: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    markup: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    seen: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    is_empty: Callable[[Any], bool] | None = None
    is_slow: bool = False
    in_parts: bool = False

    def dash_outputs(self) -> dict[str, Output]:
        """Outputs as Dash declares them; a panel may stand on several pages."""
        return {
            name: Output(component, prop, allow_duplicate=True)
            for name, (component, prop) in self.outputs.items()
        }

    def told(self, drawn: Mapping[str, Any]) -> "Told":
        """Sort what was drawn by the way on which it reaches the browser."""
        return Told(
            {name: drawn[name] for name in self.outputs},
            {element: drawn[name] for name, element in self.texts.items()}
            | {element: {"html": markup(drawn[name])} for name, element in self.markup.items()},
            {key: drawn[key] for key in self.options},
        )


@dataclass(frozen=True)
class Told:
    """What one panel drew: values of outputs by name, texts and HTML by element, choices by key."""

    shown: dict[str, Any]
    texts: dict[str, Any]
    options: dict[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Part:
    """What a slow panel drew of itself, and which part of it is to be asked for next."""

    drawn: Mapping[str, Any]
    next_part: int | None


@dataclass(frozen=True)
class Steps:
    """Where keys and buttons lead from here.

    Attributes
    ----------
    next, previous, random
        Image numbers, nearest first; None to go by number through the set.
    wrong
        The next misclassified image.
    below, above
        Names of the neighbouring layers.
    count
        Images in the set, 0 where a page steps through none.
    more
        What scripts of the page itself need.
    """

    next: list[int] | None = None
    previous: list[int] | None = None
    random: list[int] | None = None
    wrong: int | None = None
    below: str | None = None
    above: str | None = None
    count: int = 0
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What a page tells the browser beside its panels.

    Attributes
    ----------
    sentence
        The answer to the page's question, in one sentence made of its numbers.
    steps
        Where keys lead.
    values
        Of controls that show something else than the selection holds, by key.
    links
        Addresses of links that stand in the page, by their `data-link`.
    names
        File names of pictures, by the id of the graph.
    remedy
        Address without what was wrong, where the page could not correct it by itself.
    """

    sentence: str
    steps: Steps = Steps()
    values: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    remedy: str | None = None


@dataclass(frozen=True)
class Page(Generic[S]):
    """One page.

    Attributes
    ----------
    path, title
        Address, and name in the navigation.
    question
        What the page answers, in one sentence for a student; {p} and {q} stand for the names of
        the first pair of classes.
    words
        Words of `app.frame.words.glossary` that the page uses.
    keys
        Keys and what each does here.
    help
        What a pointer does here, in two sentences at most.
    fields
        The parts of its address, those of `app.frame.fields.shared_fields` first.
    selection
        Makes the page's selection of the values by key.
    look
        What the page's panels draw from, for one selection.
    panels
        Its parts, in the order in which they are drawn.
    arrange
        Where they stand: takes the explorer and each panel, placed, by its name.
    reply
        What else the browser is told.
    register_downloads
        Adds the routes of its files.
    complete
        Adds to the values of an address what follows from them.
    languages
        Those in which its sentences can be said, see `app.frame.words.language`.
    opened_from
        Paths of the pages that lead to it, where it does not stand in the navigation; the first of
        them is marked there.
    """

    path: str
    title: str
    question: str
    words: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]
    help: str
    fields: tuple[Field, ...]
    selection: Callable[..., S]
    look: Callable[[Explorer, S], Any]
    panels: tuple[Panel, ...]
    arrange: Callable[[Explorer, Mapping[str, Component]], Component]
    reply: Callable[[Any], Reply]
    register_downloads: Callable[[Flask, Explorer], None] | None = None
    complete: Completion | None = None
    picture_paths: tuple[str, ...] = ()
    languages: tuple[str, ...] = (ENGLISH,)
    opened_from: tuple[str, ...] = ()

    def asked(self, explorer: Explorer) -> str:
        """The page's question about the classes that are there."""
        p, q = (explorer.class_name(number) for number in default_pair(explorer.class_names))
        return _(self.question).format(p=p, q=q, ps=images_of(p), qs=images_of(q))

    def language(self, search: str) -> str:
        """The language in which the page answers an address."""
        return asked_language(search, self.languages)

    def read(self, search: str, explorer: Explorer, own: str = "") -> tuple[S, list[Problem]]:
        """Turn an address into a selection that can be shown, and say what was wrong with it."""
        return read_selection(self.fields, self.selection, search, explorer, own, self.complete)

    def write(self, selection: S, explorer: Explorer) -> str:
        """Write a selection as a query string, as short as it can be."""
        return write_selection(self.fields, selection, explorer)

    def state_of(self, panel: Panel, selection: S) -> tuple[Any, ...]:
        """What a panel of the page shows of a selection; it is drawn again when this changes."""
        if panel.is_empty is not None and panel.is_empty(selection):
            return ()
        values = {**selection.values(), "own": selection.own}
        return tuple(
            panel.seen[key](selection) if key in panel.seen else values[key]
            for key in panel.depends_on
        )

    def key_of(self, panel: Panel, selection: S) -> str:
        """Name what a slow panel shows of a selection, in a few letters."""
        state = repr(self.state_of(panel, selection)).encode()
        return blake2b(state, digest_size=9).hexdigest()
