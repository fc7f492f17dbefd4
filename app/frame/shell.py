"""The frame around every page: header, navigation, notices, the stores that hold the address."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, dcc, html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.address import ANSWER, NOTICES, PATH, SENTENCE, Address, query_store
from app.frame.links import EXPLORE
from app.frame.page import Page
from app.frame.wire import placed
from app.frame.words.glossary import words_of_page
from app.frame.words.language import ENGLISH, asked_language, speaking

PAGE_BODY = "page-body"


def frame(pages: Sequence[Page[Any]], notes: Sequence[str] = ()) -> Component:
    """Lay out the frame; `notes` say what everybody should know of this server."""
    return html.Div(
        [
            html.A("Skip to the page", href="#page-body", className="skip-link"),
            html.Header(
                [
                    html.A(
                        [
                            html.Span(className="lens", **{"aria-hidden": "true"}),
                            "CNN Looking Glass",
                        ],
                        href=EXPLORE,
                        className="brand",
                    ),
                    html.Nav(
                        [_nav_link(page, pages) for page in pages if not page.opened_from],
                        **{"aria-label": "Pages"},
                    ),
                    html.Div(
                        [
                            _tool("▣", "present-button", "Projector: larger text, fewer controls"),
                            _tool("?", "help-button", "Keys and help"),
                            _tool("◐", "theme-button", "Light or dark"),
                        ],
                        className="header-tools",
                    ),
                ],
                className="header",
                lang=ENGLISH,
            ),
            html.Section(
                [html.P(note, className="notice") for note in notes],
                id="server-notes",
                className="notices",
                **{"aria-label": "About this server"},
            ),
            html.Div(id=NOTICES, role="status", className="notices"),
            html.Div(id="connection-note", role="status", className="connection-note", hidden=True),
            html.Main(
                html.P("Opening the page …", className="opening"), id=PAGE_BODY, tabIndex="-1"
            ),
            html.Div(id="tooltip", className="tooltip", hidden=True, **{"aria-hidden": "true"}),
            dcc.Store(id=PATH),
            dcc.Store(id=ANSWER),
        ],
        id="frame",
    )


def _nav_link(page: Page[Any], pages: Sequence[Page[Any]]) -> Component:
    """Link to a page; it is marked too while a page stands that is opened from there."""
    here = [other.path for other in pages if page.path in other.opened_from[:1]]
    return html.A(
        page.title,
        href=page.path,
        className="nav-link",
        id={"type": "nav", "path": page.path},
        **{"data-marked": " ".join([page.path, *here])},
    )


def _tool(sign: str, name: str, title: str) -> Component:
    return html.Button(sign, id=name, className="icon-button", title=title, **{"aria-label": title})


def connect_frame(app: dash.Dash, explorer: Explorer, pages: Sequence[Page[Any]]) -> None:
    """Connect the frame: the address opens pages, pages answer with an address."""
    by_path: Mapping[str, Page[Any]] = {page.path: page for page in pages}

    app.clientside_callback(
        ClientsideFunction("address", "start"), Output(PATH, "data"), Input(PAGE_BODY, "id")
    )

    @app.callback(Output(PAGE_BODY, "children"), Input(PATH, "data"), prevent_initial_call=True)
    def open_page(data: object) -> list[Component] | Component:
        address = Address.sent(data)
        page = by_path.get(address.path)
        if page is None:
            return _no_such_page()
        with speaking(page.language(address.search)):
            opened = _opened(page, explorer)
        # The glossary speaks the reader's language on every page.
        with speaking(asked_language(address.search)):
            words = words_of_page(page.words)
        # The store comes with the page, so that its callbacks never look for parts not yet there.
        return [dcc.Store(id=query_store(page.path), data=data), *opened, words]

    app.clientside_callback(
        ClientsideFunction("address", "change"),
        Input({"type": "control", "key": ALL}, "value"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("address", "settle"), Input(ANSWER, "data"), prevent_initial_call=True
    )
    app.clientside_callback(
        ClientsideFunction("panels", "told"),
        Input({"type": "told", "panel": ALL}, "data"),
        prevent_initial_call=True,
    )


def _opened(page: Page[Any], explorer: Explorer) -> list[Component]:
    intro = [
        html.H1(page.asked(explorer), className="page-question"),
        html.P(id=SENTENCE, className="page-sentence", role="status"),
    ]
    return [html.Div(intro, className="page-intro"), page.arrange(explorer, placed(page, explorer))]


def _no_such_page() -> Component:
    return html.Div(
        [
            html.H1("There is no such page"),
            html.P(["Go to ", html.A("Explore", href=EXPLORE), "."]),
        ],
        className="prose",
    )
