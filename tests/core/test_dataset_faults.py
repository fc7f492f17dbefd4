"""Sets that cannot be used, and parts that are missing: one line each."""

import os
import re
import struct

import numpy as np
import pytest

from cnn_core.errors import DataError
from cnn_core.images.dataset import available_splits
from tests.core.image_set_files import (
    npy_bytes,
    npy_header,
    refusal,
    small_set,
    write_idx_folder,
    write_npy_folder,
    write_npz,
    zip_of,
)

GREY, LABELS = small_set()
ONE_HOT = np.eye(4)[LABELS]
BYTES = LABELS.astype(np.uint8)


# --- sets that do not fit -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "told"),
    [
        (GREY[0], r"images have the shape \(7, 5\); accepted: \(n, h, w\)"),
        (GREY[..., None, None], r"images have the shape \(12, 7, 5, 1, 1\)"),
        (GREY.reshape(12, 35), r"images have the shape \(12, 35\)"),
        (np.zeros((12, 7, 5, 4)), r"images have the shape \(12, 7, 5, 4\)"),
        (np.zeros(12), r"images have the shape \(12,\)"),
        (np.float32(3), r"images have the shape \(\)"),
        (GREY[:0], r"is empty: shape \(0, 7, 5\); accepted: at least one image"),
        (GREY[:, :0], r"is empty"),
        (GREY[:11], r"12 labels, but .*x_test\) holds 11 images; accepted: one label for each"),
        (GREY.astype(complex), "values of type complex128"),
        (GREY.astype(str), "values of type <U3"),
        (np.zeros(12, "f4,f4"), "values of type"),
    ],
)
def test_images_that_are_none(tmp_path, images, told):
    assert re.search(told, refusal(write_npz(tmp_path / "set.npz", images, LABELS)))


def _with(labels, value, dtype=None):
    changed = np.array(labels, dtype)
    changed[5] = value
    return changed


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (_with(LABELS, -1), r"image 5 has the label -1; accepted: whole numbers 0…9,999"),
        (_with(LABELS, 10_000), "image 5 has the label 10000"),
        (_with(LABELS, 2**63, np.uint64), "image 5 has the label 9223372036854775808"),
        (_with(LABELS, 1.5, float), "image 5 has the label 1.5"),
        (_with(LABELS, np.nan, float), "image 5 has the label nan"),
        (_with(LABELS, np.inf, float), "image 5 has the label inf"),
        (_with(ONE_HOT, 0), "row 5 is not one 1 and zeros"),
        (_with(ONE_HOT, 1), "row 5 is not one 1 and zeros"),
        (_with(ONE_HOT, [0.5, 0.5, 0, 0]), "row 5 is not one 1 and zeros"),
        (_with(ONE_HOT, [1, -1, 0, 0]), "row 5 is not one 1 and zeros"),
        (_with(ONE_HOT, [1, np.nan, 0, 0]), "row 5 is not one 1 and zeros"),
        (LABELS[:7], "holds 7 labels, but .* holds 12 images"),
        (ONE_HOT[..., None], r"labels have the shape \(12, 4, 1\)"),
        (np.zeros((12, 0)), r"labels have the shape \(12, 0\)"),
        (np.zeros((12, 10_001), bool), r"labels have the shape \(12, 10001\)"),
        (LABELS.astype(complex), "values of type complex128"),
        (np.full((12, 2), "a"), r"labels have the shape \(12, 2\)"),
        (np.full(12, "a\n"), r"class 0 has the name 'a\\n'"),
        (np.full(12, "a" * 201), "class 0 has the name 'aaa"),
    ],
)
def test_labels_that_are_none(tmp_path, labels, told):
    line = refusal(write_npz(tmp_path / "set.npz", GREY, labels))
    assert "set.npz (y_test)" in line
    assert re.search(told, line)


