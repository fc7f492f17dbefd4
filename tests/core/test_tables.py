"""Image sets in tables: what stands in which column, and tables that are none."""

import numpy as np
import pytest

from cnn_core.images.dataset import available_splits, load_dataset
from cnn_core.images.files import tables
from tests.core.image_set_files import expected, peak_memory, refusal, small_set

GREY, LABELS = small_set((12, 6, 6))
LABELS = LABELS.astype(int)
NAMES = [f"pixel{place}" for place in range(36)]


def write(path, rows, header=None, mark=",", end="\n"):
    lines = [header] * (header is not None) + [list(map(str, row)) for row in rows]
    path.write_text(end.join(map(mark.join, lines)) + end, encoding="utf-8", newline="")
    return path


def rows(label_last=False, labels=LABELS, images=GREY):
    columns = [np.array(labels)[:, None].astype(object), images.reshape(len(images), -1)]
    return np.concatenate(columns[::-1] if label_last else columns, axis=1)


def numbered(table):
    return [(place, *row) for place, row in enumerate(table)]


TABLES = {
    "as Kaggle has it": lambda at: write(at, rows(), ["label", *NAMES]),
    "label last": lambda at: write(at, rows(label_last=True), [*NAMES, "Class"]),
    "without names, label first": lambda at: write(at, rows()),
    "without names, label last": lambda at: write(at, _with_empty_corner(rows(label_last=True))),
    "quoted names": lambda at: write(at, rows(), [f'"{name}"' for name in ["label", *NAMES]]),
    "names without a label": lambda at: write(at, rows(), ["7", *NAMES]),
    "numbered columns": lambda at: write(at, rows(), list(map(str, range(37)))),
    "named label, numbered columns": lambda at: write(at, rows(), ["label", *map(str, range(36))]),
    "numbered rows": lambda at: write(at, numbered(rows()), ["", "label", *NAMES]),
    "numbered rows, label last": lambda at: write(
        at, numbered(rows(label_last=True)), ["id", *NAMES, "digit"]
    ),
    "semicolons": lambda at: write(at, rows(), ["label", *NAMES], mark=";"),
    "tabs": lambda at: write(at, rows(), mark="\t"),
    "spaces": lambda at: write(at, rows(), mark="  "),
    "lines of Windows": lambda at: write(at, rows(), ["label", *NAMES], end="\r\n"),
    "empty lines": lambda at: write(at, rows(), ["label", *NAMES], end="\n\n"),
    "byte order mark": lambda at: write(at, rows(), ["\ufefflabel", *NAMES]),
    "floats": lambda at: write(at, rows(images=GREY.astype(float)), ["label", *NAMES]),
    "quoted values": lambda at: write(
        at, [[f'"{value}"' for value in row] for row in rows()], ["label", *NAMES]
    ),
}


def _with_empty_corner(table):
    table[:, 0] = 0
    return table


@pytest.mark.parametrize("make", TABLES.values(), ids=TABLES)
def test_every_table_gives_the_same_set(tmp_path, make, monkeypatch):
    monkeypatch.setattr(tables, "_BLOCK_BYTES", 500)
    path = make(tmp_path / "set.csv")
    loaded = load_dataset(path)
    wanted = GREY.copy()
    if make is TABLES["without names, label last"]:
        wanted[:, 0, 0] = 0
    np.testing.assert_array_equal(loaded.images[:], expected(wanted))
    np.testing.assert_array_equal(loaded.labels, LABELS)
    assert (loaded.name, loaded.images.shape) == ("test", (12, 6, 6, 1))


def test_other_values_and_colours(tmp_path):
    unit = write(tmp_path / "set.csv", rows(images=GREY / 255))
    np.testing.assert_array_equal(load_dataset(unit).images, expected(GREY))
    centred = write(tmp_path / "set.csv", rows(images=GREY / 255 - 0.5))
    assert load_dataset(centred).value_range == (-0.5, 0.5)
    colour, labels = small_set((12, 5, 5, 3))
    path = write(tmp_path / "set.csv", rows(images=colour, labels=labels))
    np.testing.assert_array_equal(load_dataset(path).images[:], expected(colour))


