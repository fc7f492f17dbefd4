"""The Decide page's parts and where they stand."""

import dash_bootstrap_components as dbc
from dash import dcc, html

from app.figures.charts.race import ORDERS
from app.frame.components import control, graph, labelled, number, select, switch
from app.frame.image_chooser import image_search, image_steps

REASON, IMAGE, VERDICT, ANSWER_BARS = (
    "decide-reason",
    "decide-image",
    "decide-verdict",
    "decide-answer",
)
NODES, NODES_TITLE, NODES_SUM, NODES_NOTE = (
    "decide-nodes",
    "decide-nodes-title",
    "decide-nodes-sum",
    "decide-nodes-note",
)
LEGEND, SILENCED, FOUND, PAIR = ("decide-legend", "decide-silenced", "decide-found", "decide-pair")
SEEN, USED, CELLS_TITLE, CELLS_SUM, CELLS_NOTE, CELLS_LISTS = (
    "decide-seen",
    "decide-used",
    "decide-cells-title",
    "decide-cells-sum",
    "decide-cells-note",
    "decide-cells-lists",
)
PIXELS, PIXELS_SUM, PIXELS_NOTE = "decide-pixels", "decide-pixels-sum", "decide-pixels-note"
RACE, RACE_NOTE, CURVE, CURVE_NOTE, EFFECT = (
    "decide-race",
    "decide-race-note",
    "decide-curve",
    "decide-curve-note",
    "decide-effect",
)
EDIT = "decide-edit"
DIGIT, DOWNLOADS = "decide-digit", "decide-downloads"

CURVE_BOX, CURVE_NEXT, EFFECT_NEXT = ("decide-curve-box", "decide-curve-next", "decide-effect-next")
LATER_PARTS = ("race", "curve", "edit", "effect")

DRAWN, LATER = "decide-drawn", "decide-later"
"""Stores: what the browser has drawn, and what is to be computed once the page has settled."""


def asked(part):
    """Id of the store that asks for a part that is computed later.

    Parameters
    ----------
    part : one of `LATER_PARTS`

    Returns
    -------
    str
    """
    return f"decide-asked-{part}"


def layout(explorer):
    """Lay the page out.

    Parameters
    ----------
    explorer : Explorer

    Returns
    -------
    dash component
    """
    return html.Div(
        [
            html.H1("Decide", className="visually-hidden"),
            _choices(explorer),
            html.Div(
                [
                    html.Section(
                        [
                            graph(IMAGE, "The image", class_name="image-figure"),
                            html.Div(id=VERDICT, className="verdict"),
                            html.Div([html.H2("Softmax"), _scale()], className="panel-head"),
                            graph(ANSWER_BARS, "The network's answer", class_name="answer-figure"),
                        ],
                        className="panel side",
                        **{"aria-label": "Image and answer"},
                    ),
                    html.Section(
                        [
                            html.P(id=REASON, className="reason", role="status"),
                            html.Div(
                                [html.H2(id=NODES_TITLE), html.Div(id=LEGEND, className="legend")],
                                className="panel-head",
                            ),
                            html.Div(
                                graph(NODES, "Ledger over the nodes", class_name="ledger-figure"),
                                className="wide-figure",
                                tabIndex="0",
                                role="region",
                                **{"aria-label": "Running sum, can be scrolled sideways"},
                            ),
                            html.Div(
                                [
                                    html.Div(id=NODES_SUM, className="sum figures"),
                                    html.P(id=NODES_NOTE, className="faint note"),
                                ]
                            ),
                            html.Div(
                                [
                                    html.Div(
                                        [
                                            html.Div(id=SILENCED, className="silenced"),
                                            html.Div(
                                                id=EFFECT, className="faint note", role="status"
                                            ),
                                        ],
                                        className="silence-words",
                                    ),
                                    select(
                                        "baseline",
                                        "A silenced unit puts out",
                                        [("zero", "zero"), ("mean", "its mean over the set")],
                                    ),
                                ],
                                className="silence-row",
                            ),
                        ],
                        className="panel main-panel",
                        **{"aria-label": "Ledger over the nodes"},
                    ),
                ],
                className="decide-body",
            ),
            _cells(explorer),
            _pixels(),
            _race(explorer),
            _edit(),
            dcc.Store(id=DRAWN),
            dcc.Store(id=LATER),
            dcc.Store(id=CURVE_NEXT),
            dcc.Store(id=EFFECT_NEXT),
            *(dcc.Store(id=asked(part)) for part in LATER_PARTS),
        ],
        className="decide",
    )


