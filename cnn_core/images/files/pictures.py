"""Image sets in folders of pictures, one folder for each class.

Only headers of a few well-known formats are tried, a picture's size is checked before it is
decoded, and one picture is held at a time.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import scandir
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_core.images.files.bounded_files import data_error
from cnn_core.images.files.sources import CHUNK_BYTES, ReadSource, Source, held

MAX_PICTURES = 1_000_000
"""Most pictures of one set."""
MAX_PICTURE_PIXELS = 4096 * 4096
"""Largest picture that is decoded."""

_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".ppm", ".pgm", ".webp")
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "PPM", "WEBP")
_GREY_MODES = ("1", "L", "LA", "I;16", "I;16B", "I")
_ACCEPTED = f"pictures of one size as {', '.join(_FORMATS)}"
_FAULTS = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, OverflowError, MemoryError,
    struct.error, zlib.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


@dataclass(frozen=True)
class ClassFolders:
    """The pictures of one set, by class.

    Attributes
    ----------
    place
        The folder that holds the folders of the classes.
    names
        Names of the pictures' files by that of their folder, numbers in their own order.
    """

    place: Path
    names: Mapping[str, tuple[str, ...]]

    def labels(self) -> Source:
        """Name of its folder for each picture."""
        counts = [len(names) for names in self.names.values()]
        return held(f"{self.place} (folders)", np.repeat(np.array(list(self.names)), counts))

    def images(self) -> Source:
        """Bytes of all pictures, ``(n, h, w)``, or ``(n, h, w, 3)`` if one of them has a colour.

        Raises
        ------
        DataError
            A picture is damaged, too large, or of another size than the first.
        """
        shape = self._common_shape()
        n_pictures = sum(map(len, self.names.values()))
        dtype = np.dtype(np.uint8)
        return ReadSource(str(self.place), (n_pictures, *shape), dtype, lambda: self._read(shape))

    def _paths(self) -> Iterator[Path]:
        for folder, names in self.names.items():
            for name in names:
                yield self.place / folder / name

    def _common_shape(self) -> tuple[int, ...]:
        size: tuple[int, int] | None = None
        has_colour = False
        for path in self._paths():
            with _opened(path) as picture:
                size = size or picture.size
                if picture.size != size:
                    here, first = (f"{width} × {height}" for width, height in (picture.size, size))
                    fault = f"is a picture of {here} pixels, the first one has {first}"
                    raise data_error(path, fault, _ACCEPTED)
                has_colour = has_colour or _has_colour(path, picture)
        assert size is not None, "a class has at least one picture"
        return (size[1], size[0], 3) if has_colour else (size[1], size[0])

    def _read(self, shape: tuple[int, ...]) -> Iterator[NDArray[np.uint8]]:
        rows = max(1, CHUNK_BYTES // int(np.prod(shape)))
        chunk: list[NDArray[np.uint8]] = []
        for path in self._paths():
            with _opened(path) as picture:
                chunk.append(_bytes(path, picture, is_grey=len(shape) == 2))
            if len(chunk) == rows:
                yield np.stack(chunk)
                chunk = []
        if chunk:
            yield np.stack(chunk)


def class_folders(place: Path) -> ClassFolders | None:
    """Return the folders of pictures in `place`; None where there are not two.

    Raises
    ------
    DataError
        More than `MAX_PICTURES`.
    """
    names: dict[str, tuple[str, ...]] = {}
    for folder in sorted(place.iterdir(), key=lambda entry: _natural(entry.name)):
        if folder.is_dir() and not folder.name.startswith((".", "__")):
            there = tuple(sorted(_pictures(folder), key=_natural))
            if there:
                names[folder.name] = there
        if sum(map(len, names.values())) > MAX_PICTURES:
            raise data_error(place, f"holds more than {MAX_PICTURES:,} pictures", "fewer pictures")
    return ClassFolders(place, names) if len(names) > 1 else None


def _pictures(folder: Path) -> Iterator[str]:
    with scandir(folder) as entries:
        for count, entry in enumerate(entries):
            if count > MAX_PICTURES:
                raise data_error(folder, f"holds more than {MAX_PICTURES:,} files", "fewer files")
            is_hidden = entry.name.startswith(".")
            if entry.name.lower().endswith(_ENDINGS) and entry.is_file() and not is_hidden:
                yield entry.name


def _natural(name: str) -> list[tuple[int, int | str]]:
    """Sort "10.png" behind "9.png"."""
    parts = re.findall(r"\d{1,18}|\D+", name)
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]


def _opened(path: Path) -> Image.Image:
    try:
        picture = Image.open(path, formats=_FORMATS)
    except _FAULTS as error:
        raise _unreadable(path, error) from error
    if picture.width * picture.height > MAX_PICTURE_PIXELS:
        picture.close()
        fault = f"is a picture of {picture.width} × {picture.height} pixels"
        raise data_error(path, fault, f"up to {MAX_PICTURE_PIXELS:,} pixels")
    return picture


def _has_colour(path: Path, picture: Image.Image) -> bool:
    """Return whether some pixel is not grey; digits are often saved as colours that are all grey."""
    if picture.mode in _GREY_MODES:
        return False
    red, green, blue = np.moveaxis(_bytes(path, picture, is_grey=False), -1, 0)
    return bool((red != green).any() or (red != blue).any())


def _bytes(path: Path, picture: Image.Image, *, is_grey: bool) -> NDArray[np.uint8]:
    try:
        if picture.mode.startswith("I"):
            # Sixteen bits; the upper eight are what the other formats hold.
            grey = (np.asarray(picture) >> 8).astype(np.uint8)
            return grey if is_grey else np.repeat(grey[..., None], 3, axis=-1)
        if is_grey and picture.mode not in _GREY_MODES:
            return np.asarray(picture.convert("RGB"))[..., 0]
        return np.asarray(picture.convert("L" if is_grey else "RGB"))
    except _FAULTS as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: BaseException) -> Exception:
    told: Any = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return data_error(path, f"cannot be read as a picture ({told})", _ACCEPTED)
