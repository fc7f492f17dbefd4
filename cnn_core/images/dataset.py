"""Image sets: loaded once, validated, normalised once, then only read.

A set comes from Keras' ``mnist.npz`` or any ``.npz`` archive with the same names, from a folder of
``.npy`` files, or from a folder of IDX files. `cnn_core.images.files.formats` has the names,
`cnn_core.images.pixel_values` the shapes and scales of the images,
`cnn_core.images.class_labels` the labels.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnn_core.errors import DataError
from cnn_core.images.class_labels import (
    check_counts,
    check_label_header,
    from_one_note,
    read_labels,
)
from cnn_core.images.class_names import check_class_names, read_class_names
from cnn_core.images.files.bounded_files import data_error
from cnn_core.images.files.formats import find_parts, splits_in
from cnn_core.images.files.sources import Source, held
from cnn_core.images.files.stored_arrays import MAX_UNPACKED_BYTES
from cnn_core.images.pixel_values import check_image_header, pieces, read_images
from cnn_core.images.scaled_images import ScaledImages

_Value = TypeVar("_Value", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Dataset:
    """One set of labelled images, read-only.

    Attributes
    ----------
    name
        ``"test"`` or ``"train"``.
    images
        ``(n, h, w, c)`` float32, c = 1 or 3, in 0…1 or `value_range`; possibly memory-mapped, or kept as bytes. Both
        are indexed alike, and ``numpy.asarray`` makes an array of either. Of a set that may be
        larger than memory, read slices and never the whole.
    labels
        ``(n,)`` int64 in 0…`n_classes` - 1.
    class_names
        One name for each class, in the order of the labels.
    value_range
        Black and white: 0 and 1 for all usual scales, the least and the largest value of a set
        that was stored with others and keeps them.
    notes
        What was taken where the stored set left a choice, one line each.
    source
        Where images and labels come from.
    digest
        SHA-256 in hex of shape, images and labels, computed when first asked for. It is the same
        whatever the format and the scale the set was loaded from, and does not depend on the names.

    Raises
    ------
    DataError
        The arrays are not of these shapes and dtypes, or of different lengths, or empty, or a label
        has no class. The values of the images are checked by `load_dataset`, not here.
    """

    name: str
    images: NDArray[np.float32] | ScaledImages
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    value_range: tuple[float, float] = (0.0, 1.0)
    notes: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        images, labels = self.images, np.asarray(self.labels)
        if not isinstance(images, ScaledImages):
            images = _read_only(np.asarray(images))
        where = f"image set {self.name!r}"
        if images.ndim != 4 or images.dtype != np.float32 or not images.size:
            given = f"images of shape {images.shape} and dtype {images.dtype}"
            raise data_error(where, given, "(n, h, w, c) float32, n at least 1")
        if labels.shape != images.shape[:1] or labels.dtype != np.int64:
            given = f"{len(images)} images, labels of shape {labels.shape} and dtype {labels.dtype}"
            raise data_error(where, given, "one int64 label for each image")
        names = check_class_names(where, self.class_names)
        if labels.min() < 0 or labels.max() >= len(names):
            given = f"labels {labels.min()}…{labels.max()} with {len(names)} names of classes"
            raise data_error(where, given, f"labels 0…{len(names) - 1}")
        if not -np.inf < self.value_range[0] < self.value_range[1] < np.inf:
            raise data_error(where, f"the range {self.value_range}", "black, then a larger white")
        object.__setattr__(self, "images", images)
        object.__setattr__(self, "labels", _read_only(labels))
        object.__setattr__(self, "class_names", names)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Shape (h, w, c) of one image."""
        height, width, channels = self.images.shape[1:]
        return height, width, channels

    @property
    def n_classes(self) -> int:
        """Number of classes, those without an image in this set included."""
        return len(self.class_names)

    @cached_property
    def digest(self) -> str:
        """SHA-256 in hex of shape, images and labels."""
        sha = hashlib.sha256(repr(self.images.shape).encode())
        for part in pieces(self.images):
            sha.update(np.ascontiguousarray(part).data)
        sha.update(np.ascontiguousarray(self.labels).data)
        return sha.hexdigest()


def available_splits(path: str | PathLike[str]) -> tuple[str, ...]:
    """Return which of ``"test"`` and ``"train"`` `path` holds, in this order; nothing is decoded.

    Raises
    ------
    DataError
        `path` is missing, is of no known format, or holds no images with labels.
    """
    return splits_in(path)


def require_both_sets(path: str | PathLike[str], uses: Mapping[str, str]) -> None:
    """Make sure that `path` holds a train and a test set; `uses` tells what each is needed for.

    Raises
    ------
    DataError
    """
    there = available_splits(path)
    for split in ("train", "test"):
        if split not in there:
            raise DataError(
                f"{Path(path).name}: no {split} set, {uses[split]}; data with a train and a test set "
                "are accepted"
            )


