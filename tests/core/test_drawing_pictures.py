"""Pictures as people have them: the right array, or one sentence, in bounded memory."""

import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_core.drawing.from_paper.picture_headers import MOST_BYTES, MOST_PIXELS, read_header
from cnn_core.drawing.from_paper.pictures import LARGEST_SIDE, picture_of, read_picture
from cnn_core.errors import DataError

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (5, 7), np.uint8)
COLOUR = RNG.integers(0, 256, (5, 7, 3), np.uint8)


def file_of(image, kind, **options):
    if not isinstance(image, Image.Image):
        image = Image.fromarray(image)
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png_chunk(kind, content):
    body = kind + content
    return len(content).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)


def png(width, height, depth, colour, *chunks):
    start = width.to_bytes(4) + height.to_bytes(4) + bytes([depth, colour, 0, 0, 0])
    ends = (png_chunk(b"IHDR", start), *chunks, png_chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(ends)


def black_png(side):
    """A one-bit PNG of side × side black pixels, packed bit by bit in bounded memory."""
    packer, row = zlib.compressobj(9), bytes(1 + (side + 7) // 8)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return png(side, side, 1, 0, png_chunk(b"IDAT", packed))


def test_grey_and_colour_come_as_they_are():
    assert np.array_equal(read_picture(file_of(GREY, "PNG")).light[..., 0] * 255, GREY)
    for picture in (file_of(COLOUR, "PNG"), file_of(COLOUR, "WebP", lossless=True)):
        assert np.array_equal(np.round(read_picture(picture).light * 255), COLOUR)
    assert read_picture(file_of(COLOUR, "PNG")).alpha is None


def test_a_jpeg_comes_close():
    smooth = np.linspace(0, 255, 64 * 48, dtype=np.uint8).reshape(48, 64)
    read = read_picture(file_of(smooth, "JPEG", quality=95)).light
    assert read.shape == (48, 64, 1)
    assert np.abs(read[..., 0] * 255 - smooth).max() < 4


def test_sixteen_bits_keep_their_finer_steps():
    values = RNG.integers(0, 65536, (5, 7), np.uint16)
    read = read_picture(file_of(values, "PNG")).light[..., 0]
    assert np.allclose(read, values / 65535, atol=1e-7)


def test_sixteen_bits_are_shrunk_by_the_mean():
    values = RNG.integers(0, 65536, (3, 2 * LARGEST_SIDE + 1), np.uint16)
    read = read_picture(file_of(values, "PNG")).light[..., 0]
    assert read.shape == (1, 683)
    assert np.allclose(read[0, :682], values[:, :2046].reshape(3, 682, 3).mean((0, 2)) / 65535)
    assert np.allclose(read[0, 682], values[:, 2046:].mean() / 65535)


def test_one_bit_is_black_and_white():
    bits = RNG.integers(0, 2, (5, 9)).astype(bool)
    assert np.array_equal(read_picture(file_of(bits, "PNG")).light[..., 0], bits)


def test_a_palette_with_transparency_becomes_colour_and_alpha():
    image = Image.fromarray(COLOUR).quantize(4)
    read = read_picture(file_of(image, "PNG", transparency=2))
    expected = np.asarray(image.convert("RGB"))
    covers = np.asarray(image) != 2
    assert np.array_equal(read.alpha, covers.astype(np.float32))
    assert np.array_equal(np.round(read.light * 255)[covers], expected[covers])


def test_grey_with_alpha_keeps_it():
    alpha = RNG.integers(1, 256, (5, 7), np.uint8)
    both = Image.merge("LA", [Image.fromarray(GREY), Image.fromarray(alpha)])
    read = read_picture(file_of(both, "PNG"))
    assert np.array_equal(np.round(read.alpha * 255), alpha)
    assert np.array_equal(np.round(read.light * 255), np.repeat(GREY[..., np.newaxis], 3, axis=2))


def test_inks_of_a_printer_become_light():
    inks = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    red = read_picture(file_of(inks, "JPEG", quality=100)).light
    assert np.allclose(red[4, 4], [1, 0, 0], atol=0.03)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WebP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_camera_held_askew(kind, orientation):
    upright = np.zeros((48, 32), np.uint8)
    upright[:24, :16] = 255
    # The EXIF standard: what the first stored row and column are in the upright picture.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: upright.T[::-1],
        7: upright.T[::-1, ::-1],
        8: upright.T[:, ::-1],
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(np.ascontiguousarray(stored))
    read = read_picture(file_of(image, kind, exif=exif.tobytes()))
    assert read.light.shape[:2] == (48, 32)
    assert np.abs(read.light[..., 0] - upright / 255).mean() < 0.02
    assert bool(read.notes) == (orientation != 1)


def test_broken_notes_of_a_camera_do_no_harm():
    image = Image.fromarray(GREY)
    read = read_picture(file_of(image, "PNG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"))
    assert np.array_equal(read.light[..., 0] * 255, GREY)


@pytest.mark.parametrize("kind", ["PNG", "WebP"])
def test_of_a_moving_picture_the_first_frame_is_taken_and_said(kind):
    frames = [Image.fromarray(np.full((6, 6, 3), level, np.uint8)) for level in (200, 10)]
    exact = {"lossless": True} if kind == "WebP" else {}
    moving = file_of(frames[0], kind, save_all=True, append_images=frames[1:], **exact)
    read = read_picture(moving)
    assert np.allclose(read.light, 200 / 255)
    assert "first frame" in read.notes[0]


@pytest.mark.parametrize("level", [0, 255])
@pytest.mark.parametrize("shape", [(1, 1), (3, 4)])
def test_one_pixel_and_one_level_are_pictures(shape, level):
    plain = np.full(shape, level, np.uint8)
    assert np.array_equal(read_picture(file_of(plain, "PNG")).light[..., 0] * 255, plain)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WebP"])
@pytest.mark.parametrize("shape", [(90, 3000), (2000, 1), (2500, 1700)])
def test_a_large_picture_is_shrunk_and_said(kind, shape):
    large = np.full(shape, 90, np.uint8)
    large[: shape[0] // 2] = 220
    read = read_picture(file_of(large, kind))
    height, width = read.light.shape[:2]
    assert max(height, width) <= LARGEST_SIDE
    assert height / width == pytest.approx(shape[0] / shape[1], rel=0.03) or width == 1
    assert read.light.mean() * 255 == pytest.approx(large.mean(), abs=2)
    assert "shrunk" in read.notes[0]


FILES = {
    kind: file_of(RNG.integers(0, 256, (40, 40, 3), np.uint8), kind)
    for kind in ("PNG", "JPEG", "WebP")
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("share", [0.01, 0.02, 0.5, 0.98])
def test_a_cut_file_is_told(kind, share):
    whole = FILES[kind]
    with pytest.raises(DataError, match=r"^upload\.png: .*accepted") as told:
        read_picture(whole[: int(len(whole) * share)], "upload.png")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<?xml version='1.0'?>\n<!-- made by hand -->\n<svg/>", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF"),
        (b"GIF89a", "GIF"),
        (b"%PDF-1.7", "PDF"),
        (b"my digit", "no picture of a known format"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 8, "ends before"),
        (b"\xff\xd8\xff" + b"\xff" * 1000, "ends before"),
        (b"\xff\xd8" + b"\xff\xe0\0\2" * 3000, "ends before"),
        (png(0, 9, 8, 0), "0 × 9"),
        (png(9, 9, 8, 0), "damaged PNG"),
        (bytes(MOST_BYTES + 1), "MiB"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_no_such_picture_is_told_in_one_line(data, words):
    with pytest.raises(DataError, match=words) as told:
        read_picture(data)
    assert "\n" not in str(told.value) and "accepted" in str(told.value)


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_the_stated_size_is_the_real_one(kind, mode):
    image = Image.new("RGBA", (311, 17), (1, 2, 3, 4)).convert(
        "RGB" if kind == "JPEG" and mode == "RGBA" else mode
    )
    for lossless in (True, False):
        header = read_header(file_of(image, kind, lossless=lossless), "")
        assert (header.kind, header.width, header.height) == (kind, 311, 17)


def test_only_what_shrinks_while_it_is_read_may_be_larger():
    image = Image.new("RGB", (5000, 5000))
    assert image.width * image.height > MOST_PIXELS["JPEG"]
    assert read_header(file_of(image, "JPEG"), "").shrinks
    with pytest.raises(DataError, match="at most 16 million pixels"):
        read_header(file_of(image, "JPEG", progressive=True), "")


LIMITED = """
import sys
import numpy, PIL.Image
from cnn_core.drawing.from_paper.pictures import read_picture
from tests.core.own_peak import own_peak
data = sys.stdin.buffer.read()
before = own_peak()
try:
    read_picture(data)
except ValueError as error:
    print(own_peak() - before, error)
"""


def test_a_bomb_of_48_kilobytes_takes_no_memory():
    bomb = black_png(20_000)
    assert len(bomb) < 50_000
    done = subprocess.run(
        [sys.executable, "-c", LIMITED],
        input=bomb,
        capture_output=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    taken, words = done.stdout.decode().split(" ", 1)
    assert int(taken) < 20 * 2**20
    assert "20,000 × 20,000 pixels" in words


def test_an_array_is_a_picture():
    assert np.array_equal(picture_of(GREY).light[..., 0] * 255, GREY)
    half = np.full((2, 3, 4), 0.5, np.float32)
    assert picture_of(half).alpha.shape == (2, 3)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(4, np.uint8),
        np.zeros((2, 2, 2), np.uint8),
        np.zeros((0, 2), np.uint8),
        np.zeros((2, 2), bool),
        np.full((2, 2), 1.5),
        np.full((2, 2), np.nan),
    ],
)
def test_an_array_that_is_no_picture_is_told(array):
    with pytest.raises(DataError, match="accepted"):
        picture_of(array)
