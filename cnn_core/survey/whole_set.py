"""One pass of a network over a whole image set: kept on disk and shared by all processes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.artifacts import AnyPath
from cnn_core.errors import DataError, SelectionError
from cnn_core.images.dataset import Dataset
from cnn_core.network.activations import probabilities_of
from cnn_core.survey.identity import identity_of
from cnn_core.survey.one_pass import (
    Progress,
    UnitStatistics,
    exact_copies,
    layers_from_last_convolution,
    run_pass,
)
from cnn_core.survey.ranking import margins, smallest_first
from cnn_core.survey.store import (
    Damaged,
    FolderSink,
    MemorySink,
    building,
    default_cache_folder,
    one_builder,
    open_folder,
)

if TYPE_CHECKING:
    # Loads TensorFlow, which an opened survey does not need.
    from cnn_core.network.classifier import Network

SURVEY_FORMAT = 1
MOST_FEATURE_BYTES_ON_DISK = 8 * 2**30
MOST_FEATURE_BYTES_IN_MEMORY = 2**30


@dataclass(frozen=True, eq=False)
class Survey:
    """What a network makes of every image of a set. All arrays are read-only.

    Attributes
    ----------
    set_name
        Name of the image set, "test" or "train".
    labels, predictions : shape (n,)
    logits : shape (n, n_classes)
    features : shape (n, *layer shape)
        Activations of the layers from the last convolution on, as `Activations` gives them; layers
        that copy another one, such as Flatten, are views of it. Empty without features.
    peak : shape (n,)
        Largest activation of each layer in each image, for every layer.
    units
        For every layer.
    note
        What the user should know about where the survey is kept; "" when all is well.
    each_for_itself
        See `Network.each_for_itself`.
    """

    set_name: str
    model_digest: str
    data_digest: str
    labels: NDArray[np.int64]
    predictions: NDArray[np.int64]
    logits: NDArray[np.float32]
    features: Mapping[str, NDArray[np.float32]]
    peak: Mapping[str, NDArray[np.float32]]
    units: Mapping[str, UnitStatistics]
    note: str = ""
    each_for_itself: bool = False

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def n_classes(self) -> int:
        """Number of classes that the network tells apart."""
        return int(self.logits.shape[1])

    @cached_property
    def probabilities(self) -> NDArray[np.float32]:
        """Probabilities of the classes, shape (n, n_classes), in [0, 1]."""
        return probabilities_of(self.logits, self.each_for_itself)

    def margins(self, p: int, q: int) -> NDArray[np.float64]:
        """Margin of class p over class q, shape (n,); see `ranking.margins`."""
        return margins(self.logits, p, q)

    @cached_property
    def is_right(self) -> NDArray[np.bool_]:
        """Whether each image's prediction is its label, shape (n,)."""
        return np.equal(self.predictions, self.labels)

    @property
    def n_right(self) -> int:
        """Number of images whose prediction is their label."""
        return int(self.is_right.sum())

    @property
    def accuracy(self) -> float:
        """Share of images whose prediction is their label."""
        return self.n_right / len(self)

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """Number of images by label (row) and prediction (column)."""
        counts = np.zeros((self.n_classes, self.n_classes), np.int64)
        np.add.at(counts, (self.labels, self.predictions), 1)
        return counts

    def wrong(self, label: int | None = None, predicted: int | None = None) -> NDArray[np.int64]:
        """Numbers of the misclassified images, ascending.

        Only images of the class `label`, only images taken for the class `predicted`.
        """
        images = self._all_wrong
        if label is not None:
            images = images[self.labels[images] == label]
        if predicted is not None:
            images = images[self.predictions[images] == predicted]
        return images

    @cached_property
    def _all_wrong(self) -> NDArray[np.int64]:
        images = np.flatnonzero(~self.is_right)
        images.flags.writeable = False
        return images

    @cached_property
    def log_probability_of_label(self) -> NDArray[np.float64]:
        """Natural logarithm of the probability of each image's label, shape (n,), <= 0."""
        logits = self.logits.astype(np.float64)
        own = np.take_along_axis(logits, self.labels[:, np.newaxis], axis=1)[:, 0]
        rivals = np.zeros((len(own), 2)) if self.each_for_itself else logits
        if self.each_for_itself:
            rivals[:, 1] = own
        logs: NDArray[np.float64] = own - np.logaddexp.reduce(rivals, axis=1)
        return logs

    def hardest(self, n: int) -> NDArray[np.int64]:
        """Numbers of the n (1 or more) images with the lowest probability of their label.

        Lowest first, equal ones by number; all images if there are not so many.
        """
        if n < 1:
            raise SelectionError(f"{n} images: choose at least 1", nearest=1)
        return smallest_first(self.log_probability_of_label, n)


def survey_of(
    network: "Network",
    dataset: Dataset,
    cache_folder: AnyPath | None = None,
    progress: Progress | None = None,
    with_features: bool | None = None,
) -> Survey:
    """Open the survey of a network over an image set, or build and keep it.

    Built once, whichever process comes first: others wait for it. A damaged one is built anew.
    Where nothing can be written, the survey is served from memory and its `note` says so.

    Parameters
    ----------
    cache_folder
        By default $LOOKING_GLASS_CACHE, else the user's cache folder.
    with_features
        Keep the activations from the last convolution on; without them a survey is small. By
        default they are kept for test sets.

    Raises
    ------
    DataError
        When the images do not fit the network, or a label has no output.
    """
    facts, key = _facts_of(network, dataset, with_features)
    folder = Path(cache_folder) if cache_folder is not None else default_cache_folder()
    try:
        arrays, meta, note = _from_disk(network, dataset, folder, key, facts, progress)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        arrays, meta, note = _in_memory(network, dataset, facts, progress)
        note = (
            f"The survey could not be kept on disk ({reason}): it is held in memory and built "
            f"anew at each start. {note}"
        ).strip()
    return replace(_assemble(dataset, arrays, meta, note), each_for_itself=network.each_for_itself)


