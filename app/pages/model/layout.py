"""The Model page's parts and where they stand."""

from collections.abc import Mapping

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from app.explorer import Explorer
from app.frame.components import control, graph, labelled, select
from app.frame.panel_files import PanelFiles
from app.pages.model.state import ANY, HARDEST

TRAINING, CURVES, CONFUSION = "model-training", "model-curves", "model-confusion"
LAYERS, LAYERS_NOTE, TRAINING_NOTE = "model-layers", "model-layers-note", "model-training-note"
ACCURACY, ACCURACY_NOTE = "model-accuracy", "model-accuracy-note"
RECORD, RECORD_NOTE = "model-record", "model-record-note"
CONFUSION_NOTE, ERRORS, MATRIX_TABLE = (
    "model-confusion-note",
    "model-errors",
    "model-matrix-table",
)
LISTED, LISTED_NOTE = "model-listed", "model-listed-note"
HARD, HARD_NOTE = "model-hardest", "model-hardest-note"
DISPUTED, DISPUTED_NOTE = "model-disputed", "model-disputed-note"
FIRMNESS, FIRMNESS_NOTE = "model-firmness", "model-firmness-note"
CALIBRATION, CALIBRATION_NOTE = "model-calibration", "model-calibration-note"

FILES = PanelFiles(
    "model",
    {
        "architecture": "architecture.csv",
        "training": "training.csv",
        "accuracy": "accuracy.csv",
        "firmness": "accuracy_checked.csv",
        "calibration": "calibration.csv",
        "record": "record.json",
        "confusion": "confusion.csv",
        "images": "images.csv",
        "hardest": "hardest.csv",
        "disputed": "disputed.csv",
    },
)


def arrange(explorer: Explorer, placed: Mapping[str, Component]) -> Component:
    """Lay the page out."""
    sets = [(name, f"{name} ({len(explorer.dataset(name)):,})") for name in explorer.set_names]
    columns = (("accuracy", "firmness"), ("confusion", "calibration"), ("architecture",))
    upper, middle, lower = (
        html.Div([placed[f"model-{what}"] for what in column], className="model-column")
        for column in columns
    )
    parts = (
        upper,
        placed["model-training"],
        middle,
        *(placed[f"model-{what}"] for what in ("images", "hardest", "disputed")),
        lower,
        placed["model-record"],
    )
    return html.Div(
        [
            html.Div(
                [
                    select("model", "Model", [(name, name) for name in explorer.model_names]),
                    select(
                        "set",
                        "Images",
                        sets,
                        title="Of the confusion matrix and of the lists of images",
                    ),
                ],
                className="choices",
            ),
            html.Div(parts, className="model-body"),
        ],
        className="model-page",
    )


def architecture_frame(explorer: Explorer) -> Component:
    """Frame of the table of layers."""
    return FILES.frame(
        "architecture",
        "Architecture",
        [html.P(id=LAYERS_NOTE, className="faint note"), html.Div(id=LAYERS, className="scrolled")],
    )


def accuracy_frame(explorer: Explorer) -> Component:
    """Frame of the accuracies of all models."""
    return FILES.frame(
        "accuracy",
        "Accuracy",
        [
            html.Div(id=ACCURACY, className="scrolled"),
            html.P(id=ACCURACY_NOTE, className="faint note"),
        ],
    )


def firmness_frame(explorer: Explorer) -> Component:
    """Frame of what the accuracies depend on."""
    return FILES.frame(
        "firmness",
        "How firm is that?",
        [
            html.Div(
                id=FIRMNESS,
                className="scrolled",
                # It scrolls on a phone, and holds nothing that takes the focus.
                tabIndex=0,
                role="region",
                **{"aria-label": "How firm the accuracies are"},
            ),
            html.P(id=FIRMNESS_NOTE, className="faint note"),
        ],
    )


def calibration_frame(explorer: Explorer) -> Component:
    """Frame of the calibration."""
    return FILES.frame(
        "calibration",
        "Can its probabilities be believed?",
        [
            graph(CALIBRATION, "Calibration", class_name="calibration-figure"),
            html.P(id=CALIBRATION_NOTE, className="faint note"),
        ],
        picture=CALIBRATION,
    )


def training_frame(explorer: Explorer) -> Component:
    """Frame of the training curves."""
    others = len(explorer.model_names) > 1
    keys = html.P(
        [
            html.Span("training", className="key training"),
            html.Span("validation", className="key validation"),
            html.Span("faint: the other models", className="faint") if others else None,
        ],
        className="keys-line note",
    )
    curves = graph(TRAINING, "Training curves", class_name="training-figure")
    return FILES.frame(
        "training",
        "Training",
        [
            html.Div([keys, curves], id=CURVES, className="curves"),
            html.P(id=TRAINING_NOTE, className="faint note"),
        ],
        picture=TRAINING,
    )


def record_frame(explorer: Explorer) -> Component:
    """Frame of what is known of the model's origin."""
    return FILES.frame(
        "record",
        "Provenance",
        [html.P(id=RECORD_NOTE, className="faint note"), html.Div(id=RECORD)],
    )


def confusion_frame(explorer: Explorer) -> Component:
    """Frame of the confusion matrix and the kinds of mistakes."""
    as_table = html.Details(
        [html.Summary("As a table"), html.Div(id=MATRIX_TABLE, className="scrolled")],
        className="note",
    )
    return FILES.frame(
        "confusion",
        "Confusion matrix",
        [
            graph(CONFUSION, "Confusion matrix", class_name="confusion-figure"),
            html.P(id=CONFUSION_NOTE, className="faint note"),
            html.Nav(id=ERRORS, className="errors", **{"aria-label": "Kinds of mistakes"}),
            as_table,
        ],
        picture=CONFUSION,
    )


def images_frame(explorer: Explorer) -> Component:
    """Frame of the images of a cell of the matrix."""
    choices = [
        _class_choice("label", "Label"),
        _class_choice("pred", "Prediction"),
        html.Div(id=LISTED_NOTE, className="list-note", role="status"),
    ]
    return FILES.frame(
        "images", "Images", [html.Div(choices, className="choices"), html.Div(id=LISTED)]
    )


def hardest_frame(explorer: Explorer) -> Component:
    """Frame of the hardest images."""
    counts = dbc.Select(
        id=control("hardest"), options=[{"value": count, "label": count} for count in HARDEST]
    )
    choices = [
        labelled("How many", counts, class_name="field inline", hide_label=True),
        html.P(id=HARD_NOTE, className="faint note"),
    ]
    return FILES.frame(
        "hardest", "Hardest images", [html.Div(choices, className="choices"), html.Div(id=HARD)]
    )


def disputed_frame(explorer: Explorer) -> Component:
    """Frame of the images whose labels people dispute."""
    return FILES.frame(
        "disputed",
        "Disputed labels",
        [html.P(id=DISPUTED_NOTE, className="faint note"), html.Div(id=DISPUTED)],
    )


def _class_choice(key: str, text: str) -> Component:
    return labelled(
        text, dbc.Select(id=control(key), value=ANY, options=[{"value": ANY, "label": ANY}])
    )
