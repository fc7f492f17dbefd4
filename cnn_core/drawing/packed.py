"""One image as text for the fragment of an address (``#own=…``), which no server ever sees.

The text is base64url (RFC 4648, section 5) without ``=``, of these bytes:

======  =====  ===============================================================
offset  bytes  meaning
======  =====  ===============================================================
0       1      version of the format: 1
1       1      channels: 1 (grey) or 3 (red, green, blue)
2       2      height, unsigned, high byte first: 1…256
4       2      width, likewise
6       rest   one zlib stream (RFC 1950) of height × width × channels bytes:
               row by row from the top, each row from the left, the channels
               of a pixel together; 0 is no light, 255 is full light
======  =====  ===============================================================

A browser writes the stream with ``new CompressionStream("deflate")``. Compressors differ, so two
texts may stand for the same image; `pack` gives one image the same text each time.
"""

import base64
import re
import zlib

import numpy as np
from numpy.typing import NDArray

from cnn_core.errors import DataError

MOST_PACKED = 6000
"""Most characters of a packed image: any 32×32×3 image takes at most 4,132."""
LARGEST_SIDE = 256
"""Largest height and width in pixels."""

_VERSION = 1
_HEADER_BYTES = 6
_CHANNELS = (1, 3)
_TEXT = re.compile(r"[A-Za-z0-9_-]+")
_ACCEPTED = "the whole link as it was copied is accepted"


def pack(pixels: NDArray[np.uint8]) -> str:
    """Pack an image as text of letters, digits, ``-`` and ``_``.

    Parameters
    ----------
    pixels : (h, w), (h, w, 1) or (h, w, 3)
        Light: 0 is none. Height and width 1…`LARGEST_SIDE`.

    Raises
    ------
    DataError
        When it is no such image, or takes more than `MOST_PACKED` characters.
    """
    image = pixels[..., np.newaxis] if pixels.ndim == 2 else pixels
    if image.dtype != np.uint8 or image.ndim != 3 or not _is_accepted(*image.shape):
        raise DataError(
            f"image of shape {pixels.shape} and dtype {pixels.dtype}: uint8 of shape (h, w), "
            f"(h, w, 1) or (h, w, 3) with sides of 1 to {LARGEST_SIDE} pixels is accepted"
        )
    height, width, channels = image.shape
    header = bytes([_VERSION, channels]) + height.to_bytes(2) + width.to_bytes(2)
    packed = header + zlib.compress(image.tobytes(), 9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(text) > MOST_PACKED:
        raise DataError(
            f"image of {height} × {width} × {channels} values: takes {len(text):,} characters in "
            f"a link; up to {MOST_PACKED:,} are accepted, so a smaller or plainer image"
        )
    return text


def unpack(text: str) -> NDArray[np.uint8]:
    """Give the image that `pack`, or a browser, made a text of.

    Returns
    -------
    (h, w, c) with c = 1 or 3

    Raises
    ------
    DataError
        In one line, when the text is cut, altered, too long or no image. Nothing is unpacked beyond
        the size that the header states, which is bounded.
    """
    if len(text) > MOST_PACKED:
        raise _fault(f"has {len(text):,} characters, of at most {MOST_PACKED:,}")
    if not _TEXT.fullmatch(text):
        raise _fault("is empty or holds characters that no packed image has")
    if len(text) % 4 == 1:
        raise _fault("is cut")
    packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(packed) < _HEADER_BYTES:
        raise _fault("is cut")
    if packed[0] != _VERSION:
        raise _fault(f"is of version {packed[0]}, where this program reads {_VERSION}")
    shape = int.from_bytes(packed[2:4]), int.from_bytes(packed[4:6]), packed[1]
    if not _is_accepted(*shape):
        raise _fault(f"states a shape of {' × '.join(map(str, shape))}, which no image here has")
    return np.frombuffer(_inflated(packed[_HEADER_BYTES:], shape), np.uint8).reshape(shape)


def _is_accepted(height: int, width: int, channels: int) -> bool:
    return all(1 <= side <= LARGEST_SIDE for side in (height, width)) and channels in _CHANNELS


def _inflated(stream: bytes, shape: tuple[int, int, int]) -> bytes:
    """Give exactly the bytes that `shape` takes, or tell what is wrong with the stream."""
    n_bytes = shape[0] * shape[1] * shape[2]
    inflater = zlib.decompressobj()
    try:
        # One byte more than there should be, so that a stream that holds too much shows.
        values = inflater.decompress(stream, n_bytes + 1)
    except zlib.error:
        raise _fault("is altered") from None
    if len(values) > n_bytes or inflater.unused_data:
        raise _fault("holds more than its image")
    if not inflater.eof:
        raise _fault("is cut")
    if len(values) < n_bytes:
        raise _fault("holds less than its image")
    return values


def _fault(what: str) -> DataError:
    return DataError(f"image in the link: it {what}; {_ACCEPTED}")
