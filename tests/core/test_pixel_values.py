"""The scale of images follows from dtype and range; float32 files stay on the disk."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnn_core.errors import DataError
from cnn_core.images.dataset import load_dataset
from cnn_core.images.files.stored_arrays import describe_idx
from cnn_core.images.pixel_values import check_image_header, read_images
from cnn_core.images.scaled_images import ScaledImages
from tests.core.image_set_files import (
    peak_memory,
    small_set,
    write_idx_folder,
    write_npy_folder,
    write_npz,
)

ROOT = Path(__file__).parents[2]
_IDX_NAME = "t10k-images-idx3-ubyte"
GREY, LABELS = small_set()
SQUARE, _ = small_set((12, 6, 6))
COLOUR, _ = small_set((12, 7, 5, 3))
BY_UNIT = GREY / 255


def _one_image(largest, dtype):
    return np.array([[[0, largest]]], dtype)


@pytest.mark.parametrize(
    ("largest", "dtype", "brightest"),
    [
        (0, "u1", 0.0), (1, "u1", 1.0), (True, "?", 1.0), (1, "i8", 1.0), (0.5, "f8", 0.5),
        (1.0005, "f4", 1.0), (2, "u1", 2 / 255), (255, "u1", 1.0), (32, "i2", 32 / 255),
        (255, "f2", 1.0), (51.0, "f8", 0.2), (16.0, "f8", 1.0), (16, "i4", 1.0), (16, "u1", 16 / 255),
    ],
)  # fmt: skip
def test_the_scale_follows_from_dtype_and_range(tmp_path, largest, dtype, brightest):
    path = write_npz(tmp_path / "set.npz", _one_image(largest, dtype), np.zeros(1, int))
    assert np.max(load_dataset(path).images) == np.float32(brightest)


@pytest.mark.parametrize(
    ("least", "largest", "dtype", "value_range"),
    [
        (0, 1.5, "f4", (0, 1.5)), (0, 4095, "u2", (0, 4095)), (-128, 127, "i1", (-128, 127)),
        (-1, 1, "f4", (-1, 1)), (-0.9995, 0.9995, "f8", (-1, 1)), (-0.5, 0.5, "f2", (-0.5, 0.5)),
        (-0.25, 2.75, ">f4", (-0.25, 2.75)), (-3, -3, "f4", (-3, -2)), (0, 65_535, "i4", (0, 65_535)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_folder", [False, True])
def test_other_values_are_kept_with_their_range(
    tmp_path, least, largest, dtype, value_range, is_folder
):
    images = np.array([[[least, largest]]], dtype)
    if is_folder:
        path = write_npy_folder(tmp_path / "set", x_test=images, y_test=np.zeros(1, int))
    else:
        path = write_npz(tmp_path / "set.npz", images, np.zeros(1, int))
    loaded = load_dataset(path)
    np.testing.assert_array_equal(loaded.images[:], images[..., None].astype(np.float32))
    assert loaded.value_range == value_range
    low, high = value_range
    assert loaded.notes == (f"the values {low:g}…{high:g} are kept as they are",)


def test_rounding_errors_are_cut_off_at_both_ends(tmp_path):
    images = np.array([[[-1e-9, 0.5, 1.0005]]])
    loaded = load_dataset(write_npz(tmp_path / "set.npz", images, np.zeros(1, int)))
    np.testing.assert_array_equal(loaded.images[:].ravel(), np.float32([0, 0.5, 1]))
    assert (loaded.value_range, loaded.notes) == ((0, 1), ())


@pytest.mark.parametrize("dtype", ["u1", "f4"])
def test_digits_of_scikit_learn(tmp_path, dtype):
    images = np.arange(2 * 64).reshape(2, 64) % 17
    loaded = load_dataset(write_npz(tmp_path / "set.npz", images.astype(dtype), np.zeros(2, int)))
    np.testing.assert_array_equal(loaded.images[:].reshape(2, 64), np.float32(images) / 16)
    assert loaded.notes == ("the values 0…16 are divided by 16",)


@pytest.mark.parametrize(
    ("largest", "dtype"),
    [(np.nan, "f4"), (np.inf, "f2"), (-np.inf, "f8"), (65_536, "u4"), (-65_536.5, "f4")],
)
@pytest.mark.parametrize("is_folder", [False, True])
def test_values_that_are_no_pixels_are_refused(tmp_path, largest, dtype, is_folder):
    images, labels = _one_image(largest, dtype), np.zeros(1, int)
    if is_folder:
        path = write_npy_folder(tmp_path / "set", test_imgs=images, test_labels=labels)
        named = path / "test_imgs.npy"
    else:
        path = write_npz(tmp_path / "set.npz", images, labels)
        named = f"{path} (x_test)"
    with pytest.raises(DataError) as caught:
        load_dataset(path)
    told = f"image 0 has the value {images.flat[1]}"
    assert str(caught.value) == f"{named}: {told}; accepted: finite values, up to 65,535"


def _is_mapped(array):
    array = getattr(array, "_stored", array)
    while array is not None:
        if isinstance(array, np.memmap):
            return True
        array = getattr(array, "base", None)
    return False


@pytest.mark.parametrize("images", [GREY, GREY[..., None], SQUARE.reshape(12, 36), COLOUR])
def test_float32_files_stay_on_the_disk(tmp_path, images):
    scaled = (images / 255).astype(np.float32)
    folder = write_npy_folder(tmp_path / "set", test_imgs=scaled, test_labels=LABELS)
    loaded = load_dataset(folder)
    assert _is_mapped(loaded.images)
    assert not loaded.images.flags.writeable
    np.testing.assert_array_equal(loaded.images.ravel(), scaled.ravel())


def test_a_large_set_needs_no_memory_for_its_images(tmp_path):
    folder = write_npy_folder(tmp_path / "set", test_labels=np.zeros(20_000, np.uint8))
    shape = (20_000, 28, 28)
    images = np.lib.format.open_memmap(folder / "test_imgs.npy", "w+", np.float32, shape)
    images[:, 3, 4] = 0.5
    images.flush()
    del images
    with peak_memory() as peak:
        loaded = load_dataset(folder)
        assert loaded.images[19_999, 3, 4, 0] == 0.5
        assert peak() < 30e6 < loaded.images.nbytes == 62_720_000


@pytest.mark.parametrize(
    "images",
    [GREY, BY_UNIT, GREY.astype("f4"), BY_UNIT.astype(">f4"), np.float32(BY_UNIT) * 1.0005],
    ids=["integers", "float64", "0…255", "big-endian", "rounding"],
)
def test_other_plain_files_stay_on_the_disk_and_are_scaled_where_read(tmp_path, images):
    folder = write_npy_folder(tmp_path / "set", test_imgs=images, test_labels=LABELS)
    loaded = load_dataset(folder)
    assert isinstance(loaded.images, ScaledImages)
    assert loaded.images[:].max() == 1
    held = load_dataset(write_npz(tmp_path / "set.npz", images, LABELS))
    assert isinstance(held.images, ScaledImages) is (images.dtype == np.uint8)
    assert not _is_mapped(held.images)
    np.testing.assert_array_equal(loaded.images[3:5], held.images[3:5])
    assert loaded.digest == held.digest


def test_files_in_fortran_order_are_held_in_memory(tmp_path):
    folder = write_npy_folder(
        tmp_path / "set", test_imgs=np.asfortranarray(GREY), test_labels=LABELS
    )
    loaded = load_dataset(folder)
    assert not _is_mapped(loaded.images)
    np.testing.assert_array_equal(loaded.images, (GREY / 255).astype(np.float32)[..., None])


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_a_large_set_of_any_scale_needs_no_memory(tmp_path, dtype):
    folder = write_npy_folder(tmp_path / "set", test_labels=np.zeros(20_000, np.uint8))
    shape = (20_000, 28, 28)
    images = np.lib.format.open_memmap(folder / "test_imgs.npy", "w+", dtype, shape)
    images[:, 3, 4] = 255
    images.flush()
    del images
    with peak_memory() as peak:
        loaded = load_dataset(folder)
        assert len(loaded.digest) == 64
        assert loaded.images[19_999, 3, 4, 0] == 1
        assert peak() < 30e6 < loaded.images.nbytes == 62_720_000


def test_the_shipped_training_set_takes_a_byte_for_each_pixel():
    with peak_memory() as peak:
        images = load_dataset(ROOT / "artifacts" / "mnist.npz", "train").images
        assert images.size == 47_040_000 < peak() < images.size + 8e6


@pytest.mark.parametrize(
    ("dtype", "told"),
    [("u1", r"8\.0 KiB of memory as uint8"), ("i2", r"32\.0 KiB of memory as float32")],
)
def test_the_limit_counts_what_is_held(tmp_path, monkeypatch, dtype, told):
    images, labels = np.full((128, 8, 8), 40, dtype), np.zeros(128, np.uint8)
    stored = describe_idx(write_idx_folder(tmp_path, images, labels) / _IDX_NAME)
    held = 8192 * (1 if dtype == "u1" else 4)
    monkeypatch.setattr("cnn_core.images.pixel_values.MAX_MEMORY_BYTES", held)
    assert check_image_header(stored, 0) == (128, 8, 8, 1)
    monkeypatch.setattr("cnn_core.images.pixel_values.MAX_MEMORY_BYTES", held - 1)
    with pytest.raises(DataError, match=f"would take {told}; accepted: up to"):
        check_image_header(stored, 0)


def test_one_image_of_bytes_is_counted_as_it_is_read(tmp_path, monkeypatch):
    labels = np.zeros(2, np.uint8)
    folder = write_idx_folder(tmp_path, np.full((2, 32, 32), 40, "u1"), labels)
    stored = describe_idx(folder / _IDX_NAME)
    monkeypatch.setattr("cnn_core.images.pixel_values.MAX_MEMORY_BYTES", 4095)
    with pytest.raises(DataError, match=r"one image would take 4\.0 KiB of memory as float32"):
        check_image_header(stored, 0)


def test_bytes_are_read_once_as_long_as_they_take_little_memory(tmp_path, monkeypatch):
    images = np.full((128, 8, 8), 40, "u1")
    stored = describe_idx(write_idx_folder(tmp_path, images, np.zeros(128, np.uint8)) / _IDX_NAME)
    opened = []
    counted = replace(stored, open_values=lambda: opened.append(1) or stored.open_values())
    for limit, n_times in ((8192, 1), (8191, 2)):
        monkeypatch.setattr("cnn_core.images.pixel_values.CHECK_FIRST_BYTES", limit)
        opened.clear()
        read_images(counted, (128, 8, 8, 1))
        assert len(opened) == n_times
