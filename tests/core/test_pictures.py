"""Image sets in folders of pictures by class, and pictures that are none."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from cnn_core.errors import DataError
from cnn_core.images.dataset import available_splits, load_dataset
from cnn_core.images.files import pictures
from tests.core.image_set_files import expected, refusal, small_set

GREY, LABELS = small_set((12, 7, 5))
COLOUR, _ = small_set((12, 7, 5, 3))
BY_CLASS = np.argsort(LABELS, kind="stable")


def write(folder, images, labels=LABELS, ending=".png", mode=None, **options):
    """Write pictures into folders named by their labels, with numbers as names."""
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        place = folder / str(label)
        place.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(image)
        picture = picture.convert(mode) if mode else picture
        picture.save(place / f"{number}{ending}", **options)
    return folder


@pytest.mark.parametrize(
    ("ending", "mode", "options"),
    [
        (".png", None, {}), (".PNG", None, {}), (".bmp", None, {}), (".pgm", None, {}),
        (".png", "RGB", {}), (".png", "RGBA", {}), (".png", "LA", {}), (".gif", "P", {}),
        (".webp", "RGB", {"lossless": True}), (".png", "P", {}),
    ],
)  # fmt: skip
def test_grey_pictures_of_every_kind(tmp_path, ending, mode, options):
    loaded = load_dataset(write(tmp_path, GREY, ending=ending, mode=mode, **options))
    np.testing.assert_array_equal(loaded.images[:], expected(GREY[BY_CLASS]))
    np.testing.assert_array_equal(loaded.labels, LABELS[BY_CLASS])
    assert (loaded.name, loaded.class_names) == ("test", ("0", "1", "2", "3"))


def test_sixteen_bits_and_one_bit(tmp_path):
    deep = write(tmp_path / "deep", GREY.astype(np.uint16) * 257)
    np.testing.assert_array_equal(load_dataset(deep).images[:], expected(GREY[BY_CLASS]))
    black_and_white = write(tmp_path / "bits", GREY > 100)
    wanted = (GREY[BY_CLASS] > 100).astype(np.float32)[..., None]
    np.testing.assert_array_equal(load_dataset(black_and_white).images[:], wanted)


def test_photographs(tmp_path):
    smooth = np.repeat(np.linspace(0, 255, 12).astype(np.uint8), 35).reshape(12, 7, 5)
    loaded = load_dataset(write(tmp_path, smooth, ending=".jpg", quality=95))
    np.testing.assert_allclose(loaded.images[:], expected(smooth[BY_CLASS]), atol=0.01)


def test_one_coloured_picture_makes_a_set_of_colours(tmp_path):
    loaded = load_dataset(write(tmp_path / "all", COLOUR))
    np.testing.assert_array_equal(loaded.images[:], expected(COLOUR[BY_CLASS]))
    mixed = write(tmp_path / "some", GREY)
    Image.fromarray(COLOUR[11]).save(mixed / "3" / "11.png")
    wanted = np.repeat(GREY[..., None], 3, axis=-1)
    wanted[11] = COLOUR[11]
    np.testing.assert_array_equal(load_dataset(mixed).images[:], expected(wanted[BY_CLASS]))


def test_sets_in_folders_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "CHUNK_BYTES", 100)
    write(tmp_path / "mnist_png" / "training", GREY)
    few = LABELS != 2
    write(tmp_path / "mnist_png" / "Testing", GREY[few], LABELS[few])
    assert available_splits(tmp_path) == ("test", "train")
    test, train = load_dataset(tmp_path), load_dataset(tmp_path, "train")
    np.testing.assert_array_equal(train.labels, LABELS[BY_CLASS])
    np.testing.assert_array_equal(test.labels, sorted(LABELS[few]))
    assert test.n_classes == 4


def test_classes_with_names_are_the_same_in_both_sets(tmp_path):
    words = np.array(["cat", "ant", "dog", "bee"])[LABELS]
    write(tmp_path / "train", GREY, words)
    some = words != "bee"
    write(tmp_path / "val", GREY[some], words[some])
    loaded = load_dataset(tmp_path)
    assert loaded.class_names == ("ant", "bee", "cat", "dog")
    assert set(loaded.labels.tolist()) == {0, 2, 3}
    assert loaded.notes == ("there is no test set: the validation set is taken as the test set",)


def test_numbers_are_sorted_as_numbers(tmp_path):
    labels = np.arange(12)
    loaded = load_dataset(write(tmp_path, GREY, labels))
    np.testing.assert_array_equal(loaded.images[:], expected(GREY))
    np.testing.assert_array_equal(loaded.labels, labels)
    one = write(tmp_path / "one", GREY, [0] * 11 + [1])
    np.testing.assert_array_equal(load_dataset(one).images[:], expected(GREY))


def test_what_else_lies_there_is_passed_over(tmp_path):
    write(tmp_path, GREY)
    (tmp_path / "0" / "Thumbs.db").write_bytes(b"x")
    (tmp_path / "0" / "._0.png").write_bytes(b"x")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / "notes").mkdir()
    assert load_dataset(tmp_path).n_classes == 4
    assert len(load_dataset(tmp_path)) == 12


def test_one_folder_of_pictures_is_no_set(tmp_path):
    write(tmp_path, GREY, [0] * 12)
    assert "has no images with labels (it holds 0)" in refusal(tmp_path)


# --- pictures that are none ----------------------------------------------------------------------


def _png(width, height, rows=b""):
    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packed = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + packed + chunk(b"IEND", b"")


def _saved(image, kind):
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "cannot be read as a picture"),
        (b"\x89PNG\r\n\x1a\n", "cannot be read as a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 5 7\n", "cannot be read as a picture"),
        (_saved(GREY[0], "TIFF"), "cannot be read as a picture"),
        (_png(20_000, 20_000), "400000000 pixels"),
        (_png(5000, 5000), "is a picture of 5000 × 5000 pixels; accepted: up to 16,777,216"),
        (_png(5, 7, b"\0" * 10), "cannot be read as a picture"),
        (_saved(GREY[0][:-1], "PNG"), "is a picture of 5 × 6 pixels, the first one has 5 × 7"),
    ],
)
def test_pictures_that_are_none(tmp_path, content, told):
    folder = write(tmp_path, GREY)
    (folder / "3" / "11.png").write_bytes(content)
    line = refusal(folder)
    assert told in line
    assert line.startswith(f"{folder / '3' / '11.png'}: ")


def test_pictures_cut_short_anywhere(tmp_path):
    folder = write(tmp_path, GREY[:4], LABELS[:4], mode="RGB")
    path = folder / "3" / "3.png"
    whole = path.read_bytes()
    n_refused = 0
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        try:
            images = load_dataset(folder).images
        except DataError as error:
            assert str(error).startswith(f"{path}: cannot be read as a picture (")
            n_refused += 1
        else:
            np.testing.assert_array_equal(images[:], expected(GREY[:4]))
    assert n_refused > len(whole) / 2


def test_more_pictures_than_are_accepted(tmp_path, monkeypatch):
    folder = write(tmp_path, GREY)
    monkeypatch.setattr(pictures, "MAX_PICTURES", 11)
    assert "holds more than 11 pictures" in refusal(folder)
    monkeypatch.setattr(pictures, "MAX_PICTURES", 2)
    assert "holds more than 2" in refusal(folder)