@pytest.mark.parametrize("label_last", [False, True])
def test_labels_that_are_texts(tmp_path, label_last):
    words = np.array(["hat", "bag", "shoe", "coat"], object)[LABELS]
    for header in (None, [*NAMES, "label"] if label_last else ["label", *NAMES]):
        path = write(tmp_path / "set.csv", rows(label_last, words), header)
        loaded = load_dataset(path)
        assert loaded.class_names == ("bag", "coat", "hat", "shoe")
        assert [loaded.class_names[label] for label in loaded.labels] == words.tolist()


def test_the_name_of_a_table_tells_the_set(tmp_path):
    write(tmp_path / "mnist_train.csv", rows())
    assert load_dataset(tmp_path / "mnist_train.csv").name == "train"
    assert available_splits(tmp_path) == ("train",)
    write(tmp_path / "mnist_test.csv", rows()[::-1])
    assert available_splits(tmp_path) == ("test", "train")
    np.testing.assert_array_equal(load_dataset(tmp_path).labels, LABELS[::-1])


def test_tables_without_labels_are_passed_over_in_a_folder(tmp_path):
    write(tmp_path / "train.csv", rows(), ["label", *NAMES])
    write(tmp_path / "test.csv", GREY.reshape(12, -1), NAMES)
    write(tmp_path / "sample_submission.csv", enumerate(LABELS), ["ImageId", "Label"])
    (tmp_path / "notes.txt").write_text("what I did\n")
    (tmp_path / "empty.csv").write_bytes(b"")
    assert available_splits(tmp_path) == ("train",)
    line = refusal(tmp_path / "test.csv")
    assert "has 36 columns of pixels and no label; accepted: a column of labels" in line
    assert "is empty" in refusal(tmp_path / "empty.csv")


def test_a_folder_with_names_for_text_labels(tmp_path):
    write(tmp_path / "test.csv", rows(labels=np.array(["b", "a", "c", "b"], object)[LABELS]))
    (tmp_path / "class_names.txt").write_text("c\na\nb\n")
    np.testing.assert_array_equal(load_dataset(tmp_path).labels[:4], [2, 1, 0, 2])


FAULTS = {
    "flowers": ("5.1,3.5,1.4,0.2,setosa\n4.9,3.0,1.4,0.2,setosa\n", "has 5 columns"),
    "short row": ("1," + "0," * 35 + "0\n1,2,3\n", "row 2 has 3 columns; accepted: 37 columns"),
    "word": ("1," + "0," * 35 + "0\n2," + "0," * 35 + "x\n", "has a pixel that is no number"),
    "gap": ("1," + "0," * 35 + "0\n1," + "0," * 34 + ",0\n", "has a pixel that is no number"),
    "nan": ("1," + "0," * 35 + "nan\n", "image 0 has the value nan"),
    "huge": ("1," + "0," * 35 + "1e30\n", "image 0 has the value 1"),
    "long label": ("x" * 300 + "," + "0," * 35 + "0\n", "class 0 has the name 'xxx"),
    "long label later": (
        ("1," + "0," * 35 + "0\n") * 9000 + "x" * 900_000 + "," + "0," * 35 + "0\n",
        "class 1 has the name 'xxx",
    ),
    "no text": ("1," + "0," * 35 + "0\n\xff\xfe\n", "row 2 has 1 columns"),
}


@pytest.mark.parametrize(("content", "told"), FAULTS.values(), ids=FAULTS)
def test_tables_that_are_none(tmp_path, content, told):
    path = tmp_path / "set.csv"
    path.write_text(content, encoding="utf-8")
    assert told in refusal(path)


def test_a_line_without_end_and_bytes_that_are_no_text(tmp_path, monkeypatch):
    path = tmp_path / "set.csv"
    path.write_bytes(b"1," + b"0," * 35 + b"\xff\n")
    assert "cannot be read" in refusal(path)
    monkeypatch.setattr(tables, "MAX_LINE_BYTES", 2**20)
    path.write_bytes(b"0," * 2**21)
    assert "has an endless line" in refusal(path)


def test_a_large_table_takes_a_byte_for_each_pixel(tmp_path):
    line = b"3," + b"0,255," * 391 + b"0,0\n"
    path = tmp_path / "set.csv"
    path.write_bytes(line * 4000)
    with peak_memory() as peak:
        images = load_dataset(path).images
        assert images.shape == (4000, 28, 28, 1)
        assert peak() < images.size + 12e6 < images.nbytes * 1.3
