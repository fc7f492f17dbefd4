"""What the Decide page tells about one selection: numbers ready to be drawn and put into words."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.explorer import Explorer
from app.frame.browsing.search import Found, found_by
from app.frame.defaults import columns_for
from app.frame.page import View
from app.frame.subject import Subject
from app.pages.decide.state import DecideSelection
from cnn_core.decision.ledger import Ledger, ledger, node_ledger
from cnn_core.decision.references import Reference, mean_image, reference_image
from cnn_core.decision.visibility import Ranking, Visibility, n_carrying, ranking, visibility
from cnn_core.network.opened_layer import OpenedLayer
from cnn_core.space.mosaic import Mosaic

if TYPE_CHECKING:
    from cnn_core.network.classifier import Network

N_BARS = 18


@dataclass(frozen=True, eq=False)
class Answer:
    """What the network answers, whole or with silenced units.

    Attributes
    ----------
    logits, probabilities : shape (n_classes,), float32
    margin
        z_p - z_q.
    """

    logits: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    prediction: int
    margin: float


@dataclass(frozen=True, eq=False)
class Nodes:
    """The ledger over the nodes of the last hidden layer.

    Attributes
    ----------
    ledger
        Of the one image.
    weights
        Weight of each node for p less that for q; None where the output layer weighs no nodes.
    n_half, n_most
        Nodes that carry 50 % and 90 % of the sum of the absolute terms.
    """

    ledger: Ledger
    ranking: Ranking
    weights: NDArray[np.float32] | None
    n_half: int
    n_most: int


@dataclass(frozen=True, eq=False)
class Cells:
    """The ledger over the cells of a layer, as it is drawn.

    Attributes
    ----------
    values, terms : shape of the layer or (units,), float32
        Activation and contribution of each cell, or summed over each map.
    """

    ledger: Ledger
    values: NDArray[np.float32]
    terms: NDArray[np.float32]
    visibility: Visibility
    mosaic: Mosaic
    by_map: bool

    def cell(self, flat: int) -> tuple[int, int, int]:
        """Unit, row and column of a cell by its flat number."""
        if self.terms.ndim == 1:
            return int(flat), 0, 0
        row, column, unit = np.unravel_index(int(flat), self.terms.shape)
        return int(unit), int(row), int(column)


@dataclass(frozen=True, eq=False, kw_only=True)
class DecideView(View):
    """Everything that is drawn for one selection at once.

    Attributes
    ----------
    label
        None of an own image.
    image
        Shape (height, width, channels), in [0, 1].
    after
        With the silenced units; None if there are none.
    """

    selection: DecideSelection
    label: int | None
    image: NDArray[np.float32]
    answer: Answer
    after: Answer | None
    found: Found | None

    @property
    def p(self) -> int:
        """The target."""
        return int(self.selection.p)

    @property
    def q(self) -> int:
        """The rival."""
        return int(self.selection.q)

    @property
    def prediction(self) -> int:
        """The network's prediction with all its units."""
        return self.answer.prediction


def look(explorer: Explorer, selection: DecideSelection) -> DecideView:
    """Look at one decision."""
    subject, pair = selection.subject, (int(selection.p), int(selection.q))
    image = explorer.image(subject)
    found, problems = found_by(explorer, selection, selection.find)
    return DecideView(
        explorer=explorer,
        selection=selection,
        problems=problems,
        label=explorer.label(subject),
        image=image,
        answer=_answer(
            explorer.network(selection.model),
            explorer.activations(selection.model, subject).logits[0],
            pair,
        ),
        after=_after(explorer, selection, image, pair),
        found=found,
    )


def _answer(network: "Network", logits: NDArray[np.float32], pair: tuple[int, int]) -> Answer:
    p, q = pair
    margin = float(logits[p]) - float(logits[q])
    return Answer(logits, network.probabilities(logits), int(logits.argmax()), margin)


def _after(
    explorer: Explorer,
    selection: DecideSelection,
    image: NDArray[np.float32],
    pair: tuple[int, int],
) -> Answer | None:
    off = selection.off
    if not off:
        return None
    network = explorer.network(selection.model)
    opened = OpenedLayer(network, off.layer, image[None])
    silenced = np.zeros((1, opened.layer.n_units), bool)
    silenced[0, list(off.units)] = True
    baseline = baseline_of(explorer, selection, off.layer)
    return _answer(network, opened.logits_silenced([0], silenced, baseline)[0], pair)


