"""Where the parts of image sets stand in a file or folder.

An ``.npz`` archive, a folder of ``.npy`` files or of archives with one array each, a folder of IDX
files, CSV tables, folders of pictures. Finding parts decodes no values.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from os import PathLike
from pathlib import Path

from cnn_core.images.files.bounded_files import archive_names, data_error, one_line, reader_faults
from cnn_core.images.files.part_names import find_pairs, is_part, split_of, split_within
from cnn_core.images.files.pictures import class_folders
from cnn_core.images.files.sources import Source
from cnn_core.images.files.stored_arrays import describe_idx, describe_member, describe_npy
from cnn_core.images.files.tables import TABLE_ENDINGS, Table, describe_lines, has_labels

SPLITS = ("test", "train")
ACCEPTED = (
    "an .npz archive or a folder of .npy files with names such as x_test and y_test, IDX files, "
    "a CSV table with a label column, or a folder of pictures with one folder for each class "
    "(docs/data.md)"
)

_CLASS_NAMES = "class_names"
_IDX_NAME = re.compile(r"(.+)[-.]idx\d-ubyte(\.gz)?")
_UNNAMED = re.compile(r"arr_\d+")
_MOST_NAMES_TOLD = 6
_MOST_WRAPPINGS = 3

_Describe = Callable[[], Source]


@dataclass(frozen=True)
class Parts:
    """The parts of one image set; calling one reads its header.

    Attributes
    ----------
    images, labels
        Return the images and their labels, not yet decoded.
    class_names
        Returns the names of the classes; None where none are stored.
    other_labels
        The labels of the other sets of the same place, whose classes are the same.
    note
        What was taken for the set, where that was a choice.
    """

    images: _Describe
    labels: _Describe
    class_names: _Describe | None = None
    other_labels: tuple[_Describe, ...] = ()
    note: str = ""


def splits_in(path: str | PathLike[str]) -> tuple[str, ...]:
    """Return which of ``"test"`` and ``"train"`` `path` holds, images and labels both.

    Raises
    ------
    DataError
        `path` is missing, is of no known format, or holds no complete set.
    """
    found = _sets(Path(path))
    return tuple(split for split in SPLITS if split in found)


def find_parts(path: str | PathLike[str], split: str | None) -> tuple[str, Parts]:
    """Return the name and the parts of the set `split` of `path`; None: the first that there is.

    In a folder that holds several layouts, ``.npy`` files go before IDX files, tables and pictures,
    since one set's images never go with another's labels; a plain IDX file goes before its gzipped
    twin.

    Raises
    ------
    DataError
        As in `splits_in`, or there is no such set: the error names those there are.
    """
    place = Path(path)
    found = _sets(place)
    name = split or next(name for name in SPLITS if name in found)
    if name not in found:
        wanted, there = one_line(repr(name), 40), " or ".join(map(repr, found))
        fault = f"has no set {wanted} with images and labels ({_told(place)})"
        raise data_error(place, fault, f"the set {there}")
    others = tuple(parts.labels for other, parts in found.items() if other != name)
    return name, replace(found[name], other_labels=others)


def _sets(place: Path) -> dict[str, Parts]:
    with reader_faults(str(place)):
        if place.is_dir():
            found = _folder(place, _MOST_WRAPPINGS)
        elif place.is_file():
            found = _file(place)
        else:
            fault = "is neither a file nor a folder" if place.exists() else "does not exist"
            raise data_error(place, fault, ACCEPTED)
        if not found:
            raise data_error(place, f"has no images with labels ({_told(place)})", ACCEPTED)
    return found


def _folder(place: Path, wrappings: int) -> dict[str, Parts]:
    entries = [entry for entry in place.iterdir() if not entry.name.startswith((".", "__"))]
    files = {entry.name: entry for entry in entries if entry.is_file()}
    folders = [entry for entry in entries if entry.is_dir()]
    found = _tables(files) | _idx_files(files) | _array_files(files)
    found = _as_test_and_train(found or _picture_folders(place, folders))
    if not found and wrappings and len(folders) == 1:
        return _folder(folders[0], wrappings - 1)
    class_names = _class_names(files)
    return {split: replace(parts, class_names=class_names) for split, parts in found.items()}


def _class_names(files: Mapping[str, Path]) -> _Describe | None:
    """Find the names of the classes: an array, or a text with one name in each line."""
    by_name = {name.lower(): path for name, path in files.items()}
    for ending, describe in ((".npy", describe_npy), (".txt", describe_lines)):
        path = by_name.get(_CLASS_NAMES + ending)
        if path:
            return partial(describe, path)
    return None


def _as_test_and_train(found: Mapping[str, Parts]) -> dict[str, Parts]:
    """Keep a test and a training set; what else there is may stand for a missing test set."""
    sets = {split: found[split] for split in ("train",) if split in found}
    if "test" in found:
        sets["test"] = found["test"]
    elif "validation" in found:
        note = "there is no test set: the validation set is taken as the test set"
        sets["test"] = replace(found["validation"], note=note)
    elif "" in found:
        sets["test"] = found[""]
    return sets


def _file(path: Path) -> dict[str, Parts]:
    name = path.name.lower()
    if name.endswith((".npy", "-ubyte", "-ubyte.gz")):
        raise data_error(path, "is one part of a set", f"the folder that holds it, {path.parent}")
    if name.endswith(TABLE_ENDINGS):
        return _as_test_and_train({split_within(path.stem): _table_parts(path)})
    names = archive_names(path)
    if not names:
        raise data_error(path, "is an archive without arrays", f"it unpacked, or {ACCEPTED}")
    if len(names) == 1:
        raise data_error(path, "holds one array only", f"its folder with both parts, {path.parent}")
    describe = {name: partial(describe_member, path, name) for name in names}
    found = _named_arrays(describe)
    unnamed = [name for name in names if _UNNAMED.fullmatch(name)]
    if not found and unnamed:
        found = _unnamed_arrays({name: describe[name] for name in unnamed})
    return _as_test_and_train(found)


def _array_files(files: Mapping[str, Path]) -> dict[str, Parts]:
    describe: dict[str, _Describe] = {}
    # A plain array comes before an archive that holds one.
    for name, path in sorted(files.items()):
        if name.lower().endswith(".npy"):
            describe[name[:-4]] = partial(describe_npy, path)
        elif name.lower().endswith(".npz") and is_part(name[:-4]):
            members = archive_names(path)
            if len(members) == 1:
                describe.setdefault(name[:-4], partial(describe_member, path, members[0]))
    return _named_arrays(describe)


def _named_arrays(describe: Mapping[str, _Describe]) -> dict[str, Parts]:
    class_names = next((name for name in describe if name.lower() == _CLASS_NAMES), None)
    stored = describe[class_names] if class_names else None
    return {
        split: Parts(describe[images], describe[labels], stored)
        for split, (images, labels) in find_pairs(describe).items()
    }


def _unnamed_arrays(describe: Mapping[str, _Describe]) -> dict[str, Parts]:
    """Pair arrays of `numpy.savez` without names, by their shapes.

    One pair is a test set. Of several the largest, or the first, is the training set and the last
    of the others the test set.
    """
    there = {name: describe[name]() for name in sorted(describe, key=lambda name: int(name[4:]))}
    labels = [name for name, array in there.items() if not _is_of_images(array)]
    pairs: list[tuple[str, str]] = []
    for images in [name for name in there if name not in labels]:
        fit = (name for name in labels if there[name].shape[:1] == there[images].shape[:1])
        chosen = next(fit, None)
        if chosen:
            labels.remove(chosen)
            pairs.append((images, chosen))
    taken = {"": pairs[0]} if len(pairs) == 1 else {}
    if len(pairs) > 1:
        train = max(pairs, key=lambda pair: there[pair[0]].shape[0])
        taken = {"train": train, "test": [pair for pair in pairs if pair != train][-1]}
    return {
        split: Parts(
            describe[images],
            describe[labels],
            note=f"the arrays have no names: {images} and {labels} are taken as the "
            f"{split or 'test'} set",
        )
        for split, (images, labels) in taken.items()
    }


def _is_of_images(array: Source) -> bool:
    return len(array.shape) > 2 or (len(array.shape) == 2 and math.isqrt(array.shape[1]) > 6)


def _idx_files(files: Mapping[str, Path]) -> dict[str, Parts]:
    describe: dict[str, _Describe] = {}
    # A plain file comes before its gzipped twin, whose name is longer.
    for name, path in sorted(files.items()):
        found = _IDX_NAME.fullmatch(name.lower())
        if found:
            describe.setdefault(found[1], partial(describe_idx, path))
    return _named_arrays(describe)


def _tables(files: Mapping[str, Path]) -> dict[str, Parts]:
    found: dict[str, Parts] = {}
    for name, path in sorted(files.items()):
        if name.lower().endswith(TABLE_ENDINGS) and has_labels(path):
            found.setdefault(split_within(path.stem), _table_parts(path))
    return found


def _table_parts(path: Path) -> Parts:
    table = cache(partial(Table.describe, path))
    return Parts(lambda: table().images, lambda: table().labels)


def _picture_folders(place: Path, folders: Iterable[Path]) -> dict[str, Parts]:
    """Find pictures by class, in folders of the sets or, without such folders, right here."""
    splits: dict[str, Path] = {}
    for folder in sorted(folders):
        if split_of(folder.name):
            splits.setdefault(split_of(folder.name), folder)
    of_splits = {split: class_folders(folder) for split, folder in splits.items()}
    there = {split: folders for split, folders in of_splits.items() if folders}
    if not there:
        here = class_folders(place)
        there = {"": here} if here else {}
    return {split: Parts(folders.images, folders.labels) for split, folders in there.items()}


def _told(place: Path) -> str:
    """Say what stands in `place`, for an error: few names, each short and on one line."""
    if place.is_dir():
        names = sorted(entry.name for entry in place.iterdir())
    elif place.name.lower().endswith(TABLE_ENDINGS):
        names = [place.name]
    else:
        names = sorted(archive_names(place))
    told = [one_line(name, 40) for name in names[:_MOST_NAMES_TOLD]]
    if len(names) > _MOST_NAMES_TOLD:
        told.append(f"{len(names) - _MOST_NAMES_TOLD} more")
    return "it holds " + (", ".join(told) or "nothing")
