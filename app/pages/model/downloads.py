"""The Model page's numbers as files."""

import json

from flask import abort, request

from app.pages.model.layout import FILES
from app.pages.model.state import read
from app.pages.model.view import look
from app.serving.file_replies import csv_text, file_reply, precise, refused_link, safe_name

_FOLDER = "/download/model"


def address_of(what, query):
    """Address of a file.

    Parameters
    ----------
    what : str
        Key of FILES.
    query : str
        The page's query.

    Returns
    -------
    str
    """
    return f"{_FOLDER}/{FILES[what]}{query}"


def register_routes(server, explorer):
    """Add `/download/model/<file>`, with the same query as the page.

    Parameters
    ----------
    server : flask.Flask
    explorer : Explorer
    """
    by_file = {file: what for what, file in FILES.items()}

    @server.get(f"{_FOLDER}/<file>")
    def model_numbers(file):
        if file not in by_file:
            abort(404)
        selection, problems = read(request.query_string.decode("utf-8", "replace"), explorer)
        if problems:
            return refused_link(problems)
        view = look(explorer, selection)
        stem, _, ending = file.partition(".")
        name = safe_name(f"{selection.model}_{selection.set}_{stem}")
        return file_reply(_WRITERS[by_file[file]](view), f"{name}.{ending}")


def _architecture(view):
    head = (
        "layer",
        "kind",
        "keras_class",
        "output",
        "parameters",
        "activation",
        "fed_by",
        "window",
        "stride",
        "padding",
        "dilation",
        "field_rows",
        "field_columns",
        "field_stride",
    )
    return csv_text(
        head,
        (
            (
                info.name,
                info.kind.value,
                info.class_name,
                _joined(info.shape),
                info.n_parameters,
                info.activation,
                " ".join(name or "image" for name in info.inputs),
                *(
                    (
                        _joined(part)
                        for part in (
                            info.window.kernel,
                            info.window.stride,
                            info.window.padding,
                            info.window.dilation,
                        )
                    )
                    if info.window
                    else ("",) * 4
                ),
                *field.size,
                _joined(field.stride or ()),
            )
            for info, field in view.layers
        ),
    )


def _training(view):
    keys = ("loss", "val_loss", "accuracy", "val_accuracy", "learning_rate", "seconds")
    return csv_text(
        ("model", "epoch", *keys),
        (
            (model, epoch.get("epoch"), *(epoch.get(key) for key in keys))
            for model, records in view.records.items()
            for epoch in records.epochs
        ),
    )


def _accuracy(view):
    return csv_text(
        ("model", "set", "right", "images", "accuracy", "wilson_low", "wilson_high"),
        (
            (model, set_name, int(one.credit), one.n, one.value, one.low, one.high)
            for (model, set_name), one in view.accuracies.items()
        ),
    )


def _record(view):
    network = view.explorer.network(view.selection.model)
    known = {
        "file": network.path.name if network.path else None,
        "sha256": network.digest,
        "data": {name: view.explorer.dataset(name).digest for name in view.explorer.set_names},
    }
    return (
        json.dumps(
            {"shown": known, "record": view.records[view.selection.model].record},
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )


def _confusion(view):
    names = [view.class_name(number) for number in range(len(view.confusion))]
    return csv_text(
        ("label \\ prediction", *names),
        ((name, *row) for name, row in zip(names, view.confusion.tolist(), strict=True)),
    )


def _images(view):
    return _image_rows(view, view.listed)


def _hardest(view):
    return _image_rows(view, view.hardest)


def _disputed(view):
    labels = view.disputed.labels if view.disputed else ()
    name = view.class_name
    return _image_rows(
        view,
        [one.image for one in labels],
        ("suggested", "votes_label", "votes_suggested", "votes_neither"),
        [
            (name(one.suggested), one.votes_given, one.votes_suggested, one.votes_neither)
            for one in labels
        ],
    )


def _image_rows(view, numbers, more_head=(), more=None):
    survey = view.explorer.survey(view.selection.model, view.selection.set)
    head = (
        "image",
        "label",
        "prediction",
        "probability_of_label",
        "probability_of_prediction",
        "log_probability_of_label",
        "models_wrong",
        *more_head,
    )
    more = more or [()] * len(numbers)
    return csv_text(
        head,
        (
            (
                int(number),
                view.class_name(label := int(survey.labels[number])),
                view.class_name(prediction := int(survey.predictions[number])),
                *precise(
                    survey.probabilities[number, label],
                    survey.probabilities[number, prediction],
                    survey.log_probability_of_label[number],
                ),
                int(view.n_models_wrong[number]),
                *rest,
            )
            for number, rest in zip(numbers, more, strict=True)
        ),
    )


def _joined(numbers):
    return "x".join(map(str, numbers))


_WRITERS = {
    "architecture": _architecture,
    "training": _training,
    "accuracy": _accuracy,
    "record": _record,
    "confusion": _confusion,
    "images": _images,
    "hardest": _hardest,
    "disputed": _disputed,
}
