"""Where the parts of an image set stand in a file or folder.

One layout is a collection of named arrays: an ``.npz`` archive, or a folder of ``.npy`` files.
The other is a folder of IDX files under their usual names. Finding parts decodes nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path

from cnn_core.images.files.bounded_files import archive_names, data_error, one_line, reader_faults
from cnn_core.images.files.stored_arrays import (
    StoredArray,
    describe_idx,
    describe_member,
    describe_npy,
)

SPLITS = ("test", "train")
ACCEPTED = (
    "an .npz archive with x_test and y_test (x_train, y_train), a folder with test_imgs.npy and "
    "test_labels.npy or y_test.npy (train likewise), or a folder with the IDX files "
    "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte (train likewise), plain or .gz"
)

# Images and labels of one naming go together before any mixture of names does.
_NAME_PAIRS = (
    ("{0}_imgs", "{0}_labels"), ("{0}_images", "{0}_labels"), ("x_{0}", "y_{0}"),
    ("{0}_imgs", "y_{0}"), ("{0}_images", "y_{0}"), ("x_{0}", "{0}_labels"),
)  # fmt: skip
_CLASS_NAMES = "class_names"
_IDX_PREFIXES = {"test": ("t10k", "test"), "train": ("train",)}
_MOST_NAMES_TOLD = 6

_Describe = Callable[[], StoredArray]


@dataclass(frozen=True)
class Parts:
    """The stored parts of one image set; calling one reads its header.

    Attributes
    ----------
    images, labels
        Return the `StoredArray` of the images and of their labels.
    class_names
        Returns the `StoredArray` of the names of the classes; None where none are stored.
    """

    images: _Describe
    labels: _Describe
    class_names: _Describe | None


def splits_in(path: str | PathLike[str]) -> tuple[str, ...]:
    """Return which of ``"test"`` and ``"train"`` `path` holds, images and labels both.

    Raises
    ------
    DataError
        `path` is missing, is of no known format, or holds no complete set.
    """
    found = _sets(Path(path))
    return tuple(split for split in SPLITS if split in found)


def find_parts(path: str | PathLike[str], split: str) -> Parts:
    """Return the stored parts of the set `split` of `path`.

    In a folder that holds both layouts, the ``.npy`` files go before the IDX files, since one set's
    images never go with another's labels; a plain IDX file goes before its gzipped twin.

    Raises
    ------
    DataError
        As in `splits_in`, or there is no such set: the error names those there are.
    """
    place = Path(path)
    found = _sets(place)
    if split not in found:
        wanted, there = one_line(repr(split), 40), " or ".join(map(repr, found))
        fault = f"has no set {wanted} with images and labels ({_told(place)})"
        raise data_error(place, fault, f"the set {there}")
    return found[split]


def _sets(place: Path) -> dict[str, Parts]:
    with reader_faults(str(place)):
        if place.is_dir():
            found = _idx_files(place) | _npy_files(place)
        elif place.is_file():
            found = _archive(place)
        else:
            fault = "is neither a file nor a folder" if place.exists() else "does not exist"
            raise data_error(place, fault, ACCEPTED)
        if not found:
            raise data_error(place, f"has no images with labels ({_told(place)})", ACCEPTED)
    return found


def _archive(path: Path) -> dict[str, Parts]:
    if path.suffix in (".npy", ".gz") or path.name.endswith("-ubyte"):
        raise data_error(path, "is one part of a set", f"the folder that holds it, {path.parent}")
    return _named_arrays(archive_names(path), lambda name: partial(describe_member, path, name))


def _npy_files(folder: Path) -> dict[str, Parts]:
    names = {name.format(split) for split in SPLITS for pair in _NAME_PAIRS for name in pair}
    there = [name for name in (*names, _CLASS_NAMES) if (folder / f"{name}.npy").is_file()]
    return _named_arrays(there, lambda name: partial(describe_npy, folder / f"{name}.npy"))


def _named_arrays(names: Iterable[str], describe: Callable[[str], _Describe]) -> dict[str, Parts]:
    there = frozenset(names)
    class_names = describe(_CLASS_NAMES) if _CLASS_NAMES in there else None
    found = {}
    for split in SPLITS:
        for pair in _NAME_PAIRS:
            images, labels = (name.format(split) for name in pair)
            if split not in found and {images, labels} <= there:
                found[split] = Parts(describe(images), describe(labels), class_names)
    return found


def _idx_files(folder: Path) -> dict[str, Parts]:
    found = {}
    for split, prefixes in _IDX_PREFIXES.items():
        images = _first_idx(folder, prefixes, "images", (3, 4))
        labels = _first_idx(folder, prefixes, "labels", (1, 2))
        if images and labels:
            found[split] = Parts(partial(describe_idx, images), partial(describe_idx, labels), None)
    return found


def _first_idx(
    folder: Path, prefixes: Iterable[str], part: str, axes: Iterable[int]
) -> Path | None:
    names = (
        f"{prefix}-{part}{dot}idx{count}-ubyte{suffix}"
        for prefix in prefixes for count in axes for dot in "-." for suffix in ("", ".gz")
    )  # fmt: skip
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _told(place: Path) -> str:
    """Say what stands in `place`, for an error: few names, each short and on one line."""
    if place.is_dir():
        names = sorted(entry.name for entry in place.iterdir())
    else:
        names = sorted(archive_names(place))
    told = [one_line(name, 40) for name in names[:_MOST_NAMES_TOLD]]
    if len(names) > _MOST_NAMES_TOLD:
        told.append(f"{len(names) - _MOST_NAMES_TOLD} more")
    return "it holds " + (", ".join(told) or "nothing")
