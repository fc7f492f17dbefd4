"""What the Evidence page tells about one selection: numbers ready to be drawn and told."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.explorer import Explorer
from app.frame.page import View
from app.pages.evidence.found import Found, find_results
from app.pages.evidence.nodes import NodeOrder, order_of_nodes
from app.pages.evidence.state import EvidenceSelection
from cnn_core.readouts import pooling
from cnn_core.readouts.results import LayerFacts, ModelReadouts, Readout, Task, Variant

READERS = ("best_cell", "class_mean", "best_cells", "linear_probe")
MOST_CARDS = 24


@dataclass(frozen=True)
class Spread:
    """Lowest and highest share over the models that were measured, and how many they are."""

    least: float
    most: float
    n_models: int

    @classmethod
    def of(cls, shares):
        """Spread of a sequence of `Share`, at least one."""
        values = [share.value for share in shares]
        return cls(min(values), max(values), len(values))


@dataclass(frozen=True)
class Rung:
    """One reader on one layer.

    Attributes
    ----------
    row : int
        Place of the layer in the ladder.
    readout : Readout
    spread : Spread
    before : pooling.Spread or None
        Of the same reader on the untrained twins of all models.
    """

    row: int
    readout: Readout
    spread: Spread
    before: pooling.Spread | None = None


@dataclass(frozen=True, eq=False)
class Disagreement:
    """Test images that the network and a changed network answer differently.

    Attributes
    ----------
    images, labels, network_answers, variant_answers : ndarray, shape (n,), int64
        Those that only the network gets right first, then those that only the changed one does,
        then those that neither does.
    n_network, n_variant : int
        How many only the network, and only the changed one, gets right.
    shown : slice
        Part that is listed.
    page, n_pages : int
    """

    images: np.ndarray
    labels: np.ndarray
    network_answers: np.ndarray
    variant_answers: np.ndarray
    n_network: int
    n_variant: int
    shown: slice
    page: int
    n_pages: int


@dataclass(frozen=True, eq=False, kw_only=True)
class EvidenceView(View):
    """Everything that is drawn for one selection.

    Attributes
    ----------
    selection : EvidenceSelection
    results : ModelReadouts or None
        None where the model was not measured.
    task : Task or None
        None where the model was not measured on this question.
    k, counts : int or None, tuple of int
        Cells of the reader of the best cells, and the numbers to choose from.
    rungs : tuple of Rung
    network : Spread or None
    variants : tuple of (Variant, Spread)
    verdicts : dict of str to tuple of (str, str)
        By name of the claim: each model with its verdict.
    disagreement : Disagreement or None
    nodes : NodeOrder
    peers : dict of str to ModelReadouts
        Models measured on the same question, the shown one included.
    measured : dict of str to ModelReadouts
        All models measured on any question, the shown one included.
    """

    selection: EvidenceSelection
    found: Found
    results: ModelReadouts | None
    task: Task | None
    k: int | None
    counts: tuple[int, ...]
    rungs: tuple[Rung, ...]
    network: Spread | None
    variants: tuple[tuple[Variant, Spread], ...]
    verdicts: dict
    disagreement: Disagreement | None
    nodes: NodeOrder
    peers: dict
    measured: dict

    @property
    def layer(self) -> str | None:
        """Layer that the answer is about: what the MLP reads or, without one, the last maps."""
        if self.results is None:
            return None
        own = self.results.mlp["input"]
        return self.results.conv if own is None else own

    def facts(self, layer: str) -> LayerFacts:
        """Row of the ladder that a layer stands in."""
        return next(one for one in self.results.layers if one.name == layer)

    def gain(self, reader: str) -> pooling.Gain | None:
        """What training adds to a reader on the layer that the answer is about."""
        return self.found.gain(self.task.name, self.facts(self.layer), reader)

    def compared(self, reader: str, task: str | None = None) -> pooling.Compared | None:
        """All networks together against a reader on the layer that the answer is about."""
        return self.found.compared(task or self.task.name, self.facts(self.layer), reader)

    def weighed(self, task: str | None = None) -> pooling.Compared | None:
        """All networks together against a weighing of all cells, fitted on all images if it can."""
        name = task or self.task.name
        return self.found.compared_variant(name, "linear_probe") or self.compared(
            "linear_probe", name
        )

    @property
    def claims(self):
        """Claims of the model about the pair, in the article's order."""
        return (
            ()
            if self.results is None
            else tuple(
                claim for claim in self.results.claims if claim.task == self.selection.pair_name
            )
        )

    @property
    def pooled(self):
        """The same claims, judged by all models together that were measured on the pair."""
        return self.found.pooled(self.selection.pair_name) if self.claims else ()

    def rung(self, layer, reader):
        """Rung of a layer and a reader, or None."""
        return next(
            (
                rung
                for rung in self.rungs
                if (rung.readout.layer, rung.readout.reader) == (layer, reader)
            ),
            None,
        )


