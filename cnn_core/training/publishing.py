"""Put a trained model with its history, and other files, into the artifacts, killed or not."""

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnn_core.artifacts import (
    HISTORY,
    MANIFEST,
    SECTIONS,
    SNAPSHOTS_ENDING,
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
    save_text,
    sha256_of,
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
    except (ValueError, KeyError, TypeError, RecursionError):
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
    snapshots: Path | None = None,
) -> dict[str, Any]:
    """Put a model, its training history, its record and its snapshots into a folder of artifacts.

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
    snapshots
        File to put there as ``NAME_snapshots.npz``.

    Returns
    -------
    dict
        The record as saved.
    """
    folder = Path(folder)
    with _publishing(folder), contextlib.ExitStack() as stages:

        def stage(section: str, name: str, told: dict[str, Any]) -> _News:
            return _News(section, name, stages.enter_context(staging(folder / name)), told)

        model, history = stage("models", file, record), stage("history", HISTORY, {})
        save(model.staged)
        told = {"sha256": sha256_of(model.staged), "epochs": epochs}
        curves = {"format": 1, "models": {**read_history(folder), file: told}}
        history.staged.write_bytes(json_text(curves).encode())
        news = [model, history]
        if snapshots:
            about = snapshots_record(record, file)
            news.append(stage("snapshots", f"{Path(file).stem}{SNAPSHOTS_ENDING}", about))
            shutil.copyfile(snapshots, news[-1].staged)
        published: dict[str, Any] = _put(folder, news)["models"][file]
    return published


def snapshots_record(model_record: dict[str, Any], model_file: str) -> dict[str, Any]:
    """What the manifest says of the snapshots of a model, but for size and checksum."""
    shared = ("command", "seed", "trained", "versions")
    return {
        "model": model_file,
        **{key: model_record[key] for key in shared if key in model_record},
    }


def publish_file(
    folder: AnyPath,
    section: str,
    file: str,
    save: Callable[[Path], object],
    record: dict[str, Any] | None = None,
) -> None:
    """Put a file into a folder of artifacts and describe it in the manifest.

    Every step leaves a folder that verifies: with the old file or with the new one.

    Parameters
    ----------
    section
        Of the manifest, one of `SECTIONS`.
    save
        Called with the path to write the file to.
    record
        What the manifest says of it; size and checksum are added.
    """
    folder = Path(folder)
    with _publishing(folder), staging(folder / file) as staged:
        save(staged)
        _put(folder, [_News(section, file, staged, record or {})])


def publish_text(folder: AnyPath, section: str, file: str, text: str) -> None:
    """Put a text file into a folder of artifacts; see `publish_file`."""
    publish_file(folder, section, file, lambda path: path.write_bytes(text.encode()))


def keep_text(path: AnyPath, section: str, shipped_as: str, text: str) -> None:
    """Save text; where it is the file of this name in a folder of artifacts, it is published."""
    path = Path(path)
    if path.name == shipped_as and (path.parent / MANIFEST).exists():
        publish_text(path.parent, section, path.name, text)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_text(path, text)


@dataclass(frozen=True)
class _News:
    """A file that is ready to take its place, and what the manifest will say of it."""

    section: str
    file: str
    staged: Path
    record: dict[str, Any]


def _put(folder: Path, news: list[_News]) -> dict[str, Any]:
    """Announce files, move them into place and settle; the manifest as it is then."""
    manifest = _settled(folder, manifest_or_empty(folder))
    announced: dict[str, Any] = {}
    for one in news:
        record = {**one.record, **fingerprint(one.staged)}
        announced.setdefault(one.section, {})[one.file] = record
    save_manifest(folder, {**manifest, "pending": announced})
    for one in news:
        flush_to_disk(one.staged)
        os.replace(one.staged, folder / one.file)
    flush_to_disk(folder)
    settled = _settled(folder, {**manifest, "pending": announced})
    save_manifest(folder, settled)
    return settled


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
