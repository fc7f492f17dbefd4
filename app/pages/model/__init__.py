"""Model: what the network is, how it was trained, and where it is wrong."""

from dash import Input, Output

from app.figures.charts.confusion import confusion_figure
from app.figures.charts.training import training_figure
from app.frame.address import ANSWER, NOTICES, answer, query_store, search_of
from app.frame.components import notices, summary_id
from app.frame.query import write_query
from app.pages.model import parts, words
from app.pages.model.downloads import address_of, register_routes
from app.pages.model.layout import (
    ACCURACY,
    ACCURACY_NOTE,
    CONFUSION,
    CONFUSION_NOTE,
    CURVES,
    DISPUTED,
    DISPUTED_NOTE,
    ERRORS,
    FILES,
    HARD,
    HARD_NOTE,
    LAYERS,
    LAYERS_NOTE,
    LISTED,
    LISTED_NOTE,
    MATRIX_TABLE,
    RECORD,
    RECORD_NOTE,
    TRAINING,
    TRAINING_NOTE,
    download_id,
    layout,
)
from app.pages.model.parts import PATH
from app.pages.model.state import ANY, control_values, read, write
from app.pages.model.view import look

TITLE = "Model"
KEYS = ()
HELP = (
    "Click a layer to open it in Explore, a cell of the confusion matrix to list its images, "
    "an image to open it."
)

__all__ = ["HELP", "KEYS", "PATH", "TITLE", "layout", "register_callbacks"]


def register_callbacks(app, explorer):
    """Connect the page.

    Parameters
    ----------
    app : dash.Dash
    explorer : Explorer
    """
    register_routes(app.server, explorer)

    @app.callback(
        output={
            "layers": Output(LAYERS, "children"),
            "layers_note": Output(LAYERS_NOTE, "children"),
            "training": Output(TRAINING, "figure"),
            "no_curves": Output(CURVES, "hidden"),
            "training_summary": Output(summary_id(TRAINING), "children"),
            "training_note": Output(TRAINING_NOTE, "children"),
            "accuracy": Output(ACCURACY, "children"),
            "accuracy_note": Output(ACCURACY_NOTE, "children"),
            "record": Output(RECORD, "children"),
            "record_note": Output(RECORD_NOTE, "children"),
            "confusion": Output(CONFUSION, "figure"),
            "confusion_summary": Output(summary_id(CONFUSION), "children"),
            "confusion_note": Output(CONFUSION_NOTE, "children"),
            "errors": Output(ERRORS, "children"),
            "matrix_table": Output(MATRIX_TABLE, "children"),
            "listed": Output(LISTED, "children"),
            "listed_note": Output(LISTED_NOTE, "children"),
            "hardest": Output(HARD, "children"),
            "hardest_note": Output(HARD_NOTE, "children"),
            "disputed": Output(DISPUTED, "children"),
            "disputed_note": Output(DISPUTED_NOTE, "children"),
            "files": {what: Output(download_id(what), "href") for what in FILES},
            "notices": Output(NOTICES, "children", allow_duplicate=True),
            "answer": Output(ANSWER, "data", allow_duplicate=True),
        },
        inputs=[Input(query_store(PATH), "data")],
        prevent_initial_call="initial_duplicate",
    )
    def show(address):
        selection, problems = read(search_of(address), explorer)
        view = look(explorer, selection)
        return _drawn(explorer, view, problems)


def _drawn(explorer, view, problems):
    selection = view.selection
    query = write(selection, explorer)
    names = [explorer.class_name(number) for number in range(len(view.confusion))]
    classes = [
        {"value": ANY, "label": ANY},
        *({"value": str(number), "label": name} for number, name in enumerate(names)),
    ]
    return {
        "layers": parts.layer_table(explorer, view),
        "layers_note": words.architecture_text(explorer, view),
        "training": training_figure(view.curves),
        "no_curves": not view.curves,
        "training_summary": words.training_text(view),
        "training_note": words.training_text(view),
        "accuracy": parts.accuracy_table(explorer, view),
        "accuracy_note": words.accuracy_text(explorer, view),
        "record": parts.record_list(explorer, view),
        "record_note": words.record_text(explorer, view),
        "confusion": confusion_figure(
            view.confusion, names, selected=(selection.label, selection.pred)
        ),
        "confusion_summary": words.confusion_summary(explorer, view),
        "confusion_note": words.confusion_note(view),
        "errors": parts.error_links(explorer, view),
        "matrix_table": parts.matrix_table(explorer, view),
        "listed": parts.listed_images_part(explorer, view),
        "listed_note": parts.list_note(explorer, view),
        "hardest": parts.hardest_images(explorer, view),
        "hardest_note": words.hardest_text(view),
        "disputed": parts.disputed_images(explorer, view),
        "disputed_note": words.disputed_text(explorer, view),
        "files": {what: address_of(what, query) for what in FILES},
        "notices": notices(problems),
        "answer": answer(
            PATH,
            query,
            values=control_values(selection),
            options={"label": classes, "pred": classes},
            drops={"model": ["page"], "set": ["page"], "label": ["page"], "pred": ["page"]},
            links={
                "/": write_query(
                    {"model": selection.model, "set": selection.set},
                    {"model": explorer.model_names[0], "set": explorer.set_names[0]},
                )
            },
        ),
    }
