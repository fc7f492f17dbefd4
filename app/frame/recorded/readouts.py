"""The results that were computed beforehand, each given to the model that it belongs to."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.explorer import Explorer
from app.frame.defaults import default_pair
from cnn_core.errors import ArtifactError, OlderFormatError
from cnn_core.readouts.comparing.pooling import (
    Compared,
    Gain,
    compare_reader,
    gain_by_training,
    versus_network,
)
from cnn_core.readouts.judging.claim_found import Claim
from cnn_core.readouts.judging.claims import judge_claims
from cnn_core.readouts.result_file import READOUTS, load_readouts
from cnn_core.readouts.results import ALL_CLASSES, LayerFacts, ModelReadouts, Task


@dataclass(frozen=True, eq=False)
class Found:
    """What is known of the models that are shown.

    Attributes
    ----------
    by_model
        In the order of the models; those without results are missing.
    other_data
        Models that were measured on other images than those shown.
    older
        Files that an older version wrote; nothing of them is shown.
    """

    by_model: dict[str, ModelReadouts]
    other_data: tuple[str, ...] = ()
    older: tuple[Path, ...] = ()

    def of(self, model: str) -> ModelReadouts | None:
        """Results of a model, or None."""
        return self.by_model.get(model)

    def pairs(self, model: str) -> tuple[tuple[int, int], ...]:
        """Pairs of classes that a model was measured on, a tuple of (p, q)."""
        results = self.of(model)
        return (
            ()
            if results is None
            else tuple(
                task.classes
                for task in results.tasks
                if task.name != ALL_CLASSES and len(task.classes) == 2
            )
        )

    def with_task(self, name: str) -> dict[str, tuple[ModelReadouts, Task]]:
        """Results of all models that have this task, and the task, by name of the model."""
        return {
            model: (results, task)
            for model, results in self.by_model.items()
            if (task := results.task(name)) is not None
        }

    def pooled(self, name: str) -> tuple[Claim, ...]:
        """Claims about a pair, judged by all models that were measured on it together."""
        return _pooled(self, name)

    def alike(self, task: str, layer: LayerFacts) -> list[ModelReadouts]:
        """Results of all models that have this task and this very layer."""
        return [one for one, _ in self.with_task(task).values() if layer in one.layers]

    def gain(self, task: str, layer: LayerFacts, reader: str) -> Gain | None:
        """What training adds to a reader, over all models that have the layer and a twin."""
        return _gain(self, task, layer, reader)

    def compared(self, task: str, layer: LayerFacts, reader: str) -> Compared | None:
        """Networks against a reader, over all models that have the layer."""
        return _compared(self, task, layer, reader)

    def compared_variant(self, task: str, variant: str) -> Compared | None:
        """Networks against their changed forms, over all models that have this form."""
        return _compared_variant(self, task, variant)

    def weighed(self, task: str, layer: LayerFacts | None) -> Compared | None:
        """Networks against a weighing of a layer's cells, fitted on all images if one was."""
        whole = self.compared_variant(task, "linear_probe")
        return whole or (self.compared(task, layer, "linear_probe") if layer else None)


@lru_cache(maxsize=64)
def _compared_variant(found: Found, task: str, name: str) -> Compared | None:
    changed = [
        (one, variant.scores[task].right.right)
        for one, _ in found.with_task(task).values()
        if (variant := one.variant(name)) and task in variant.scores
    ]
    if not changed:
        return None
    return versus_network([one for one, _ in changed], task, [right for _, right in changed])


@lru_cache(maxsize=256)
def _gain(found: Found, task: str, layer: LayerFacts, reader: str) -> Gain | None:
    return gain_by_training(found.alike(task, layer), task, layer.name, reader)


@lru_cache(maxsize=256)
def _compared(found: Found, task: str, layer: LayerFacts, reader: str) -> Compared | None:
    return compare_reader(found.alike(task, layer), task, layer.name, reader)


@lru_cache(maxsize=64)
def _pooled(found: Found, name: str) -> tuple[Claim, ...]:
    return judge_claims(tuple(found.by_model.values()), name)


@lru_cache(maxsize=8)
def find_results(explorer: Explorer) -> Found:
    """Read the results that lie beside the models.

    Results belong to a model when their checksum is that of the network; they are shown only if
    they were scored on the very test images that the dashboard shows.

    Raises
    ------
    ArtifactError
        When a file of results is damaged.
    """
    set_name = explorer.set_names[0]
    digest = explorer.dataset(set_name).digest
    stored: list[ModelReadouts] = []
    older: list[Path] = []
    for folder in _folders(explorer):
        try:
            stored += load_readouts(folder / READOUTS)
        except OlderFormatError:
            older.append(folder / READOUTS)
    by_model, other_data = {}, []
    for model in explorer.model_names:
        identity = explorer.identity(model)
        own = [one for one in stored if one.model_digest == identity]
        fitting = _best_fitted([one for one in own if one.test_digest == digest], explorer)
        if fitting is not None:
            by_model[model] = fitting
        elif own:
            other_data.append(model)
    return Found(by_model, tuple(other_data), tuple(older))


@lru_cache(maxsize=256)
def telling_unit(explorer: Explorer, model: str, layer: str) -> tuple[int, float] | None:
    """The unit whose cell tells the classes of the usual pair apart best, by its results.

    Returns
    -------
    tuple of (int, float) or None
        The unit, and the share of test images that its cell gets right. None where nothing was
        measured, or the file of results is damaged: who only looks for a first unit needs none.
    """
    try:
        results = find_results(explorer).of(model)
    except ArtifactError:
        return None
    p, q = default_pair(explorer.class_names)
    found = results.of(f"{p}-{q}", layer, "best_cell") if results else []
    if not found:
        return None
    cell, info = found[0].facts["cell"], explorer.network(model).layer(layer)
    return int(cell) % info.n_units, found[0].share.value


def fitted_elsewhere(results: ModelReadouts, explorer: Explorer) -> bool:
    """Tell whether readers were fitted on other training images than those that are shown.

    False where no training images are shown.
    """
    return "train" in explorer.set_names and (
        results.train_digest != explorer.dataset("train").digest
    )


def _best_fitted(candidates: list[ModelReadouts], explorer: Explorer) -> ModelReadouts | None:
    ordered = sorted(candidates, key=lambda results: fitted_elsewhere(results, explorer))
    return ordered[0] if ordered else None


def _folders(explorer: Explorer) -> list[Path]:
    paths = [network.path for network in explorer.networks.values() if network.path]
    folders = [explorer.folder, *(path.parent for path in paths)]
    return list(dict.fromkeys(folder for folder in folders if folder is not None))
