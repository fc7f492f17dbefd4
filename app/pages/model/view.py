"""What the Model page tells about one selection: numbers ready to be drawn and put into words."""

from dataclasses import dataclass

import numpy as np

from app.explorer import Explorer
from app.figures.charts.training import Curve
from app.frame.page import View
from app.frame.records import ModelRecords, disputed_in, records_of
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
    selection : ModelSelection
    layers : tuple of (LayerInfo, FieldSummary)
        In the order of computation.
    records : dict of str to ModelRecords
        By model, for all of them.
    curves : tuple of Curve
        Training of the models that have a history, the shown one last.
    accuracies : dict of (str, str) to Accuracy
        By model and image set.
    confusion : ndarray, shape (n_classes, n_classes), int64
        Images by label (row) and prediction (column).
    errors : tuple of ErrorKind
        Cells off the diagonal that are not empty, most frequent first.
    listed : ndarray of int64
        Images of the chosen cell, ascending.
    shown : ndarray of int64
        Those on the chosen page.
    n_pages : int
    hardest : ndarray of int64
        Lowest probability of their label first.
    n_models_wrong : ndarray, shape (n,), int64
        How many of the models misclassify each image of the set.
    disputed : DisputedLabels or None
    disputed_fault : str
    """

    selection: ModelSelection
    layers: tuple[tuple[LayerInfo, FieldSummary], ...]
    records: dict[str, ModelRecords]
    curves: tuple[Curve, ...]
    accuracies: dict[tuple[str, str], Accuracy]
    confusion: np.ndarray
    errors: tuple[ErrorKind, ...]
    listed: np.ndarray
    shown: np.ndarray
    n_pages: int
    hardest: np.ndarray
    n_models_wrong: np.ndarray
    disputed: DisputedLabels | None
    disputed_fault: str


def look(explorer: Explorer, selection: ModelSelection) -> ModelView:
    """Gather what is known of a model.

    Parameters
    ----------
    explorer : Explorer
    selection : ModelSelection

    Returns
    -------
    ModelView
    """
    fields = explorer.receptive_fields(selection.model)
    survey = explorer.survey(selection.model, selection.set)
    records = {name: records_of(explorer.network(name)) for name in explorer.model_names}
    listed = listed_images(survey, selection.label, selection.pred)
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
            for name in explorer.set_names
        },
        confusion=survey.confusion,
        errors=_errors(survey.confusion),
        listed=listed,
        shown=on_page(listed, selection.page),
        n_pages=n_pages(listed),
        hardest=survey.hardest(int(selection.hardest)),
        n_models_wrong=np.sum(
            [~explorer.survey(model, selection.set).is_right for model in explorer.model_names],
            axis=0,
            dtype=np.int64,
        ),
        disputed=disputed,
        disputed_fault=fault,
    )


def mean_accuracy(view: ModelView, set_name: str) -> float:
    """Mean accuracy of all models on a set, in [0, 1]."""
    return float(
        np.mean([view.accuracies[model, set_name].value for model in view.explorer.model_names])
    )


def _curves(records, shown):
    names = sorted((name for name in records if records[name].epochs), key=lambda n: n == shown)
    return tuple(Curve.of(name, records[name].epochs, is_shown=name == shown) for name in names)


def _errors(confusion):
    counts = confusion.copy()
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[: np.count_nonzero(counts)]
    return tuple(
        ErrorKind(*map(int, np.unravel_index(place, counts.shape)), int(counts.flat[place]))
        for place in order
    )
