"""What the Model page tells about one selection: numbers ready to be drawn and put into words."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.explorer import Explorer
from app.figures.charts.training import Curve
from app.frame.page import View
from app.frame.recorded.records import ModelRecords, disputed_in, records_of
from app.pages.model.images import listed_images, n_pages, on_page
from app.pages.model.state import ModelSelection
from cnn_core.images.disputed_labels import DisputedLabels
from cnn_core.network.layers import LayerInfo
from cnn_core.space.receptive_fields import FieldSummary
from cnn_core.statistics import Accuracy, accuracy


@dataclass(frozen=True)
class ErrorKind:
    """Images of one class taken for another."""

    label: int
    prediction: int
    count: int


@dataclass(frozen=True, eq=False, kw_only=True)
class ModelView(View):
    """Everything that is shown for one selection.

    Attributes
    ----------
    layers
        In the order of computation.
    records
        By model, for all of them.
    curves
        Training of the models that have a history, the shown one last.
    accuracies
        By model and image set; without sets that are still read and not looked at.
    confusion : shape (n_classes, n_classes)
        Images by label (row) and prediction (column).
    errors
        Cells off the diagonal that are not empty, most frequent first.
    listed
        Images of the chosen cell, ascending.
    shown
        Those on the chosen page.
    hardest
        Lowest probability of their label first.
    n_models_wrong : shape (n,)
        How many of the models misclassify each image of the set.
    """

    selection: ModelSelection
    layers: tuple[tuple[LayerInfo, FieldSummary], ...]
    records: dict[str, ModelRecords]
    curves: tuple[Curve, ...]
    accuracies: dict[tuple[str, str], Accuracy]
    confusion: NDArray[np.int64]
    errors: tuple[ErrorKind, ...]
    listed: NDArray[np.int64]
    shown: NDArray[np.int64]
    n_pages: int
    hardest: NDArray[np.int64]
    n_models_wrong: NDArray[np.int64]
    disputed: DisputedLabels | None
    disputed_fault: str


def look(explorer: Explorer, selection: ModelSelection) -> ModelView:
    """Gather what is known of a model."""
    fields = explorer.receptive_fields(selection.model)
    survey = explorer.survey(selection.model, selection.set)
    records = {name: records_of(explorer.network(name)) for name in explorer.model_names}
    listed = listed_images(survey, selection.label, selection.pred)
    counted = _counted(explorer, selection.set)
    disputed, fault = disputed_in(explorer.dataset(selection.set))
    return ModelView(
        explorer=explorer,
        selection=selection,
        layers=tuple(
            (info, fields.describe(info.name)) for info in explorer.network(selection.model).layers
        ),
        records=records,
        curves=_curves(records, selection.model),
        accuracies={
            (model, name): accuracy(explorer.survey(model, name).is_right)
            for model in explorer.model_names
            for name in counted
        },
        confusion=survey.confusion,
        errors=_errors(survey.confusion),
        listed=listed,
        shown=on_page(listed, selection.page),
        n_pages=n_pages(listed),
        hardest=survey.hardest(int(selection.hardest)),
        n_models_wrong=np.stack(
            [~explorer.survey(model, selection.set).is_right for model in explorer.model_names]
        ).sum(axis=0, dtype=np.int64),
        disputed=disputed,
        disputed_fault=fault,
    )


def _counted(explorer: Explorer, chosen: str) -> list[str]:
    """Sets to count right answers on: what is not needed and still read is left out."""
    return [
        name
        for name in explorer.set_names
        if name in (explorer.set_names[0], chosen)
        or not any(explorer.still_reading(model, name) for model in explorer.model_names)
    ]


def mean_accuracy(view: ModelView, set_name: str) -> float:
    """Mean accuracy of all models on a set, in [0, 1]."""
    return float(
        np.mean([view.accuracies[model, set_name].value for model in view.explorer.model_names])
    )


def _curves(records: Mapping[str, ModelRecords], shown: str) -> tuple[Curve, ...]:
    names = sorted((name for name in records if records[name].epochs), key=lambda n: n == shown)
    return tuple(Curve.of(name, records[name].epochs, is_shown=name == shown) for name in names)


def _errors(confusion: NDArray[np.int64]) -> tuple[ErrorKind, ...]:
    counts = confusion.copy()
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[: np.count_nonzero(counts)]
    return tuple(
        ErrorKind(int(label), int(prediction), int(counts[label, prediction]))
        for label, prediction in zip(*np.unravel_index(order, counts.shape), strict=True)
    )
