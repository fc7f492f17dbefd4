"""Remove from an environment what no server needs: headers, test suites, symbol tables.

python deploy/prune_packages.py                         # from the packages
python deploy/prune_packages.py app/translations        # languages that the pages do not speak
"""

import os
import shutil
import struct
import sys
import sysconfig
from pathlib import Path

# Compilers' headers, a compiler front end that only TensorFlow's own development uses, pip.
DEAD_WEIGHT = (
    "tensorflow/include",
    "tensorflow/xla_aot_runtime_src",
    # Conversions to other frameworks, and operations that only they use: nothing imports them.
    "tensorflow/compiler/mlir/stablehlo",
    "tensorflow/compiler/tf2xla/ops/_xla_ops.so",
    "clang",
    "plotly/labextension",
    "dash/labextension",
    "pip",
)
TESTED = ("h5py", "numpy", "scipy")
UNSERVED = ("*.dev.js", "*.js.map", "*.a", "*.pxd", "*.pyi")

_ELF_64_LITTLE = b"\x7fELF\x02\x01"
_ELF_HEADER_BYTES = 64


def prune(packages: Path) -> None:
    """Remove it all from a site-packages folder."""
    doomed = [packages / name for name in DEAD_WEIGHT]
    for name in TESTED:
        doomed += (packages / name).rglob("tests")
    # What the server imports is compiled anew by the first run, the rest stays uncompiled.
    doomed += packages.rglob("__pycache__")
    for path in doomed:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    for pattern in UNSERVED:
        for file in packages.rglob(pattern):
            file.unlink()


def drop_symbol_table(library: Path) -> None:
    """Cut off what stands behind the loadable part of an ELF library; strip does no more.

    The loader reads the segments alone. Sections, and the names of local symbols among them, are
    for linkers and debuggers: a quarter of TensorFlow's largest library. Anything but a 64-bit
    little-endian ELF file is left as it is.
    """
    with open(library, "r+b") as file:
        header = bytearray(file.read(_ELF_HEADER_BYTES))
        if len(header) < _ELF_HEADER_BYTES or not header.startswith(_ELF_64_LITTLE):
            return
        (table,) = struct.unpack_from("<Q", header, 32)
        entry_bytes, n_entries = struct.unpack_from("<HH", header, 54)
        end = table + entry_bytes * n_entries
        for number in range(n_entries):
            file.seek(table + number * entry_bytes)
            _, _, offset, _, _, size = struct.unpack("<IIQQQQ", file.read(40))
            end = max(end, offset + size)
        if end >= os.fstat(file.fileno()).st_size:
            return
        struct.pack_into("<Q", header, 40, 0)  # where the sections are described
        struct.pack_into("<HH", header, 60, 0, 0)  # how many, and which one names them
        file.seek(0)
        file.write(header)
        file.truncate(end)


def keep_languages(packages: Path, catalogues: Path) -> None:
    """Remove what babel knows of languages other than English and those of the catalogues."""
    spoken = {"root", "en", *(path.name for path in catalogues.iterdir() if path.is_dir())}
    for file in (packages / "babel" / "locale-data").glob("*.dat"):
        if file.stem not in spoken:
            file.unlink()


if __name__ == "__main__":
    site_packages = Path(sysconfig.get_path("purelib"))
    if len(sys.argv) > 1:
        keep_languages(site_packages, Path(sys.argv[1]))
        sys.exit()
    prune(site_packages)
    for path in site_packages.rglob("*.so*"):
        if path.is_file() and not path.is_symlink():
            drop_symbol_table(path)