@pytest.mark.parametrize(
    ("names", "labels", "told"),
    [
        (["a", "b"], LABELS, "image 2 has the label 2; accepted: whole numbers 0…1"),
        (list("abcde"), ONE_HOT, "one-hot labels of 4 classes, but 5 names"),
        (list("abca"), LABELS, "two classes have the name 'a'"),
        (["a", " ", "c", "d"], LABELS, "class 1 has the name ' '"),
        (["a", "b\n", "c", "d"], LABELS, r"class 1 has the name 'b\\n'"),
        (["a", "b", "c" * 201, "d"], LABELS, "class 2 has the name 'ccc"),
        (["a", 1, "c", "d"], LABELS, "class 1 has the name 1"),
        ("abcd", LABELS, "1 names of classes"),
        ([], LABELS, "0 names of classes"),
    ],
)
def test_names_that_do_not_fit(tmp_path, names, labels, told):
    path = write_npz(tmp_path / "set.npz", GREY, labels)
    assert re.search(told, refusal(path, class_names=names))


@pytest.mark.parametrize(
    "stored",
    [np.arange(4), np.array("abcd"), np.array([["a", "b"]]), np.array(["a" * 201]), np.array([])],
)
def test_stored_names_that_are_none(tmp_path, stored):
    path = write_npz(tmp_path / "set.npz", GREY, LABELS, class_names=stored)
    assert "(class_names): is an array" in refusal(path)


def test_stored_names_that_are_no_characters(tmp_path):
    names = npy_header((4,), "<U1") + struct.pack("<4I", 97, 98, 2**31, 99)
    members = {
        "class_names.npy": names,
        "x_test.npy": npy_bytes(GREY),
        "y_test.npy": npy_bytes(BYTES),
    }
    assert "(class_names): " in refusal(zip_of(tmp_path / "set.npz", members))


# --- parts and files that are missing or no files -----------------------------------------------


def test_what_is_not_there_is_named(tmp_path):
    assert "does not exist; accepted: an .npz archive" in refusal(tmp_path / "none.npz")
    assert "it holds nothing" in refusal(tmp_path)
    path = write_npz(tmp_path / "set.npz", GREY, LABELS)
    line = refusal(path, "valid\nation")
    assert "has no set 'valid\\nation'" in line and line.endswith("accepted: the set 'test'")
    assert "has no set 'train'" in refusal(path, "train")
    assert "part of a set" in refusal(write_npy_folder(tmp_path / "n", x_test=GREY) / "x_test.npy")
    folder = write_idx_folder(tmp_path / "i", GREY, BYTES, packed=True)
    assert "part of a set" in refusal(folder / "t10k-images-idx3-ubyte.gz")
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    assert "no images with labels (it holds t10k-images-idx3-ubyte.gz)" in refusal(folder)


def test_a_set_without_labels_is_not_accepted(tmp_path):
    path = tmp_path / "set.npz"
    np.savez(path, x_test=GREY, x_train=GREY, y_train=LABELS)
    assert available_splits(path) == ("train",)
    assert "has no set 'test' with images and labels (it holds x_test," in refusal(path)
    np.savez(path, x_test=GREY, **{f"part\n{place}": GREY for place in range(9)})
    assert "it holds part 0, part 1, part 2, part 3, part 4, part 5, 4 more" in refusal(path)
    with pytest.raises(DataError, match="no images with labels"):
        available_splits(path)


def test_things_that_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "pipe.npz")
    assert "neither a file nor a folder" in refusal(tmp_path / "pipe.npz")
    folder = write_npy_folder(tmp_path / "set", test_labels=LABELS)
    os.mkfifo(folder / "test_imgs.npy")
    assert "no images with labels" in refusal(folder)
    assert "does not exist" in refusal(tmp_path / "\n\0.npz")
    assert "cannot be read (File name too long)" in refusal(tmp_path / ("n" * 300))


@pytest.mark.parametrize("content", [b"", b"PK", b"\x80\x04.", b"{}", bytes(1000), b"PK\5\6"])
def test_files_of_no_known_format(tmp_path, content):
    path = tmp_path / "set.npz"
    path.write_bytes(content)
    assert "is not a readable archive" in refusal(path)
    folder = write_npy_folder(tmp_path / "npy", test_labels=LABELS)
    (folder / "test_imgs.npy").write_bytes(content)
    assert re.search("not in .npy format|is a pickle", refusal(folder))
    folder = write_idx_folder(tmp_path / "idx", GREY, BYTES)
    (folder / "t10k-images-idx3-ubyte").write_bytes(content)
    assert "is not an IDX file" in refusal(folder)
