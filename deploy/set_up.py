"""Install the pinned packages, and say before what that takes: python deploy/set_up.py run | test.

It is run by the environment's own Python. What was installed is kept beside the environment: only a
changed list is installed anew. uv does it where it is there; else, or where it cannot, pip does.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = Path(sys.prefix)
# For compilers, which nothing here calls: a fifth of the whole.
HEADERS = "tensorflow/include"


@dataclass(frozen=True)
class Packages:
    """A list of pinned packages, and what it takes beside the one before."""

    file: Path
    kept: Path
    to_download: int
    """MB."""
    on_disk: int
    """MB."""
    purpose: str

    @property
    def are_installed(self) -> bool:
        """Whether this very list was installed."""
        return self.kept.exists() and self.kept.read_bytes() == self.file.read_bytes()

    @property
    def announcement(self) -> str:
        """What is about to be done."""
        if self.kept.exists():
            return f"The packages {self.purpose} have changed: installing what is new."
        return (
            f"Installing the packages {self.purpose}, this first time only: "
            f"{self.to_download:,} MB to download, {self.on_disk:,} MB on the disk."
        )


LISTS = {
    "run": Packages(ROOT / "requirements.txt", ENVIRONMENT / "run-packages.txt", 390, 1450,
                    "that it runs with"),
    "test": Packages(ROOT / "tests" / "requirements.txt", ENVIRONMENT / "test-packages.txt", 150, 550,
                     "for the tests"),
}  # fmt: skip


def main(name: str) -> int:
    """Install a list unless it is installed; the exit code is 1 where that was impossible."""
    packages = LISTS[name]
    if packages.are_installed:
        return 0
    print(packages.announcement, flush=True)
    with tempfile.TemporaryFile() as log:
        if not any(_succeeds(command, log) for command in commands(packages.file)):
            log.seek(0)
            print(log.read().decode(errors="replace")[-4000:], file=sys.stderr)
            return 1
    shutil.rmtree(Path(sysconfig.get_path("purelib")) / HEADERS, ignore_errors=True)
    shutil.copyfile(packages.file, packages.kept)
    return 0


def commands(file: Path) -> list[list[str]]:
    """Ways to install a list, the fastest first.

    Bytecode is made when a module is first imported. The lists are complete: what they leave out
    of a package's dependencies is never used (`CONTRIBUTING.md`).
    """
    how = ["--quiet", "--no-deps", "--require-hashes", "-r", str(file)]
    with_pip = [sys.executable, "-m", "pip", "install", "--no-compile", *how]
    uv = shutil.which("uv")
    with_uv = [uv, "pip", "install", "--python", sys.executable, *how] if uv else None
    return [command for command in (with_uv, with_pip) if command]


def _succeeds(command: list[str], log: IO[bytes]) -> bool:
    """Run a command; on a terminal, show how long it takes already and what is on the disk."""
    started, before = time.monotonic(), _megabytes()
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    while True:
        try:
            code = process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            if sys.stdout.isatty():
                added = _megabytes() - before
                told = f"{added:,} MB on the disk" if added > 1 else "downloading"
                seconds = time.monotonic() - started
                print(f"\r  {seconds:.0f} s: {told}", end="\x1b[K", flush=True)
            continue
        if sys.stdout.isatty():
            print("\r\x1b[K", end="", flush=True)
        return code == 0


def _megabytes() -> int:
    """Size of the environment, while files come and go."""
    total = 0
    for folder, _, names in os.walk(ENVIRONMENT):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += os.lstat(os.path.join(folder, name)).st_size
    return total // 1_000_000


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
