"""What the Evidence page tells about one selection: numbers ready to be drawn and told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.explorer import Explorer
from app.frame.page import View
from app.frame.recorded.readouts import Found, find_results
from app.pages.evidence.node_order.found import NodeOrder, order_of_nodes
from app.pages.evidence.state import EvidenceSelection
from cnn_core.readouts.comparing import pooling
from cnn_core.readouts.comparing.answers import Share
from cnn_core.readouts.judging.claim_found import Claim
from cnn_core.readouts.results import LayerFacts, ModelReadouts, Readout, Task, Variant

READERS = ("best_cell", "class_mean", "best_cells", "linear_probe")
MOST_CARDS = 24
Peers = Mapping[str, tuple[ModelReadouts, Task]]


@dataclass(frozen=True)
class Spread:
    """Lowest and highest share over the models that were measured, and how many they are."""

    least: float
    most: float
    n_models: int

    @classmethod
    def of(cls, shares: Sequence[Share]) -> Self:
        """Spread of some shares, at least one."""
        values = [share.value for share in shares]
        return cls(min(values), max(values), len(values))


@dataclass(frozen=True)
class Rung:
    """One reader on one layer.

    Attributes
    ----------
    row
        Place of the layer in the ladder.
    before
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
    images, labels, network_answers, variant_answers : shape (n,)
        Those that only the network gets right first, then those that only the changed one does,
        then those that neither does.
    n_network, n_variant
        How many only the network, and only the changed one, gets right.
    shown
        Part that is listed.
    page
        From 1.
    """

    images: NDArray[np.int64]
    labels: NDArray[np.int64]
    network_answers: NDArray[np.int64]
    variant_answers: NDArray[np.int64]
    n_network: int
    n_variant: int
    shown: slice
    page: int
    n_pages: int


@dataclass(frozen=True, eq=False, kw_only=True)
class EvidenceView(View):
    """What there is for every selection, measured or not.

    Attributes
    ----------
    results
        None where the model was not measured.
    """

    selection: EvidenceSelection
    found: Found
    results: ModelReadouts | None
    nodes: NodeOrder


@dataclass(frozen=True, eq=False, kw_only=True)
class MeasuredView(EvidenceView):
    """Everything that is drawn where the model was measured on the question.

    Attributes
    ----------
    k
        Cells of the reader of the best cells, None where no layer has that reader.
    counts
        The numbers to choose k from.
    verdicts
        By name of the claim: each model with its verdict.
    peers
        Models measured on the same question and what they were asked, the shown one included.
    """

    results: ModelReadouts
    task: Task
    k: int | None
    counts: tuple[int, ...]
    rungs: tuple[Rung, ...]
    network: Spread
    variants: tuple[tuple[Variant, Spread], ...]
    verdicts: Mapping[str, tuple[tuple[str, str], ...]]
    disagreement: Disagreement | None
    peers: Peers

    @property
    def layer(self) -> str | None:
        """Layer that the answer is about: what the MLP reads or, without one, the last maps."""
        own = self.results.mlp["input"]
        return self.results.conv if own is None else own

    @property
    def facts(self) -> LayerFacts | None:
        """Row of the ladder that this layer stands in."""
        return next((one for one in self.results.layers if one.name == self.layer), None)

    def gain(self, reader: str) -> pooling.Gain | None:
        """What training adds to a reader on the layer that the answer is about."""
        return self.found.gain(self.task.name, self.facts, reader) if self.facts else None

    def compared(self, reader: str, task: str | None = None) -> pooling.Compared | None:
        """All networks together against a reader on the layer that the answer is about."""
        name = task or self.task.name
        return self.found.compared(name, self.facts, reader) if self.facts else None

    def weighed(self, task: str | None = None) -> pooling.Compared | None:
        """All networks together against a weighing of all cells, fitted on all images if it can."""
        name = task or self.task.name
        return self.found.weighed(name, self.facts)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Claims of the model about the pair, in the article's order."""
        about = self.selection.pair_name
        return tuple(claim for claim in self.results.claims if claim.task == about)

    @property
    def pooled(self) -> tuple[Claim, ...]:
        """The same claims, judged by all models together that were measured on the pair."""
        return self.found.pooled(self.selection.pair_name) if self.claims else ()

    def rung(self, layer: str | None, reader: str) -> Rung | None:
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
    results = found.of(selection.model)
    task = results.task(selection.task_name) if results else None
    nodes = order_of_nodes(explorer, selection)
    if results is None or task is None:
        return EvidenceView(
            explorer=explorer, selection=selection, found=found, results=results, nodes=nodes
        )
    peers, counts = found.with_task(task.name), _counts(results, task)
    k = min(counts, key=lambda count: abs(np.log(count / selection.k))) if counts else None
    return MeasuredView(
        explorer=explorer,
        selection=selection,
        found=found,
        results=results,
        task=task,
        k=k,
        counts=counts,
        rungs=_rungs(found, results, task, peers, k),
        network=Spread.of([asked.network for _, asked in peers.values()]),
        variants=_variants(results, task, peers),
        verdicts=_verdicts(found, selection),
        disagreement=_disagreement(explorer, results, task, selection),
        nodes=nodes,
        peers=peers,
    )


def _counts(results: ModelReadouts, task: Task) -> tuple[int, ...]:
    settings = {readout.setting for readout in results.of(task.name, reader="best_cells")}
    return tuple(sorted(setting for setting in settings if setting is not None))


def _pick(
    results: ModelReadouts, task: Task, layer: str | None, reader: str, k: int | None
) -> Readout | None:
    """Readout of a layer; of several settings the largest that is not above k."""
    found = results.of(task.name, layer, reader)
    if reader != "best_cells":
        return found[0] if found else None
    within = [(one.setting, one) for one in found if one.setting and k and one.setting <= k]
    return max(within, key=itemgetter(0))[1] if within else None


def _rungs(
    found: Found, results: ModelReadouts, task: Task, peers: Peers, k: int | None
) -> tuple[Rung, ...]:
    rungs = []
    for row, layer in enumerate(results.layers):
        for reader in READERS:
            own = _pick(results, task, layer.name, reader, k)
            if own is None:
                continue
            # Another model may have a layer of the same name and another shape.
            alike = [
                other.share
                for peer, _ in peers.values()
                if layer in peer.layers and (other := _pick(peer, task, layer.name, reader, k))
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


def _variants(
    results: ModelReadouts, task: Task, peers: Peers
) -> tuple[tuple[Variant, Spread], ...]:
    return tuple(
        (
            variant,
            Spread.of(
                [
                    other.scores[task.name].share
                    for peer, _ in peers.values()
                    for other in peer.variants
                    if other.name == variant.name
                ]
            ),
        )
        for variant in results.variants
    )


def _verdicts(found: Found, selection: EvidenceSelection) -> dict[str, tuple[tuple[str, str], ...]]:
    verdicts: dict[str, list[tuple[str, str]]] = {}
    for model, results in found.by_model.items():
        for claim in results.claims:
            if claim.task == selection.pair_name:
                verdicts.setdefault(claim.name, []).append((model, claim.verdict))
    return {name: tuple(told) for name, told in verdicts.items()}


def _disagreement(
    explorer: Explorer, results: ModelReadouts, task: Task, selection: EvidenceSelection
) -> Disagreement | None:
    variant = results.variant(selection.variant) if selection.variant else None
    if variant is None:
        return None
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
