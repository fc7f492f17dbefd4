"""What was written down when a model was trained: the files beside it that describe it."""

from dataclasses import dataclass
from pathlib import Path

from cnn_core.artifacts import MANIFEST, read_manifest
from cnn_core.errors import ArtifactError
from cnn_core.images.disputed_labels import DISPUTED_LABELS, read_disputed_labels
from cnn_core.shipped_files import SHIPPED
from cnn_core.training.publishing import read_history


@dataclass(frozen=True)
class ModelRecords:
    """Records of one model.

    Attributes
    ----------
    record : dict or None
        Entry of the manifest.
    epochs : tuple of dict
        As `cnn_core.training.publishing.read_history` gives them; empty where there is none.
    fault : str
        Why records could not be read, "" if all is well or there are none.
    """

    record: dict | None
    epochs: tuple[dict, ...]
    fault: str = ""


def records_of(network):
    """Find the records of a model beside its file, by its checksum.

    Parameters
    ----------
    network : Network

    Returns
    -------
    ModelRecords
        Empty for a model that no record describes, whatever its file is called.
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


def disputed_in(dataset):
    """Disputed labels that are known of an image set.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    disputed : DisputedLabels or None
        None where none are known.
    fault : str
        Why the list could not be read, "" if all is well.
    """
    try:
        disputed = read_disputed_labels(SHIPPED / DISPUTED_LABELS)
    except ArtifactError:
        return None, f"The list {DISPUTED_LABELS} is damaged; check the file out again."
    return (disputed if disputed is not None and disputed.apply_to(dataset) else None), ""


def _entry_with(entries, digest):
    return next((entry for entry in entries.values() if entry["sha256"] == digest), None)
