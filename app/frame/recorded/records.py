"""What was written down when a model was trained: the files beside it that describe it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnn_core.artifacts import MANIFEST, read_manifest
from cnn_core.errors import ArtifactError
from cnn_core.images.disputed_labels import DISPUTED_LABELS, DisputedLabels, read_disputed_labels
from cnn_core.shipped_files import SHIPPED
from cnn_core.training.publishing import read_history

if TYPE_CHECKING:
    from cnn_core.images.dataset import Dataset
    from cnn_core.network.classifier import Network


@dataclass(frozen=True)
class ModelRecords:
    """Records of one model.

    Attributes
    ----------
    record
        Entry of the manifest.
    epochs
        As `cnn_core.training.publishing.read_history` gives them; empty where there is none.
    fault
        Why records could not be read, "" if all is well or there are none.
    """

    record: dict[str, Any] | None
    epochs: tuple[dict[str, Any], ...]
    fault: str = ""


def records_of(network: Network) -> ModelRecords:
    """Find the records of a model beside its file, by its checksum.

    They are empty for a model that no record describes, whatever its file is called.
    """
    if network.path is None or not (Path(network.path).parent / MANIFEST).exists():
        return ModelRecords(None, ())
    folder = Path(network.path).parent
    try:
        record = _entry_with(read_manifest(folder)["models"], network.digest)
        history = _entry_with(read_history(folder), network.digest)
    except ArtifactError:
        return ModelRecords(
            None,
            (),
            "The records beside the model cannot be trusted; "
            "`python -m cnn_core check` says what is wrong with them.",
        )
    return ModelRecords(record, tuple(history["epochs"]) if history else ())


def disputed_in(dataset: Dataset) -> tuple[DisputedLabels | None, str]:
    """Disputed labels that are known of an image set.

    Returns
    -------
    disputed
        None where none are known.
    fault
        Why the list could not be read, "" if all is well.
    """
    try:
        disputed = read_disputed_labels(SHIPPED / DISPUTED_LABELS)
    except ArtifactError:
        return None, f"The list {DISPUTED_LABELS} is damaged; check the file out again."
    return (disputed if disputed is not None and disputed.apply_to(dataset) else None), ""


def _entry_with(entries: dict[str, dict[str, Any]], digest: str) -> dict[str, Any] | None:
    return next((entry for entry in entries.values() if entry["sha256"] == digest), None)
