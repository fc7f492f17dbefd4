"""The read-only object that every page gets: networks, image sets, surveys, bounded caches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.bounded_cache import BoundedCache
from app.reading import StillReading
from cnn_core.drawing.packed import unpack
from cnn_core.errors import DataError, ModelError, SelectionError
from cnn_core.space.receptive_fields import FieldSummary, ReceptiveFields

if TYPE_CHECKING:
    from app.frame.subject import Subject
    from app.reading import Reading
    from cnn_core.images.dataset import Dataset
    from cnn_core.network.activations import Activations
    from cnn_core.network.classifier import Network
    from cnn_core.survey.whole_set import Survey
    from cnn_core.training.course import TrainingCourse

_MOST_CACHED_BYTES = 48 * 2**20
_MOST_KEPT_BYTES = 16 * 2**20
_LONGEST_NAME, _KEPT_LETTERS = 32, 24


T = TypeVar("T")


class Explorer:
    """What there is to look at. It holds no user's state.

    Attributes
    ----------
    networks
        By name; the first is the one shown at first.
    set_names
        "test" and, where there is one, "train".
    input_shape
        (height, width, channels) of every image.
    value_range
        Black and white of the images, 0 and 1 unless the data kept a range of their own.
    kept
        Answers that take long, for everybody; pages keep theirs under keys of their own.
    snapshots
        Files of snapshots that do not lie beside their models, by model.
    folder
        Where the models lie; manifest, history and readouts lie beside them, if anywhere.
    reading
        What reads the surveys that are not there yet, if any are missing.
    data_path
        Where the images lie, as it was named at the start; None: nowhere but in memory.
    pixels
        What the models take for black and white, where that was stated.
    """

    def __init__(
        self,
        networks: Mapping[str, Network],
        datasets: Mapping[str, Dataset],
        surveys: Mapping[tuple[str, str], Survey],
        *,
        folder: Path | None = None,
        notes: Iterable[str] = (),
        snapshots: Mapping[str, Path] | None = None,
        reading: Reading | None = None,
        data_path: Path | None = None,
        pixels: str | None = None,
    ) -> None:
        self.networks = dict(networks)
        self._datasets = dict(datasets)
        # No copies: whoever reads the sets adds to them while pages are served.
        self._surveys = surveys
        self._notes = notes
        self.reading = reading
        self.folder = folder
        self.data_path = data_path
        self.pixels = pixels
        self.snapshots = dict(snapshots or {})
        first = next(iter(self._datasets.values()))
        self.set_names = tuple(self._datasets)
        self.class_names = first.class_names
        self.input_shape = first.input_shape
        self.value_range = first.value_range
        self._activations = BoundedCache(_MOST_CACHED_BYTES)
        self.kept = BoundedCache(_MOST_KEPT_BYTES)
        self._fields: dict[str, ReceptiveFields] = {}
        for network in self.networks.values():
            require_fit(network, first)

    @property
    def cache_folder(self) -> Path | None:
        """Where what was computed once is kept for all processes; None: nowhere."""
        return None if self.reading is None else self.reading.cache_folder

    @property
    def model_names(self) -> tuple[str, ...]:
        """Names of the models, the first one shown first."""
        return tuple(self.networks)

    def class_name(self, number: int) -> str:
        """Name of a class as it stands in a sentence, its number where the data names fewer.

        The end of a very long one is its number: the name whole is in `class_names`, stands beside
        the bars of an answer and in files.
        """
        name = self.whole_class_name(number)
        return name if len(name) <= _LONGEST_NAME else f"{name[:_KEPT_LETTERS]}… ({number})"

    def whole_class_name(self, number: int) -> str:
        """Name of a class, its number where the data names fewer classes."""
        names = self.class_names
        return names[number] if number < len(names) else str(number)

    def network(self, name: str) -> Network:
        """Network of that name."""
        return _pick(self.networks, name, "model")

    def dataset(self, name: str) -> Dataset:
        """Image set of that name, "test" or "train"."""
        return _pick(self._datasets, name, "image set")

    def survey(self, model: str, set_name: str) -> Survey:
        """What the model answers on every image of the set.

        With features of the last layers for the first set only, the test set if there is one.

        Raises
        ------
        StillReading
            When it is not there yet.
        """
        self.dataset(set_name)
        found = self._surveys.get((self.network(model).name, set_name))
        if found is None:
            raise StillReading.of(model, set_name, self.reading)
        return found

    def still_reading(self, model: str, set_name: str) -> StillReading | None:
        """Tell how far the reading of a survey is: to be raised, or shown; None when it is read."""
        if (model, set_name) in self._surveys:
            return None
        return StillReading.of(model, set_name, self.reading)

    def values_of(
        self, survey: Survey, layer: str, rows: Sequence[int] | NDArray[np.integer]
    ) -> NDArray[np.float32]:
        """What a layer gives for some images of a survey: kept, or computed where it is not.

        Of shape (len(rows), *layer shape).
        """
        if layer in survey.features:
            return np.asarray(survey.features[layer][rows])
        model = next(name for (name, _), one in [*self._surveys.items()] if one is survey)
        images = self.dataset(survey.set_name).images[np.asarray(rows, np.int64)]
        return self.network(model).activations(images, layers=[layer])[layer]

    def identity(self, model: str) -> str:
        """SHA-256 by which what was computed for a model is found again."""
        from cnn_core.survey.identity import identity_of

        return identity_of(self.network(model))

    @property
    def notes(self) -> tuple[str, ...]:
        """What the operator should know about pixels, images and surveys, each once."""
        of_images = (
            f"The {name} images: {note}."
            for name, dataset in self._datasets.items()
            for note in dataset.notes
        )
        surveys = tuple(self._surveys.values())
        of_surveys = (survey.note for survey in surveys if survey.note)
        return tuple(dict.fromkeys((*self._notes, *of_images, *of_surveys)))

    def image(self, subject: Subject) -> NDArray[np.float32]:
        """One image, shape (height, width, channels) in `value_range`.

        Raises
        ------
        SelectionError
            When the set has no such image, or the own image does not fit the models.
        """
        if subject.is_own:
            return self.own_image(subject.own)
        images, number = self.dataset(subject.set).images, subject.image
        if not 0 <= number < len(images):
            raise SelectionError(
                f"image {number}: the {subject.set} set has the images 0 to {len(images) - 1}",
                nearest=min(max(number, 0), len(images) - 1),
            )
        return images[number]

    def own_image(self, packed: str) -> NDArray[np.float32]:
        """The reader's own image, shape (height, width, channels) in `value_range`.

        Parameters
        ----------
        packed
            As `cnn_core.drawing.packed.pack` writes it.

        Raises
        ------
        LookingGlassError
            When it is no image, or none of the size that the models take.
        """
        pixels = unpack(packed)
        if pixels.shape != self.input_shape:
            raise SelectionError(
                f"it has {_size(pixels.shape)} pixels, but the models take "
                f"{_size(self.input_shape)}"
            )
        black, white = self.value_range
        return (black + (white - black) * pixels / 255).astype(np.float32)

    def shown(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return an image for the eye: black at 0 and white at 1, whatever range the set has."""
        black, white = self.value_range
        return np.clip((image - np.float32(black)) / np.float32(white - black), 0, 1)

    def label(self, subject: Subject) -> int | None:
        """Class of an image, None of an own image: nobody has told it."""
        if subject.is_own:
            return None
        return int(self.dataset(subject.set).labels[subject.image])

    def activations(self, model: str, subject: Subject) -> Activations:
        """Every layer of a model for one image, from the cache where it is there.

        With a batch axis of length 1.
        """
        network = self.network(model)
        image = self.image(subject)
        key = (model, subject.own or (subject.set, subject.image))
        return self._activations.get_or_make(
            key, lambda: network.activations(image[None]), lambda activations: activations.n_bytes
        )

    def receptive_fields(self, model: str) -> ReceptiveFields:
        """Receptive fields of a model's layers."""
        if model not in self._fields:
            network = self.network(model)
            self._fields[model] = ReceptiveFields.of(network.layers, network.input_shape)
        return self._fields[model]

    @lru_cache(maxsize=8)  # noqa: B019 - one explorer lives as long as the process
    def course(self, model: str) -> TrainingCourse | None:
        """Snapshots of a model's training, None where no file of them lies beside it.

        Raises
        ------
        DataError
            When the file is damaged or of another architecture.
        """
        from cnn_core.training.course import open_snapshots, snapshots_beside

        network = self.network(model)
        path = self.snapshots.get(model)
        if path is None and network.path is not None:
            path = snapshots_beside(network.path)
        return None if path is None else open_snapshots(path, network)

    @lru_cache(maxsize=256)  # noqa: B019 - one explorer lives as long as the process
    def sight(self, model: str, layer: str) -> Sight:
        """What the cells of a layer can see, in the parts that pages draw."""
        fields = self.receptive_fields(model)
        return Sight(fields.describe(layer), fields.boxes(layer), ~fields.pixels_reaching(layer))