def baseline_of(
    explorer: Explorer, selection: DecideSelection, layer: str
) -> NDArray[np.float64] | None:
    """What silenced units of a layer put out, shape (units,): their means, or None for zero."""
    # The survey keeps what layers put out; the logits stand before the output layer's softmax.
    is_output = layer == explorer.network(selection.model).output_layer.name
    if selection.baseline == "zero" or is_output:
        return None
    return explorer.survey(selection.model, selection.set).units[layer].mean


def nodes_of(view: DecideView) -> Nodes:
    """Open the margin at the nodes that the output layer weighs.

    Returns
    -------
    Nodes
        Where the output layer weighs no nodes, of the logits themselves.
    """
    selection = view.selection
    return _nodes_of(view.explorer, selection.model, selection.subject, view.p, view.q)


# Several panels ask for it, and again at each click that silences a node of the same image.
@lru_cache(maxsize=64)
def _nodes_of(explorer: Explorer, model: str, subject: Subject, p: int, q: int) -> Nodes:
    network = explorer.network(model)
    images = explorer.image(subject)[None]
    if network.last_hidden is None:
        opened, weights = ledger(network, network.output_layer.name, images, p, q), None
    else:
        opened = node_ledger(network, images, p, q)
        weights = opened.weights[0]
    terms = opened.by_unit[0]
    return Nodes(
        ledger=opened,
        ranking=ranking(terms, float(opened.constant[0]), N_BARS),
        weights=weights,
        n_half=int(n_carrying(terms, 0.5)),
        n_most=int(n_carrying(terms, 0.9)),
    )


def cells_of(view: DecideView) -> Cells:
    """Open the margin at the chosen layer."""
    selection = view.selection
    network = view.explorer.network(selection.model)
    layer = network.layer(selection.layer)
    opened = ledger(network, layer.name, view.image[None], view.p, view.q)
    values, terms = opened.values[0], opened.terms[0]
    by_map = layer.is_spatial and selection.group == "map"
    if by_map:
        values = values.sum(axis=(0, 1), dtype=np.float64).astype(np.float32)
        terms = opened.by_unit[0].astype(np.float32)
    mosaic = Mosaic.of((layer.n_units,) if by_map else layer.shape, columns_for(layer))
    return Cells(opened, values, terms, visibility(values, terms), mosaic, by_map)


def pixels_of(view: DecideView) -> Ledger:
    """Open the margin of the one image at the pixels, counted from the chosen reference."""
    network = view.explorer.network(view.selection.model)
    opened = ledger(network, "", view.image[None], view.p, view.q)
    return opened.against(reference_of(view.explorer, view.selection.ref))


def mean_set(explorer: Explorer) -> str:
    """Name of the image set whose mean is a reference: the training images, if they are there."""
    return "train" if "train" in explorer.set_names else explorer.set_names[0]


def reference_of(explorer: Explorer, name: str) -> NDArray[np.float32]:
    """Image of which nothing is said to come, in the range of the images."""
    if name == Reference.MEAN:
        of = mean_set(explorer)
        mean: NDArray[np.float32] = explorer.kept.get_or_make(
            ("mean image", of),
            lambda: mean_image(explorer.dataset(of).images),
            lambda it: it.nbytes,
        )
        return mean
    black, white = (np.float32(end) for end in explorer.value_range)
    return black + (white - black) * reference_image(name, explorer.input_shape)


def fields_of_maps(boxes: NDArray[np.int32]) -> dict[str, Any]:
    """Receptive fields of whole maps, in the form of `receptive_link`.

    Parameters
    ----------
    boxes : shape (height, width, units, 4), int32
        Receptive field of each cell.
    """
    ends = boxes.reshape(-1, *boxes.shape[-2:])
    return {
        "boxes": np.concatenate(
            [ends[..., :2].min(axis=0), ends[..., 2:].max(axis=0)], axis=1
        ).tolist()
    }
