"""Writers of image sets in every format, for the tests of loading."""

import gzip
import re
import struct
import tracemalloc
import zipfile
from contextlib import contextmanager

import numpy as np
import pytest

from cnn_core.errors import DataError
from cnn_core.images.dataset import load_dataset
from cnn_core.images.files.bounded_files import one_line

REFUSAL_MEMORY = 20e6
"""Bytes that refusing a file may take: a few chunks."""
IDX_CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def small_set(shape=(12, 7, 5), n_classes=4, seed=0):
    """Random uint8 images that use the whole range, and labels that use every class."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, shape, dtype=np.uint8)
    images.flat[:2] = 0, 255
    return images, np.arange(shape[0]) % n_classes


def expected(images):
    """The images as they should come out: ``(n, h, w, c)`` float32 in 0…1."""
    images = images if images.ndim == 4 else images[..., None]
    return (images / 255).astype(np.float32)


def idx_bytes(array):
    code = IDX_CODES[array.dtype.str[1:]]
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write_npz(path, images, labels, split="test", **others):
    np.savez_compressed(path, **{f"x_{split}": images, f"y_{split}": labels}, **others)
    return path


def write_npy_folder(folder, **arrays):
    folder.mkdir(exist_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return folder


def write_idx_folder(folder, images, labels, split="t10k", dot="-", packed=False):
    folder.mkdir(exist_ok=True)
    for part, array in (("images", images), ("labels", labels)):
        name = f"{split}-{part}{dot}idx{array.ndim}-ubyte"
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(idx_bytes(array)))
        else:
            (folder / name).write_bytes(idx_bytes(array))
    return folder


def npy_header(shape, descr="|u1", fortran=False):
    text = repr({"descr": descr, "fortran_order": fortran, "shape": shape}).encode()
    text += b" " * (63 - (10 + len(text)) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def npy_bytes(array):
    return npy_header(array.shape, array.dtype.str) + array.tobytes()


def zip_of(path, members, compression=zipfile.ZIP_DEFLATED):
    """Write members whose content is bytes, or (bytes, count of zero bytes that follow)."""
    with zipfile.ZipFile(path, "w", compression, compresslevel=1) as archive:
        for name, content in members.items():
            head, zeros = content if isinstance(content, tuple) else (content, 0)
            with archive.open(name, "w") as stream:
                stream.write(head)
                for size in [2**20] * (zeros // 2**20) + [zeros % 2**20]:
                    stream.write(bytes(size))
    return path


def claim_size(path, member, size):
    """Let an archive's list of members claim another unpacked size for `member`."""
    content = bytearray(path.read_bytes())
    entry = content.rindex(member.encode()) - 46
    assert content[entry : entry + 4] == b"PK\x01\x02"
    content[entry + 24 : entry + 28] = struct.pack("<I", size)
    path.write_bytes(content)


@contextmanager
def peak_memory():
    """Give a function that tells the most bytes that Python and NumPy held at once inside."""
    tracemalloc.start()
    held, _ = tracemalloc.get_traced_memory()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1] - held
    finally:
        tracemalloc.stop()


def refusal(path, split="test", **options):
    """Load a set that must be refused with one line that says what is accepted; return the line."""
    with peak_memory() as peak:
        with pytest.raises(DataError) as caught:
            load_dataset(path, split, **options)
        assert peak() < REFUSAL_MEMORY
    line = str(caught.value)
    assert line.isprintable()
    assert line.startswith(one_line(path))
    assert re.fullmatch(r".+: .+; accepted: .+", line)
    return line
