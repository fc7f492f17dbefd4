"""Small stateless parts that pages share."""

import dash_bootstrap_components as dbc
from dash import dcc, html

_GRAPH_CONFIG = {
    "displayModeBar": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": "reset",
}


def control(key):
    """Id of a control whose value is one part of the address.

    Parameters
    ----------
    key : str
        The part's key in the query string.

    Returns
    -------
    dict
    """
    return {"type": "control", "key": key}


def labelled(label, part, *, class_name="field", title=None, hide_label=False):
    """Put a label on a control; it is wrapped, since ids of controls are no plain text.

    Parameters
    ----------
    label : str
    part : dash component
        The control.
    class_name : str
    title : str, optional
        Longer explanation, shown on pointing.
    hide_label : bool
        Keep the label for screen readers alone.

    Returns
    -------
    dash component
    """
    return html.Label(
        [html.Span(label, className="visually-hidden" if hide_label else "field-label"), part],
        className=class_name,
        title=title,
    )


def select(key, label, options, value=None, *, title=None, disabled=False):
    """Drop-down list with a label.

    Parameters
    ----------
    key : str
        Key of the query string that it sets.
    label : str
    options : sequence of (value, text)
    value : str, optional
    title : str, optional
        Longer explanation, shown on pointing.
    disabled : bool

    Returns
    -------
    dash component
    """
    return labelled(
        label,
        dbc.Select(
            id=control(key),
            value=value,
            disabled=disabled,
            options=[{"value": option, "label": text} for option, text in options],
        ),
        title=title,
    )


def number(key, label, low, high, value=None, *, step=1, placeholder="", title=None):
    """Number field with a label; it answers on Enter and on leaving.

    Returns
    -------
    dash component
    """
    return labelled(
        label,
        dbc.Input(
            id=control(key),
            type="number",
            min=low,
            max=high,
            step=step,
            value=value,
            debounce=True,
            placeholder=placeholder,
        ),
        class_name="field field-number",
        title=title,
    )


def switch(key, label, *, title=None):
    """On-off switch with a label.

    Returns
    -------
    dash component
    """
    return html.Div(
        dbc.Switch(id=control(key), label=label, value=False), className="field", title=title
    )


def graph(graph_id, label, *, class_name="", figure=None, summary=None):
    """Place for a figure, with its summary for screen readers.

    Parameters
    ----------
    graph_id : str
        The summary's id is `summary_id(graph_id)`.
    label : str
        What the picture is, in a few words.
    class_name : str
    figure : dict, optional
        An empty one by default, until a callback gives another.
    summary : str, optional
        The label by default.

    Returns
    -------
    dash component
    """
    return html.Figure(
        [
            dcc.Graph(
                id=graph_id,
                config=_GRAPH_CONFIG,
                className="graph",
                figure=figure
                or {
                    "data": [],
                    "layout": {
                        "xaxis": {"visible": False},
                        "yaxis": {"visible": False},
                        "paper_bgcolor": "rgba(0,0,0,0)",
                        "plot_bgcolor": "rgba(0,0,0,0)",
                    },
                },
            ),
            html.Figcaption(summary or label, id=summary_id(graph_id), className="visually-hidden"),
        ],
        className=f"figure {class_name}".strip(),
        role="group",
        **{"aria-label": label},
    )


def summary_id(graph_id):
    """Id of the text that tells a figure to a screen reader."""
    return f"{graph_id}-summary"


def picture_button(graph_id, file_name, text="PNG"):
    """Button that saves a figure as PNG.

    Parameters
    ----------
    graph_id : str
    file_name : str
        Without ending.
    text : str
        On the button.

    Returns
    -------
    dash component
    """
    return html.Button(
        text,
        className="button small",
        title=f"Save this picture: {file_name}",
        **{"data-save": graph_id, "data-name": file_name},
    )


def notices(problems, remedy=None):
    """What a link asked for and could not have, with a link to what is shown instead.

    Parameters
    ----------
    problems : sequence of Problem
    remedy : str, optional
        Address without what was wrong. The browser takes the address over that the page answers
        with, so that only another one needs a link.

    Returns
    -------
    list of dash component
        Empty without problems.
    """
    if not problems:
        return []
    sentences = [html.Span(f"{problem.text} ") for problem in problems]
    link = [] if remedy is None else [html.A("Use the corrected link", href=remedy)]
    return [html.P([*sentences, *link], className="notice")]


def table(rows, head):
    """Table with a header row; cells are text or components.

    Returns
    -------
    dash component
    """
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(cell, scope="col") for cell in head])),
            html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows]),
        ],
        className="table",
    )
