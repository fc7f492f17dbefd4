"""The frame around every page: header, navigation, notices, the stores that hold the address."""

from dash import ALL, ClientsideFunction, Input, Output, dcc, html

from app.frame.address import ANSWER, NOTICES, PATH, path_of, query_store
from app.pages import PAGES

PAGE_BODY = "page-body"


def frame(notes=()):
    """Lay out the frame.

    Parameters
    ----------
    notes : sequence of str
        What everybody should know of this server, on every page.

    Returns
    -------
    dash component
    """
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
                        href="/",
                        className="brand",
                    ),
                    html.Nav(
                        [
                            html.A(
                                page.TITLE,
                                href=page.PATH,
                                className="nav-link",
                                id={"type": "nav", "path": page.PATH},
                            )
                            for page in PAGES
                        ],
                        **{"aria-label": "Pages"},
                    ),
                    html.Div(
                        [
                            html.Button(
                                "?",
                                id="help-button",
                                className="icon-button",
                                title="Keys and help",
                                **{"aria-label": "Keys and help"},
                            ),
                            html.Button(
                                "◐",
                                id="theme-button",
                                className="icon-button",
                                title="Light or dark",
                                **{"aria-label": "Light or dark"},
                            ),
                        ],
                        className="header-tools",
                    ),
                ],
                className="header",
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


def register_callbacks(app, explorer):
    """Connect the frame: the address opens pages, pages answer with an address.

    Parameters
    ----------
    app : dash.Dash
    explorer : Explorer
    """
    by_path = {page.PATH: page for page in PAGES}

    app.clientside_callback(
        ClientsideFunction("address", "start"), Output(PATH, "data"), Input(PAGE_BODY, "id")
    )

    @app.callback(Output(PAGE_BODY, "children"), Input(PATH, "data"), prevent_initial_call=True)
    def open_page(address):
        page = by_path.get(path_of(address))
        if page is None:
            return _no_such_page()
        # The store comes with the page, so that its callbacks never look for parts not yet there.
        return [dcc.Store(id=query_store(page.PATH), data=address), page.layout(explorer)]

    app.clientside_callback(
        ClientsideFunction("address", "change"),
        Input({"type": "control", "key": ALL}, "value"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("address", "settle"), Input(ANSWER, "data"), prevent_initial_call=True
    )


def _no_such_page():
    return html.Div(
        [html.H1("There is no such page"), html.P(["Go to ", html.A("Explore", href="/"), "."])],
        className="prose",
    )
