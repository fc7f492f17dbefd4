"""Whatever names and places people give to images and labels, and what their labels mean."""

import numpy as np
import pytest

from cnn_core.errors import DataError
from cnn_core.images.dataset import available_splits, dataset_of, fit_labels, load_dataset
from cnn_core.images.files.part_names import find_pairs, split_of, split_within
from tests.core.image_set_files import (
    expected,
    refusal,
    small_set,
    write_idx_folder,
    write_npy_folder,
    write_npz,
)

GREY, LABELS = small_set()
OTHER, _ = small_set((8, 7, 5), 2, seed=1)
SHORT = np.arange(8) % 4


def savez(path, *unnamed, **named):
    np.savez(path, *unnamed, **named)
    return path


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "labels", "split"),
    [
        ("x_test", "y_test", "test"), ("X_test", "y_test", "test"), ("X_TRAIN", "Y_TRAIN", "train"),
        ("xtest", "ytest", "test"), ("testX", "testY", "test"), ("x-valid", "y-valid", "validation"),
        ("test_images", "test_labels", "test"), ("val_images", "val_labels", "validation"),
        ("train_img", "train_label", "train"), ("images_test", "labels_test", "test"),
        ("kmnist-test-imgs", "kmnist-test-labels", "test"), ("t10k-images", "t10k-labels", "test"),
        ("emnist-letters-train-images", "emnist-letters-train-labels", "train"),
        ("images", "labels", ""), ("X", "y", ""), ("data", "target", ""), ("image", "label", ""),
        ("testing_data", "testing_targets", "test"), ("test.x", "test.y", "test"),
        ("x_test", "test_labels", "test"), ("pixels", "labels", ""),
    ],
)  # fmt: skip
def test_usual_names_of_images_and_labels(images, labels, split):
    assert find_pairs([labels, "class_names", images, "notes"]) == {split: (images, labels)}


@pytest.mark.parametrize(
    "names",
    [
        ("x_test", "y_train"), ("x_test", "x_train"), ("a_x_test", "b_y_test"), ("image_names", "y"),
        ("latest", "y_test"), ("x_test" + "_" * 200, "y_test"), ("-_. " * 20_000 + "x_test", "y_test"),
    ],
)  # fmt: skip
def test_names_that_are_no_pair(names):
    assert find_pairs(names) == {}


@pytest.mark.parametrize(
    ("name", "whole", "within"),
    [
        ("testing", "test", "test"), ("trainingSet", "train", "train"),
        ("VAL", "validation", "validation"), ("mnist_train", "", "train"),
        ("sign-mnist-test", "", "test"), ("contest", "", ""), ("test_images", "test", "test"),
    ],
)  # fmt: skip
def test_names_of_folders_and_tables(name, whole, within):
    assert (split_of(name), split_within(name)) == (whole, within)


# --- places --------------------------------------------------------------------------------------


def test_names_in_capitals_load_as_small_ones(tmp_path):
    path = savez(tmp_path / "set.npz", X_test=GREY, Y_test=LABELS, X_Train=OTHER, y_train=SHORT)
    assert available_splits(path) == ("test", "train")
    np.testing.assert_array_equal(load_dataset(path).images[:], expected(GREY))
    np.testing.assert_array_equal(load_dataset(path, "train").images[:], expected(OTHER))
    folder = write_npy_folder(tmp_path / "set", X_test=GREY, y_test=LABELS)
    (folder / "X_test.npy").rename(folder / "X_test.NPY")
    loaded = load_dataset(folder)
    np.testing.assert_array_equal(loaded.images[:], expected(GREY))
    assert loaded.source == f"{folder}/X_test.NPY and {folder}/y_test.npy"
    assert loaded.notes == ()


def test_a_validation_set_stands_for_a_missing_test_set(tmp_path):
    path = savez(tmp_path / "set.npz", x_val=GREY, y_val=LABELS, x_train=OTHER, y_train=SHORT)
    assert available_splits(path) == ("test", "train")
    loaded = load_dataset(path)
    np.testing.assert_array_equal(loaded.images[:], expected(GREY))
    assert loaded.notes == ("there is no test set: the validation set is taken as the test set",)
    write_npz(path, OTHER, SHORT, x_val=GREY, y_val=LABELS)
    np.testing.assert_array_equal(load_dataset(path).images[:], expected(OTHER))


def test_a_training_set_alone_is_taken_where_none_is_asked_for(tmp_path):
    path = write_npz(tmp_path / "set.npz", GREY, LABELS, "train")
    assert available_splits(path) == ("train",)
    assert load_dataset(path).name == "train"
    assert "has no set 'test'" in refusal(path, "test")