@dataclass(frozen=True, eq=False)
class Sight:
    """What the cells of one layer can see of the image.

    Attributes
    ----------
    boxes : shape (*layer shape, 4), int32
        Receptive field of each cell.
    unread : shape (height, width), bool
        Pixels that reach no cell.
    """

    summary: FieldSummary
    boxes: np.ndarray
    unread: np.ndarray


def _pick(held: Mapping[str, T], name: str, what: str) -> T:
    if name not in held:
        raise SelectionError(
            f'{what} "{name}": there are {", ".join(held)}', nearest=next(iter(held))
        )
    return held[name]


def require_fit(network: Network, dataset: Dataset) -> None:
    """Refuse a model and data that do not fit each other.

    Raises
    ------
    ModelError, DataError
    """
    if network.input_shape != dataset.input_shape:
        raise ModelError(
            f"model {network.name}: takes images of {_size(network.input_shape)}, but the data has "
            f"{_size(dataset.input_shape)}; give a model and data that fit each other"
        )
    if network.n_classes < dataset.n_classes:
        raise DataError(
            f"the data has {dataset.n_classes} classes, but model {network.name} tells only "
            f"{network.n_classes} apart; give a model and data that fit each other"
        )


def _size(shape: Iterable[int]) -> str:
    return " × ".join(map(str, shape))