def stored_survey(
    network: "Network",
    dataset: Dataset,
    cache_folder: AnyPath | None = None,
    with_features: bool | None = None,
) -> Survey | None:
    """Open the survey as `survey_of` does; None where none is kept, or a damaged one."""
    facts, key = _facts_of(network, dataset, with_features)
    folder = Path(cache_folder) if cache_folder is not None else default_cache_folder()
    try:
        arrays, meta = open_folder(folder / key, facts)
    except Damaged:
        return None
    survey = _assemble(dataset, arrays, meta, "")
    return replace(survey, each_for_itself=network.each_for_itself)


def _facts_of(
    network: "Network", dataset: Dataset, with_features: bool | None
) -> tuple[dict[str, Any], str]:
    """What a survey belongs to, and the name under which it is kept."""
    if dataset.labels.max() >= network.n_classes:
        raise DataError(
            f"image set {dataset.name}: label {dataset.labels.max()}, but the network "
            f"{network.name} tells the classes 0 to {network.n_classes - 1} apart"
        )
    if with_features is None:
        with_features = dataset.name == "test"
    facts = {
        "format": SURVEY_FORMAT,
        "model": identity_of(network),
        "data": dataset.digest,
        "layers": [[info.name, list(info.shape)] for info in network.layers],
        "features": bool(with_features),
    }
    key = hashlib.sha256(repr(sorted(facts.items())).encode()).hexdigest()[:32]
    return facts, key


_Stored = tuple[dict[str, NDArray[Any]], dict[str, Any], str]


def _from_disk(
    network: "Network",
    dataset: Dataset,
    folder: Path,
    key: str,
    facts: dict[str, Any],
    progress: Progress | None,
) -> _Stored:
    try:
        return *open_folder(folder / key, facts), ""
    except Damaged:
        folder.mkdir(parents=True, exist_ok=True)
    with one_builder(folder, key) as alone:
        try:
            # Another process may have built it while this one waited.
            return *open_folder(folder / key, facts), ""
        except Damaged:
            kept, copies, note = _what_to_keep(network, dataset, facts, MOST_FEATURE_BYTES_ON_DISK)
        with building(folder, key, alone) as staged:
            sink = FolderSink(staged, len(dataset))
            try:
                run_pass(network, dataset, kept, sink, progress)
                sink.finish({**facts, "copies": copies, "note": note})
            finally:
                sink.close()
        try:
            return *open_folder(folder / key, facts), ""
        except Damaged as error:
            raise OSError(str(error)) from error


def _in_memory(
    network: "Network", dataset: Dataset, facts: dict[str, Any], progress: Progress | None
) -> _Stored:
    kept, copies, note = _what_to_keep(network, dataset, facts, MOST_FEATURE_BYTES_IN_MEMORY)
    sink = MemorySink(len(dataset))
    run_pass(network, dataset, kept, sink, progress)
    return sink.read_only(), {**facts, "copies": copies, "note": note}, ""


def _what_to_keep(
    network: "Network", dataset: Dataset, facts: dict[str, Any], most_bytes: int
) -> tuple[list[str], dict[str, str], str]:
    """Choose the layers to keep, from the logits backwards while there is room for them."""
    if not facts["features"]:
        return [], {}, ""
    tail = layers_from_last_convolution(network.layers)
    first = network.activations(dataset.images[:8], layers=[info.name for info in tail])
    copies = exact_copies(tail, first)
    room = most_bytes
    kept: list[str] = []
    too_large: list[str] = []
    for info in reversed(tail):
        if info.name in copies:
            continue
        room -= 4 * info.n_cells * len(dataset)
        (kept if room >= 0 else too_large).append(info.name)
    copies = {copy: source for copy, source in copies.items() if source in kept}
    note = (
        ""
        if not too_large
        else (
            f"The activations of {', '.join(reversed(too_large))} take more than the "
            f"{most_bytes / 2**30:g} GiB that a survey may keep, and are left out."
        )
    )
    return kept[::-1], copies, note


def _assemble(
    dataset: Dataset, arrays: dict[str, NDArray[Any]], meta: dict[str, Any], note: str
) -> Survey:
    shapes = {name: tuple(shape) for name, shape in meta["layers"]}

    def by_layer(part: str) -> dict[str, NDArray[Any]]:
        return {name: arrays[f"{part}/{name}"] for name in shapes if f"{part}/{name}" in arrays}

    features = by_layer("features")
    for copy, source in meta["copies"].items():
        features[copy] = features[source].reshape(len(dataset), *shapes[copy])
    return Survey(
        set_name=dataset.name,
        model_digest=meta["model"],
        data_digest=meta["data"],
        labels=arrays["labels"],
        predictions=arrays["predictions"],
        logits=arrays["logits"],
        features=MappingProxyType({name: features[name] for name in shapes if name in features}),
        peak=MappingProxyType(by_layer("peak")),
        units=MappingProxyType(
            {name: UnitStatistics(table) for name, table in by_layer("units").items()}
        ),
        note=" ".join(part for part in (note, meta["note"]) if part),
    )
