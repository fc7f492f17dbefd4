"""From a page's declaration to its callbacks: one for all quick panels, one for each slow one."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dash
from dash import Input, Output, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from app.explorer import Explorer
from app.frame.address import (
    ANSWER,
    NOTICES,
    Address,
    Answer,
    answer_of,
    ask_store,
    query_store,
    told_store,
)
from app.frame.components import notices
from app.frame.fields import carried_values
from app.frame.page import Page, Panel, Part, Told
from app.frame.query import write_query
from app.frame.words.language import speaking
from app.reading import StillReading


def connect(
    app: dash.Dash, explorer: Explorer, page: Page[Any], pages: Sequence[Page[Any]]
) -> None:
    """Register the callback of a page's quick panels.

    Parameters
    ----------
    app, explorer
        The dashboard and what it shows.
    page
        One of `pages`, all of which the navigation leads to.
    """
    quick = [panel for panel in page.panels if not panel.is_slow]

    @app.callback(
        output={
            "panels": {panel.name: panel.dash_outputs() for panel in quick if panel.outputs},
            "notices": Output(NOTICES, "children", allow_duplicate=True),
            "answer": Output(ANSWER, "data", allow_duplicate=True),
        },
        inputs=[Input(query_store(page.path), "data")],
        prevent_initial_call="initial_duplicate",
    )
    def show(data: object) -> dict[str, Any]:
        address = Address.sent(data)
        with speaking(page.language(address.search)):
            try:
                return _shown(explorer, page, pages, address)
            except StillReading as still:
                return _told_to_wait(page, address, still)


def _shown(
    explorer: Explorer, page: Page[Any], pages: Sequence[Page[Any]], address: Address
) -> dict[str, Any]:
    selection, problems = page.read(address.search, explorer, address.own)
    view = page.look(explorer, selection)
    before = None
    if address.shown is not None:
        before = page.read(address.shown[0], explorer, address.shown[1])[0]
    drawn = {panel.name: _drawn(page, panel, view, before) for panel in page.panels}
    reply = page.reply(view)
    answer = answer_of(
        page,
        view,
        reply,
        pages=_ways_on(explorer, page, pages, selection),
        texts=_joined(told.texts for told in drawn.values()),
        options=_joined(told.options for told in drawn.values()),
    )
    return {
        "panels": {name: told.shown for name, told in drawn.items() if told.shown},
        "notices": notices([*problems, *view.problems], reply.remedy),
        "answer": answer.as_data(),
    }


def _told_to_wait(page: Page[Any], address: Address, still: StillReading) -> dict[str, Any]:
    """Leave the page as it stands, and say in place of its answer what it waits for."""
    answer = Answer.waiting(page, address, still)
    quick = [panel for panel in page.panels if not panel.is_slow and panel.outputs]
    return {
        "panels": {panel.name: dict.fromkeys(panel.outputs, no_update) for panel in quick},
        "notices": [],
        "answer": answer.as_data(),
    }


def _drawn(page: Page[Any], panel: Panel, view: Any, before: Any) -> Told:
    """Draw a quick panel, unless it shows the same as before."""
    if panel.is_slow:
        return Told({}, {}, {})
    is_same = before is not None and (
        page.state_of(panel, before) == page.state_of(panel, view.selection)
    )
    if is_same:
        return Told(dict.fromkeys(panel.outputs, no_update), {}, {})
    return panel.told(panel.draw(view))


def _joined(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {key: value for part in parts for key, value in part.items()}


def _ways_on(
    explorer: Explorer, page: Page[Any], pages: Sequence[Page[Any]], selection: Any
) -> dict[str, str]:
    """Queries with which the navigation opens the other pages on what was chosen here."""
    query = write_query(carried_values(page.fields, selection, explorer))
    return {
        other.path: query for other in pages if other.path != page.path and not other.opened_from
    }


def connect_slow(app: dash.Dash, explorer: Explorer, pages: Sequence[Page[Any]]) -> None:
    """Register the callbacks of slow panels: each is one for all pages on which the panel stands."""
    standing: dict[str, dict[str, Page[Any]]] = {}
    panels = {panel.name: panel for page in pages for panel in page.panels if panel.is_slow}
    for page in pages:
        for panel in page.panels:
            standing.setdefault(panel.name, {})[page.path] = page
    for name, panel in panels.items():
        _connect_slow(app, explorer, panel, standing[name])


def _connect_slow(
    app: dash.Dash, explorer: Explorer, panel: Panel, pages: Mapping[str, Page[Any]]
) -> None:
    @app.callback(
        output={
            "panel": panel.dash_outputs(),
            "told": Output(told_store(panel.name), "data", allow_duplicate=True),
        },
        inputs=[Input(ask_store(panel.name), "data")],
        prevent_initial_call=True,
    )
    def fill(data: object) -> dict[str, Any]:
        address = Address.sent(data)
        page = pages.get(address.path)
        if page is None:
            raise PreventUpdate
        with speaking(page.language(address.search)):
            try:
                return _filled(explorer, page, panel, address, _part(data))
            except StillReading as still:
                return {
                    "panel": dict.fromkeys(panel.outputs, no_update),
                    "told": {"panel": panel.name, "reading": still.as_data()},
                }


def _filled(
    explorer: Explorer, page: Page[Any], panel: Panel, address: Address, part: int
) -> dict[str, Any]:
    selection, _ = page.read(address.search, explorer, address.own)
    view = page.look(explorer, selection)
    drawn = panel.draw(view, part) if panel.in_parts else panel.draw(view)
    if not isinstance(drawn, Part):
        drawn = Part(drawn, None)
    told = panel.told(drawn.drawn)
    return {
        "panel": told.shown,
        "told": {
            "panel": panel.name,
            "key": page.key_of(panel, selection),
            "next": drawn.next_part,
            "texts": told.texts,
        },
    }


def slow_callbacks(app: dash.Dash, pages: Iterable[Page[Any]]) -> frozenset[str]:
    """Names of the callbacks that fill slow panels, as requests name them."""
    stores = [
        json.dumps(told_store(panel.name), sort_keys=True, separators=(",", ":"))
        for page in pages
        for panel in page.panels
        if panel.is_slow
    ]
    return frozenset(name for name in app.callback_map if any(store in name for store in stores))


def _part(data: object) -> int:
    part = data.get("part") if isinstance(data, dict) else None
    return part if type(part) is int and part > 0 else 0


def placed(page: Page[Any], explorer: Explorer) -> dict[str, Component]:
    """Every panel of a page as it stands in the layout, by its name."""
    return {panel.name: place(panel, explorer) for panel in page.panels if panel.layout}


def place(panel: Panel, explorer: Explorer) -> Component:
    """One panel with what the browser needs to know of it.

    The keys that it depends on stand beside it, so that the browser dims it as soon as the reader
    asks for something else.
    """
    assert panel.layout is not None, panel.name
    told: Mapping[str, str] = {
        "data-panel": panel.name,
        "data-depends": " ".join(panel.depends_on),
        **({"data-slow": "yes"} if panel.is_slow else {}),
    }
    stores = [dcc.Store(id=ask_store(panel.name)), dcc.Store(id=told_store(panel.name))]
    return html.Div(
        [panel.layout(explorer), *(stores if panel.is_slow else [])],
        className="panel-place",
        **told,
    )
