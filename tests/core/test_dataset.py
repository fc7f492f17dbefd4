"""Every format gives the same arrays; which set, names of classes, digest, MNIST."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnn_core.errors import DataError
from cnn_core.images.dataset import Dataset, available_splits, load_dataset
from cnn_core.images.files.stored_arrays import StoredArray
from tests.core.image_set_files import (
    expected,
    idx_bytes,
    small_set,
    write_idx_folder,
    write_npy_folder,
    write_npz,
)

MNIST = Path(__file__).parents[2] / "artifacts" / "mnist.npz"
GREY, LABELS = small_set()
SQUARE, _ = small_set((12, 6, 6))
COLOUR, _ = small_set((12, 7, 5, 3))
ONE_HOT = np.eye(4)[LABELS]
BY_UNIT = GREY / 255

FORMATS = {
    "npz of uint8": lambda at: write_npz(at / "set.npz", GREY, LABELS),
    "npz of uint8 labels": lambda at: write_npz(at / "set.npz", GREY, LABELS.astype(np.uint8)),
    "npz of 0…1": lambda at: write_npz(at / "set.npz", BY_UNIT, LABELS),
    "npz of medical images": lambda at: _savez(
        at / "set.npz", test_images=GREY, test_labels=LABELS[:, None]
    ),
    "npz that is not compressed": lambda at: _savez(at / "set", x_test=GREY, y_test=LABELS),
    "npz in Fortran order": lambda at: write_npz(
        at / "set.npz", np.asfortranarray(GREY), np.asfortranarray(ONE_HOT)
    ),
    "folder as in the article": lambda at: write_npy_folder(
        at / "set", test_imgs=BY_UNIT, test_labels=LABELS
    ),
    "folder with one-hot labels": lambda at: write_npy_folder(
        at / "set", test_imgs=BY_UNIT[..., None], y_test=ONE_HOT
    ),
    "folder of float32": lambda at: write_npy_folder(
        at / "set", x_test=BY_UNIT.astype(np.float32), y_test=LABELS
    ),
    "folder of float32 in 0…255": lambda at: write_npy_folder(
        at / "set", x_test=GREY.astype(np.float32), y_test=LABELS
    ),
    "folder in Fortran order": lambda at: write_npy_folder(
        at / "set", x_test=np.asfortranarray(BY_UNIT.astype(np.float32)), y_test=LABELS
    ),
    "folder of big-endian numbers": lambda at: write_npy_folder(
        at / "set", x_test=GREY.astype(">f4"), y_test=LABELS.astype(">i2")
    ),
    "folder of long integers": lambda at: write_npy_folder(
        at / "set", x_test=GREY.astype(np.int64), y_test=LABELS.astype(np.float32)
    ),
    "IDX": lambda at: write_idx_folder(at / "set", GREY, LABELS.astype(np.uint8)),
    "IDX with a dot": lambda at: write_idx_folder(
        at / "set", GREY, LABELS.astype(np.uint8), dot="."
    ),
    "IDX gzipped": lambda at: write_idx_folder(
        at / "set", GREY, LABELS.astype(np.uint8), packed=True
    ),
    "IDX of other types": lambda at: write_idx_folder(
        at / "set", BY_UNIT.astype(np.float32), LABELS.astype(np.int32), packed=True
    ),
}


def _savez(path, **arrays):
    np.savez(path, **arrays)
    return path.with_suffix(".npz")


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_every_format_gives_the_same_set(tmp_path, write):
    path = write(tmp_path)
    loaded = load_dataset(path)
    np.testing.assert_array_equal(loaded.images, expected(GREY))
    np.testing.assert_array_equal(loaded.labels, LABELS)
    assert (loaded.images.dtype, loaded.labels.dtype) == (np.float32, np.int64)
    assert (loaded.name, loaded.class_names) == ("test", ("0", "1", "2", "3"))
    assert (len(loaded), loaded.input_shape, loaded.n_classes) == (12, (7, 5, 1), 4)
    assert not loaded.images.flags.writeable
    assert not loaded.labels.flags.writeable
    assert available_splits(str(path)) == ("test",)


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_the_digest_does_not_depend_on_the_format(tmp_path, write):
    digest = Dataset("any", expected(GREY), LABELS, tuple("abcd")).digest
    assert load_dataset(write(tmp_path)).digest == digest


COLOUR_FORMATS = {
    "npz": lambda at: write_npz(at / "set.npz", COLOUR, LABELS),
    "folder": lambda at: write_npy_folder(at / "set", test_imgs=COLOUR / 255, y_test=ONE_HOT),
    "IDX": lambda at: write_idx_folder(at / "set", COLOUR, LABELS.astype(np.uint8), packed=True),
}


@pytest.mark.parametrize("write", COLOUR_FORMATS.values(), ids=COLOUR_FORMATS)
def test_colour_images_that_are_not_square(tmp_path, write):
    loaded = load_dataset(write(tmp_path))
    assert loaded.input_shape == (7, 5, 3)
    np.testing.assert_array_equal(loaded.images, expected(COLOUR))


def test_flat_rows_are_square_grey_images(tmp_path):
    loaded = load_dataset(write_npz(tmp_path / "set.npz", SQUARE.reshape(12, 36), LABELS))
    np.testing.assert_array_equal(loaded.images, expected(SQUARE))


def test_images_in_more_than_one_chunk(tmp_path, monkeypatch):
    monkeypatch.setattr("cnn_core.images.files.stored_arrays.CHUNK_BYTES", 100)
    monkeypatch.setattr("cnn_core.images.pixel_values.CHUNK_BYTES", 100)
    monkeypatch.setattr("cnn_core.images.pixel_values.CHECK_FIRST_BYTES", 1000)
    for path in (
        write_npz(tmp_path / "set.npz", GREY, ONE_HOT),
        write_idx_folder(tmp_path / "idx", GREY, LABELS.astype(np.uint8), packed=True),
        write_npy_folder(tmp_path / "npy", test_imgs=BY_UNIT.astype("f4"), test_labels=LABELS),
    ):
        loaded = load_dataset(path)
        np.testing.assert_array_equal(loaded.images, expected(GREY))
        np.testing.assert_array_equal(loaded.labels, LABELS)
        assert loaded.digest == Dataset("any", expected(GREY), LABELS, tuple("abcd")).digest


# --- which set, which names --------------------------------------------------------------------


def test_each_split_is_found_and_only_the_asked_one_is_decoded(tmp_path):
    other, other_labels = small_set((8, 7, 5), 2, seed=1)
    folder = tmp_path / "set"
    write_idx_folder(folder, GREY, LABELS.astype(np.uint8), "t10k", packed=True)
    write_idx_folder(folder, other, other_labels.astype(np.uint8), "train", packed=True)
    assert available_splits(folder) == ("test", "train")
    np.testing.assert_array_equal(load_dataset(folder, "train").images, expected(other))
    damaged = folder / "train-images-idx3-ubyte.gz"
    damaged.write_bytes(damaged.read_bytes()[:40])
    assert available_splits(folder) == ("test", "train")
    np.testing.assert_array_equal(load_dataset(folder, "test").images, expected(GREY))
    with pytest.raises(DataError, match="train-images-idx3-ubyte"):
        load_dataset(folder, "train")


def test_only_the_asked_arrays_of_an_archive_are_decoded(tmp_path, monkeypatch):
    path = write_npz(tmp_path / "set.npz", GREY, LABELS, x_train=COLOUR, y_train=LABELS)
    read = []

    def watched(array):
        read.append(array.where)
        return chunks(array)

    chunks = StoredArray.chunks
    monkeypatch.setattr(StoredArray, "chunks", watched)
    assert available_splits(path) == ("test", "train")
    assert read == []
    load_dataset(path)
    assert read == [f"{path} (y_test)", f"{path} (x_test)"]


def test_npy_files_go_before_idx_files_and_names_in_pairs(tmp_path):
    folder = write_idx_folder(tmp_path / "set", SQUARE, LABELS.astype(np.uint8))
    np.testing.assert_array_equal(load_dataset(folder).images, expected(SQUARE))
    write_npy_folder(folder, test_imgs=COLOUR)
    np.testing.assert_array_equal(load_dataset(folder).images, expected(SQUARE))
    write_npy_folder(folder, x_test=GREY, y_test=LABELS)
    np.testing.assert_array_equal(load_dataset(folder).images, expected(GREY))
    write_npy_folder(folder, test_labels=LABELS)
    np.testing.assert_array_equal(load_dataset(folder).images, expected(COLOUR))


def test_class_names_given_stored_or_numbered(tmp_path):
    stored = np.array(["Hose", "Ärmel", "coat", "bag"])
    path = write_npz(tmp_path / "set.npz", GREY, LABELS, class_names=stored)
    assert load_dataset(path).class_names == ("Hose", "Ärmel", "coat", "bag")
    given = load_dataset(path, class_names=["a", "b", "c", "d", "never seen"])
    assert given.class_names == ("a", "b", "c", "d", "never seen")
    few = write_npz(tmp_path / "few.npz", GREY, LABELS * 3)
    assert load_dataset(few).class_names == tuple("0123456789")
    wide = write_npz(tmp_path / "wide.npz", GREY, np.eye(6)[LABELS])
    assert load_dataset(wide).n_classes == 6


# --- the class itself --------------------------------------------------------------------------


def test_a_set_is_read_only_and_leaves_the_given_arrays_alone():
    images, labels = expected(GREY), LABELS.copy()
    made = Dataset("drawn", images, labels, tuple("abcd"))
    with pytest.raises(ValueError, match="read-only"):
        made.images[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        made.labels[0] = 0
    with pytest.raises(AttributeError):
        made.name = "other"
    images[0], labels[0] = 0, 1
    assert images.flags.writeable and labels.flags.writeable


def test_the_digest_tells_sets_apart():
    images = expected(GREY)
    names = tuple("abcd")
    digest = Dataset("a", images, LABELS, names).digest
    sha = hashlib.sha256(b"(12, 7, 5, 1)" + images.tobytes() + LABELS.tobytes()).hexdigest()
    assert digest == sha == Dataset("b", images, LABELS, tuple("efgh")).digest
    others = [
        Dataset("a", images.transpose(0, 2, 1, 3), LABELS, names),
        Dataset("a", images.reshape(12, 5, 7, 1), LABELS, names),
        Dataset("a", images, LABELS[::-1], names),
    ]
    assert len({digest, *(other.digest for other in others)}) == 4


@pytest.mark.parametrize(
    ("images", "labels", "names"),
    [
        (GREY, LABELS, "abcd"), (expected(GREY)[..., 0], LABELS, "abcd"),
        (expected(GREY)[:0], LABELS[:0], "abcd"), (expected(GREY), LABELS[1:], "abcd"),
        (expected(GREY), LABELS.astype(np.int32), "abcd"), (expected(GREY), LABELS, "abc"),
        (expected(GREY), LABELS - 1, "abcd"), (expected(GREY), LABELS, "abca"),
    ],
)  # fmt: skip
def test_a_set_cannot_be_made_of_unfit_arrays(images, labels, names):
    with pytest.raises(DataError, match=r"^image set 'odd': .*; accepted: "):
        Dataset("odd", images, labels, tuple(names))


# --- MNIST -------------------------------------------------------------------------------------

PUBLISHED_MD5 = {
    "train": ("6bbc9ace898e44ae57da46a324031adb", "a25bea736e30d166cdddb491f175f624"),
    "test": ("2646ac647ad5339dbf082846283269ea", "27ae3e4e09519cfbb04c329615203637"),
}


@pytest.mark.parametrize("split", PUBLISHED_MD5)
def test_the_shipped_set_is_the_published_one(split):
    loaded = load_dataset(MNIST, split)
    grey = np.rint(loaded.images[..., 0] * 255).astype(np.uint8)
    parts = idx_bytes(grey), idx_bytes(loaded.labels.astype(np.uint8))
    digests = tuple(hashlib.md5(part, usedforsecurity=False).hexdigest() for part in parts)
    assert digests == PUBLISHED_MD5[split]
    np.testing.assert_array_equal(loaded.images, expected(grey))
    assert loaded.class_names == tuple("0123456789")


def test_loading_needs_no_tensorflow():
    code = (
        "import sys; from cnn_core import load_dataset; "
        f"print(len(load_dataset({str(MNIST)!r})), 'tensorflow' in sys.modules)"
    )
    root = MNIST.parents[1]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert run.stdout.split() == ["10000", "False"], run.stderr
