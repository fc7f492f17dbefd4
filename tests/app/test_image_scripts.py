"""The scripts that prepare the container image's packages."""

import struct

from deploy.bill_of_materials import bill
from deploy.prune_packages import drop_symbol_table, prune

LOADED = b"loaded part"


def library(n_behind):
    """Smallest ELF library: header, one segment, and sections behind it."""
    header = bytearray(64)
    header[:6] = b"\x7fELF\x02\x01"
    struct.pack_into("<QQ", header, 32, 64, 120 + len(LOADED))
    struct.pack_into("<HH", header, 54, 56, 1)
    struct.pack_into("<HHH", header, 58, 64, 1, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 120, 0, 0, len(LOADED), len(LOADED), 0)
    return bytes(header) + segment + LOADED + b"s" * n_behind


def test_what_no_loader_reads_is_cut_off(tmp_path):
    path = tmp_path / "library.so"
    path.write_bytes(library(500))
    drop_symbol_table(path)
    cut = path.read_bytes()
    assert len(cut) == 120 + len(LOADED)
    assert cut[64:] == library(0)[64:]
    assert struct.unpack_from("<Q", cut, 40) == (0,)
    assert struct.unpack_from("<HH", cut, 60) == (0, 0)


def test_what_has_nothing_behind_or_is_no_library_is_left(tmp_path):
    for number, content in enumerate((library(0), b"", b"#!/bin/sh\n" * 20, b"\x7fELF\x01" * 30)):
        path = tmp_path / str(number)
        path.write_bytes(content)
        drop_symbol_table(path)
        assert path.read_bytes() == content


def test_pruning_keeps_what_is_served(tmp_path):
    gone = (
        "tensorflow/include/a.h",
        "numpy/x/tests/test_a.py",
        "pip/__init__.py",
        "dash/a.dev.js",
        "dash/a.js.map",
        "keras/__pycache__/a.pyc",
    )
    kept = ("tensorflow/__init__.py", "numpy/x/a.py", "dash/a.min.js", "tensorflow/tests/a.py")
    for name in (*gone, *kept):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("content")
    prune(tmp_path)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == set(kept)


def test_bill_lists_each_package_once():
    components = bill()["components"]
    names = [part["purl"] for part in components if part["purl"].startswith("pkg:pypi/")]
    assert len(names) == len(set(names)) > 40
    assert any(name.startswith("pkg:pypi/keras@") for name in names)