def load_dataset(
    path: str | PathLike[str],
    split: str | None = None,
    *,
    class_names: Sequence[str] | None = None,
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
) -> Dataset:
    """Load one set of images with labels; no other set of the same file is decoded.

    A plain ``.npy`` file of images in C order, up to 16 GiB, is memory-mapped and needs no memory
    of its own: what is read of it is brought to 0…1 then. Everything else is held in memory, up to
    4 GiB: uint8 as bytes that are scaled where they are read, other numbers as float32. Scales are
    told apart as `cnn_core.images.pixel_values` says.

    Parameters
    ----------
    path
        An ``.npz`` archive, a CSV table, or a folder of ``.npy`` or IDX files, tables or pictures.
    split
        ``"test"`` or ``"train"``; by default the test set if there is one.
    class_names
        One name for each class. By default the array ``class_names`` of the archive or folder, else
        the texts or numbers of the labels: as many as one-hot labels have columns, or the largest
        label plus one.
    max_unpacked_bytes
        Largest array to unpack from an archive or gzip file. By default 1 GiB.

    Raises
    ------
    DataError
        One line with the file, what is wrong and what is accepted: missing, damaged or pickled
        files, sets without labels, wrong shapes, different lengths, labels that are no classes,
        values that are no grey levels, or more than the stated limits.
    """
    name, parts = find_parts(path, split)
    stored = parts.class_names
    return _assembled(
        name, parts.images(), parts.labels(),
        class_names=class_names,
        stored_names=stored() if stored is not None and class_names is None else None,
        other_labels=parts.other_labels,
        note=parts.note,
        max_unpacked_bytes=max_unpacked_bytes,
    )  # fmt: skip


def dataset_of(
    images: ArrayLike,
    labels: ArrayLike,
    name: str = "test",
    *,
    class_names: Sequence[str] | None = None,
) -> Dataset:
    """Make an image set of arrays in memory, which are read as those of a file are.

    Parameters
    ----------
    images, labels
        As `load_dataset` takes them from a file.

    Raises
    ------
    DataError
        As `load_dataset`.
    """
    texts = np.asarray(labels)
    if texts.dtype.kind in "OS":
        texts = np.array([str(text) for text in texts.astype("U").tolist()])
    pixels = np.asarray(images)
    return _assembled(name, held("images", pixels), held("labels", texts), class_names=class_names)


def _assembled(
    name: str,
    images: Source,
    labels: Source,
    *,
    class_names: Sequence[str] | None,
    stored_names: Source | None = None,
    other_labels: Sequence[Callable[[], Source]] = (),
    note: str = "",
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
) -> Dataset:
    # Everything that headers tell is checked before a value is decoded, and labels before images.
    shape = check_image_header(images, max_unpacked_bytes)
    check_label_header(labels, max_unpacked_bytes)
    check_counts(labels, images)
    if stored_names is not None:
        class_names = read_class_names(stored_names)

    def others() -> Iterator[Source]:
        for describe in other_labels:
            source = describe()
            check_label_header(source, max_unpacked_bytes)
            yield source

    classes, names, of_labels = read_labels(labels, class_names, others)
    scaled, value_range, of_images = read_images(images, shape)
    notes = tuple(filter(None, (note, *of_images, of_labels)))
    source = f"{images.where} and {labels.where}"
    return Dataset(name, scaled, classes, names, value_range, notes, source)


def fit_labels(datasets: Mapping[str, Dataset], n_classes: int) -> dict[str, Dataset]:
    """Count labels from 0 that fit a network of `n_classes` only if they count from 1.

    Few labels, or digits without a 0, leave it open what they count from; the network tells.
    """
    top = max(dataset.n_classes for dataset in datasets.values())
    are_numbers = all(
        dataset.class_names == tuple(map(str, range(dataset.n_classes)))
        for dataset in datasets.values()
    )
    count_from_one = all(dataset.labels.min() >= 1 for dataset in datasets.values())
    if top != n_classes + 1 or not are_numbers or not count_from_one:
        return dict(datasets)
    return {
        name: replace(
            dataset,
            labels=dataset.labels - 1,
            class_names=dataset.class_names[1:],
            notes=(*dataset.notes, from_one_note(n_classes)),
        )
        for name, dataset in datasets.items()
    }


def _read_only(array: NDArray[_Value]) -> NDArray[_Value]:
    """Return a read-only view, so that the caller's own array stays as it is."""
    view = array.view()
    view.flags.writeable = False
    return view
