"""An own image as text in an address: there and back, by the stated bytes, and nothing hostile."""

import base64
import json
import shutil
import subprocess
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnn_core.drawing.packed import LARGEST_SIDE, MOST_PACKED, pack, unpack
from cnn_core.errors import DataError

IMAGES = arrays.arrays(
    np.uint8, st.tuples(st.integers(1, 33), st.integers(1, 31), st.sampled_from([1, 3]))
)


def by_hand(height, width, channels, values, version=1):
    """A packed image written from the format's table alone."""
    header = [version, channels, height // 256, height % 256, width // 256, width % 256]
    return base64.urlsafe_b64encode(bytes(header) + zlib.compress(values)).decode().rstrip("=")


@settings(max_examples=60, deadline=None)
@given(IMAGES)
def test_there_and_back(image):
    assert np.array_equal(unpack(pack(image)), image)


def test_an_image_without_channel_axis_is_grey():
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert pack(image) == pack(image[..., np.newaxis])
    assert unpack(pack(image)).shape == (3, 4, 1)


def test_the_bytes_are_the_stated_ones():
    values = bytes(range(2 * 3 * 3))
    image = unpack(by_hand(2, 3, 3, values))
    assert image.shape == (2, 3, 3)
    assert image[1, 2, 0] == 15 and image[0, 1].tolist() == [3, 4, 5]
    packed = base64.urlsafe_b64decode(pack(image) + "==")
    assert packed[:6] == bytes([1, 3, 0, 2, 0, 3])
    assert zlib.decompress(packed[6:]) == values


def test_any_small_colour_image_fits():
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    assert len(pack(noise)) <= 4132 <= MOST_PACKED
    assert np.array_equal(unpack(pack(noise)), noise)


def test_the_largest_side_fits_where_it_is_plain():
    plain = np.full((LARGEST_SIDE, LARGEST_SIDE, 3), 7, np.uint8)
    assert np.array_equal(unpack(pack(plain)), plain)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 4), np.uint8),
        np.zeros((4, LARGEST_SIDE + 1), np.uint8),
        np.zeros((4, 4, 2), np.uint8),
        np.zeros((1, 4, 4, 1), np.uint8),
        np.zeros((4, 4)),
        np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8),
    ],
    ids=["empty", "wide", "two channels", "batch", "float", "too much for a link"],
)
def test_what_cannot_be_packed_is_told_in_one_line(image):
    with pytest.raises(DataError, match="accepted") as told:
        pack(image)
    assert "\n" not in str(told.value)


GOOD = pack(np.random.default_rng(1).integers(0, 256, (28, 28), np.uint8))


@pytest.mark.parametrize("length", [*range(0, 12), len(GOOD) // 2, len(GOOD) - 2, len(GOOD) - 1])
def test_a_cut_link_is_told(length):
    with pytest.raises(DataError, match="image in the link"):
        unpack(GOOD[:length])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A" * (MOST_PACKED + 1), "characters"),
        (GOOD + "=", "characters that no"),
        (GOOD[:-4] + "é" + GOOD[-3:], "characters that no"),
        (by_hand(2, 2, 1, bytes(4), version=2), "version 2"),
        (by_hand(0, 2, 1, b""), "shape of 0 × 2 × 1"),
        (by_hand(9999, 9999, 1, bytes(4)), "shape of 9999"),
        (by_hand(2, 2, 4, bytes(16)), "shape of 2 × 2 × 4"),
        (by_hand(2, 2, 1, bytes(3)), "less than its image"),
        (by_hand(2, 2, 1, bytes(5)), "more than its image"),
        ("hello_world_of_image", "version"),
    ],
)
def test_what_is_no_image_is_told_in_one_line(text, words):
    with pytest.raises(DataError, match=words) as told:
        unpack(text)
    assert "\n" not in str(told.value) and len(str(told.value)) < 160


def test_a_changed_character_is_noticed():
    middle = len(GOOD) // 2
    changed = GOOD[:middle] + ("A" if GOOD[middle] != "A" else "B") + GOOD[middle + 1 :]
    with pytest.raises(DataError):
        unpack(changed)


def test_what_follows_the_image_is_noticed():
    packed = base64.urlsafe_b64decode(by_hand(2, 2, 1, bytes(4)) + "==") + b"more"
    with pytest.raises(DataError, match="more than its image"):
        unpack(base64.urlsafe_b64encode(packed).decode().rstrip("="))


def test_a_bomb_is_not_unpacked():
    bomb = by_hand(2, 2, 1, bytes(4_000_000))
    assert len(bomb) <= MOST_PACKED
    tracemalloc.start()
    with pytest.raises(DataError, match="more than its image"):
        unpack(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200_000


BROWSERS_WAY = """
const [height, width, channels, values] = JSON.parse(process.argv[1]);
const stream = new Blob([new Uint8Array(values)]).stream()
  .pipeThrough(new CompressionStream("deflate"));
new Response(stream).arrayBuffer().then((body) => {
  const head = [1, channels, height >> 8, height & 255, width >> 8, width & 255];
  const bytes = new Uint8Array([...head, ...new Uint8Array(body)]);
  const text = btoa(String.fromCharCode(...bytes));
  console.log(text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""));
});
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node, which stands for the browser here")
def test_a_browser_can_write_it():
    image = np.random.default_rng(2).integers(0, 256, (28, 27, 3), np.uint8)
    told = json.dumps([*image.shape, image.ravel().tolist()])
    done = subprocess.run(
        ["node", "-e", BROWSERS_WAY, told], capture_output=True, text=True, check=True
    )
    assert np.array_equal(unpack(done.stdout.strip()), image)
