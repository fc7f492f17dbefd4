"""The article's CNN: train it, go on after a stop, record what came out."""

import datetime
import re
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from cnn_core.artifacts import WORK_FOLDER, AnyPath, manifest_or_empty, only_one
from cnn_core.errors import ArtifactError, DataError, SelectionError
from cnn_core.images.dataset import Dataset
from cnn_core.network.backend import keras
from cnn_core.training.article_cnn import build_article_cnn
from cnn_core.training.checkpoints import Checkpoint, load_checkpoint
from cnn_core.training.publishing import publish_model, read_history, settle
from cnn_core.training.run import CHECKPOINT, SNAPSHOTS, Recipe, TrainingRun, split_training_images
from cnn_core.training.snapshots import SnapshotPlan
from cnn_core.training.versions import versions

__all__ = ["Recipe", "build_article_cnn", "split_training_images", "train_and_publish"]


def train_and_publish(
    train_set: Dataset,
    test_set: Dataset,
    folder: AnyPath,
    name: str,
    *,
    seed: int = 1,
    recipe: Recipe | None = None,
    plan: SnapshotPlan | None = None,
    resume: bool = False,
    overwrite: bool = False,
    command: str = "",
    data_name: str = "",
    show_progress: bool = True,
) -> dict[str, Any]:
    """Train the article's CNN and put it, its history and its record into the artifacts.

    A checkpoint after every epoch in ``folder/.training/name`` lets a stopped training go on. The
    test set is looked at once, when the last epoch is done. Until then the artifacts stay as they
    were.

    Parameters
    ----------
    folder
        The artifacts.
    name
        The model is saved as ``folder/name.keras``.
    seed
        Decides initial weights, split, order and augmentation.
    plan
        When snapshots are taken, to be saved as ``folder/name_snapshots.npz``; none by default.
    resume
        Go on from the last finished epoch, if there is one.
    overwrite
        Allow an existing model, or a broken-off training, of this name to be replaced.
    command
        What the manifest tells as the way to repeat this.
    data_name
        Name of the data file or folder, for the record.
    show_progress
        Progress bars over epochs and batches on standard error.

    Returns
    -------
    dict
        The model's record in the manifest.

    Raises
    ------
    DataError
        When the two sets do not belong together or hold too few images.
    ArtifactError
        When something would be overwritten, the same name is in training, or the artifacts or
        the checkpoint are damaged.
    SelectionError
        When the settings differ from those of the training to go on with.
    """
    _require_name(name)
    _require_same_kind(train_set, test_set)
    folder, recipe = Path(folder), recipe or Recipe()
    work = folder / WORK_FOLDER / name
    lock = folder / WORK_FOLDER / f"{name}.lock"
    settings: dict[str, Any] = {
        "seed": seed,
        "recipe": asdict(recipe),
        "data": {"name": data_name, "train": train_set.digest, "test": test_set.digest},
        "snapshots": str(plan) if plan else None,
    }
    with only_one(lock, f"{name}: another process is training this model"):
        settle(folder)
        # Damaged artifacts are told before the work, not after it.
        manifest_or_empty(folder)
        read_history(folder)
        checkpoint = _starting_point(folder, name, work, settings, resume, overwrite)
        resumed_after = checkpoint.settings["resumed_after"] if checkpoint else []
        if checkpoint:
            resumed_after = [*resumed_after, len(checkpoint.epochs)]
            command = checkpoint.settings["command"]
            overwrite = overwrite or checkpoint.settings["overwrite"]
        settings |= {"command": command, "overwrite": overwrite, "resumed_after": resumed_after}
        run = TrainingRun(train_set, seed, recipe, plan)
        work.mkdir(parents=True, exist_ok=True)
        if checkpoint:
            run.restore(checkpoint, work)
        run.train(settings, work, show_progress)
        record = _record(run, test_set, settings)
        snapshots = work / SNAPSHOTS if plan else None
        record = publish_model(folder, f"{name}.keras", run.save, record, run.epochs, snapshots)
        shutil.rmtree(work)
    return record


def _require_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*", name):
        raise SelectionError(
            f"model name {name!r}: letters, digits, '_', '-' and '.' are accepted, no '.' in front"
        )


def _require_same_kind(train_set: Dataset, test_set: Dataset) -> None:
    if train_set.images.shape[1:] != test_set.images.shape[1:]:
        raise DataError(
            f"training images are {train_set.images.shape[1:]}, test images "
            f"{test_set.images.shape[1:]}: both sets need images of one shape"
        )
    if len(train_set.class_names) < len(test_set.class_names):
        raise DataError(
            f"the test set has {len(test_set.class_names)} classes, the training set only "
            f"{len(train_set.class_names)}: every class must be trained"
        )


def _starting_point(
    folder: Path, name: str, work: Path, settings: dict[str, Any], resume: bool, overwrite: bool
) -> Checkpoint | None:
    """Decide whether to go on, start or refuse; the checkpoint to go on from, or None."""
    path, target = work / CHECKPOINT, folder / f"{name}.keras"
    checkpoint = load_checkpoint(path) if resume else None
    if checkpoint:
        for key, asked in settings.items():
            if checkpoint.settings.get(key) != asked:
                raise SelectionError(
                    f"{name}: the training to go on with has another {key} than asked for; give "
                    "the same options again, or start anew with --overwrite"
                )
        overwrite = overwrite or checkpoint.settings["overwrite"]
    # A training killed while it published finds its own network at the target.
    if target.exists() and not overwrite and not _holds_weights(target, checkpoint):
        raise ArtifactError(f"{target}: exists already; replace it with --overwrite")
    if path.exists() and not resume:
        if not overwrite:
            raise ArtifactError(
                f"{name}: a training of this name was broken off; go on with --resume or start "
                "anew with --overwrite"
            )
        shutil.rmtree(work)
    return checkpoint


def _holds_weights(model_file: Path, checkpoint: Checkpoint | None) -> bool:
    """Whether a model file holds just the weights of a checkpoint: replacing it loses nothing."""
    if checkpoint is None:
        return False
    try:
        weights = keras.saving.load_model(model_file, compile=False).get_weights()
    except (OSError, ValueError, TypeError):
        return False
    return len(weights) == len(checkpoint.weights) and all(
        np.array_equal(*pair) for pair in zip(weights, checkpoint.weights, strict=True)
    )


def _record(run: TrainingRun, test_set: Dataset, settings: dict[str, Any]) -> dict[str, Any]:
    images = {
        "train": int(run.images.shape[0]),
        "validation": len(run.validation[1]),
        "test": len(test_set),
    }
    correct = {
        "validation": run.count_correct(*run.validation),
        "test": run.count_correct(test_set.images, test_set.labels),
    }
    kept = {key: value for key, value in settings.items() if key not in ("overwrite", "snapshots")}
    return {
        **kept,
        "epochs": len(run.epochs),
        "parameters": run.model.count_params(),
        "images": images,
        "correct": correct,
        "accuracy": {part: correct[part] / images[part] for part in correct},
        "seconds": round(sum(told["seconds"] for told in run.epochs), 1),
        "trained": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "versions": versions(),
    }