@pytest.mark.parametrize(
    ("arrays", "taken"),
    [
        ([GREY, LABELS], {"test": ("arr_0", GREY)}),
        ([LABELS, GREY], {"test": ("arr_1", GREY)}),
        ([OTHER, SHORT, OTHER[::-1], SHORT], {"test": ("arr_2", OTHER[::-1]), "train": ("arr_0", OTHER)}),
        ([OTHER, GREY, SHORT, LABELS], {"test": ("arr_0", OTHER), "train": ("arr_1", GREY)}),
        ([GREY, np.eye(4)[LABELS], OTHER, SHORT], {"test": ("arr_2", OTHER), "train": ("arr_0", GREY)}),
    ],
)  # fmt: skip
def test_arrays_without_names_are_told_by_their_shapes(tmp_path, arrays, taken):
    path = savez(tmp_path / "set.npz", *arrays)
    assert available_splits(path) == tuple(taken)
    for split, (name, images) in taken.items():
        loaded = load_dataset(path, split)
        np.testing.assert_array_equal(loaded.images[:], expected(images))
        assert f"the arrays have no names: {name} and arr_" in loaded.notes[0]
        assert loaded.notes[0].endswith(f"are taken as the {split} set")


def test_folders_of_archives_with_one_array_each(tmp_path):
    for part, array in (("test-imgs", GREY), ("test-labels", LABELS), ("train-imgs", OTHER)):
        savez(tmp_path / f"kmnist-{part}.npz", array)
    (tmp_path / "other.npz").write_bytes(b"no archive")
    assert available_splits(tmp_path) == ("test",)
    np.testing.assert_array_equal(load_dataset(tmp_path).images[:], expected(GREY))
    assert "holds one array only" in refusal(tmp_path / "kmnist-test-imgs.npz")


def test_idx_files_with_the_name_of_the_data_in_front(tmp_path):
    write_idx_folder(tmp_path, GREY, LABELS.astype(np.uint8), "emnist-digits-test", packed=True)
    np.testing.assert_array_equal(load_dataset(tmp_path).images[:], expected(GREY))


def test_folders_around_the_folder(tmp_path):
    inner = tmp_path / "download" / "data" / "set"
    inner.parent.mkdir(parents=True)
    write_npy_folder(inner, x_test=GREY, y_test=LABELS)
    (tmp_path / "__MACOSX").mkdir()
    np.testing.assert_array_equal(load_dataset(tmp_path).images[:], expected(GREY))
    (tmp_path / "download" / "other").mkdir()
    assert "it holds __MACOSX, download" in refusal(tmp_path)


# --- shapes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("is_folder", [False, True])
def test_channels_first(tmp_path, channels, is_folder):
    images, labels = small_set((12, 7, 5, channels))
    first = np.ascontiguousarray(np.moveaxis(images, -1, 1))
    for stored in (first, first / np.float32(255)):
        if is_folder:
            path = write_npy_folder(tmp_path / "set", x_test=stored, y_test=labels)
        else:
            path = write_npz(tmp_path / "set.npz", stored, labels)
        loaded = load_dataset(path)
        np.testing.assert_array_equal(loaded.images[:], expected(images))
        assert loaded.input_shape == (7, 5, channels)
        assert loaded.notes == (f"the shape {first.shape} is read with the channels first",)
        assert loaded.digest == dataset_of(images, labels).digest


def test_flat_rows_of_square_colour_images(tmp_path):
    images, labels = small_set((12, 6, 6, 3))
    loaded = load_dataset(write_npz(tmp_path / "set.npz", images.reshape(12, 108), labels))
    np.testing.assert_array_equal(loaded.images[:], expected(images))


# --- labels --------------------------------------------------------------------------------------


def labelled(tmp_path, labels, **options):
    images = np.zeros((len(labels), 5, 5), np.uint8)
    return load_dataset(write_npz(tmp_path / "set.npz", images, np.array(labels)), **options)


def test_text_labels_are_classes_in_the_order_of_the_alphabet(tmp_path):
    loaded = labelled(tmp_path, ["shoe", "bag", "coat", "bag"])
    assert loaded.class_names == ("bag", "coat", "shoe")
    np.testing.assert_array_equal(loaded.labels, [2, 0, 1, 0])
    named = labelled(tmp_path, ["shoe", "bag"], class_names=["shoe", "hat", "bag"])
    np.testing.assert_array_equal(named.labels, [0, 2])
    with pytest.raises(DataError, match=r"has the label 'shoe'; accepted: hat, bag"):
        labelled(tmp_path, ["shoe", "bag"], class_names=["hat", "bag"])


def test_text_labels_mean_the_same_in_both_sets(tmp_path):
    path = savez(
        tmp_path / "set.npz", x_test=GREY[:2], y_test=np.array(["c", "b"]),
        x_train=GREY[:2], y_train=np.array([["a"], ["b"]]),
    )  # fmt: skip
    for split, labels in (("test", [2, 1]), ("train", [0, 1])):
        loaded = load_dataset(path, split)
        assert loaded.class_names == ("a", "b", "c")
        np.testing.assert_array_equal(loaded.labels, labels)


