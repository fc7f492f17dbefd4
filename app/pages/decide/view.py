"""What the Decide page tells about one selection: numbers ready to be drawn and put into words."""

from dataclasses import dataclass

import numpy as np

from app.frame.query import Problem
from app.frame.search import Found
from app.pages.decide.state import DecideSelection
from app.pages.explore.state import classes_of_order
from app.pages.explore.view import columns_for, found_by
from cnn_core.decision.ablation import OpenedLayer
from cnn_core.decision.ledger import Ledger, ledger, node_ledger
from cnn_core.decision.visibility import Ranking, Visibility, n_carrying, ranking, visibility
from cnn_core.network.activations import softmax
from cnn_core.space.mosaic import Mosaic

N_BARS = 18


@dataclass(frozen=True, eq=False)
class Answer:
    """What the network answers, whole or with silenced units.

    Attributes
    ----------
    logits, probabilities : ndarray, shape (n_classes,), float32
    prediction : int
    margin : float
        z_p - z_q.
    """

    logits: np.ndarray
    probabilities: np.ndarray
    prediction: int
    margin: float


@dataclass(frozen=True, eq=False)
class Nodes:
    """The ledger over the nodes of the last hidden layer.

    Attributes
    ----------
    ledger : Ledger
        Of the one image.
    ranking : Ranking
    weights : ndarray or None
        Weight of each node for p less that for q; None where the output layer weighs no nodes.
    n_half, n_most : int
        Nodes that carry 50 % and 90 % of the sum of the absolute terms.
    """

    ledger: Ledger
    ranking: Ranking
    weights: np.ndarray | None
    n_half: int
    n_most: int


@dataclass(frozen=True, eq=False)
class Cells:
    """The ledger over the cells of a layer, as it is drawn.

    Attributes
    ----------
    ledger : Ledger
    values, terms : ndarray, shape of the layer or (units,), float32
        Activation and contribution of each cell, or summed over each map.
    visibility : Visibility
    mosaic : Mosaic
    by_map : bool
    """

    ledger: Ledger
    values: np.ndarray
    terms: np.ndarray
    visibility: Visibility
    mosaic: Mosaic
    by_map: bool

    def cell(self, flat):
        """Unit, row and column of a cell by its flat number."""
        if self.terms.ndim == 1:
            return int(flat), 0, 0
        row, column, unit = np.unravel_index(int(flat), self.terms.shape)
        return int(unit), int(row), int(column)


@dataclass(frozen=True, eq=False)
class DecideView:
    """Everything that is drawn for one selection at once.

    Attributes
    ----------
    selection : DecideSelection
    label, p, q : int
    image : ndarray, shape (height, width, channels), float32 in [0, 1]
    answer : Answer
    after : Answer or None
        With the silenced units; None if there are none.
    found : Found or None
    search_fault : Problem or None
    """

    selection: DecideSelection
    label: int
    p: int
    q: int
    image: np.ndarray
    answer: Answer
    after: Answer | None
    found: Found | None
    search_fault: Problem | None

    @property
    def prediction(self):
        """The network's prediction with all its units."""
        return self.answer.prediction


def look(explorer, selection):
    """Look at one decision.

    Parameters
    ----------
    explorer : Explorer
    selection : DecideSelection

    Returns
    -------
    DecideView
    """
    activations = explorer.activations(selection.model, selection.set, selection.image)
    logits = activations.logits[0]
    p, q = classes_of_order(selection, np.argsort(-logits, kind="stable"))
    found, fault = found_by(explorer, selection)
    return DecideView(
        selection=selection,
        label=int(explorer.dataset(selection.set).labels[selection.image]),
        p=p,
        q=q,
        image=explorer.image(selection.set, selection.image),
        answer=_answer(logits, p, q),
        after=_after(explorer, selection, p, q),
        found=found,
        search_fault=fault,
    )


def _answer(logits, p, q):
    margin = float(logits[p]) - float(logits[q])
    return Answer(logits, softmax(logits), int(logits.argmax()), margin)


def _after(explorer, selection, p, q):
    off = selection.off
    if not off:
        return None
    opened = OpenedLayer(
        explorer.network(selection.model),
        off.layer,
        explorer.image(selection.set, selection.image)[None],
    )
    silenced = np.zeros((1, opened.layer.n_units), bool)
    silenced[0, list(off.units)] = True
    return _answer(opened.logits_silenced([0], silenced, baseline_of(explorer, selection))[0], p, q)


def baseline_of(explorer, selection, layer=None):
    """What silenced units of a layer put out.

    Parameters
    ----------
    explorer : Explorer
    selection : DecideSelection
    layer : str, optional
        The layer of the silenced units by default.

    Returns
    -------
    ndarray, shape (units,), float64, or None
        The mean of each unit over the image set; None for zero.
    """
    name = layer or selection.off.layer
    # The survey keeps what layers put out; the logits stand before the output layer's softmax.
    if selection.baseline == "zero" or name == explorer.network(selection.model).output_layer.name:
        return None
    return explorer.survey(selection.model, selection.set).units[name].mean


def nodes_of(explorer, view):
    """Open the margin at the nodes that the output layer weighs.

    Parameters
    ----------
    explorer : Explorer
    view : DecideView

    Returns
    -------
    Nodes
        Where the output layer weighs no nodes, of the logits themselves.
    """
    network = explorer.network(view.selection.model)
    images = view.image[None]
    if network.last_hidden is None:
        opened, weights = ledger(network, network.output_layer.name, images, view.p, view.q), None
    else:
        opened = node_ledger(network, images, view.p, view.q)
        weights = opened.weights[0]
    terms = opened.by_unit[0]
    return Nodes(
        ledger=opened,
        ranking=ranking(terms, float(opened.constant[0]), N_BARS),
        weights=weights,
        n_half=int(n_carrying(terms, 0.5)),
        n_most=int(n_carrying(terms, 0.9)),
    )


def cells_of(explorer, view):
    """Open the margin at the chosen layer.

    Parameters
    ----------
    explorer : Explorer
    view : DecideView

    Returns
    -------
    Cells
    """
    selection = view.selection
    network = explorer.network(selection.model)
    layer = network.layer(selection.layer)
    opened = ledger(network, layer.name, view.image[None], view.p, view.q)
    values, terms = opened.values[0], opened.terms[0]
    by_map = layer.is_spatial and selection.group == "map"
    if by_map:
        values = values.sum(axis=(0, 1), dtype=np.float64).astype(np.float32)
        terms = opened.by_unit[0].astype(np.float32)
    mosaic = Mosaic.of((layer.n_units,) if by_map else layer.shape, columns_for(layer))
    return Cells(opened, values, terms, visibility(values, terms), mosaic, by_map)


def pixels_of(explorer, view):
    """Open the margin at the pixels.

    Parameters
    ----------
    explorer : Explorer
    view : DecideView

    Returns
    -------
    Ledger
        Of the one image.
    """
    return ledger(explorer.network(view.selection.model), "", view.image[None], view.p, view.q)


def fields_of_maps(boxes):
    """Receptive fields of whole maps, in the form of `receptive_link`.

    Parameters
    ----------
    boxes : ndarray, shape (height, width, units, 4), int32
        Receptive field of each cell.

    Returns
    -------
    dict
    """
    ends = boxes.reshape(-1, *boxes.shape[-2:])
    return {
        "boxes": np.concatenate(
            [ends[..., :2].min(axis=0), ends[..., 2:].max(axis=0)], axis=1
        ).tolist()
    }
