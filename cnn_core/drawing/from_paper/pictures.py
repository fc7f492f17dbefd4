"""Pictures as people have them, read in bounded memory: files of a phone or a drawing program."""

import threading
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from cnn_core.drawing.from_paper.picture_headers import ACCEPTED, PictureHeader, read_header
from cnn_core.errors import DataError
from cnn_core.images.files.bounded_files import data_error

LARGEST_SIDE = 1024
"""Longest side of a picture as it is worked on; larger ones are shrunk while they are read."""

_READERS: dict[str, type[ImageFile.ImageFile]] = {
    "PNG": PngImageFile,
    "JPEG": JpegImageFile,
    "WebP": WebPImageFile,
}
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIXTEEN_BIT = ("I;16", "I;16B", "I;16L", "I")
# Pictures are decoded one at a time, so that many at once take no more memory than one.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as it was given, upright, its longest side at most `LARGEST_SIDE` pixels.

    Attributes
    ----------
    light
        (h, w, 1) or (h, w, 3), 0…1.
    alpha
        (h, w), 0…1: how far each pixel covers what lies behind it; None where all cover it.
    notes
        What was done to read it, one sentence each.
    """

    light: NDArray[np.float32]
    alpha: NDArray[np.float32] | None = None
    notes: tuple[str, ...] = ()


def picture_of(pixels: NDArray[np.uint8] | NDArray[np.float32]) -> Picture:
    """Take an array as a picture.

    Parameters
    ----------
    pixels : (h, w), (h, w, 1), (h, w, 3) or, with alpha, (h, w, 4)
        uint8, or float in 0…1.

    Raises
    ------
    DataError
        When it is no such array.
    """
    values = pixels[..., np.newaxis] if pixels.ndim == 2 else pixels
    is_shape = values.ndim == 3 and values.shape[2] in (1, 3, 4) and values.size > 0
    if not is_shape or values.dtype.kind not in "uf":
        raise DataError(
            f"picture of shape {pixels.shape} and dtype {pixels.dtype}: (h, w), (h, w, 1), "
            "(h, w, 3) or (h, w, 4) of uint8, or of float in 0…1, is accepted"
        )
    scaled = values.astype(np.float32) / np.float32(255 if values.dtype.kind == "u" else 1)
    if not (scaled.min() >= 0 and scaled.max() <= 1):
        raise DataError("picture: holds values outside of 0…1; light in 0…1 is accepted")
    if values.shape[2] == 4:
        return Picture(scaled[..., :3], scaled[..., 3])
    return Picture(scaled)


def read_picture(data: bytes, name: str = "picture") -> Picture:
    """Read a PNG, JPEG or WebP file.

    Parameters
    ----------
    data
        The whole file.
    name
        What errors call it.

    Raises
    ------
    DataError
        In one line: no such file, damaged, or too large; size and format are looked at before
        anything is decoded.
    """
    header = read_header(data, name)
    try:
        with _one_at_a_time:
            return _decoded(data, header)
    except Exception as error:
        # Pillow raises nearly any class on a damaged file; its first line says what is wrong.
        told = str(error).partition("\n")[0] or type(error).__name__
        fault = f"is a damaged {header.kind} file ({told})"
        raise data_error(name, fault, f"{ACCEPTED}, whole") from error


def _decoded(data: bytes, header: PictureHeader) -> Picture:
    notes = []
    with _READERS[header.kind](BytesIO(data)) as image:
        if getattr(image, "n_frames", 1) > 1:
            notes.append("The picture moves: its first frame was taken.")
        shrink = LARGEST_SIDE / max(header.width, header.height)
        if shrink < 1:
            notes.append(f"The picture has {header.width:,} × {header.height:,} pixels: shrunk.")
            size = max(1, int(header.width * shrink)), max(1, int(header.height * shrink))
            image.draft(None, size)
        image.load()
        turn = _UPRIGHT.get(_orientation(image))
        if turn is not None:
            notes.append("The file says that the camera was held askew: turned upright.")
        light, alpha = _light_and_alpha(image, turn)
    return Picture(light, alpha, tuple(notes))


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:
        # A camera's broken notes about a picture are no reason to refuse the picture.
        return 1


def _light_and_alpha(
    image: Image.Image, turn: Image.Transpose | None
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    if image.mode in _SIXTEEN_BIT:
        grey = Image.fromarray(_shrunk_sixteen_bit(np.asarray(image)))
        return np.asarray(_turned(grey, turn), np.float32)[..., np.newaxis], None
    if image.has_transparency_data:
        plain = image.convert("RGBA")
    else:
        plain = image.convert("L" if image.mode in ("1", "L") else "RGB")
    values = np.asarray(_turned(_shrunk(plain), turn), np.float32) / np.float32(255)
    if plain.mode == "L":
        return values[..., np.newaxis], None
    return values[..., :3], values[..., 3] if plain.mode == "RGBA" else None


def _turned(image: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    return image if turn is None else image.transpose(turn)


def _shrunk(image: Image.Image) -> Image.Image:
    factor = _factor(image.width, image.height)
    return image if factor == 1 else image.reduce(factor)


def _factor(width: int, height: int) -> int:
    return -(-max(width, height) // LARGEST_SIDE)


def _shrunk_sixteen_bit(values: NDArray[np.generic]) -> NDArray[np.float32]:
    """Bring 16-bit grey to 0…1, shrunk by the mean of blocks of pixels."""
    factor = _factor(values.shape[1], values.shape[0])
    rows, columns = (np.arange(0, size, factor) for size in values.shape)
    sums = np.add.reduceat(np.add.reduceat(values, columns, axis=1, dtype=np.float32), rows, axis=0)
    areas = np.outer(
        *(np.diff(np.append(s, n)) for s, n in zip((rows, columns), values.shape, strict=True))
    )
    return (sums / areas / 65535).astype(np.float32)
