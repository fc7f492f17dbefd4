"""The Model page's parts and where they stand."""

import dash_bootstrap_components as dbc
from dash import html

from app.frame.components import control, graph, labelled, picture_button, select
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
DOWNLOAD = "model-download"

FILES = {
    "architecture": "architecture.csv",
    "training": "training.csv",
    "accuracy": "accuracy.csv",
    "record": "record.json",
    "confusion": "confusion.csv",
    "images": "images.csv",
    "hardest": "hardest.csv",
    "disputed": "disputed.csv",
}
"""Files to download by the panel that they belong to."""


def download_id(what):
    """Id of the link that downloads a panel's numbers."""
    return f"{DOWNLOAD}-{what}"


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
            html.H1("Model", className="visually-hidden"),
            html.Div(
                [
                    select("model", "Model", [(name, name) for name in explorer.model_names]),
                    select(
                        "set",
                        "Images",
                        [
                            (name, f"{name} ({len(explorer.dataset(name)):,})")
                            for name in explorer.set_names
                        ],
                        title="Of the confusion matrix and of the lists of images",
                    ),
                ],
                className="choices",
            ),
            html.Div(
                [
                    html.Div(
                        [
                            _panel(
                                "architecture",
                                "Architecture",
                                [
                                    html.P(id=LAYERS_NOTE, className="faint note"),
                                    html.Div(id=LAYERS, className="scrolled"),
                                ],
                            ),
                            _panel(
                                "accuracy",
                                "Accuracy",
                                [
                                    html.Div(id=ACCURACY, className="scrolled"),
                                    html.P(id=ACCURACY_NOTE, className="faint note"),
                                ],
                            ),
                        ],
                        className="model-left",
                    ),
                    _panel(
                        "training",
                        "Training",
                        [
                            html.Div(
                                [
                                    html.P(
                                        [
                                            html.Span("training", className="key training"),
                                            html.Span("validation", className="key validation"),
                                            html.Span("faint: the other models", className="faint")
                                            if len(explorer.model_names) > 1
                                            else None,
                                        ],
                                        className="keys-line note",
                                    ),
                                    graph(
                                        TRAINING, "Training curves", class_name="training-figure"
                                    ),
                                ],
                                id=CURVES,
                                className="curves",
                            ),
                            html.P(id=TRAINING_NOTE, className="faint note"),
                        ],
                        picture=TRAINING,
                    ),
                    _panel(
                        "record",
                        "Provenance",
                        [html.P(id=RECORD_NOTE, className="faint note"), html.Div(id=RECORD)],
                    ),
                    _panel(
                        "confusion",
                        "Confusion matrix",
                        [
                            graph(CONFUSION, "Confusion matrix", class_name="confusion-figure"),
                            html.P(id=CONFUSION_NOTE, className="faint note"),
                            html.Nav(
                                id=ERRORS, className="errors", **{"aria-label": "Kinds of mistakes"}
                            ),
                            html.Details(
                                [
                                    html.Summary("As a table"),
                                    html.Div(id=MATRIX_TABLE, className="scrolled"),
                                ],
                                className="note",
                            ),
                        ],
                        picture=CONFUSION,
                    ),
                    _panel(
                        "images",
                        "Images",
                        [
                            html.Div(
                                [
                                    _class_choice("label", "Label"),
                                    _class_choice("pred", "Prediction"),
                                    html.Div(id=LISTED_NOTE, className="list-note", role="status"),
                                ],
                                className="choices",
                            ),
                            html.Div(id=LISTED),
                        ],
                    ),
                    _panel(
                        "hardest",
                        "Hardest images",
                        [
                            html.Div(
                                [
                                    labelled(
                                        "How many",
                                        dbc.Select(
                                            id=control("hardest"),
                                            options=[
                                                {"value": count, "label": count}
                                                for count in HARDEST
                                            ],
                                        ),
                                        class_name="field inline",
                                        hide_label=True,
                                    ),
                                    html.P(id=HARD_NOTE, className="faint note"),
                                ],
                                className="choices",
                            ),
                            html.Div(id=HARD),
                        ],
                    ),
                    _panel(
                        "disputed",
                        "Disputed labels",
                        [html.P(id=DISPUTED_NOTE, className="faint note"), html.Div(id=DISPUTED)],
                    ),
                ],
                className="model-body",
            ),
        ],
        className="model-page",
    )


def _panel(what, title, parts, *, picture=None):
    file_name = FILES[what]
    kind = file_name.rpartition(".")[2].upper()
    buttons = [
        html.A(
            kind,
            id=download_id(what),
            className="button small",
            download=file_name,
            title=f"The numbers of this panel: {file_name}",
            **{"aria-label": f"{title}: {kind}"},
        )
    ]
    if picture:
        buttons.insert(0, picture_button(picture, what))
    return html.Section(
        [
            html.Div(
                [html.H2(title), html.Div(buttons, className="button-row")], className="panel-head"
            ),
            *parts,
        ],
        className=f"panel model-{what}",
        id=f"model-panel-{what}",
        **{"aria-label": title},
    )


def _class_choice(key, text):
    return labelled(
        text, dbc.Select(id=control(key), value=ANY, options=[{"value": ANY, "label": ANY}])
    )
