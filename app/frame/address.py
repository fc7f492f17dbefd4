"""The stores that carry the address between browser and pages, and what a page answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.explorer import Explorer
from app.frame.fields import Selection
from app.frame.page import Page, Reply, Steps
from app.frame.words.language import ENGLISH, spoken
from app.reading import StillReading

PATH = "path"
ANSWER = "answer"
NOTICES = "notices"
SENTENCE = "page-sentence"
"""Id of the answer to the page's question, in one sentence."""


@dataclass(frozen=True)
class Address:
    """An address as the browser keeps it.

    Attributes
    ----------
    path, search
        As in the address bar.
    own
        The reader's own image, packed; it stands in the fragment.
    shown
        What the page shows already, None where it stands empty.
    """

    path: str = ""
    search: str = ""
    own: str = ""
    shown: tuple[str, str] | None = None

    @classmethod
    def sent(cls, data: object) -> "Address":
        """Read what a browser sent, "" for anything that no page sends."""
        told = data if isinstance(data, dict) else {}

        def text(key: str) -> str:
            value = told.get(key)
            return value if isinstance(value, str) else ""

        shown = (text("shown"), text("shownOwn")) if isinstance(told.get("shown"), str) else None
        return cls(text("path"), text("search"), text("own"), shown)


def query_store(path: str) -> dict[str, str]:
    """Id of the store that holds a page's address; the page's callback takes it as input."""
    return {"type": "query", "path": path}


def ask_store(panel: str) -> dict[str, str]:
    """Id of the store by which the browser asks for a slow panel."""
    return {"type": "ask", "panel": panel}


def told_store(panel: str) -> dict[str, str]:
    """Id of the store in which the server says what it drew of a slow panel."""
    return {"type": "told", "panel": panel}


@dataclass(frozen=True)
class Answer:
    """What a page sends back about the address that it was given; the scripts read these names.

    Attributes
    ----------
    path, search, own
        The address as the page understood it, in its shortest form.
    values
        Value of each control by its key.
    steps
        Where keys lead, see `Steps`.
    options
        New choices of drop-down lists, by key.
    links, names
        See `Reply`.
    pages
        Queries with which the navigation opens the other pages, by path.
    drops
        Keys that lose their meaning when the named key changes.
    texts
        Plain sentences, or parts as ``{"html": …}``, by the id of an element that no callback writes.
    slow
        What each slow panel is to show, by its name: a key that changes when it is stale.
    title
        Name of the page.
    language
        In which the page's sentences stand.
    reading
        What the page waits for, in words, after how many seconds it is worth asking again, and
        whether nothing can be shown before; None as a rule.
    notes
        What everybody should know of this server; more may be known than when the page was opened.
    """

    path: str
    search: str
    own: str
    values: Mapping[str, Any]
    steps: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    drops: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    texts: Mapping[str, Any] = field(default_factory=dict)
    slow: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    language: str = ENGLISH
    reading: Mapping[str, Any] | None = None
    notes: Sequence[str] = ()

    @classmethod
    def waiting(cls, page: Page[Any], address: Address, still: StillReading) -> "Answer":
        """Answer of a page that can show nothing before a survey is read."""
        return cls(
            path=page.path,
            search=address.search,
            own=address.own,
            values={},
            steps=vars(Steps()).copy(),
            texts={SENTENCE: f"{still}. This page needs that, and opens as soon as it is there."},
            language=spoken(),
            reading={**still.as_data(), "page": True},
        )

    def as_data(self) -> dict[str, Any]:
        """Give it as plain data."""
        return vars(self).copy()


def answer_of(
    page: Page[Any],
    view: Any,
    reply: Reply,
    *,
    pages: Mapping[str, str],
    texts: Mapping[str, Any],
    options: Mapping[str, Any],
) -> Answer:
    """Put a page's answer together of its view and its reply."""
    explorer, selection = view.explorer, view.selection
    values = {key: value for key, value in selection.values().items() if key != "own"}
    return Answer(
        path=page.path,
        search=page.write(selection, explorer),
        own=selection.own,
        values={**values, **reply.values},
        steps=vars(reply.steps).copy(),
        options=options,
        links=reply.links,
        names=reply.names,
        pages=pages,
        drops={one.key: one.drops for one in page.fields if one.drops},
        texts={**texts, SENTENCE: reply.sentence},
        title=page.title,
        language=spoken(),
        slow={panel.name: page.key_of(panel, selection) for panel in page.panels if panel.is_slow},
        reading=_waited_for(explorer, selection),
        notes=explorer.notes,
    )


def _waited_for(explorer: Explorer, selection: Selection) -> Mapping[str, Any] | None:
    """What parts of a page still wait for, whichever it looks at."""
    for set_name in (explorer.set_names[0], selection.set):
        still = explorer.still_reading(selection.model, set_name)
        if still is not None:
            return {**still.as_data(), "page": False}
    return None
