"""Files made to do harm, and damaged ones: one line each, little memory, nothing unpickled."""

import gzip
import os
import re
import struct
import zipfile
import zlib

import numpy as np
import pytest

from cnn_core.errors import DataError
from cnn_core.images.dataset import load_dataset
from tests.core.image_set_files import (
    claim_size,
    expected,
    idx_bytes,
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
BYTES = LABELS.astype(np.uint8)


# --- pickles ------------------------------------------------------------------------------------


class _Mark:
    def __reduce__(self):
        return os.putenv, ("LOOKING_GLASS_UNPICKLED", "yes")


@pytest.mark.parametrize("part", ["x_test", "y_test", "class_names"])
@pytest.mark.parametrize("is_folder", [False, True])
def test_pickles_are_never_opened(tmp_path, monkeypatch, part, is_folder):
    opened = []
    monkeypatch.setattr("pickle.load", opened.append)
    arrays = {"x_test": GREY, "y_test": LABELS, part: np.array([_Mark()] * 12, object)}
    if is_folder:
        path = write_npy_folder(tmp_path / "set", **arrays)
    else:
        path = tmp_path / "set.npz"
        np.savez(path, **arrays)
    assert "holds pickled Python objects, which are never opened" in refusal(path)
    assert opened == []


# --- files made to take memory or time ----------------------------------------------------------


def _bomb(path, header, zeros, n_labels=12):
    labels = npy_header((n_labels,)), n_labels
    return zip_of(path, {"x_test.npy": (header, zeros), "y_test.npy": labels})


def test_an_archive_above_the_limit_is_refused_before_it_is_decoded(tmp_path):
    path = _bomb(tmp_path / "set.npz", npy_header((1000, 28, 28)), 784_000, 1000)
    line = refusal(path, max_unpacked_bytes=783_999)
    assert "(x_test): would unpack to 765.6 KiB; accepted: up to 765.6 KiB" in line
    assert len(load_dataset(path, max_unpacked_bytes=784_000)) == 1000


def test_the_default_limit_is_a_gibibyte(tmp_path):
    n = 2**30 // 784 + 1
    path = _bomb(tmp_path / "set.npz", npy_header((n, 28, 28)), 1000, n)
    claim_size(path, "x_test.npy", 784 * n + len(npy_header((n, 28, 28))))
    assert "would unpack to 1.0 GiB; accepted: up to 1.0 GiB" in refusal(path)


def test_a_bomb_below_the_limit_is_told_by_its_expansion(tmp_path):
    n = 129 * 2**20 // 1024
    path = _bomb(tmp_path / "set.npz", npy_header((n, 32, 32)), 1024 * n, n)
    assert re.search(r"\(x_test\): .* KiB would unpack to 129.0 MiB", refusal(path))
    packer = zlib.compressobj(1, wbits=31)
    folder = write_idx_folder(tmp_path / "set", GREY, BYTES, packed=True)
    content = struct.pack(">4I", 0x0803, n, 32, 32)
    packed = packer.compress(content) + b"".join(packer.compress(bytes(2**20)) for _ in range(129))
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(packed + packer.flush())
    write_idx_folder(folder, GREY, np.zeros(n, np.uint8))
    (folder / "t10k-images-idx3-ubyte").unlink()
    assert "KiB would unpack to 129.0 MiB" in refusal(folder)


@pytest.mark.parametrize(
    "header",
    [
        npy_header((2**40, 2**40, 28)), npy_header((12, 7, -5)), npy_header((12, 28, 28)),
        npy_header((12, 7, 5, 0)), npy_header((12, 7, 5), "<f8"), npy_header((12, 7, 5), "|V5"),
        npy_header((12, 7, 5), "|O"), npy_header((12, 7, 5), "<M8[s]"), npy_header((12,) * 400),
        npy_header((12, 7, 5), [("a", "<f4", (2**31,))]), npy_header("shape"), npy_header(12),
        npy_header((12, 7.0, 5)), npy_header((12, 7, 5), "no type"), npy_header((12, 7, 5), None),
        b"\x93NUMPY\x02\x00" + b"\xff" * 4, b"\x93NUMPY\x01\x00\xff\xff",
        b"\x93NUMPY\x01\x00\x10\x27" + b"(" * 10_000, b"\x93NUMPY\x01\x00\x10\x27" + b"-" * 10_000,
        b"\x93NUMPY\x03\x00" + npy_header((12, 7, 5))[8:], b"\x93NUMPY\x01\x00\x04\x00{}\n ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_folder", [False, True])
def test_headers_that_lie(tmp_path, header, is_folder):
    content = header + bytes(12 * 35)
    if is_folder:
        path = write_npy_folder(tmp_path / "set", y_test=BYTES)
        (path / "x_test.npy").write_bytes(content)
    else:
        path = zip_of(tmp_path / "set.npz", {"x_test.npy": content, "y_test.npy": npy_bytes(BYTES)})
    refusal(path)


@pytest.mark.parametrize("claimed", [0, 100, 12 * 35 + 127, 12 * 35 + 129, 2**32 - 2])
def test_archives_that_lie_about_sizes(tmp_path, claimed):
    path = zip_of(
        tmp_path / "set.npz", {"x_test.npy": npy_bytes(GREY), "y_test.npy": npy_bytes(BYTES)}
    )
    np.testing.assert_array_equal(load_dataset(path).images, expected(GREY))
    claim_size(path, "x_test.npy", claimed)
    refusal(path)


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressions_that_cannot_be_bounded(tmp_path, compression):
    members = {"x_test.npy": (npy_header((12, 7, 5)), 420), "y_test.npy": npy_bytes(BYTES)}
    assert "uses compression type" in refusal(zip_of(tmp_path / "set.npz", members, compression))


def test_an_archive_of_very_many_members(tmp_path):
    path = zip_of(tmp_path / "set.npz", {f"member{place:09}": b"" for place in range(20_000)})
    assert "far more members than an image set has" in refusal(path)


def test_an_encrypted_archive(tmp_path):
    path = write_npz(tmp_path / "set.npz", GREY, LABELS)
    content = bytearray(path.read_bytes())
    for sign, flags in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        content[content.index(sign) + flags] |= 1
    path.write_bytes(content)
    assert "is encrypted" in refusal(path)


def test_sparse_files_above_the_limits(tmp_path):
    folder = write_npy_folder(tmp_path / "set", test_labels=np.zeros(1, np.uint8))
    for shape, descr, told in (
        ((1, 2**17, 2**16), "<f4", "holds 32.0 GiB; accepted: up to 16.0 GiB"),
        ((1, 2**16, 2**15), "<f8", "8.0 GiB of memory as float32; accepted: up to 4.0 GiB"),
        ((1, 2**16, 2**15), "|u1", "8.0 GiB of memory as float32; accepted: up to 4.0 GiB"),
        ((10_000_001, 2, 2), "<f4", "10,000,001 images; accepted: up to 10,000,000"),
    ):
        header = npy_header(shape, descr)
        with (folder / "test_imgs.npy").open("wb") as file:
            file.write(header)
            file.truncate(len(header) + int(descr[2]) * np.prod(shape, dtype=object))
        assert told in refusal(folder)


def test_labels_above_the_limit(tmp_path):
    folder = write_npy_folder(tmp_path / "set", test_imgs=np.zeros((200_000, 2, 2), bool))
    header = npy_header((200_000, 10_000))
    with (folder / "test_labels.npy").open("wb") as file:
        file.write(header)
        file.truncate(len(header) + 2 * 10**9)
    assert "labels take 1.9 GiB" in refusal(folder)


def test_large_arrays_in_fortran_order(tmp_path, monkeypatch):
    monkeypatch.setattr("cnn_core.images.files.stored_arrays.MAX_FORTRAN_BYTES", 400)
    path = write_npz(tmp_path / "set.npz", np.asfortranarray(GREY), LABELS)
    assert "420 bytes in Fortran order" in refusal(path)


def test_a_large_set_is_checked_before_memory_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr("cnn_core.images.pixel_values.CHECK_FIRST_BYTES", 2**20)
    images = np.zeros((20_000, 28, 28), np.float16)
    images[-1, -1, -1] = np.nan
    path = write_npz(tmp_path / "set.npz", images, np.zeros(20_000, int))
    del images
    assert "image 19999 has the value nan" in refusal(path)


@pytest.mark.parametrize(
    "content",
    [
        b"\0\0\x08", b"\0\0\x08\3", b"\0\0\x08\0", b"\0\0\x07\3" + bytes(12),
        b"\1\0\x08\3" + bytes(12), b"\0\0\x08\xff" + b"\xff" * 1020,
        idx_bytes(GREY)[:-1], idx_bytes(GREY) + b"\0", idx_bytes(GREY)[:4] + b"\xff" * 12,
        idx_bytes(GREY)[:4] + struct.pack(">3I", 12, 7, 50) + bytes(12 * 35),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_packed", [False, True])
def test_idx_files_that_lie(tmp_path, content, is_packed):
    folder = write_idx_folder(tmp_path / "set", GREY, BYTES)
    image_file = folder / "t10k-images-idx3-ubyte"
    image_file.write_bytes(gzip.compress(content) if is_packed else content)
    refusal(folder)


def test_gzip_files_of_many_members_or_with_more_behind(tmp_path):
    folder = write_idx_folder(tmp_path / "set", GREY, BYTES)
    image_file = folder / "t10k-images-idx3-ubyte"
    for content in (
        gzip.compress(b"") * 1000 + gzip.compress(idx_bytes(GREY)),
        gzip.compress(idx_bytes(GREY)) + gzip.compress(b"more"),
        gzip.compress(idx_bytes(GREY)) + bytes(300_000),
        b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 1_000_000,
    ):
        image_file.write_bytes(content)
        refusal(folder)


# --- damage --------------------------------------------------------------------------------------


def _archive(folder):
    return (write_npz(folder / "set.npz", GREY, LABELS),) * 2


def _gzipped(folder):
    written = write_idx_folder(folder / "set", GREY, BYTES, packed=True)
    return written, written / "t10k-images-idx3-ubyte.gz"


def _plain(folder):
    written = write_npy_folder(folder / "set", test_imgs=GREY, test_labels=LABELS)
    return written, written / "test_imgs.npy"


@pytest.mark.parametrize("write", [_archive, _gzipped, _plain])
def test_files_cut_short_anywhere(tmp_path, write):
    path, damaged = write(tmp_path)
    whole = damaged.read_bytes()
    for length in range(0, len(whole), 3):
        damaged.write_bytes(whole[:length])
        refusal(path)


@pytest.mark.parametrize("write", [_archive, _gzipped])
def test_one_altered_byte_is_refused_or_changes_nothing(tmp_path, write):
    path, damaged = write(tmp_path)
    whole = damaged.read_bytes()
    rng = np.random.default_rng(1)
    n_refused = 0
    for place in range(len(whole)):
        altered = bytearray(whole)
        altered[place] ^= int(rng.integers(1, 256))
        damaged.write_bytes(altered)
        try:
            loaded = load_dataset(path)
        except DataError as error:
            assert str(error).isprintable()
            n_refused += 1
        else:
            np.testing.assert_array_equal(loaded.images, expected(GREY))
            np.testing.assert_array_equal(loaded.labels, LABELS)
    assert n_refused > len(whole) / 2