def look(explorer: Explorer, selection: EvidenceSelection) -> EvidenceView:
    """Collect what is known of one selection."""
    found = find_results(explorer)
    results, task_name = found.of(selection.model), selection.task_name
    task = found.task(selection.model, task_name)
    peers = found.with_task(task_name) if task else {}
    counts = _counts(results, task)
    k = min(counts, key=lambda count: abs(np.log(count / selection.k))) if counts else None
    return EvidenceView(
        explorer=explorer,
        selection=selection,
        found=found,
        results=results,
        task=task,
        k=k,
        counts=counts,
        rungs=_rungs(found, results, task, peers, k),
        network=Spread.of([peer.task(task_name).network for peer in peers.values()])
        if task
        else None,
        variants=_variants(results, task, peers),
        verdicts=_verdicts(found, selection),
        disagreement=_disagreement(explorer, results, task, selection),
        nodes=order_of_nodes(explorer, selection),
        peers=peers,
        measured=found.by_model,
    )


def _counts(results, task):
    if task is None:
        return ()
    return tuple(
        sorted(
            {
                readout.setting
                for readout in results.of(task.name, reader="best_cells")
                if readout.setting is not None
            }
        )
    )


def _pick(results, task, layer, reader, k):
    """Readout of a layer; of several settings the largest that is not above k."""
    found = results.of(task.name, layer, reader)
    if reader != "best_cells":
        return found[0] if found else None
    within = [readout for readout in found if readout.setting <= k]
    return max(within, key=lambda readout: readout.setting, default=None)


def _rungs(found, results, task, peers, k):
    if task is None:
        return ()
    rungs = []
    for row, layer in enumerate(results.layers):
        for reader in READERS:
            own = _pick(results, task, layer.name, reader, k)
            if own is None:
                continue
            others = [_pick(peer, task, layer.name, reader, k) for peer in peers.values()]
            # Another model may have a layer of the same name and another shape.
            alike = [
                other.share
                for peer, other in zip(peers.values(), others, strict=True)
                if other is not None and layer in peer.layers
            ]
            before = _before(found, task, layer, own)
            rungs.append(Rung(row, own, Spread.of(alike or [own.share]), before))
    return tuple(rungs)


def _before(found: Found, task: Task, layer: LayerFacts, own: Readout) -> pooling.Spread | None:
    """Share of the same reader on the untrained twins, which the pixels know nothing of."""
    shares = [
        twin[0].share.value
        for one in found.alike(task.name, layer)
        if layer.name and (twin := one.untrained(task.name, layer.name, own.reader, own.setting))
    ]
    return pooling.Spread.of(shares) if shares else None


def _variants(results, task, peers):
    if task is None:
        return ()
    return tuple(
        (
            variant,
            Spread.of(
                [
                    other.scores[task.name].share
                    for peer in peers.values()
                    for other in peer.variants
                    if other.name == variant.name
                ]
            ),
        )
        for variant in results.variants
    )


def _verdicts(found, selection):
    verdicts: dict[str, Any] = {}
    for model, results in found.by_model.items():
        for claim in results.claims:
            if claim.task == selection.pair_name:
                verdicts.setdefault(claim.name, []).append((model, claim.verdict))
    return {name: tuple(told) for name, told in verdicts.items()}


def _disagreement(explorer, results, task, selection):
    if task is None or selection.variant is None:
        return None
    variant = next(one for one in results.variants if one.name == selection.variant)
    score = variant.scores[task.name]
    images = np.array(score.images, np.int64)
    labels = explorer.dataset(explorer.set_names[0]).labels[images]
    network, own = np.array(score.network_answers, np.int64), np.array(score.answers, np.int64)
    network_right, own_right = network == labels, own == labels
    order = np.argsort(np.where(network_right, 0, np.where(own_right, 1, 2)), kind="stable")
    n_pages = max(-(-len(images) // MOST_CARDS), 1)
    page = min(selection.page, n_pages)
    return Disagreement(
        images=images[order],
        labels=labels[order],
        network_answers=network[order],
        variant_answers=own[order],
        n_network=int(network_right.sum()),
        n_variant=int(own_right.sum()),
        page=page,
        n_pages=n_pages,
        shown=slice((page - 1) * MOST_CARDS, page * MOST_CARDS),
    )
