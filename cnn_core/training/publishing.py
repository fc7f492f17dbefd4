"""Put a trained model with its history, and other files, into the artifacts, killed or not."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cnn_core.artifacts import (
    HISTORY,
    SECTIONS,
    WORK_FOLDER,
    AnyPath,
    Fault,
    fingerprint,
    flush_to_disk,
    json_text,
    manifest_or_empty,
    matches,
    only_one,
    save_manifest,
    staging,
)
from cnn_core.errors import ArtifactError


def read_history(folder: AnyPath) -> dict[str, Any]:
    """Training curves of every model of a folder.

    Returns
    -------
    dict
        ``{model file: {"sha256": ..., "epochs": [...]}}``; one dict an epoch with ``epoch``
        (from 1), ``loss``, ``accuracy``, ``val_loss``, ``val_accuracy``, ``learning_rate`` and
        ``seconds``. Empty where nothing was trained yet.

    Raises
    ------
    ArtifactError
        When the file cannot be read as such.
    """
    path = Path(folder) / HISTORY
    try:
        models: dict[str, Any] = json.loads(path.read_bytes())["models"]
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError):
        raise ArtifactError(str(Fault(str(path), "truncated or altered"))) from None
    return models


def record_data(folder: AnyPath, file: str) -> None:
    """Describe a data file of the folder in its manifest, unless it is described already.

    Raises
    ------
    ArtifactError
        When the file is not the one that the manifest describes.
    """
    folder = Path(folder)
    found = fingerprint(folder / file)
    with _publishing(folder):
        manifest = manifest_or_empty(folder)
        if file not in manifest["data"]:
            manifest["data"][file] = found
            save_manifest(folder, manifest)
        elif not matches(found, manifest["data"][file]):
            raise ArtifactError(str(Fault(str(folder / file), "altered: checksum differs")))


def publish_model(
    folder: AnyPath,
    file: str,
    save: Callable[[Path], None],
    record: dict[str, Any],
    epochs: list[dict[str, Any]],
) -> dict[str, Any]:
    """Put a model, its training history and its record into a folder of artifacts.

    Every step leaves a folder that verifies: with the old model or with the new one.

    Parameters
    ----------
    file
        Name of the model file, with suffix.
    save
        Called with the path to write the model to.
    record
        What the manifest says of the model; size and checksum are added.
    epochs
        The training history; see `read_history`.

    Returns
    -------
    dict
        The record as saved.
    """
    folder = Path(folder)
    with _publishing(folder), contextlib.ExitStack() as stages:
        manifest = _settled(folder, manifest_or_empty(folder))
        model = stages.enter_context(staging(folder / file))
        save(model)
        record = {**record, **fingerprint(model)}
        history = stages.enter_context(staging(folder / HISTORY))
        curves = {**read_history(folder), file: {"sha256": record["sha256"], "epochs": epochs}}
        history.write_bytes(json_text({"format": 1, "models": curves}).encode())
        announced = {"models": {file: record}, "history": {HISTORY: fingerprint(history)}}
        save_manifest(folder, {**manifest, "pending": announced})
        for staged, name in ((model, file), (history, HISTORY)):
            flush_to_disk(staged)
            os.replace(staged, folder / name)
        flush_to_disk(folder)
        save_manifest(folder, _settled(folder, {**manifest, "pending": announced}))
    return record


def publish_text(folder: AnyPath, section: str, file: str, text: str) -> None:
    """Put a text file into a folder of artifacts and describe it in the manifest.

    Every step leaves a folder that verifies: with the old file or with the new one.

    Parameters
    ----------
    section
        Of the manifest, one of `SECTIONS`.
    file
        Its name.
    """
    folder = Path(folder)
    with _publishing(folder), staging(folder / file) as staged:
        manifest = _settled(folder, manifest_or_empty(folder))
        staged.write_bytes(text.encode())
        announced = {section: {file: fingerprint(staged)}}
        save_manifest(folder, {**manifest, "pending": announced})
        flush_to_disk(staged)
        os.replace(staged, folder / file)
        flush_to_disk(folder)
        save_manifest(folder, _settled(folder, {**manifest, "pending": announced}))


def settle(folder: AnyPath) -> None:
    """Finish the manifest of a publication that was killed half-way.

    Announced files that are in place become the recorded ones, announcements of files that never
    came are withdrawn, and left-over temporary files go.
    """
    folder = Path(folder)
    with _publishing(folder):
        manifest = manifest_or_empty(folder)
        if "pending" in manifest:
            save_manifest(folder, _settled(folder, manifest))


def _settled(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    pending = manifest.get("pending", {})
    settled = {key: value for key, value in manifest.items() if key != "pending"}
    for section in SECTIONS:
        settled[section] = dict(manifest.get(section, {}))
        for file, record in pending.get(section, {}).items():
            if (folder / file).exists() and matches(fingerprint(folder / file), record):
                settled[section][file] = record
    return settled


@contextlib.contextmanager
def _publishing(folder: Path) -> Iterator[None]:
    lock = folder / WORK_FOLDER / "publishing.lock"
    with only_one(lock, f"{folder}: another process is publishing there; try again in a moment"):
        for left_over in folder.glob(".*.tmp.*"):
            left_over.unlink(missing_ok=True)
        yield
