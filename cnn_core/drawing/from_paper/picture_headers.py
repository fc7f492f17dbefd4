"""What a picture file says of itself, read from its first bytes before anything is decoded."""

import re
import struct
from dataclasses import dataclass

from cnn_core.images.files.bounded_files import data_error

ACCEPTED = "a PNG, JPEG or WebP picture"
MOST_BYTES = 16 * 2**20
"""Longest picture file."""
MOST_PIXELS = {"PNG": 16_000_000, "JPEG": 16_000_000, "WebP": 9_000_000}
"""Most pixels of each format: decoding them takes at most about 200 MB."""
MOST_PIXELS_IN_ONE_SCAN = 64_000_000
"""Most pixels of a JPEG that a decoder can shrink while it reads: most photographs."""

_OTHER_FORMATS = (
    (0, b"GIF8", "GIF"),
    (0, b"%PDF", "PDF"),
    (0, b"BM", "BMP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftyp", "HEIC"),
)
# Start-of-frame markers: baseline and the like, then progressive ones. C4, C8 and CC are none.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SEQUENTIAL = {0xC0, 0xC1}
_SCAN = 0xDA
# Markers that a length follows; what fills the gaps between segments is skipped.
_MARKER = re.compile(rb"\xff+([\x02-\xcf\xd8-\xfe])", re.DOTALL)
_MOST_SEGMENTS = 2000


@dataclass(frozen=True)
class PictureHeader:
    """Format and size that a file states.

    Attributes
    ----------
    kind
        "PNG", "JPEG" or "WebP".
    width, height
        In pixels, each at least 1.
    shrinks
        Whether its decoder can shrink it while it reads.
    """

    kind: str
    width: int
    height: int
    shrinks: bool = False


def read_header(data: bytes, name: str) -> PictureHeader:
    """Read format and size of a picture file, and refuse what would take too much memory.

    Raises
    ------
    DataError
        In one line: no picture of the three formats, cut before its size, or too large.
    """
    if len(data) > MOST_BYTES:
        found = f"has {len(data) / 2**20:,.1f} MiB"
        raise data_error(name, found, f"{ACCEPTED} of at most {MOST_BYTES // 2**20} MiB")
    try:
        header = _header(data, name)
    except (struct.error, IndexError):
        raise data_error(name, "ends before it has stated its size", ACCEPTED) from None
    if min(header.width, header.height) < 1:
        raise data_error(name, f"states {header.width} × {header.height} pixels", ACCEPTED)
    most = MOST_PIXELS_IN_ONE_SCAN if header.shrinks else MOST_PIXELS[header.kind]
    if header.width * header.height > most:
        raise data_error(
            name,
            f"has {header.width:,} × {header.height:,} pixels",
            f"at most {most // 1_000_000} million pixels in a {header.kind} picture of this kind",
        )
    return header


def _header(data: bytes, name: str) -> PictureHeader:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PictureHeader("PNG", *struct.unpack(">II", data[16:24]))
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return PictureHeader("WebP", *_webp_size(data))
    raise data_error(name, _what_it_is(data), ACCEPTED)


def _what_it_is(data: bytes) -> str:
    if not data:
        return "is empty"
    for start, magic, kind in _OTHER_FORMATS:
        if data[start : start + len(magic)] == magic:
            return f"is a {kind} file"
    if b"<svg" in data[:4096].lower():
        return "is an SVG drawing"
    return "is no picture of a known format"


def _webp_size(data: bytes) -> tuple[int, int]:
    chunk = data[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if chunk == b"VP8L":
        (bits,) = struct.unpack("<I", data[21:25])
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", data[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _jpeg(data: bytes) -> PictureHeader:
    """Read a JPEG up to its first scan.

    A decoder shrinks a sequential picture whose one scan holds all colours while it reads; of any
    other it keeps all coefficients.
    """
    frame, height, width, colours = 0, 0, 0, 0
    at = 2
    for _ in range(_MOST_SEGMENTS):
        found = _MARKER.search(data, at)
        if found is None:
            break
        marker, at = found[1][0], found.end()
        (length,) = struct.unpack(">H", data[at : at + 2])
        if marker in _FRAMES:
            frame = marker
            height, width, colours = struct.unpack(">HHB", data[at + 3 : at + 8])
        if marker == _SCAN:
            in_one_scan = data[at + 2] == colours
            return PictureHeader("JPEG", width, height, frame in _SEQUENTIAL and in_one_scan)
        at += length
    raise IndexError("no scan")