def _choices(explorer):
    models = [(name, name) for name in explorer.model_names]
    sets = [(name, f"{name} ({len(explorer.dataset(name)):,})") for name in explorer.set_names]
    classes = [(str(value), name) for value, name in enumerate(explorer.class_names)]
    return html.Div(
        [
            select("model", "Model", models),
            select("set", "Images", sets),
            image_steps(),
            image_search(explorer, FOUND),
            html.Div(
                [
                    select(
                        "p", "Why", classes, title="Target: the class whose reason is asked for"
                    ),
                    select(
                        "q", "and not", classes, title="Rival: the class that it is compared with"
                    ),
                    html.Div(id=PAIR, className="button-row"),
                ],
                className="button-row on-line",
            ),
        ],
        className="choices",
    )


def _scale():
    return labelled(
        "Scale",
        dbc.Select(
            id=control("scale"),
            options=[
                {"value": "linear", "label": "probability"},
                {"value": "log", "label": "log probability"},
                {"value": "logits", "label": "logits"},
            ],
        ),
        class_name="field inline",
        hide_label=True,
    )


def _layers(explorer):
    return [(info.name, info.name) for info in explorer.network(explorer.model_names[0]).layers]


def _cells(explorer):
    return html.Section(
        [
            html.Div(
                [
                    html.H2(id=CELLS_TITLE),
                    html.Div(
                        [
                            select("layer", "Layer", _layers(explorer), title="↑ and ↓ change it"),
                            select("group", "Grouped by", [("cell", "cell"), ("map", "map")]),
                        ],
                        className="button-row on-line",
                    ),
                ],
                className="panel-head",
            ),
            html.P(id=CELLS_NOTE, className="statement"),
            html.Div(
                [
                    html.Div(
                        [
                            html.H3("Seen: the activation"),
                            graph(SEEN, "Activation grid", class_name="twin-figure"),
                        ]
                    ),
                    html.Div(
                        [
                            html.H3("Used: its contribution to Δ"),
                            graph(USED, "Grid of contributions", class_name="twin-figure"),
                        ]
                    ),
                ],
                className="twins",
            ),
            html.Div(id=CELLS_SUM, className="sum figures"),
            html.Div(id=CELLS_LISTS, className="lists"),
        ],
        className="panel below",
        **{"aria-label": "Ledger over the cells of a layer"},
    )


def _pixels():
    return html.Section(
        [
            html.H2("Ledger over the pixels: gradient × input"),
            html.Div(
                [
                    html.Div(id=DIGIT),
                    graph(PIXELS, "Contribution of every pixel", class_name="pixel-figure"),
                    html.Div(
                        [
                            html.P(id=PIXELS_NOTE, className="statement"),
                            html.Div(id=PIXELS_SUM, className="sum figures"),
                            html.Div(id=DOWNLOADS, className="button-row"),
                        ]
                    ),
                ],
                className="beside",
            ),
        ],
        className="panel below",
        **{"aria-label": "Ledger over the pixels"},
    )


def _race(explorer):
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Ablation race: units removed one after another"),
                    html.Div(
                        [
                            select("race", "Units of", _layers(explorer)),
                            switch("curve", "Over all images of the target"),
                        ],
                        className="button-row on-line",
                    ),
                ],
                className="panel-head",
            ),
            html.P(id=RACE_NOTE, className="statement", role="status"),
            html.Div(
                [
                    html.Div(
                        [
                            graph(
                                RACE,
                                "Margin against the number of units removed",
                                class_name="race-figure",
                            ),
                            html.Div(_orders(), className="legend"),
                        ]
                    ),
                    html.Div(
                        [
                            html.P(id=CURVE_NOTE, className="curve-note", role="status"),
                            html.Div(
                                graph(
                                    CURVE,
                                    "Accuracy against the number of units removed",
                                    class_name="race-figure",
                                ),
                                id=CURVE_BOX,
                                hidden=True,
                            ),
                        ]
                    ),
                ],
                className="twins",
            ),
        ],
        className="panel below",
        **{"aria-label": "Ablation race"},
    )


def _orders():
    return [
        html.Span(
            [
                html.Span(
                    className=f"line {dash}",
                    style={"borderColor": colour},
                    **{"aria-hidden": "true"},
                ),
                name,
            ],
            className="legend-item",
        )
        for name, colour, dash in ORDERS.values()
    ]


def _edit():
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Smallest edit found"),
                    number("donor", "Image of the rival", 0, None, placeholder="none"),
                ],
                className="panel-head",
            ),
            html.Div(id=EDIT),
        ],
        className="panel below",
        **{"aria-label": "Smallest edit found"},
    )
