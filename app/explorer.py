"""The read-only object that every page gets: networks, image sets, surveys, bounded caches."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnn_core.errors import DataError, ModelError, SelectionError

_MOST_CACHED_BYTES = 48 * 2**20


class BoundedCache:
    """The results used last, up to a number of bytes; safe to share between threads."""

    def __init__(self, most_bytes):
        self._most_bytes = most_bytes
        self._held = OrderedDict()
        self._n_bytes = 0
        self._lock = threading.Lock()
        self._under_way = {}

    def get(self, key):
        """Return what is held under `key`, None where nothing is.

        Parameters
        ----------
        key : hashable

        Returns
        -------
        object or None
        """
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key][0]

    def get_or_make(self, key, make, size_of):
        """Return what is held under `key`, made and kept if it is not there.

        One thread makes it; others that ask meanwhile wait for its result. Where it fails, the
        error is its own: nothing is kept, and the next of those that wait tries for itself.

        Parameters
        ----------
        key : hashable
        make : callable
            Called without arguments; may ask for other keys.
        size_of : callable
            Gives the size of the result in bytes.

        Returns
        -------
        object
        """
        while True:
            with self._lock:
                if key in self._held:
                    self._held.move_to_end(key)
                    return self._held[key][0]
                others = self._under_way.get(key)
                if others is None:
                    own = self._under_way[key] = _Making()
                    break
            others.is_over.wait()
            # What is too large to be kept is handed on all the same.
            if others.has_made:
                return others.made
        try:
            own.made = make()
            self._hold(key, own.made, size_of(own.made))
            own.has_made = True
        finally:
            with self._lock:
                del self._under_way[key]
            own.is_over.set()
        return own.made

    def _hold(self, key, made, size):
        with self._lock:
            if size > self._most_bytes:
                return
            self._held[key] = (made, size)
            self._n_bytes += size
            while self._n_bytes > self._most_bytes:
                _, (_, dropped) = self._held.popitem(last=False)
                self._n_bytes -= dropped


class _Making:
    """Something that one thread makes and others may wait for."""

    def __init__(self):
        self.is_over = threading.Event()
        self.has_made = False
        self.made = None


class Explorer:
    """What there is to look at. It holds no user's state.

    Attributes
    ----------
    networks : dict of str to Network
        By name; the first is the one shown at first.
    set_names : tuple of str
        "test" and, where there is one, "train".
    class_names : tuple of str
    input_shape : tuple of int
        (height, width, channels) of every image.
    folder : pathlib.Path or None
        Where the models lie; manifest, history and readouts lie beside them, if anywhere.
    """

    def __init__(self, networks, datasets, surveys, *, folder=None):
        self.networks = dict(networks)
        self._datasets = dict(datasets)
        self._surveys = dict(surveys)
        self.folder = folder
        first = next(iter(self._datasets.values()))
        self.set_names = tuple(self._datasets)
        self.class_names = first.class_names
        self.input_shape = first.input_shape
        self._activations = BoundedCache(_MOST_CACHED_BYTES)
        self._fields = {}
        for network in self.networks.values():
            _require_fit(network, first)

    @classmethod
    def load(cls, model_paths, data_path, *, cache_folder=None, progress=None):
        """Load models and data and open, or build, their surveys.

        Parameters
        ----------
        model_paths : sequence of path-like
            ``.keras`` or ``.h5`` files, at least one.
        data_path : path-like
            Anything that `cnn_core.load_dataset` takes.
        cache_folder : path-like, optional
            Where surveys are kept; the core's default otherwise.
        progress : callable, optional
            Called with (what is done, steps done, steps in all).

        Returns
        -------
        Explorer

        Raises
        ------
        LookingGlassError
            One line: file, fault, remedy.
        """
        from app.serving.loading import load_explorer

        return load_explorer(cls, model_paths, data_path, cache_folder, progress)

    @property
    def model_names(self):
        """Names of the models, the first one shown first."""
        return tuple(self.networks)

    def class_name(self, number):
        """Name of a class, its number where the data names fewer classes."""
        names = self.class_names
        return names[number] if number < len(names) else str(number)

    def network(self, name):
        """Network of that name."""
        return _pick(self.networks, name, "model")

    def dataset(self, name):
        """Image set of that name, "test" or "train"."""
        return _pick(self._datasets, name, "image set")

    def survey(self, model, set_name):
        """What the model answers on every image of the set.

        Parameters
        ----------
        model, set_name : str

        Returns
        -------
        Survey
            With features of the last layers for the first set only, the test set if there is one.
        """
        self.dataset(set_name)
        return self._surveys[self.network(model).name, set_name]

    @property
    def notes(self):
        """What the operator should know about images and surveys, each once."""
        of_images = (
            f"The {name} images: {note}."
            for name, dataset in self._datasets.items()
            for note in dataset.notes
        )
        of_surveys = (survey.note for survey in self._surveys.values() if survey.note)
        return tuple(dict.fromkeys((*of_images, *of_surveys)))

    def image(self, set_name, number):
        """One image of a set.

        Parameters
        ----------
        set_name : str
        number : int
            From 0.

        Returns
        -------
        ndarray, shape (height, width, channels), float32 in [0, 1]

        Raises
        ------
        SelectionError
            When the set has no such image.
        """
        images = self.dataset(set_name).images
        if not 0 <= number < len(images):
            raise SelectionError(
                f"image {number}: the {set_name} set has the images 0 to {len(images) - 1}",
                nearest=min(max(number, 0), len(images) - 1),
            )
        return images[number]

    def activations(self, model, set_name, number):
        """Every layer of a model for one image, from the cache where it is there.

        Parameters
        ----------
        model, set_name : str
        number : int

        Returns
        -------
        Activations
            With a batch axis of length 1.
        """
        network = self.network(model)
        image = self.image(set_name, number)
        return self._activations.get_or_make(
            (model, set_name, number),
            lambda: network.activations(image[None]),
            lambda activations: activations.n_bytes,
        )

    def receptive_fields(self, model):
        """Receptive fields of a model's layers.

        Parameters
        ----------
        model : str

        Returns
        -------
        ReceptiveFields
        """
        from cnn_core.space.receptive_fields import ReceptiveFields

        if model not in self._fields:
            network = self.network(model)
            self._fields[model] = ReceptiveFields.of(network.layers, network.input_shape)
        return self._fields[model]

    @lru_cache(maxsize=256)  # noqa: B019 - one explorer lives as long as the process
    def sight(self, model, layer):
        """What the cells of a layer can see, in the parts that pages draw.

        Parameters
        ----------
        model, layer : str

        Returns
        -------
        Sight
        """
        fields = self.receptive_fields(model)
        return Sight(fields.describe(layer), fields.boxes(layer), ~fields.pixels_reaching(layer))


@dataclass(frozen=True, eq=False)
class Sight:
    """What the cells of one layer can see of the image.

    Attributes
    ----------
    summary : cnn_core.space.receptive_fields.FieldSummary
    boxes : ndarray, shape (*layer shape, 4), int32
        Receptive field of each cell.
    unread : ndarray, shape (height, width), bool
        Pixels that reach no cell.
    """

    summary: object
    boxes: np.ndarray
    unread: np.ndarray


def _pick(held, name, what):
    if name not in held:
        raise SelectionError(
            f'{what} "{name}": there are {", ".join(held)}', nearest=next(iter(held))
        )
    return held[name]


def _require_fit(network, dataset):
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


def _size(shape):
    return " × ".join(map(str, shape))
