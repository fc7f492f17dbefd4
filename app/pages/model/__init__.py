"""Model: what the network is, how it was trained, and where it is wrong."""

from typing import Any

from app.figures.charts.calibration import calibration_figure
from app.figures.charts.confusion import confusion_figure
from app.figures.charts.training import training_figure
from app.frame.components import summary_id
from app.frame.links import MODEL
from app.frame.page import Page, Panel, Reply
from app.pages.model import firmness, mistakes, tables, words
from app.pages.model import layout as place
from app.pages.model.downloads import register_routes
from app.pages.model.state import ANY, FIELDS, ModelSelection, write
from app.pages.model.view import ModelView, look

_ONE = ("model", "set")
_CELL = (*_ONE, "label", "pred")


def _names(view: ModelView) -> list[str]:
    return [view.class_name(number) for number in range(len(view.confusion))]


def _draw_confusion(view: ModelView) -> dict[str, Any]:
    selection = view.selection
    return {
        "confusion": confusion_figure(
            view.confusion, _names(view), selected=(selection.label, selection.pred)
        ),
        "errors": mistakes.error_links(view),
        "table": mistakes.matrix_table(view),
        "summary": words.confusion_summary(view),
        "note": words.confusion_note(view),
    }


def _draw_calibration(view: ModelView) -> dict[str, Any]:
    model, set_name = view.selection.model, view.selection.set
    told = firmness.calibration_text(view)
    figure = calibration_figure(firmness.calibration_of(view.explorer, model, set_name).bins)
    return {"calibration": figure, "summary": told, "note": told}


def _draw_training(view: ModelView) -> dict[str, Any]:
    told = words.training_text(view)
    figure = training_figure(view.curves)
    return {"training": figure, "is_hidden": not view.curves, "summary": told, "note": told}


def _draw_choices(view: ModelView) -> dict[str, Any]:
    classes = [
        {"value": ANY, "label": ANY},
        *({"value": str(number), "label": name} for number, name in enumerate(_names(view))),
    ]
    return {"label": classes, "pred": classes}


_PANELS = (
    Panel(
        name="model-architecture",
        depends_on=("model",),
        layout=place.architecture_frame,
        draw=lambda view: {
            "layers": tables.layer_table(view),
            "note": words.architecture_text(view),
        },
        outputs={"layers": (place.LAYERS, "children")},
        texts={"note": place.LAYERS_NOTE},
    ),
    Panel(
        name="model-accuracy",
        depends_on=(*_CELL, "hardest"),
        layout=place.accuracy_frame,
        draw=lambda view: {
            "accuracy": tables.accuracy_table(view),
            "note": words.accuracy_text(view),
        },
        outputs={"accuracy": (place.ACCURACY, "children")},
        texts={"note": place.ACCURACY_NOTE},
    ),
    Panel(
        name="model-firmness",
        depends_on=("set",),
        layout=place.firmness_frame,
        draw=lambda view: {
            "firmness": firmness.firmness_table(view),
            "note": firmness.firmness_text(view),
        },
        outputs={"firmness": (place.FIRMNESS, "children")},
        texts={"note": place.FIRMNESS_NOTE},
    ),
    Panel(
        name="model-calibration",
        depends_on=_ONE,
        layout=place.calibration_frame,
        draw=_draw_calibration,
        outputs={"calibration": (place.CALIBRATION, "figure")},
        texts={"summary": summary_id(place.CALIBRATION), "note": place.CALIBRATION_NOTE},
    ),
    Panel(
        name="model-training",
        depends_on=("model",),
        layout=place.training_frame,
        draw=_draw_training,
        outputs={"training": (place.TRAINING, "figure"), "is_hidden": (place.CURVES, "hidden")},
        texts={"summary": summary_id(place.TRAINING), "note": place.TRAINING_NOTE},
    ),
    Panel(
        name="model-record",
        depends_on=("model",),
        layout=place.record_frame,
        draw=lambda view: {"record": tables.record_list(view), "note": words.record_text(view)},
        outputs={"record": (place.RECORD, "children")},
        texts={"note": place.RECORD_NOTE},
    ),
    Panel(
        name="model-confusion",
        depends_on=(*_CELL, "hardest"),
        layout=place.confusion_frame,
        draw=_draw_confusion,
        outputs={
            "confusion": (place.CONFUSION, "figure"),
            "errors": (place.ERRORS, "children"),
            "table": (place.MATRIX_TABLE, "children"),
        },
        texts={"summary": summary_id(place.CONFUSION), "note": place.CONFUSION_NOTE},
    ),
    Panel(
        name="model-images",
        depends_on=(*_CELL, "page", "hardest"),
        layout=place.images_frame,
        draw=lambda view: {
            "listed": mistakes.listed_images_part(view),
            "note": mistakes.list_note(view),
        },
        outputs={"listed": (place.LISTED, "children"), "note": (place.LISTED_NOTE, "children")},
    ),
    Panel(
        name="model-hardest",
        depends_on=(*_ONE, "hardest"),
        layout=place.hardest_frame,
        draw=lambda view: {
            "hardest": mistakes.hardest_images(view),
            "note": words.hardest_text(view),
        },
        outputs={"hardest": (place.HARD, "children")},
        texts={"note": place.HARD_NOTE},
    ),
    Panel(
        name="model-disputed",
        depends_on=_ONE,
        layout=place.disputed_frame,
        draw=lambda view: {
            "disputed": mistakes.disputed_images(view),
            "note": words.disputed_text(view),
        },
        outputs={"disputed": (place.DISPUTED, "children")},
        texts={"note": place.DISPUTED_NOTE},
    ),
    Panel(
        name="model-choices", depends_on=("model",), draw=_draw_choices, options=("label", "pred")
    ),
    place.FILES.links((*_CELL, "page", "hardest"), write),
)


def _reply(view: ModelView) -> Reply:
    selection = view.selection
    left_open = {key: ANY for key in ("label", "pred") if getattr(selection, key) is None}
    return Reply(sentence=words.sentence(view), values=left_open)


PAGE = Page(
    path=MODEL,
    title="Model",
    question="How good is this network, and where is it wrong?",
    words=(
        "label",
        "prediction",
        "confusion matrix",
        "95 % interval",
        "Wilson interval",
        "epoch",
        "validation",
        "L2",
        "receptive field",
        "layer",
        "map",
    ),
    keys=(),
    help="Click a layer to open it in Explore, a cell of the confusion matrix to list its images, "
    "an image to open it.",
    fields=FIELDS,
    selection=ModelSelection,
    look=look,
    panels=_PANELS,
    arrange=place.arrange,
    reply=_reply,
    register_downloads=register_routes,
)
