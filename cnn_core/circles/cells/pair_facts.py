"""What every cell of a layer does in the images of two classes, computed in bounded memory.

Means, their difference, AUC and mean terms depend on the network, the image set, the layer and the
pair alone, whatever groups, thresholds or circles are looked at. They are taken in slices, in
memory that is stated beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.circles.cells.class_pass import cell_columns
from cnn_core.circles.cells.contrast import ClassContrast, auc_of_columns
from cnn_core.circles.circle_reader import rows_of_classes
from cnn_core.decision.ledger import Ledger, ledger, ledgers
from cnn_core.decision.pairs import checked_pair
from cnn_core.errors import SelectionError
from cnn_core.network.batches import images_at_once
from cnn_core.statistics import checked_labels

if TYPE_CHECKING:
    from cnn_core.images.scaled_images import Images
    from cnn_core.network.classifier import Network

MOST_BYTES = 64 * 2**20
"""Most bytes of activations that are held at once."""

_BATCH = 128


@dataclass(frozen=True, eq=False)
class PairFacts(ClassContrast):
    """Means and AUC of each cell in two classes, and its mean term in the margin of p over q.

    Attributes
    ----------
    term_p, term_q : (*cells,)
        Mean over the images of p and of q; nan where there are no terms.
    is_exact
        Whether the terms of an image and its constant add up to the margin.
    fault
        Why there are no terms; "" where there are.
    """

    term_p: NDArray[np.float64]
    term_q: NDArray[np.float64]
    is_exact: bool
    fault: str

    @property
    def n_bytes(self) -> int:
        """Memory that the arrays take."""
        return 5 * self.auc.nbytes

    def turned(self) -> PairFacts:
        """The same for q against p."""
        return PairFacts(
            classes=(self.classes[1], self.classes[0]),
            n_images=(self.n_images[1], self.n_images[0]),
            mean_p=self.mean_q,
            mean_q=self.mean_p,
            auc=1 - self.auc,
            term_p=-self.term_q,
            term_q=-self.term_p,
            is_exact=self.is_exact,
            fault=self.fault,
        )

    def without(self, network: Network, layer: str, images: Images, labels: ArrayLike) -> PairFacts:
        """The same means with some of the images left out: a group's own.

        The AUC stays that over all images.

        Parameters
        ----------
        layer
            The one that these facts are about.
        images, labels : (k, height, width, channels), (k,) int
            Images of the set, each once; those of other classes than p and q change nothing.
        """
        own = checked_labels(labels, images)
        left = self
        for place, label in enumerate(self.classes):
            rows = np.flatnonzero(own == label)
            if len(rows):
                left = left._less(network, layer, images[rows], place)
        return left

    def _less(self, network: Network, layer: str, images: Images, place: int) -> PairFacts:
        n = self.n_images[place]
        if len(images) > n:
            raise SelectionError(f"{len(images)} images left out of the {n} of their class")
        value, term = ("mean_p", "term_p") if place == 0 else ("mean_q", "term_q")
        if self.fault:
            values, terms = network.activations(images, [layer])[layer], None
        else:
            opened = ledger(network, layer, images, *self.classes)
            values, terms = _values_of(opened, network, images), opened.terms
        sums = {value: values, term: terms}
        changed: dict[str, Any] = {
            name: _mean_less(getattr(self, name), n, less) for name, less in sums.items()
        }
        counts = list(self.n_images)
        counts[place] -= len(images)
        return replace(self, n_images=(counts[0], counts[1]), **changed)


def pair_facts(
    network: Network,
    images: Images,
    labels: ArrayLike,
    layer: str,
    p: int,
    q: int,
    *,
    values: NDArray[np.float32] | None = None,
    most_bytes: int = MOST_BYTES,
    progress: Callable[[int, int], None] | None = None,
) -> PairFacts:
    """Compute the facts about a layer and two classes in slices of images and cells.

    Held at once are at most `most_bytes` of activations of the two classes: of all their images,
    some of the cells, so that a wide layer is run through several times; and beside them, one batch
    of images with all layers, at most as much again.

    Parameters
    ----------
    images, labels : (n, height, width, channels), (n,) int
        A whole set, perhaps as stored; only images of p and q are taken.
    values : (n, *cells)
        The layer's activations where they are at hand, such as a survey's; they may be mapped.
    most_bytes
        At least one cell of all images is held, whatever it says.
    progress
        Called with (images run, images to run in all) after each batch.
    """
    own = checked_labels(labels, images)
    info = network.layer(layer)
    rows = [rows_of_classes(own, (wanted,)) for wanted in (p, q)]
    both = np.concatenate(rows)
    told = _Told(progress, _n_runs(len(both), info.n_cells, most_bytes, values) * len(both))
    means, terms, is_exact, fault = _means(network, images, rows, layer, (p, q), most_bytes, told)
    auc = np.empty(info.n_cells)
    for cells in _slices(len(both), info.n_cells, most_bytes):
        if values is not None:
            columns = values.reshape(len(values), -1)[np.ix_(both, cells)]
        else:
            columns = cell_columns(network, images, layer, cells, both, most_bytes, told.one_more)
        auc[cells] = auc_of_columns(columns[: len(rows[0])], columns[len(rows[0]) :])
        # The next ones are not to be made beside these.
        del columns
    return PairFacts(
        classes=(p, q),
        n_images=(len(rows[0]), len(rows[1])),
        mean_p=means[0],
        mean_q=means[1],
        auc=auc.reshape(info.shape),
        term_p=terms[0],
        term_q=terms[1],
        is_exact=is_exact,
        fault=fault,
    )


class _Told:
    """Tells how far the runs through the network are."""

    def __init__(self, progress: Callable[[int, int], None] | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def one_more(self, n_images: int) -> None:
        self._done += n_images
        if self._progress is not None:
            self._progress(self._done, self._total)


def _slices(n_images: int, n_cells: int, most_bytes: int) -> list[NDArray[np.int64]]:
    at_once = max(1, most_bytes // (4 * max(1, n_images)))
    return [np.arange(start, min(start + at_once, n_cells)) for start in range(0, n_cells, at_once)]


def _n_runs(
    n_images: int, n_cells: int, most_bytes: int, values: NDArray[np.float32] | None
) -> int:
    return 1 + (len(_slices(n_images, n_cells, most_bytes)) if values is None else 0)


def _means(
    network: Network,
    images: Images,
    rows: list[NDArray[np.int64]],
    layer: str,
    classes: tuple[int, int],
    most_bytes: int,
    told: _Told,
) -> tuple[NDArray[np.float64], NDArray[np.float64], bool, str]:
    """Means of values and terms (2, *cells), and whether terms are exact or why there are none."""
    shape = network.layer(layer).shape
    values, terms = np.zeros((2, 2, *shape))
    fault, is_exact = _fault(network, layer, classes)
    size = images_at_once(network, _BATCH, most_bytes)
    for place, own in enumerate(rows):
        for start in range(0, len(own), size):
            batch = images[own[start : start + size]]
            if fault:
                values[place] += network.values(layer, batch).sum(0, np.float64)
            else:
                for _, part in ledgers(network, layer, batch, *classes, batch_size=size):
                    values[place] += _values_of(part, network, batch).sum(0, np.float64)
                    terms[place] += part.terms.sum(0, np.float64)
            told.one_more(len(batch))
        values[place] /= len(own) or np.nan
        terms[place] /= np.nan if fault else len(own) or np.nan
    return values, terms, is_exact, fault


def _fault(network: Network, layer: str, classes: tuple[int, int]) -> tuple[str, bool]:
    """Why the margin cannot be opened at the layer, and whether it opens exactly."""
    try:
        checked_pair(network.n_classes, *classes, 1)
        return "", network.behind(layer).is_exact
    except SelectionError as error:
        return str(error), False


def _values_of(opened: Ledger, network: Network, images: Images) -> NDArray[np.float32]:
    """What the layer puts out: at the output layer the ledger opens the logits before it."""
    if opened.layer != network.output_layer.name:
        return opened.values
    return network.activations(images, [opened.layer])[opened.layer]


def _mean_less(
    mean: NDArray[np.float64], n: int, less: NDArray[np.float32] | None
) -> NDArray[np.float64]:
    if less is None:
        return mean
    return np.asarray((mean * n - less.sum(0, np.float64)) / (n - len(less) or np.nan))
