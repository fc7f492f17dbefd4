"""The Model page's numbers as files."""

import json
from collections.abc import Iterable, Sequence

from flask import Flask, Response, abort, request

from app.explorer import Explorer
from app.pages.model.firmness import calibration_of, firmness_of
from app.pages.model.layout import FILES
from app.pages.model.state import read
from app.pages.model.view import ModelView, look
from app.serving.replies.file_replies import csv_text, file_reply, precise, refused_link, safe_name
from cnn_core.errors import printable
from cnn_core.images.mnist_writers import writers_of


def register_routes(server: Flask, explorer: Explorer) -> None:
    """Add `/download/model/<file>`, with the same query as the page."""
    by_file = {file: what for what, file in FILES.files.items()}

    @server.get(f"{FILES.folder}/<file>")
    def model_numbers(file: str) -> Response:
        if file not in by_file:
            abort(404)
        selection, problems = read(request.query_string.decode("utf-8", "replace"), explorer)
        if problems:
            return refused_link(problems)
        view = look(explorer, selection)
        stem, _, ending = file.partition(".")
        name = safe_name(f"{selection.model}_{selection.set}_{stem}")
        return file_reply(_WRITERS[by_file[file]](view), f"{name}.{ending}")


def _architecture(view: ModelView) -> str:
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


def _training(view: ModelView) -> str:
    keys = ("loss", "val_loss", "accuracy", "val_accuracy", "learning_rate", "seconds")
    return csv_text(
        ("model", "epoch", *keys),
        (
            (model, epoch.get("epoch"), *(epoch.get(key) for key in keys))
            for model, records in view.records.items()
            for epoch in records.epochs
        ),
    )


def _accuracy(view: ModelView) -> str:
    return csv_text(
        ("model", "set", "right", "images", "accuracy", "wilson_low", "wilson_high"),
        (
            (model, set_name, int(one.credit), one.n, one.value, one.low, one.high)
            for (model, set_name), one in view.accuracies.items()
        ),
    )


def _firmness(view: ModelView) -> str:
    writers = writers_of(view.explorer.dataset(view.selection.set))
    head = (
        "model",
        *(f"wrong_{part.start}_to_{part.stop - 1}" for part in writers),
        "accuracy_without_disputed",
        "low",
        "high",
        "low_writers_alike",
        "high_writers_alike",
    )
    return csv_text(
        head,
        (
            (
                one.model,
                *one.n_wrong,
                one.undisputed.value if one.undisputed else "",
                one.independent.low,
                one.independent.high,
                *((one.alike.low, one.alike.high) if one.alike else ("", "")),
            )
            for one in firmness_of(view)
        ),
    )


def _calibration(view: ModelView) -> str:
    bins = calibration_of(view.explorer, view.selection.model, view.selection.set).bins
    return csv_text(
        ("from", "to", "images", "mean_probability", "right", "wilson_low", "wilson_high"),
        (
            (
                *(one.low, one.high, one.right.n, one.probability),
                *(one.right.value, one.right.low, one.right.high),
            )
            for one in bins
        ),
    )


def _record(view: ModelView) -> str:
    network = view.explorer.network(view.selection.model)
    known = {
        "file": printable(network.path.name) if network.path else None,
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


def _confusion(view: ModelView) -> str:
    names = [view.explorer.whole_class_name(number) for number in range(len(view.confusion))]
    return csv_text(
        ("label \\ prediction", *names),
        ((name, *row) for name, row in zip(names, view.confusion.tolist(), strict=True)),
    )


def _images(view: ModelView) -> str:
    return _image_rows(view, view.listed.tolist())


def _hardest(view: ModelView) -> str:
    return _image_rows(view, view.hardest.tolist())


def _disputed(view: ModelView) -> str:
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


def _image_rows(
    view: ModelView,
    numbers: Sequence[int],
    more_head: Sequence[str] = (),
    more: Sequence[Sequence[object]] | None = None,
) -> str:
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
    return csv_text(
        head,
        (
            (
                number,
                view.explorer.whole_class_name(label := int(survey.labels[number])),
                view.explorer.whole_class_name(prediction := int(survey.predictions[number])),
                *precise(
                    survey.probabilities[number, label],
                    survey.probabilities[number, prediction],
                    survey.log_probability_of_label[number],
                ),
                int(view.n_models_wrong[number]),
                *rest,
            )
            for number, rest in zip(numbers, more or [()] * len(numbers), strict=True)
        ),
    )


def _joined(numbers: Iterable[int]) -> str:
    return "x".join(map(str, numbers))


_WRITERS = {
    "architecture": _architecture,
    "training": _training,
    "accuracy": _accuracy,
    "firmness": _firmness,
    "calibration": _calibration,
    "record": _record,
    "confusion": _confusion,
    "images": _images,
    "hardest": _hardest,
    "disputed": _disputed,
}
