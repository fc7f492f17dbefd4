"""The Evidence page's parts and where they stand."""

from collections.abc import Mapping

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.browsing.image_chooser import image_steps
from app.frame.components import graph, labelled, select
from app.frame.panel_files import PanelFiles

PURPOSE, TRAINING, STEPS, REST, MISSING = (
    "evidence-purpose",
    "evidence-training",
    "evidence-steps",
    "evidence-rest",
    "evidence-missing",
)
PAIR_BOX, MEASURED = "evidence-pair-box", "evidence-measured"
LADDER, LADDER_BOX, LADDER_NOTE, LADDER_TABLE = (
    "evidence-ladder",
    "evidence-ladder-box",
    "evidence-ladder-note",
    "evidence-ladder-table",
)
CELLS, CELLS_NOTE, LEGEND = "evidence-k", "evidence-k-note", "evidence-legend"
MLP, MLP_BOX, MLP_LIST, MLP_NOTE = (
    "evidence-mlp",
    "evidence-mlp-box",
    "evidence-mlp-list",
    "evidence-mlp-note",
)
USED, USED_TEXT, USED_NOTE = "evidence-used-table", "evidence-used-text", "evidence-used-note"
CLAIMS, CLAIMS_NOTE = "evidence-claims", "evidence-claims-note"
CARDS, CARDS_NOTE = "evidence-cards", "evidence-cards-note"
NODES, NODES_NOTE, NODES_IMAGE, LIKENESS = (
    "evidence-nodes",
    "evidence-nodes-note",
    "evidence-nodes-image",
    "evidence-likeness",
)

FILES = PanelFiles(
    "evidence",
    {
        "ladder": "ladder.csv",
        "mlp": "mlp.csv",
        "claims": "claims.csv",
        "cards": "disagreements.csv",
        "nodes": "nodes.csv",
    },
    picture="evidence_{}",
)


def arrange(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    """Lay the page out."""
    measured = [
        placed[f"evidence-{what}"] for what in ("ladder", "mlp", "table", "used", "claims", "cards")
    ]
    return html.Div(
        [
            _choices(explorer),
            placed["evidence-purpose"],
            html.Div(measured, id=MEASURED, className="evidence-body"),
            placed["evidence-nodes"],
        ],
        className="evidence-page",
    )


def _choices(explorer: Explorer) -> Component:
    classes = [(str(number), name) for number, name in enumerate(explorer.class_names)]
    return html.Div(
        [
            select("model", "Model", [(name, name) for name in explorer.model_names]),
            select("task", "Question", [("pair", "one of two classes"), ("all", "all classes")]),
            html.Div(
                [select("p", "p", classes), select("q", "q", classes)],
                id=PAIR_BOX,
                className="button-row on-line",
            ),
        ],
        className="choices",
    )


def purpose_frame(explorer: Explorer) -> Component:
    """Frame of the answer and its four steps."""
    return html.Section(
        [
            html.H2("What is the MLP for?", className="visually-hidden"),
            html.P(id=PURPOSE, className="purpose-headline", role="status"),
            html.Ol(id=STEPS, className="steps"),
            html.P(id=TRAINING, className="note training-adds"),
            html.Details(
                [html.Summary("The numbers behind this"), html.P(id=REST)], className="note"
            ),
            html.Div(id=MISSING),
        ],
        className="panel purpose",
        **{"aria-label": "What is the MLP for?"},
    )


def ladder_frame(explorer: Explorer) -> Component:
    """Frame of the readout ladder."""
    return FILES.frame(
        "ladder",
        "Readout ladder: what each layer alone can tell",
        [
            html.Ul(id=LEGEND, className="mark-legend", **{"aria-label": "Marks"}),
            html.Div(
                graph(LADDER, "Share of right answers of each reader on each layer"), id=LADDER_BOX
            ),
            html.P(id=LADDER_NOTE, className="faint note"),
        ],
        picture=LADDER,
        beside=labelled(
            [html.Span("best cells, k: "), html.B(id=CELLS_NOTE, className="figures")],
            dbc.Input(id=CELLS, type="range", min=0, max=0, step=1, value=0),
            class_name="field cells-slider",
        ),
    )


def mlp_frame(explorer: Explorer) -> Component:
    """Frame of what the MLP adds."""
    return FILES.frame(
        "mlp",
        "What the MLP adds",
        [
            html.Div(graph(MLP, "The network and its changed forms"), id=MLP_BOX),
            html.Div(id=MLP_LIST),
            html.P(id=MLP_NOTE, className="faint note"),
        ],
        picture=MLP,
    )


def table_frame(explorer: Explorer) -> Component:
    """Frame of the ladder as a table; what scrolls must be reached by keys."""
    box = html.Div(
        id=LADDER_TABLE,
        className="scrolled",
        tabIndex="0",
        role="region",
        **{"aria-label": "Table of all readers and layers"},
    )
    return FILES.frame("table", "The ladder as a table", [box])


def used_frame(explorer: Explorer) -> Component:
    """Frame of what the network loses without what can be read."""
    box = html.Div(
        id=USED,
        className="scrolled",
        tabIndex="0",
        role="region",
        **{"aria-label": "Table of losses by layer"},
    )
    return FILES.frame(
        "used",
        "Readable or used? The network without what the probe reads",
        [html.P(id=USED_TEXT), box, html.P(id=USED_NOTE, className="faint note")],
    )


def claims_frame(explorer: Explorer) -> Component:
    """Frame of the article's claims."""
    return FILES.frame(
        "claims",
        "The article's claims, held against these numbers",
        [html.P(id=CLAIMS_NOTE, className="faint note"), html.Div(id=CLAIMS)],
    )


def cards_frame(explorer: Explorer) -> Component:
    """Frame of the images on which the network and a changed one disagree."""
    choices = [
        select("variant", "The network against", []),
        html.P(id=CARDS_NOTE, className="note", role="status"),
    ]
    return FILES.frame(
        "cards",
        "Images on which they disagree",
        [html.Div(choices, className="choices"), html.Div(id=CARDS)],
    )


def nodes_frame(explorer: Explorer) -> Component:
    """Frame of the order of nodes."""
    return FILES.frame(
        "nodes",
        "The order of nodes",
        [
            html.Div(
                [
                    html.Div(id=NODES_IMAGE),
                    html.Div(
                        [
                            html.P(id=NODES_NOTE, className="statement"),
                            html.P(id=LIKENESS, className="faint note"),
                            image_steps(to_mistakes=False),
                        ]
                    ),
                ],
                className="nodes-head",
            ),
            html.Div(id=NODES, className="node-grids"),
        ],
    )