def test_texts_that_are_numbers_are_numbers(tmp_path):
    loaded = labelled(tmp_path, ["10", "2", "0.0", "02"])
    assert loaded.class_names == tuple(map(str, range(11)))
    np.testing.assert_array_equal(loaded.labels, [10, 2, 0, 2])


@pytest.mark.parametrize("kind", [int, float, str])
def test_labels_that_count_from_one(tmp_path, kind):
    labels = np.arange(30) % 10 + 1
    loaded = labelled(tmp_path, labels.astype(kind))
    np.testing.assert_array_equal(loaded.labels, labels - 1)
    assert loaded.class_names == tuple(map(str, range(1, 11)))
    told = "no label is 0: the labels 1…10 are taken as 10 classes counted from 1"
    assert loaded.notes == (told,)


@pytest.mark.parametrize(
    "labels", [[1, 2, 3], [1, 9, 4], [2, 11], list(range(11)), [*range(2, 12)]]
)
def test_labels_that_may_count_from_zero_stay(tmp_path, labels):
    loaded = labelled(tmp_path, labels)
    np.testing.assert_array_equal(loaded.labels, labels)
    assert loaded.notes == ()


def test_names_of_classes_tell_what_labels_count_from(tmp_path):
    names = ["a", "b", "c"]
    np.testing.assert_array_equal(labelled(tmp_path, [1, 3], class_names=names).labels, [0, 2])
    np.testing.assert_array_equal(labelled(tmp_path, [1, 2], class_names=names).labels, [1, 2])
    with pytest.raises(DataError, match=r"image 1 has the label 3; accepted: whole numbers 0…2"):
        labelled(tmp_path, [0, 3], class_names=names)
    with pytest.raises(DataError, match=r"image 1 has the label 4"):
        labelled(tmp_path, [1, 4], class_names=names)


def test_both_sets_count_from_the_same_number(tmp_path):
    whole, part = np.arange(20) % 10 + 1, np.array([3, 10])
    images = np.zeros((20, 5, 5), np.uint8)
    path = savez(
        tmp_path / "set.npz", x_train=images, y_train=whole, x_test=images[:2], y_test=part
    )
    np.testing.assert_array_equal(load_dataset(path).labels, part - 1)
    savez(path, x_train=images, y_train=whole - 1, x_test=images[:10], y_test=whole[:10])
    np.testing.assert_array_equal(load_dataset(path).labels, whole[:10])


def test_a_network_tells_what_labels_count_from():
    images = np.zeros((3, 5, 5), np.uint8)
    sets = {"test": dataset_of(images, [1, 2, 2]), "train": dataset_of(images, [1, 2, 3], "train")}
    fitted = fit_labels(sets, 3)
    np.testing.assert_array_equal(fitted["test"].labels, [0, 1, 1])
    assert fitted["test"].class_names == ("1", "2")
    assert fitted["train"].class_names == ("1", "2", "3")
    assert "counted from 1" in fitted["test"].notes[0]
    for classes in (2, 4, 10):
        assert fit_labels(sets, classes) == sets
    with_zero = {**sets, "test": dataset_of(images, [0, 1, 2])}
    assert fit_labels(with_zero, 3) == with_zero
    named = {"test": dataset_of(images, [1, 2, 3], class_names=list("abcd"))}
    assert fit_labels(named, 3) == named


def test_names_of_classes_in_a_text_beside_the_data(tmp_path):
    folder = write_npy_folder(tmp_path, x_test=GREY, y_test=LABELS)
    (folder / "class_names.txt").write_text("Hose\nÄrmel\n\ncoat\nbag\n", encoding="utf-8")
    assert load_dataset(folder).class_names == ("Hose", "Ärmel", "coat", "bag")
    np.save(folder / "Class_Names.npy", np.array(["a", "b", "c", "d"]))
    assert load_dataset(folder).class_names == ("a", "b", "c", "d")
    (folder / "Class_Names.npy").unlink()
    (folder / "class_names.txt").write_text("x" * 201)
    assert "class_names.txt: is an array" in refusal(folder)


# --- arrays in memory ----------------------------------------------------------------------------


def test_arrays_in_memory_are_read_as_files_are():
    for images in (GREY, GREY / 255, GREY.astype(np.float32), GREY[..., None].tolist()):
        made = dataset_of(images, LABELS.tolist())
        np.testing.assert_array_equal(made.images[:], expected(GREY))
        np.testing.assert_array_equal(made.labels, LABELS)
    texts = np.array(["b", "a"], object)
    assert dataset_of(GREY[:2], texts).class_names == ("a", "b")
    assert dataset_of(GREY[:2], texts.astype("S")).class_names == ("a", "b")
    for images, labels in ((GREY, LABELS[1:]), (3, LABELS), (GREY, 3), (GREY[:0], LABELS[:0])):
        with pytest.raises(DataError):
            dataset_of(images, labels)
